package io.drme.sim.opcua;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.time.Period;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.eclipse.milo.opcua.stack.core.NodeIds;
import org.eclipse.milo.opcua.stack.core.security.CertificateManager;
import org.eclipse.milo.opcua.stack.core.security.CertificateValidator;
import org.eclipse.milo.opcua.stack.core.security.DefaultApplicationGroup;
import org.eclipse.milo.opcua.stack.core.security.DefaultCertificateManager;
import org.eclipse.milo.opcua.stack.core.security.DefaultServerCertificateValidator;
import org.eclipse.milo.opcua.stack.core.security.FileBasedCertificateQuarantine;
import org.eclipse.milo.opcua.stack.core.security.FileBasedTrustListManager;
import org.eclipse.milo.opcua.stack.core.security.KeyStoreCertificateStore;
import org.eclipse.milo.opcua.stack.core.security.MemoryCertificateQuarantine;
import org.eclipse.milo.opcua.stack.core.security.RsaSha256CertificateFactory;
import org.eclipse.milo.opcua.stack.core.util.SelfSignedCertificateBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The simulated server's certificate, made at the first start and kept, and whom it trusts.
 *
 * @param manager what Milo's server asks
 * @param certificate the server's own; null where nothing needs one
 */
record ServerSecurity(CertificateManager manager, @Nullable X509Certificate certificate) {
    /** It protects nothing but a simulator's identity from itself. */
    private static final String STORE_PASSWORD = "simulator";

    /** For a server that offers no security at all: nothing is written. */
    static ServerSecurity none() {
        return new ServerSecurity(
                new DefaultCertificateManager(new MemoryCertificateQuarantine()), null);
    }

    static ServerSecurity in(Path pki, String applicationUri, boolean trustAll) throws Exception {
        if (Security.getProvider(BouncyCastleProvider.PROVIDER_NAME) == null) {
            Security.addProvider(new BouncyCastleProvider()); // aes256-sha256-rsapss needs it
        }
        Files.createDirectories(pki);
        var store =
                KeyStoreCertificateStore.createAndInitialize(
                        new KeyStoreCertificateStore.Settings(
                                pki.resolve("server.pfx"),
                                STORE_PASSWORD::toCharArray,
                                _ -> STORE_PASSWORD.toCharArray()));
        var trust = FileBasedTrustListManager.createAndInitialize(pki);
        var quarantine = FileBasedCertificateQuarantine.create(pki.resolve("rejected/certs"));
        var validator =
                trustAll
                        ? new CertificateValidator.InsecureCertificateValidator()
                        : new DefaultServerCertificateValidator(trust, quarantine);
        var group =
                DefaultApplicationGroup.createAndInitialize(
                        trust, store, new Factory(applicationUri), validator);
        var chain =
                group.getCertificateChain(NodeIds.RsaSha256ApplicationCertificateType)
                        .orElseThrow();
        return new ServerSecurity(new DefaultCertificateManager(quarantine, group), chain[0]);
    }

    private static final class Factory extends RsaSha256CertificateFactory {
        private final String applicationUri;

        Factory(String applicationUri) {
            this.applicationUri = applicationUri;
        }

        @Override
        protected X509Certificate[] createRsaSha256CertificateChain(KeyPair keys) throws Exception {
            return new X509Certificate[] {
                new SelfSignedCertificateBuilder(keys)
                        .setCommonName("DRME simulator")
                        .setApplicationUri(applicationUri)
                        .setValidityPeriod(Period.ofYears(10))
                        .addDnsName("localhost")
                        .addIpAddress("127.0.0.1")
                        .build()
            };
        }
    }
}
