package io.drme.edge;

import static io.drme.edge.RunningGateway.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.drme.edge.notify.SmtpPeer;
import io.drme.edge.notify.WebPeer;
import io.drme.sim.Plant;
import io.drme.testing.Certificates;
import io.drme.time.SystemClock;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole gateway that tells people of its alarms: web server, mail server and horn are real. */
class NotificationsTest {
    private static final int HORN = 6;
    private static final int LAMP = 3;
    private static final String SCENARIO =
            """
            devices:
              cabinet: {protocol: gpio, listen: "127.0.0.1:0", chip-lines: 8}
              press: {protocol: modbus, listen: "127.0.0.1:0", units: {1: {fill: {"holding:0-9": {value: 0}}}}}
            """;
    private static final String CONFIG =
            """
            gateway: {id: line-1, site: acme/test}
            devices:
              cabinet:
                driver: gpio
                url: "@cabinet@"
                timeout: 5s
                tags:
                  lamp: {address: "line:3", access: write, safe: 0}
                  horn: {address: "line:6", access: write, safe: 0}
              press:
                driver: modbus
                url: "@press@"
                timeout: 5s
                poll: 50ms
                tags:
                  oil: {address: "holding:4", type: int16, unit: Cel, access: write}
                  secret: {address: "holding:5", type: int16, access: write, sync: local}
            alarms:
              oil-hot: {tag: press/oil, high: 80, priority: high, message: "Oil is too hot", action: "Stop the press"}
              recipe: {tag: press/secret, high: 10, priority: critical, message: "The recipe leaks"}
            store: {sync-every: 50ms}
            web: {listen: "127.0.0.1:0"}
            """;

    @TempDir private Path folder;

    private Plant plant;

    @BeforeEach
    void startPlant() throws Exception {
        plant = Plant.parse("t", SCENARIO, Plant.Overrides.NONE, new SystemClock());
        plant.start();
    }

    @AfterEach
    void stopPlant() {
        plant.close();
    }

    private Path file(String notifications) throws Exception {
        return Files.writeString(
                folder.resolve("gateway.yaml"),
                CONFIG.replace("@cabinet@", "sim://127.0.0.1:" + plant.address("cabinet").getPort())
                                .replace(
                                        "@press@",
                                        "tcp://127.0.0.1:" + plant.address("press").getPort())
                        + notifications);
    }

    private RunningGateway start(String notifications) throws Exception {
        var gateway = RunningGateway.start(file(notifications), folder.resolve("data"));
        await(
                "all was read",
                () ->
                        gateway.items("/api/v1/latest?match=line-1/**").stream()
                                .filter(i -> !i.getString("tag").startsWith("gateway/"))
                                .allMatch(i -> i.getValue("value") != null));
        return gateway;
    }

    private static void write(RunningGateway gateway, String tag, Object value) throws Exception {
        var answer =
                gateway.post(
                        "/api/v1/tags/write",
                        new JsonObject().put("tag", tag).put("value", value).encode());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static void acknowledge(RunningGateway gateway) throws Exception {
        await("an alarm", () -> !gateway.items("/api/v1/alarms?state=unacknowledged").isEmpty());
        for (var alarm : gateway.items("/api/v1/alarms?state=unacknowledged")) {
            var answer =
                    gateway.post(
                            "/api/v1/alarms/%s/acknowledge".formatted(alarm.getString("id")),
                            "{\"comment\": \"on my way\"}");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        }
    }

    private static JsonObject receiver(RunningGateway gateway, String name) {
        return gateway.items("/api/v1/notifications").stream()
                .filter(r -> r.getString("name").equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> transitions(WebPeer peer) {
        return peer.got().stream()
                .map(g -> g.json().getJsonArray("alarms").getJsonObject(0))
                .map(a -> a.getString("name") + " " + a.getString("transition"))
                .toList();
    }

    /** The electrical level of a line of the simulator. */
    private int level(int line) throws Exception {
        return SimulatedChip.level(plant.address("cabinet"), line);
    }

    private static String webhook(WebPeer peer, String more) {
        return "  chat: {webhook: {url: \"http://127.0.0.1:%d/in\"}%s}\n"
                .formatted(peer.port(), more);
    }

    @Test
    void theStoryOfAnAlarmIsToldToEachReceiverInItsWay() throws Exception {
        var certificates = new Certificates(folder);
        certificates.make("mail", "dns:localhost");
        var secret = Files.writeString(folder.resolve("secret"), SmtpPeer.PASSWORD);
        try (var web = new WebPeer();
                var mail = new SmtpPeer(SmtpPeer.Kind.STARTTLS, certificates);
                var gateway =
                        start(
                                "notifications:\n"
                                        + webhook(web, ", on: [raised, acknowledged, returned]")
                                        + """
                                          shift:
                                            email: {server: "smtp://localhost:%d", user: drme, password-file: %s, ca: %s, from: drme@acme.example, to: anna@acme.example}
                                            priority: high
                                            language: de
                                          horn: {output: {tag: cabinet/horn}, priority: high}
                                          lamp: {output: {tag: cabinet/lamp, mode: steady-lamp}}
                                        """
                                                .formatted(
                                                        mail.port(),
                                                        secret,
                                                        certificates.certificate("mail")))) {
            write(gateway, "press/oil", 90);
            await("the horn sounds", () -> level(HORN) == 1 && level(LAMP) == 1);
            await("the mail", () -> !mail.mails().isEmpty());
            assertThat(mail.mails().getFirst().getSubject())
                    .isEqualTo("[line-1] HOCH ausgelöst: Oil is too hot (press/oil)");

            acknowledge(gateway);
            await("the horn is silent", () -> level(HORN) == 0);
            assertThat(level(LAMP)).as("it stands still").isEqualTo(1);

            write(gateway, "press/oil", 20);
            await("the lamp is off", () -> level(LAMP) == 0);
            await(
                    "all is told",
                    () ->
                            transitions(web)
                                    .equals(
                                            List.of(
                                                    "oil-hot raised",
                                                    "oil-hot acknowledged",
                                                    "oil-hot returned")));
            var acknowledged = web.got().get(1).json().getJsonArray("alarms").getJsonObject(0);
            assertThat(acknowledged.getString("comment")).isEqualTo("on my way");
            await(
                    "all is at its end",
                    () ->
                            receiver(gateway, "shift").getInteger("sent") == 2
                                    && receiver(gateway, "chat").getInteger("sent") == 3);
            assertThat(mail.mails()).hasSize(2);
            figuresAreShown(gateway);
        }
    }

    private static void figuresAreShown(RunningGateway gateway) throws Exception {
        assertThat(gateway.get("/api/v1/status").getJsonObject("notifications").getMap())
                .containsEntry("receivers", 4)
                .containsEntry("failing", 0)
                .containsEntry("sent", 5);
        assertThat(gateway.text("/metrics"))
                .contains("drme_notifications_sent_total{receiver=\"chat\"} 3");
        assertThat(gateway.items("/api/v1/notifications").toString())
                .doesNotContain(SmtpPeer.PASSWORD);
    }

    // Due before the end, sent after the next start, with the id that it had.
    @Test
    void whatWaitsWhenTheGatewayEndsIsSentAfterTheNextStart() throws Exception {
        try (var web = new WebPeer()) {
            web.answer(503, Map.of());
            var notifications = "notifications:\n" + webhook(web, ", on: [raised]");
            try (var gateway = start(notifications)) {
                write(gateway, "press/oil", 90);
                await("a try", () -> !web.got().isEmpty());
                await(
                        "it is shown",
                        () -> "failing".equals(receiver(gateway, "chat").getString("state")));
                var delivery = new JsonObject();
                await(
                        "it will be tried again",
                        () -> {
                            delivery.mergeIn(
                                    gateway.items("/api/v1/notifications/chat/deliveries")
                                            .getFirst());
                            return "retrying".equals(delivery.getString("state"));
                        });
                assertThat(delivery.getString("lastError")).isEqualTo("it answers 503");
                assertThat(delivery.getString("nextTry")).isNotNull();
            }
            var id = web.got().getFirst().headers().get("webhook-id");
            int before = web.got().size();
            web.answer(200, Map.of());

            try (var gateway = start(notifications)) {
                await("it is sent", () -> receiver(gateway, "chat").getInteger("sent") == 1);
                assertThat(web.got().get(before).headers()).containsEntry("webhook-id", id);
                assertThat(receiver(gateway, "chat").getInteger("waiting")).isZero();
            }
        }
    }

    @Test
    void ofALocalTagNothingLeavesUnlessTheReceiverMayHaveIt() throws Exception {
        try (var web = new WebPeer();
                var inside = new WebPeer();
                var gateway =
                        start(
                                "notifications:\n"
                                        + webhook(web, "")
                                        + webhook(inside, ", local: true")
                                                .replace("chat", "inside"))) {
            write(gateway, "press/secret", 42);
            await("the one that may", () -> !inside.got().isEmpty());
            write(gateway, "press/oil", 90);
            await("something that may leave", () -> !web.got().isEmpty());

            assertThat(web.got().toString()).doesNotContain("secret", "recipe");
            assertThat(web.got())
                    .allSatisfy(g ->
                            assertThat(g.json().getJsonArray("alarms").stream())
                                    .allSatisfy(a ->
                                            assertThat(((JsonObject) a).getString("tag"))
                                                    .isEqualTo("press/oil")));
            var told = inside.got().getFirst().json().getJsonArray("alarms").getJsonObject(0);
            assertThat(told.getString("tag")).isEqualTo("press/secret");
            assertThat(told.getValue("value")).as("the log does not hold it").isNull();
        }
    }

    @Test
    void aReloadTakesReceiversUpAndTellsWhatALostOneDidNotGet() throws Exception {
        try (var web = new WebPeer();
                var gateway = start("")) {
            write(gateway, "press/oil", 90);
            await("raised", () -> !gateway.items("/api/v1/alarms").isEmpty());
            assertThat(gateway.items("/api/v1/notifications")).isEmpty();
            web.answer(500, Map.of());
            apply(gateway, "notifications:\n" + webhook(web, ""));

            write(gateway, "press/oil", 20);
            await("a try", () -> !web.got().isEmpty());
            assertThat(transitions(web))
                    .as("what was before it came is history")
                    .containsOnly("oil-hot returned");

            apply(gateway, "");
            await(
                    "it is on record",
                    () ->
                            gateway.audits().stream()
                                    .anyMatch(a ->
                                            a.what().equals("notification.dropped")
                                                    && a.target().equals("chat")
                                                    && a.detail()
                                                            .contains("no longer configured")));
        }
    }

    private void apply(RunningGateway gateway, String notifications) throws Exception {
        var answer =
                gateway.post(
                        "/api/v1/configuration/apply",
                        new JsonObject().put("file", file(notifications).toString()).encode());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        await(
                "it is followed",
                () -> gateway.items("/api/v1/notifications").isEmpty() == notifications.isEmpty());
    }

    @Test
    void aHornIsSilencedUntilTheNextAlarm() throws Exception {
        try (var gateway = start("notifications:\n  horn: {output: {tag: cabinet/horn}}\n")) {
            write(gateway, "press/oil", 90);
            await("it sounds", () -> level(HORN) == 1);
            var answer = gateway.post("/api/v1/notifications/horn/silence", "{}");
            assertThat(new JsonObject(answer.body()).getInteger("silenced")).isEqualTo(1);
            await("it is silent", () -> level(HORN) == 0);

            write(gateway, "press/secret", 42);
            await("the next one sounds", () -> level(HORN) == 1);
            assertThat(gateway.audits())
                    .anyMatch(a ->
                            a.what().equals("notification.silence") && a.target().equals("horn"));
        }
        assertThat(level(HORN)).as("safe at the stop").isZero();
    }

    // Planted: the reload forgets the output of before.
    @Test
    void aHornThatIsConfiguredNoMoreOrElsewhereFallsSilent() throws Exception {
        try (var gateway = start("notifications:\n  horn: {output: {tag: cabinet/horn}}\n")) {
            write(gateway, "press/oil", 90);
            await("it sounds", () -> level(HORN) == 1);
            apply(gateway, "notifications:\n  horn: {output: {tag: cabinet/lamp}}\n");
            await("the other output takes over", () -> level(HORN) == 0 && level(LAMP) == 1);

            apply(gateway, "");
            await("it is silent", () -> level(LAMP) == 0);
        }
    }

    @Test
    void theCommandTestsAReceiverAndSaysWhatHappened() throws Exception {
        try (var web = new WebPeer();
                var gateway =
                        start(
                                "notifications:\n"
                                        + webhook(web, "")
                                        + "  horn: {output: {tag: cabinet/horn}}\n")) {
            assertThat(run(gateway, "notifications", "test", "chat"))
                    .startsWith("0 sent: it answers 204");
            assertThat(web.got().getFirst().json().getString("kind")).isEqualTo("test");

            web.answer(401, Map.of());
            assertThat(run(gateway, "notifications", "test", "chat"))
                    .startsWith("1 failed: it answers 401")
                    .contains("check headers and secret-file");
            assertThat(run(gateway, "notifications", "test", "horn"))
                    .contains("cabinet/horn was on");
            assertThat(run(gateway, "notifications")).contains("chat", "webhook", "127.0.0.1");
            assertThat(run(gateway, "notifications", "test", "nobody"))
                    .contains("no such receiver");
            assertThat(gateway.items("/api/v1/notifications/chat/deliveries")).isEmpty();
        }
    }

    private String run(RunningGateway gateway, String... arguments) throws IOException {
        var out = new StringWriter();
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--url", gateway.url().toString()));
        var token = Files.readString(folder.resolve("data/token")).strip();
        int exit =
                Main.run(
                        new PrintWriter(out, true),
                        new PrintWriter(out, true),
                        Map.of("DRME_TOKEN", token),
                        all.toArray(String[]::new));
        return exit + " " + out;
    }
}
