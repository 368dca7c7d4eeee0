package io.drme.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.cloud.config.CloudConfig.IngestConfig;
import io.drme.cloud.config.CloudConfig.Tls;
import io.drme.cloud.config.Listen;
import io.drme.cloud.ingest.ConnectionFaults;
import io.drme.cloud.ingest.IngestEndpoint;
import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import io.drme.edge.uplink.Forwarder;
import io.drme.edge.uplink.UplinkConfig;
import io.drme.model.GatewayId;
import io.drme.sync.CentreKeys;
import io.drme.sync.Fact;
import io.drme.sync.ItemReader;
import io.drme.sync.Message;
import io.drme.sync.Receiver;
import io.drme.sync.ReceiverSettings;
import io.drme.sync.Refills;
import io.drme.sync.Signatures;
import io.drme.sync.SigningKey;
import io.drme.testing.MemoryNotary;
import io.drme.testing.MemoryReceiverStore;
import io.drme.testing.MemorySenderLog;
import io.drme.time.SystemClock;
import io.drme.web.CannotListenException;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mutual TLS between gateway and centre: a gateway is who its certificate says it is. */
class UplinkTlsTest {
    private static final CentreKeys KEYS = CentreKeys.first(SigningKey.make(new Random(5)));
    private static final GatewayId GATEWAY = new GatewayId("press-line-1");
    private static final long LIMIT_SECONDS = 60;
    private static final String PASSWORD = "test-only";

    @TempDir private Path data;

    private final SystemClock clock = new SystemClock();
    private final ConnectionFaults faults = new ConnectionFaults();
    private final Vertx vertx = Vertx.builder().withMetrics(faults).build();
    private final BlockingQueue<Fact> facts = new LinkedBlockingQueue<>();

    @BeforeEach
    void certificates() throws Exception {
        certificate("centre", "localhost");
        certificate("gateway", GATEWAY.text());
        certificate("stranger", "someone-else");
        Files.writeString(
                data.resolve("gateways.pem"),
                Files.readString(data.resolve("gateway.pem"))
                        + Files.readString(data.resolve("stranger.pem")));
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private void certificate(String file, String name) throws Exception {
        var store = data.resolve(file + ".p12");
        var process =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                                .toString(),
                                        "-genkeypair",
                                        "-alias",
                                        "a",
                                        "-keyalg",
                                        "EC",
                                        "-dname",
                                        "CN=" + name + ",O=acme",
                                        "-ext",
                                        "SAN=dns:localhost,ip:127.0.0.1",
                                        "-storetype",
                                        "PKCS12",
                                        "-storepass",
                                        PASSWORD,
                                        "-keystore",
                                        store.toString()))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        var keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        pem(file + ".pem", "CERTIFICATE", keys.getCertificate("a").getEncoded());
        pem(file + ".key", "PRIVATE KEY", keys.getKey("a", PASSWORD.toCharArray()).getEncoded());
    }

    private void pem(String name, String kind, byte[] bytes) throws Exception {
        Files.writeString(
                data.resolve(name),
                "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                        .formatted(kind, Base64.getMimeEncoder().encodeToString(bytes), kind));
    }

    private IngestEndpoint centre(Optional<Tls> tls, String host) throws Exception {
        var receiver =
                new Receiver(
                        new MemoryReceiverStore(),
                        (_, _) -> ItemReader.Understood.PLAIN,
                        KEYS,
                        clock,
                        ReceiverSettings.DEFAULTS);
        return IngestEndpoint.start(
                vertx,
                faults,
                new IngestConfig(new Listen(host, 0), 10, tls),
                receiver,
                clock,
                facts::put);
    }

    private Tls tls() {
        return new Tls(
                data.resolve("centre.pem"),
                data.resolve("centre.key"),
                Optional.of(data.resolve("gateways.pem")));
    }

    private Forwarder gateway(int port, String identity) throws Exception {
        var problems = new Problems();
        var yaml =
                "{url: 'mqtts://localhost:%d', ca: %s, certificate: %s, key: %s}"
                        .formatted(
                                port,
                                data.resolve("centre.pem"),
                                data.resolve(identity + ".pem"),
                                data.resolve(identity + ".key"));
        var mapping = YamlReader.parse("test", yaml, problems).orElseThrow();
        var config = UplinkConfig.read(new Section(mapping, "uplink", problems));
        assertThat(problems.list()).isEmpty();
        return Forwarder.of(
                new Forwarder.Identity(
                        new MemoryNotary(GATEWAY, Signatures.ED25519, new Random(6)),
                        "box-1",
                        "0.1.0"),
                config,
                new MemorySenderLog(new Random(1)),
                clock,
                new Random(2),
                new Forwarder.Orders() {
                    @Override
                    public boolean take(Message.Command command) {
                        return true;
                    }

                    @Override
                    public void sentAgain(Refills.Refilled done) {}
                });
    }

    @Test
    void aGatewayWithItsOwnCertificateJoins() throws Exception {
        try (var endpoint = centre(Optional.of(tls()), "127.0.0.1")) {
            var forwarder = gateway(endpoint.port(), "gateway");
            var thread = Thread.ofPlatform().name("uplink").start(forwarder);
            assertThat(facts.poll(LIMIT_SECONDS, TimeUnit.SECONDS)).isInstanceOf(Fact.Joined.class);
            forwarder.close();
            thread.join(Duration.ofSeconds(10));
        }
    }

    @Test
    void aCertificateOfAnotherNameIsRefused() throws Exception {
        try (var endpoint = centre(Optional.of(tls()), "127.0.0.1")) {
            var forwarder = gateway(endpoint.port(), "stranger");
            var thread = Thread.ofPlatform().name("uplink").start(forwarder);
            long end = clock.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
            while (endpoint.stats().refusedConnections() == 0 && clock.nanoTime() < end) {
                assertThat(facts.poll(50, TimeUnit.MILLISECONDS)).isNull();
            }
            assertThat(endpoint.stats().refusedConnections()).isPositive();
            forwarder.close();
            thread.join(Duration.ofSeconds(10));
        }
    }

    @Test
    void beyondLoopbackThereIsNoIngestWithoutMutualTls() {
        assertThatThrownBy(() -> centre(Optional.empty(), "0.0.0.0"))
                .isInstanceOf(CannotListenException.class)
                .hasMessageContaining("certificate, key and ca");
    }
}
