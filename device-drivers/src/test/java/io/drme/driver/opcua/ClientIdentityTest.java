package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ClientIdentityTest {
    private static final int DEVICES = 4;

    @TempDir Path folder;

    // Several devices come here at the first start of an agent.
    @Test
    void firstConnectsAtTheSameTimeShareOneCertificateThatFitsItsKey() throws Exception {
        var start = new CyclicBarrier(DEVICES);
        Callable<ClientIdentity> connect =
                () -> {
                    start.await();
                    return ClientIdentity.in(new PkiFolder(folder));
                };
        var met = new ArrayList<Future<ClientIdentity>>();
        try (var threads = Executors.newFixedThreadPool(DEVICES)) {
            for (int i = 0; i < DEVICES; i++) {
                met.add(threads.submit(connect));
            }
        }
        var certificates = new HashSet<>();
        for (var one : met) {
            var identity = one.get();
            certificates.add(identity.certificate());
            assertThat(((RSAPublicKey) identity.certificate().getPublicKey()).getModulus())
                    .isEqualTo(((RSAPrivateKey) identity.keys().getPrivate()).getModulus());
        }
        assertThat(certificates).hasSize(1);
    }

    // A command that root runs must not make a key that the agent can't read.
    @Test
    void whatRootMakesBelongsToTheOwnerOfTheFolder() throws Exception {
        UserPrincipal agent;
        try {
            agent =
                    folder.getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByName("nobody");
            Files.setOwner(folder, agent);
        } catch (IOException e) {
            assumeTrue(false, "only root may give files away: " + e);
            return;
        }
        var _ = new TrustStore(List.of(folder.resolve("pki"))).own();

        try (var made = Files.walk(folder)) {
            for (var file : made.toList()) {
                assertThat(Files.getOwner(file)).as(file.toString()).isEqualTo(agent);
            }
        }
        assertThat(folder.resolve("pki/own/private/drme.key")).exists();
    }
}
