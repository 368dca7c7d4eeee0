package io.drme.driver.opcua;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Period;
import java.util.Base64;
import org.eclipse.milo.opcua.stack.core.util.SelfSignedCertificateBuilder;
import org.eclipse.milo.opcua.stack.core.util.SelfSignedCertificateGenerator;

/** A user's certificate and key as files, as a person gets them from a tool. */
record UserKeys(Path certificate, Path key) {
    private static final int KEY_BITS = 2048;

    /** Makes both, PEM, in a folder of their own. */
    static UserKeys in(Path folder) throws Exception {
        Files.createDirectories(folder);
        var keys = SelfSignedCertificateGenerator.generateRsaKeyPair(KEY_BITS);
        var certificate =
                new SelfSignedCertificateBuilder(keys)
                        .setCommonName("operator")
                        .setApplicationUri("urn:drme:test:operator")
                        .setValidityPeriod(Period.ofYears(1))
                        .build();
        return new UserKeys(
                Files.writeString(
                        folder.resolve("user.pem"), pem("CERTIFICATE", certificate.getEncoded())),
                Files.writeString(
                        folder.resolve("user.key"),
                        pem("PRIVATE KEY", keys.getPrivate().getEncoded())));
    }

    static String pem(String kind, byte[] der) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(kind, Base64.getMimeEncoder().encodeToString(der), kind);
    }

    /** Lets a server know the certificate. */
    void addTo(Path folder) throws IOException {
        Files.copy(certificate, Files.createDirectories(folder).resolve("user.pem"));
    }
}
