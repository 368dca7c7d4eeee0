package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.Driver;
import io.drme.driver.DriverContract;
import io.drme.driver.DriverException;
import io.drme.model.Quality;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trust in both directions, sign-in, and that each refusal says what to do. */
@Timeout(60)
class OpcUaSecurityTest {
    private static final String NODES =
            """
            nodes:
              "nsu=urn:acme:boiler;s=Boiler.Pressure": {value: 4.5}
            """;
    private static final String USERS_ONLY =
            "path: /boiler\nanonymous: false\nusers-file: users.txt\n" + NODES;
    private static final List<String> TAGS =
            List.of("{address: 'nsu=urn:acme:boiler;s=Boiler.Pressure'}");

    /** Making keys takes long: server and client keep theirs from test to test. */
    @TempDir static Path shared;

    @TempDir Path directory;

    @BeforeEach
    void writeFiles() throws Exception {
        copy(shared.resolve("own"), directory.resolve("agent/pki/own"));
        copy(shared.resolve("server"), directory.resolve("pki/boiler-sim"));
        Files.writeString(directory.resolve("users.txt"), "drme:geheim 1\nother:x\n");
        Files.writeString(directory.resolve("right.secret"), "geheim 1\n");
        Files.writeString(directory.resolve("wrong.secret"), "falsch\n");
    }

    @AfterEach
    void keepKeys() throws Exception {
        copy(directory.resolve("agent/pki/own"), shared.resolve("own"));
        copy(directory.resolve("pki/boiler-sim"), shared.resolve("server"));
    }

    private static void copy(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from)) {
            return;
        }
        try (var files = Files.walk(from)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var target = to.resolve(from.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(
                        file,
                        target,
                        StandardCopyOption.REPLACE_EXISTING,
                        StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private String security(String policy, String mode, String secret) {
        return "{policy: %s, mode: %s, user: drme, password-file: %s}"
                .formatted(policy, mode, directory.resolve(secret));
    }

    @Test
    void serverIsTrustedOnceAPersonMovesItsCertificateAsTheMessageSays() throws Exception {
        var security = security("basic256sha256", "sign-and-encrypt", "right.secret");
        try (var rig = new OpcUaRig(directory, USERS_ONLY, security, TAGS);
                var driver = rig.driver()) {
            moveAsTold(driver);
            driver.connect();
            assertThat(DriverContract.readAll(driver, rig))
                    .containsEntry(rig.known(), Quality.GOOD);
            var key = directory.resolve("agent/pki/own/private/drme.key");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                    .isEqualTo("rw-------");
            // A restart of the agent keeps its identity, or every server would have to trust anew.
            try (var again = rig.driver()) {
                again.connect();
            }
        }
    }

    @Test
    void signingAloneWorksToo() throws Exception {
        try (var rig =
                        new OpcUaRig(
                                directory,
                                "path: /boiler\n" + NODES,
                                "{policy: basic256sha256, mode: sign}",
                                TAGS);
                var driver = rig.driver()) {
            moveAsTold(driver);
            driver.connect();
            assertThat(DriverContract.readAll(driver, rig))
                    .containsEntry(rig.known(), Quality.GOOD);
        }
    }

    /** Reads the two paths out of the refusal and moves the file. */
    private static void moveAsTold(Driver driver) throws Exception {
        try {
            driver.connect();
            throw new AssertionError("an unknown server was trusted");
        } catch (DriverException.Refused e) {
            var told =
                    Pattern.compile("move (\\S+) to (\\S+)$")
                            .matcher(String.valueOf(e.getMessage()));
            assertThat(told.find()).as(e.getMessage()).isTrue();
            var file = Path.of(told.group(1));
            var trusted = Files.createDirectories(Path.of(told.group(2)));
            Files.move(file, trusted.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
        }
        driver.disconnect();
    }

    @Test
    void wrongPasswordIsRefusedAndNamesUserAndFile() throws Exception {
        var security = security("basic256sha256", "sign-and-encrypt", "wrong.secret");
        try (var rig = new OpcUaRig(directory, USERS_ONLY, security, TAGS);
                var driver = rig.driver()) {
            moveAsTold(driver);
            assertThatThrownBy(driver::connect)
                    .isInstanceOf(DriverException.Refused.class)
                    .hasMessageContaining("refuses user 'drme'")
                    .hasMessageContaining("wrong.secret");
        }
    }

    @Test
    void missingPasswordFileIsRefusedAndNamed() throws Exception {
        var security = security("basic256sha256", "sign-and-encrypt", "none.secret");
        try (var rig = new OpcUaRig(directory, USERS_ONLY, security, TAGS);
                var driver = rig.driver()) {
            assertThatThrownBy(driver::connect)
                    .isInstanceOf(DriverException.Refused.class)
                    .hasMessageContaining("none.secret");
        }
    }

    @Test
    void anonymousIsToldThatTheServerWantsAUser() throws Exception {
        try (var rig = new OpcUaRig(directory, USERS_ONLY, "", TAGS);
                var driver = rig.driver()) {
            assertThatThrownBy(driver::connect)
                    .isInstanceOf(DriverException.Refused.class)
                    .hasMessageContaining("add security.user and password-file");
        }
    }

    // The password is encrypted with the server's certificate; so that must be trusted first.
    @Test
    void passwordIsNeverGivenToAnUnknownServer() throws Exception {
        var security = security("none", "none", "right.secret");
        try (var rig = new OpcUaRig(directory, USERS_ONLY, security, TAGS);
                var driver = rig.driver()) {
            moveAsTold(driver);
            driver.connect();
            assertThat(DriverContract.readAll(driver, rig))
                    .containsEntry(rig.known(), Quality.GOOD);
        }
    }

    @Test
    void serverThatDoesNotTrustUsIsNamedWithOurCertificate() throws Exception {
        var server = "path: /boiler\ntrust-all: false\n" + NODES;
        var security = "{policy: basic256sha256, mode: sign-and-encrypt}";
        try (var rig = new OpcUaRig(directory, server, security, TAGS);
                var driver = rig.driver()) {
            moveAsTold(driver);
            assertThatThrownBy(driver::connect)
                    .isInstanceOf(DriverException.Refused.class)
                    .hasMessageContaining("refuses our certificate")
                    .hasMessageContaining("pki/own/certs/drme.der");
        }
    }

    @Test
    void policyThatTheServerLacksIsRefusedWithThoseThatItHas() throws Exception {
        try (var rig =
                        new OpcUaRig(
                                directory,
                                "path: /boiler\nsecurity: none\n" + NODES,
                                "{policy: basic256sha256}",
                                TAGS);
                var driver = rig.driver()) {
            assertThatThrownBy(driver::connect)
                    .isInstanceOf(DriverException.Refused.class)
                    .hasMessageContaining("it offers None by None");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"aes128-sha256-rsaoaep", "aes256-sha256-rsapss"})
    void strongPolicyIsUsedAsTheFileNamesItThoughOthersAreOffered(String policy) throws Exception {
        var server =
                "path: /boiler\nsecurity: [basic256sha256, aes128-sha256-rsaoaep, aes256-sha256-rsapss]\n"
                        + NODES;
        try (var rig = new OpcUaRig(directory, server, "{policy: %s}".formatted(policy), TAGS);
                var driver = rig.driver()) {
            moveAsTold(driver);
            driver.connect();
            assertThat(DriverContract.readAll(driver, rig))
                    .containsEntry(rig.known(), Quality.GOOD);
            var settings = (OpcUaSettings) rig.built().spec().settings();
            assertThat(usedPolicy(settings)).isEqualTo(settings.policy().uri());
        }
    }

    private String usedPolicy(OpcUaSettings settings) throws Exception {
        var pki = new PkiFolder(directory.resolve("agent/pki"));
        var steps = new Steps("boiler", settings, pki.ownCertificate());
        var limit = Duration.ofSeconds(20);
        var client = new Connector(settings, limit, pki, steps, new WireTap(true)).connect();
        try {
            return String.valueOf(client.getConfig().getEndpoint().getSecurityPolicyUri());
        } finally {
            Connector.disconnect(client, limit);
        }
    }

    private static final String CERTIFICATES_ONLY =
            "path: /boiler\nanonymous: false\nuser-certificates: users\n" + NODES;

    private String byCertificate(String policy, UserKeys keys) {
        return "{policy: %s, user-certificate: %s, user-key: %s}"
                .formatted(policy, keys.certificate(), keys.key());
    }

    // With policy none the channel is open, and the proof of the key is all that there is.
    @ParameterizedTest
    @ValueSource(strings = {"aes256-sha256-rsapss", "none"})
    void aUserSignsInByACertificateThatTheServerKnows(String policy) throws Exception {
        var server = CERTIFICATES_ONLY + "security: [none, basic256sha256, aes256-sha256-rsapss]\n";
        var keys = UserKeys.in(directory.resolve("user"));
        keys.addTo(directory.resolve("users"));
        try (var rig = new OpcUaRig(directory, server, byCertificate(policy, keys), TAGS);
                var driver = rig.driver()) {
            moveAsTold(driver);
            driver.connect();
            assertThat(DriverContract.readAll(driver, rig))
                    .containsEntry(rig.known(), Quality.GOOD);
        }
    }

    @Test
    void aUserCertificateThatTheServerDoesNotKnowIsRefusedAndNamed() throws Exception {
        var keys = UserKeys.in(directory.resolve("user"));
        Files.createDirectories(directory.resolve("users"));
        var security = byCertificate("basic256sha256", keys);
        try (var rig = new OpcUaRig(directory, CERTIFICATES_ONLY, security, TAGS);
                var driver = rig.driver()) {
            moveAsTold(driver);
            assertThatThrownBy(driver::connect)
                    .isInstanceOf(DriverException.Refused.class)
                    .hasMessageContaining("refuses the user of " + keys.certificate());
        }
    }

    @Test
    void anonymousIsToldThatTheServerWantsAUserCertificate() throws Exception {
        try (var rig = new OpcUaRig(directory, CERTIFICATES_ONLY, "", TAGS);
                var driver = rig.driver()) {
            assertThatThrownBy(driver::connect)
                    .isInstanceOf(DriverException.Refused.class)
                    .hasMessageContaining("add security.user-certificate and user-key");
        }
    }

    @Test
    void aKeyOfAnotherCertificateIsToldBeforeTheServerIsAsked() throws Exception {
        var keys = UserKeys.in(directory.resolve("user"));
        var other = UserKeys.in(directory.resolve("other"));
        var security =
                byCertificate("basic256sha256", new UserKeys(keys.certificate(), other.key()));
        try (var rig = new OpcUaRig(directory, CERTIFICATES_ONLY, security, TAGS);
                var driver = rig.driver()) {
            assertThatThrownBy(driver::connect)
                    .isInstanceOf(DriverException.Refused.class)
                    .hasMessageContaining("is not the key of " + keys.certificate());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"basic128rsa15", "basic256"})
    void weakPolicyIsRefusedUnlessTheDeviceNamesIt(String weak) throws Exception {
        var server = "path: /boiler\nsecurity: [%s]\n".formatted(weak) + NODES;
        for (var security : List.of("{policy: none}", "{policy: basic256sha256}", "")) {
            try (var rig = new OpcUaRig(directory, server, security, TAGS);
                    var driver = rig.driver()) {
                assertThatThrownBy(driver::connect)
                        .as(security)
                        .isInstanceOf(DriverException.Refused.class)
                        .hasMessageContaining("the server does not offer policy")
                        .hasMessageContaining("it offers Sign by Basic");
            }
        }
        try (var rig = new OpcUaRig(directory, server, "{policy: %s}".formatted(weak), TAGS);
                var driver = rig.driver()) {
            moveAsTold(driver);
            driver.connect();
            assertThat(DriverContract.readAll(driver, rig))
                    .containsEntry(rig.known(), Quality.GOOD);
        }
    }

    // The weak ones come first in the server's list, and would be taken as well.
    @Test
    void weakPoliciesOfAServerThatHasAStrongOneAreNotUsed() throws Exception {
        var server = "path: /boiler\nsecurity: [basic128rsa15, basic256, basic256sha256]\n" + NODES;
        try (var rig = new OpcUaRig(directory, server, "{policy: basic256sha256}", TAGS);
                var driver = rig.driver()) {
            moveAsTold(driver);
            var settings = (OpcUaSettings) rig.built().spec().settings();
            assertThat(usedPolicy(settings)).isEqualTo(SecurityPolicyName.BASIC256SHA256.uri());
        }
    }
}
