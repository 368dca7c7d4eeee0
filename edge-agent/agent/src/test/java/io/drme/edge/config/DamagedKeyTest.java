package io.drme.edge.config;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.config.PemTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key whose text was cut or mixed up on its way. */
class DamagedKeyTest {
    @TempDir private Path folder;

    private Path anyCertificate() throws Exception {
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        var trust = (X509TrustManager) factory.getTrustManagers()[0];
        return Files.writeString(
                folder.resolve("gateway.pem"),
                "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
                        .formatted(
                                Base64.getMimeEncoder()
                                        .encodeToString(
                                                trust.getAcceptedIssuers()[0].getEncoded())));
    }

    @Test
    void isToldWithTheFileAndWhatToDo() throws Exception {
        var certificate = anyCertificate();
        var key =
                Files.writeString(
                        folder.resolve("gateway.key"),
                        "-----BEGIN PRIVATE KEY-----\nAAAAA\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() ->
                        PemTls.context(
                                PemTls.TLS_1_3,
                                Optional.empty(),
                                Optional.of(certificate),
                                Optional.of(key)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(key.toString())
                .hasMessageContaining("bring the file anew");
    }
}
