package io.drme.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.testing.ManualClock;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
    private static final char[] PASSWORD = "test-only".toCharArray();

    @TempDir private Path data;

    @Test
    void withACertificateThePageIsServedOverTlsAndTheCookieStaysThere() throws Exception {
        var store = certificate();
        var listen = new Listen("0.0.0.0", 0, data.resolve("cert.pem"), data.resolve("key.pem"));
        var vertx = Vertx.vertx();
        var access = Access.open(data, new ManualClock());
        var api = new Api("test", "1");
        var metrics = new Metrics();
        WebServer.addOwnRoutes(api, access, new Health(), metrics);
        try (var server = WebServer.start(vertx, listen, "plant", api, access, metrics);
                var client = HttpClient.newBuilder().sslContext(trusting(store)).build()) {
            assertThat(server.url()).startsWith("https://localhost:");
            var code = access.users().add("anna", Role.VIEWER).code();
            var signIn =
                    HttpRequest.newBuilder(URI.create(server.url() + "/api/v1/session"))
                            .timeout(Duration.ofSeconds(20))
                            .header("content-type", "application/json")
                            .POST(BodyPublishers.ofString("{\"code\":\"" + code + "\"}"))
                            .build();
            var response = client.send(signIn, BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("set-cookie").orElseThrow())
                    .startsWith("__Host-")
                    .contains("; Secure");
            assertThat(response.headers().firstValue("strict-transport-security")).isPresent();
        } finally {
            vertx.close().await();
        }
    }

    @Test
    void aFileThatIsNoCertificateIsNamed() throws Exception {
        Files.writeString(data.resolve("cert.pem"), "rubbish");
        Files.writeString(data.resolve("key.pem"), "rubbish");
        var listen = new Listen("127.0.0.1", 0, data.resolve("cert.pem"), data.resolve("key.pem"));
        var vertx = Vertx.vertx();
        var access = Access.open(data, new ManualClock());
        assertThatThrownBy(() ->
                        WebServer.start(
                                vertx, listen, "plant", new Api("x", "1"), access, new Metrics()))
                .isInstanceOf(CannotListenException.class)
                .hasMessageContaining("PEM");
        vertx.close().await();
    }

    /** Makes a key pair by the JDK's own tool, and writes it as PEM. */
    private KeyStore certificate() throws Exception {
        var file = data.resolve("store.p12");
        var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        var process =
                new ProcessBuilder(
                                List.of(
                                        keytool,
                                        "-genkeypair",
                                        "-alias",
                                        "a",
                                        "-keyalg",
                                        "EC",
                                        "-dname",
                                        "CN=localhost",
                                        "-ext",
                                        "SAN=dns:localhost",
                                        "-storetype",
                                        "PKCS12",
                                        "-storepass",
                                        new String(PASSWORD),
                                        "-keystore",
                                        file.toString()))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        var store = KeyStore.getInstance(file.toFile(), PASSWORD);
        write("cert.pem", "CERTIFICATE", store.getCertificate("a").getEncoded());
        write("key.pem", "PRIVATE KEY", store.getKey("a", PASSWORD).getEncoded());
        return store;
    }

    private void write(String name, String kind, byte[] bytes) throws Exception {
        var base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        Files.writeString(
                data.resolve(name),
                "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n");
    }

    private static SSLContext trusting(KeyStore store) throws Exception {
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("a", store.getCertificate("a"));
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }
}
