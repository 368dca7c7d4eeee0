package io.drme.driver.opcua;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Period;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.milo.opcua.stack.core.util.CertificateUtil;
import org.eclipse.milo.opcua.stack.core.util.SelfSignedCertificateBuilder;
import org.eclipse.milo.opcua.stack.core.util.SelfSignedCertificateGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who we are towards OPC UA servers.
 *
 * @param applicationUri as it stands in the certificate; servers compare the two
 */
record ClientIdentity(KeyPair keys, X509Certificate certificate, String applicationUri) {
    private static final Logger log = LoggerFactory.getLogger(ClientIdentity.class);

    /** Basic256Sha256 allows 2,048 to 4,096 bits (Part 7); the least is quickest on a gateway. */
    private static final int KEY_BITS = 2048;

    /**
     * Long, because a certificate that ends in a plant stops it; a person can replace the files.
     */
    private static final Period VALIDITY = Period.ofYears(20);

    /** A lock on a file holds between processes only. */
    private static final ReentrantLock MAKING = new ReentrantLock();

    /** The identity in the folder; made and kept there at the first use. */
    static ClientIdentity in(PkiFolder pki) throws IOException, GeneralSecurityException {
        if (!pki.hasOwn()) {
            makeOnce(pki);
        }
        var der = new ByteArrayInputStream(Files.readAllBytes(pki.ownCertificate()));
        var certificate =
                (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(der);
        var key =
                KeyFactory.getInstance("RSA")
                        .generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(pki.ownKey())));
        var uri =
                CertificateUtil.getSanUri(certificate)
                        .orElseThrow(() ->
                                new GeneralSecurityException(
                                        "%s names no application URI"
                                                .formatted(pki.ownCertificate())));
        return new ClientIdentity(new KeyPair(certificate.getPublicKey(), key), certificate, uri);
    }

    /**
     * Two devices, or the agent and a command, may come here at the same time: a key of one and a
     * certificate of the other would never work.
     */
    private static void makeOnce(PkiFolder pki) throws IOException, GeneralSecurityException {
        MAKING.lock();
        try (var file = pki.openLock();
                var _ = file.lock()) {
            if (!pki.hasOwn()) {
                make(pki);
            }
        } finally {
            MAKING.unlock();
        }
    }

    private static void make(PkiFolder pki) throws IOException, GeneralSecurityException {
        var keys = SelfSignedCertificateGenerator.generateRsaKeyPair(KEY_BITS);
        var certificate = certificate(keys);
        PkiFolder.write(pki.ownKey(), keys.getPrivate().getEncoded(), true);
        PkiFolder.write(pki.ownCertificate(), certificate.getEncoded(), false);
        log.info("certificate={} made", pki.ownCertificate());
    }

    // Milo's builder declares Exception; nothing else can be caught.
    private static X509Certificate certificate(KeyPair keys) throws GeneralSecurityException {
        try {
            return new SelfSignedCertificateBuilder(keys)
                    .setCommonName("DRME agent")
                    .setOrganization("DRME")
                    .setApplicationUri("urn:drme:agent:" + UUID.randomUUID())
                    .setValidityPeriod(VALIDITY)
                    .addDnsName("localhost")
                    .build();
        } catch (Exception e) {
            throw new GeneralSecurityException("no certificate could be made", e);
        }
    }
}
