package io.drme.edge.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.alarm.Priority;
import io.drme.edge.notify.NotificationConfig.Webhook;
import io.drme.testing.Certificates;
import io.drme.testing.ManualClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Webhooks to a real web server. */
class WebhookChannelTest {
    @TempDir private Path folder;

    private Outcome send(Webhook webhook, Message message, String id) throws Exception {
        var config =
                new NotificationConfig(
                        "chat",
                        webhook,
                        Alarming.all(),
                        NotificationConfig.Limits.defaults(),
                        Language.EN);
        return new WebhookChannel(
                        config,
                        webhook,
                        new Words("press-line-1", "acme/hall"),
                        new ManualClock(),
                        new SecretText(folder.resolve("data")))
                .send(message, id);
    }

    private Outcome send(Webhook webhook) throws Exception {
        return send(webhook, Message.of(Alarming.notice(7, Priority.HIGH), 0), "e.7.chat");
    }

    private static Webhook plain(int port) {
        return new Webhook(
                URI.create("http://127.0.0.1:%d/hook/t0ken".formatted(port)),
                Optional.empty(),
                Optional.empty(),
                Map.of());
    }

    @Test
    void anAlarmArrivesOverTlsSignedAndWithSecretHeaders() throws Exception {
        var certificates = new Certificates(folder);
        certificates.make("web", "dns:localhost,ip:127.0.0.1");
        var secret = Files.writeString(folder.resolve("hook.secret"), "whsec_c2VjcmV0\n");
        var token = Files.writeString(folder.resolve("token"), "Bearer abc\n");
        try (var peer = new WebPeer(certificates)) {
            var outcome =
                    send(
                            new Webhook(
                                    URI.create("https://localhost:%d/in".formatted(peer.port())),
                                    Optional.of(certificates.certificate("web")),
                                    Optional.of(secret),
                                    Map.of("Authorization", token)));

            assertThat(outcome).isEqualTo(new Outcome.Sent("it answers 204"));
            var got = peer.got().getFirst();
            assertThat(got.headers())
                    .containsEntry("webhook-id", "e.7.chat")
                    .containsEntry("idempotency-key", "e.7.chat")
                    .containsEntry("authorization", "Bearer abc")
                    .containsEntry(
                            "webhook-signature",
                            WebhookChannel.signature(
                                    "whsec_c2VjcmV0",
                                    "e.7.chat",
                                    Long.parseLong(
                                            got.headers().getOrDefault("webhook-timestamp", "0")),
                                    got.body()));
            var body = got.json();
            assertThat(body.getInteger("version")).isEqualTo(1);
            assertThat(body.getString("kind")).isEqualTo("alarm");
            assertThat(body.getString("gateway")).isEqualTo("press-line-1");
            var alarm = body.getJsonArray("alarms").getJsonObject(0);
            assertThat(alarm.getString("transition")).isEqualTo("raised");
            assertThat(alarm.getDouble("value")).isEqualTo(83.5);
            assertThat(alarm.getString("action")).isEqualTo("Stop the press");
            assertThat(alarm.getInteger("respondWithinSeconds")).isEqualTo(300);
        }
    }

    // The example of the specification, so that its libraries agree with us.
    @Test
    void signsAsStandardWebhooksDo() throws Exception {
        assertThat(
                        WebhookChannel.signature(
                                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                1_614_265_330,
                                "{\"test\": 2432232314}"))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void aDigestTellsCountsAndTheMostUrgent() throws Exception {
        var digest =
                Message.of(Alarming.notice(1, Priority.LOW), 0)
                        .and(Message.of(Alarming.notice(2, Priority.CRITICAL), 0))
                        .and(Message.of(Alarming.notice(3, Priority.LOW), 0));
        try (var peer = new WebPeer()) {
            send(plain(peer.port()), digest, "e.1-3.chat");

            var body = peer.got().getFirst().json();
            assertThat(body.getString("kind")).isEqualTo("digest");
            assertThat(body.getJsonObject("digest").getInteger("count")).isEqualTo(3);
            assertThat(body.getJsonObject("digest").getJsonObject("byPriority").getMap())
                    .isEqualTo(Map.of("low", 2, "critical", 1));
            assertThat(body.getJsonArray("alarms").getJsonObject(0).getString("priority"))
                    .isEqualTo("critical");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "200, Sent",
        "202, Sent",
        "302, Failed",
        "400, Refused",
        "401, Failed",
        "404, Failed",
        "413, Refused",
        "429, Failed",
        "500, Failed",
        "503, Failed"
    })
    void whatTheAnswerMeans(int status, String means) throws Exception {
        try (var peer = new WebPeer()) {
            peer.answer(status, Map.of());

            assertThat(send(plain(peer.port())).getClass().getSimpleName()).isEqualTo(means);
        }
    }

    @Test
    void aBusyReceiverSaysHowLongToWait() throws Exception {
        try (var peer = new WebPeer()) {
            peer.answer(429, Map.of("retry-after", "7"));

            assertThat(send(plain(peer.port())))
                    .isEqualTo(
                            new Outcome.Failed(
                                    "it answers 429", "", Optional.of(Duration.ofSeconds(7))));
        }
    }

    // The path of many a webhook is its password.
    @Test
    void aReceiverThatIsNotThereIsNamedWithoutItsPath() throws Exception {
        int port;
        try (var peer = new WebPeer()) {
            port = peer.port();
        }

        var outcome = send(plain(port));

        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        assertThat(outcome.toString())
                .contains("127.0.0.1:" + port, "Check that the receiver runs")
                .doesNotContain("t0ken");
    }

    @Test
    void aCertificateOfSomebodyElseIsNotTrusted() throws Exception {
        var certificates = new Certificates(folder);
        certificates.make("web", "dns:localhost,ip:127.0.0.1");
        certificates.make("stranger", "dns:localhost");
        try (var peer = new WebPeer(certificates)) {
            var outcome =
                    send(
                            new Webhook(
                                    URI.create("https://localhost:%d/".formatted(peer.port())),
                                    Optional.of(certificates.certificate("stranger")),
                                    Optional.empty(),
                                    Map.of()));

            assertThat(outcome.toString()).contains("no TLS", "Check ca");
            assertThat(peer.got()).isEmpty();
        }
    }

    @Test
    void aSecretThatIsNotThereSaysWhichFile() throws Exception {
        try (var peer = new WebPeer()) {
            var plain = plain(peer.port());
            var outcome =
                    send(
                            new Webhook(
                                    plain.url(),
                                    Optional.empty(),
                                    Optional.of(folder.resolve("none")),
                                    Map.of()));

            assertThat(outcome.toString()).contains("there is no file", "none");
            assertThat(peer.got()).isEmpty();
        }
    }

    /** Answers with a head that promises a body, and a part of it. */
    private Outcome answered(String head) throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var peer =
                    Thread.ofVirtual()
                            .start(() -> {
                                try (var socket = server.accept()) {
                                    socket.getInputStream().readNBytes(1);
                                    socket.getOutputStream()
                                            .write(
                                                    (head + "\r\ncontent-length: 100\r\n\r\nso it")
                                                            .getBytes(StandardCharsets.US_ASCII));
                                    socket.shutdownOutput();
                                    socket.getInputStream().readAllBytes();
                                } catch (IOException _) {
                                    // The client went away.
                                }
                            });
            var outcome = send(plain(server.getLocalPort()));
            peer.join();
            return outcome;
        }
    }

    // Planted: links are not followed.
    @Test
    void aFileOfTheAgentsDirectoryIsNotSentAlsoBehindALink() throws Exception {
        var data = Files.createDirectory(folder.resolve("data"));
        Files.writeString(data.resolve("token"), "of-the-administrator");
        var link = Files.createSymbolicLink(folder.resolve("link"), data.resolve("token"));
        try (var peer = new WebPeer()) {
            var outcome =
                    send(
                            new Webhook(
                                    URI.create("http://127.0.0.1:%d/".formatted(peer.port())),
                                    Optional.empty(),
                                    Optional.empty(),
                                    Map.of("X", link)));

            assertThat(outcome).isInstanceOf(Outcome.Failed.class);
            assertThat(outcome.toString())
                    .contains("headers.X", "put the secret elsewhere")
                    .doesNotContain("of-the-administrator");
            assertThat(peer.got()).isEmpty();
        }
    }

    // Planted: the body is read before the status counts.
    @Test
    void theStatusCountsWhereTheBodyBreaksOff() throws Exception {
        assertThat(answered("HTTP/1.1 200 OK")).isEqualTo(new Outcome.Sent("it answers 200"));
        assertThat(answered("HTTP/1.1 400 No")).isInstanceOf(Outcome.Refused.class);
    }

    @Test
    void whatAReceiverSaysIsCut() {
        var outcome = new Outcome.Refused("x".repeat(5_000), "");
        assertThat(outcome.why()).hasSizeLessThanOrEqualTo(Outcome.MOST_SAID + 1);
    }

    @Test
    void whatDoesNotEndIsBrokenOff() throws Exception {
        var interrupted = new CountDownLatch(1);
        var outcome =
                Couriers.within(
                        Duration.ofMillis(10),
                        "test",
                        () -> {
                            try {
                                new CountDownLatch(1).await();
                            } finally {
                                interrupted.countDown();
                            }
                            return new Outcome.Sent("never");
                        });

        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        assertThat(interrupted.await(60, TimeUnit.SECONDS)).isTrue();
    }
}
