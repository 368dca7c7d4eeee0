package io.drme.edge;

import static io.drme.edge.RunningGateway.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.config.InvalidConfigException;
import io.drme.driver.DeviceStatus;
import io.drme.testing.RouteMatrix;
import io.drme.web.Role;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole agent against simulated devices, seen from outside. */
class AgentTest {
    private static final String CONFIG =
            """
            gateway: {id: line-1, site: acme/test}
            devices:
              press:
                driver: modbus
                url: "@press@"
                unit-id: 1
                poll: 50ms
                timeout: 2s
                tags:
                  level: {address: "holding:10", type: uint16}
                  count: {address: "holding:100", type: uint64}
              other:
                driver: modbus
                url: "@other@"
                unit-id: 1
                poll: 50ms
                timeout: 2s
                tags:
                  level: {address: "holding:10", type: uint16, deadband: 1}
            alarms:
              too-high: {tag: "press/level", high: 80, on-delay: 0s, priority: high, message: "Too high", action: "Look"}
            store: {sync-every: 50ms}
            web: {listen: "127.0.0.1:0"}
            """;

    private static final int SEALED_BLOCKS = 6;

    @TempDir private Path folder;

    private PlayedLine line;

    @BeforeEach
    void startLine() throws Exception {
        line = PlayedLine.start();
    }

    @AfterEach
    void stopLine() {
        line.close();
    }

    private String config() {
        return CONFIG.replace("@press@", line.url("press")).replace("@other@", line.url("other"));
    }

    private Path file() {
        return folder.resolve("gateway.yaml");
    }

    private Path data() {
        return folder.resolve("data");
    }

    private RunningGateway start(String yaml) throws Exception {
        Files.writeString(file(), yaml);
        return RunningGateway.start(file(), data());
    }

    private static JsonObject latest(RunningGateway gateway, String tag) {
        return gateway.items("/api/v1/latest?match=line-1/" + tag).getFirst();
    }

    private static void awaitLevel(RunningGateway gateway, int level) throws Exception {
        await(
                "level " + level,
                () ->
                        latest(gateway, "press/level").getValue("value") instanceof Number n
                                && n.doubleValue() == level);
    }

    private HttpApply apply(RunningGateway gateway, String yaml, String within) throws Exception {
        Files.writeString(file(), yaml);
        var body = new JsonObject().put("file", file().toString());
        if (!within.isEmpty()) {
            body.put("confirmWithin", within);
        }
        var response = gateway.post("/api/v1/configuration/apply", body.encode());
        return new HttpApply(response.statusCode(), new JsonObject(response.body()));
    }

    private record HttpApply(int status, JsonObject body) {
        List<String> changes() {
            return body.getJsonArray("changes").stream().map(String.class::cast).toList();
        }
    }

    @Test
    void whatADeviceHoldsIsTheLatestValue() throws Exception {
        try (var gateway = start(config())) {
            awaitLevel(gateway, 50);
            line.write("press", PlayedLine.LEVEL, 61);
            awaitLevel(gateway, 61);
            assertThat(latest(gateway, "press/level").getString("quality")).isEqualTo("good");
            assertThat(latest(gateway, "other/level").getInteger("value")).isEqualTo(7);
        }
    }

    @Test
    void anAlarmIsRaisedAcknowledgedAndOnRecordWithWhoDidItAfterARestart() throws Exception {
        String id;
        try (var gateway = start(config())) {
            awaitLevel(gateway, 50);
            line.write("press", PlayedLine.LEVEL, 81);
            await("the alarm", () -> !gateway.items("/api/v1/alarms").isEmpty());
            var raised = gateway.items("/api/v1/alarms").getFirst();
            id = raised.getString("id");
            assertThat(raised.getString("state")).isEqualTo("unacknowledged");
            assertThat(raised.getInteger("value")).isEqualTo(81);

            var answer =
                    gateway.post(
                            "/api/v1/alarms/" + id + "/acknowledge",
                            "{\"comment\": \"on my way\"}",
                            gateway.tokenOf("olga", Role.OPERATOR));
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(new JsonObject(answer.body()).getString("acknowledgedBy")).isEqualTo("olga");
        }
        try (var gateway = start(config())) {
            var after = gateway.items("/api/v1/alarms").getFirst();
            assertThat(after.getString("id")).isEqualTo(id);
            assertThat(after.getString("state")).isEqualTo("acknowledged");
            assertThat(after.getString("acknowledgedBy")).isEqualTo("olga");
        }
    }

    // Who mends a machine is not called to it; and what was taken out is still out after a restart.
    @Test
    void alarmsOfADeviceInMaintenanceAreOutOfServiceUntilItIsEnded() throws Exception {
        try (var gateway = start(config())) {
            awaitLevel(gateway, 50);
            var answer =
                    gateway.post(
                            "/api/v1/devices/press/maintenance",
                            "{\"for\": \"2h\", \"reason\": \"seal\"}",
                            gateway.tokenOf("erna", Role.ENGINEER));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            line.write("press", PlayedLine.LEVEL, 81);
            awaitLevel(gateway, 81);
        }
        try (var gateway = start(config())) {
            awaitLevel(gateway, 81);
            var out = gateway.items("/api/v1/alarms?state=out-of-service").getFirst();
            assertThat(out.getString("name")).isEqualTo("too-high");
            assertThat(gateway.items("/api/v1/alarms")).hasSize(1);

            assertThat(gateway.post("/api/v1/devices/press/maintenance/end", "{}").statusCode())
                    .isEqualTo(200);
            var back = gateway.items("/api/v1/alarms").getFirst();
            assertThat(back.getString("state")).isEqualTo("unacknowledged");
            assertThat(
                            gateway.post(
                                            "/api/v1/devices/nothing/maintenance",
                                            "{\"for\": \"2h\", \"reason\": \"seal\"}")
                                    .statusCode())
                    .isEqualTo(404);
        }
    }

    // The condition holds across the restart; a second occurrence would call people twice.
    @Test
    void anAlarmThatStandsOverARestartIsTheSameOccurrence() throws Exception {
        line.write("press", PlayedLine.LEVEL, 90);
        try (var gateway = start(config())) {
            await("the alarm", () -> !gateway.items("/api/v1/alarms").isEmpty());
        }
        try (var gateway = start(config())) {
            awaitLevel(gateway, 90);
            assertThat(gateway.items("/api/v1/alarms")).hasSize(1);
        }
    }

    @Test
    void anAlarmThatIsNoLongerConfiguredAfterARestartEndsWithARecord() throws Exception {
        line.write("press", PlayedLine.LEVEL, 90);
        try (var gateway = start(config())) {
            await("the alarm", () -> !gateway.items("/api/v1/alarms").isEmpty());
        }
        var without = config().replaceAll("(?m)^(alarms:|  too-high:).*\\n", "");
        try (var gateway = start(without)) {
            await("its end", () -> gateway.items("/api/v1/alarms").isEmpty());
            var ended = gateway.items("/api/v1/alarms?state=normal").getFirst();
            assertThat(ended.getString("name")).isEqualTo("too-high");
        }
    }

    @Test
    void historyAndGapsAnswerAndTheBookBalances() throws Exception {
        try (var gateway = start(config())) {
            await(
                    "ten counts",
                    () -> gateway.items("/api/v1/history?tag=press/count").size() >= 10);
            var counts =
                    gateway.items("/api/v1/history?tag=press/count").stream()
                            .map(s -> s.getInteger("value"))
                            .toList();
            assertThat(counts).isSorted().doesNotContainNull();
            assertThat(gateway.items("/api/v1/history?tag=press/count&step=1s&functions=max"))
                    .isNotEmpty();
            // The hour before the start is a gap; the time since then is none.
            assertThat(gateway.items("/api/v1/gaps?tag=press/count")).isNotEmpty();

            var book = gateway.get("/api/v1/reconcile");
            assertThat(book.getBoolean("balanced")).isTrue();
            assertThat(book.getLong("read"))
                    .isEqualTo(book.getLong("accepted") + book.getLong("filtered"));
            assertThat(book.getLong("filtered")).as("'other/level' stands still").isPositive();
        }
    }

    @Test
    void aBrokenFileStartsTheLastGoodOneAndRaisesAnAlarm() throws Exception {
        try (var gateway = start(config())) {
            awaitLevel(gateway, 50);
        }
        try (var gateway = start(config().replace("poll: 50ms", "poll: soon"))) {
            awaitLevel(gateway, 50);
            await(
                    "the alarm",
                    () ->
                            gateway.items("/api/v1/alarms").stream()
                                    .anyMatch(a ->
                                            "configuration-broken".equals(a.getString("name"))));
            assertThat(
                            gateway.get("/api/v1/status")
                                    .getJsonObject("configuration")
                                    .getString("broken"))
                    .contains("poll");
        }
    }

    @Test
    void theStoreTellsHowLongItLastsAndWhatItCostsTheDisk() throws Exception {
        try (var gateway = start(config())) {
            awaitLevel(gateway, 50);
            var store = gateway.get("/api/v1/store");
            assertThat(store.getString("whenFull")).isEqualTo("drop-oldest");
            assertThat(store.getValue("autonomyHours")).as("in the first minute").isNull();
            assertThat(store.getString("autonomy")).startsWith("not known");
            await("written", () -> gateway.get("/api/v1/store").getLong("writtenBytes") > 0);
            assertThat(gateway.get("/api/v1/status").getJsonObject("store").fieldNames())
                    .containsExactlyElementsOf(store.fieldNames());
            assertThat(gateway.text("/metrics"))
                    .contains("drme_store_written_bytes_total")
                    .doesNotContain("drme_store_autonomy_hours");
        }
    }

    // Each section is right by itself; only together they are not.
    @Test
    void aFileWhosePartsDoNotFitStartsTheLastGoodOneToo() throws Exception {
        try (var gateway = start(config())) {
            awaitLevel(gateway, 50);
        }
        try (var gateway = start(config().replace("tag: \"press/level\"", "tag: \"press/none\""))) {
            awaitLevel(gateway, 50);
        }
    }

    @Test
    void aBrokenFileAndNoLastGoodOneIsRefused() {
        assertThatThrownBy(() -> start(config().replace("poll: 50ms", "poll: soon")))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("devices.press.poll");
    }

    // A hole whose block can't be read must not say that the gateway was down. One byte spoils a
    // block's content; a longer stretch also what says which block it is.
    @ParameterizedTest
    @ValueSource(ints = {1, 300})
    void aHoleThatTheDiskMadeIsNamedDamaged(int bytes) throws Exception {
        var yaml = config().replace("sync-every: 50ms", "sync-every: 50ms, seal-every: 1s");
        try (var gateway = start(yaml)) {
            await(
                    "some blocks",
                    () -> Files.size(dataSegment()) > 0 && sealed(gateway) >= SEALED_BLOCKS);
        }
        spoilTheMiddle(dataSegment(), bytes);
        try (var gateway = start(yaml)) {
            var gaps = gateway.items("/api/v1/gaps?tag=press/count");
            assertThat(gaps)
                    .anySatisfy(g -> {
                        assertThat(g.getString("reason")).isEqualTo("damaged");
                        assertThat(g.getString("detail")).contains("can't be read any more");
                    });
            var part = gateway.get("/api/v1/gaps?tag=press/count&limit=1");
            assertThat(part.getJsonArray("items")).hasSize(1);
            assertThat(part.getString("next")).as("there are more").isNotNull();
            awaitLevel(gateway, 50);
        }
    }

    private static long sealed(RunningGateway gateway) {
        return gateway.get("/api/v1/store").getLong("pendingBlocks");
    }

    private Path dataSegment() throws IOException {
        try (var files = Files.walk(data())) {
            return files.filter(f -> f.toString().endsWith(".seg"))
                    .filter(f -> data().relativize(f).toString().contains("/data/"))
                    .findFirst()
                    .orElse(file());
        }
    }

    private static void spoilTheMiddle(Path file, int count) throws IOException {
        var bytes = Files.readAllBytes(file);
        int middle = bytes.length / 2;
        for (int i = middle - count / 2; i < middle - count / 2 + count; i++) {
            bytes[i] ^= 0x5A;
        }
        Files.write(file, bytes);
    }

    private static DeviceStatus status(RunningGateway gateway, String device) {
        return gateway.agent.supervisor().statuses().stream()
                .filter(d -> d.device().equals(device))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void applyTouchesOnlyTheDeviceThatChanged() throws Exception {
        try (var gateway = start(config())) {
            awaitLevel(gateway, 50);
            await("polls", () -> status(gateway, "other").counters().polls() > 5);
            var before = status(gateway, "other").counters();

            var changed = config().replaceFirst("type: uint16}", "type: uint16, scale: 2}");
            var applied = apply(gateway, changed, "");
            assertThat(applied.changes()).containsExactly("~ device press");
            awaitLevel(gateway, 100);

            var after = status(gateway, "other").counters();
            assertThat(after.polls()).as("its loop goes on").isGreaterThanOrEqualTo(before.polls());
            assertThat(after.connects()).isEqualTo(1);
        }
    }

    @Test
    void theSameFileAgainChangesNothing() throws Exception {
        try (var gateway = start(config())) {
            awaitLevel(gateway, 50);
            long version = version(gateway);

            assertThat(apply(gateway, config(), "").changes()).isEmpty();
            assertThat(version(gateway)).isEqualTo(version);
            assertThat(status(gateway, "press").counters().connects()).isEqualTo(1);
        }
    }

    private static long version(RunningGateway gateway) {
        return gateway.get("/api/v1/status").getJsonObject("configuration").getLong("version");
    }

    @Test
    void anApplyThatNobodyConfirmsGoesBack() throws Exception {
        try (var gateway = start(config())) {
            awaitLevel(gateway, 50);
            var changed = config().replaceFirst("type: uint16}", "type: uint16, scale: 2}");
            var applied = apply(gateway, changed, "1s");
            assertThat(applied.body().getBoolean("onTrial")).isTrue();

            await("back", () -> version(gateway) > applied.body().getLong("version"));
            awaitLevel(gateway, 50);
            assertThat(gateway.post("/api/v1/configuration/confirm", "{}").statusCode())
                    .as("nothing is on trial any more")
                    .isEqualTo(409);
        }
    }

    @Test
    void anApplyThatIsConfirmedStays() throws Exception {
        try (var gateway = start(config())) {
            awaitLevel(gateway, 50);
            var changed = config().replace("high: 80", "high: 70");
            var applied = apply(gateway, changed, "60s");

            assertThat(gateway.post("/api/v1/configuration/confirm", "{}").statusCode())
                    .isEqualTo(200);
            assertThat(version(gateway)).isEqualTo(applied.body().getLong("version"));
        }
    }

    // The value does not move, so only the reload itself can see that it is beyond the new limit.
    @Test
    void aLowerLimitIsSeenAtOnceOnAValueThatStandsStill() throws Exception {
        var still = config().replace("type: uint16}", "type: uint16, deadband: 1}");
        try (var gateway = start(still)) {
            awaitLevel(gateway, 50);
            apply(gateway, still.replace("high: 80", "high: 40"), "");
            await("the alarm", () -> !gateway.items("/api/v1/alarms").isEmpty());
        }
    }

    @Test
    void aRefusedApplyLeavesWhatRan() throws Exception {
        try (var gateway = start(config())) {
            awaitLevel(gateway, 50);
            var refused = apply(gateway, config().replace("high: 80", "hihg: 80"), "");

            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.body().encode()).contains("alarms.too-high");
            assertThat(version(gateway)).isEqualTo(1);
        }
    }

    @Test
    void everyRouteLetsInWhomItsRuleNamesAndNobodyElse() throws Exception {
        try (var gateway = start(config())) {
            var routes = new ArrayList<RouteMatrix.Route>();
            var paths = gateway.get("/openapi.json").getJsonObject("paths");
            for (var path : paths.fieldNames()) {
                for (var operation : paths.getJsonObject(path)) {
                    routes.add(
                            new RouteMatrix.Route(
                                    operation.getKey().toUpperCase(Locale.ROOT),
                                    path,
                                    ((JsonObject) operation.getValue()).getString("x-drme-rule")));
                }
            }
            var tokens =
                    Map.of(
                            "viewer", gateway.tokenOf("v", Role.VIEWER),
                            "wall", gateway.tokenOf("w", Role.WALL),
                            "operator", gateway.tokenOf("o", Role.OPERATOR),
                            "engineer", gateway.tokenOf("e", Role.ENGINEER),
                            "admin", gateway.tokenOf("a", Role.ADMIN));
            assertThat(RouteMatrix.walk(gateway.url(), routes, tokens)).isGreaterThan(80);
        }
    }

    @Test
    void badBodiesAreRefusedWithAProblem() throws Exception {
        try (var gateway = start(config())) {
            for (var path :
                    List.of(
                            "/api/v1/configuration/apply",
                            "/api/v1/tags/write",
                            "/api/v1/alarms/x/shelve",
                            "/api/v1/alarms/out-of-service",
                            "/api/v1/devices/press/maintenance",
                            "/api/v1/alarms/x/comment",
                            "/api/v1/alarms/acknowledge")) {
                for (var body : List.of("", "{", "[]", "7", "{}", "{\"unknown\": 1}", "\u0000")) {
                    var answer = gateway.post(path, body);
                    assertThat(answer.statusCode()).as(path + " " + body).isBetween(400, 499);
                    assertThat(answer.headers().firstValue("content-type").orElse(""))
                            .isEqualTo("application/problem+json");
                }
            }
        }
    }
}
