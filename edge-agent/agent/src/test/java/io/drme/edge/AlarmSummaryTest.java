package io.drme.edge;

import static io.drme.edge.RunningGateway.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.drme.log.EventItem;
import io.drme.log.FileDisk;
import io.drme.log.Store;
import io.drme.log.StoreConfig;
import io.drme.log.StoreSetup;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.schema.AlarmFlood;
import io.drme.schema.BadEventException;
import io.drme.schema.EventSchema;
import io.drme.schema.Payloads;
import io.drme.time.SystemClock;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What alarms ask of people, as the gateway tells it, over a restart.
 *
 * <p>Planted and found: a start that counts from nothing; a flood that is recorded again.
 */
class AlarmSummaryTest {
    private static final int ALARMS = 12;
    private static final String HEAD =
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
            store: {sync-every: 50ms}
            web: {listen: "127.0.0.1:0"}
            alarms:
              a00: {tag: "press/level", high: 60, priority: medium, first-out: "{device}-trip", escalate-after: 1s, escalate-to: critical}
            """;

    @TempDir private Path folder;

    private static String config(PlayedLine line) {
        return HEAD.replace("@press@", line.url("press"))
                + IntStream.range(1, ALARMS)
                        .mapToObj(
                                "  a%02d: {tag: \"press/level\", high: 61, first-out: press-trip}%n"
                                        ::formatted)
                        .collect(Collectors.joining());
    }

    private static JsonObject a00(RunningGateway gateway) {
        return gateway.items("/api/v1/alarms").stream()
                .filter(a -> a.getString("name").equals("a00"))
                .findFirst()
                .orElseGet(JsonObject::new);
    }

    @Test
    void ratesFloodsFirstOutAndEscalationGoOnAfterARestart() throws Exception {
        JsonObject before;
        try (var line = PlayedLine.start()) {
            var file = Files.writeString(folder.resolve("gateway.yaml"), config(line));
            try (var gateway = RunningGateway.start(file, folder.resolve("data"))) {
                line.write("press", PlayedLine.LEVEL, 81);
                await("the alarms", () -> gateway.items("/api/v1/alarms").size() == ALARMS);
                await(
                        "its priority is raised",
                        () -> "critical".equals(a00(gateway).getString("priority")));
                assertThat(a00(gateway).getString("escalatedFrom")).isEqualTo("medium");
                assertThat(a00(gateway).getString("by")).isEqualTo("system");
                before = gateway.get("/api/v1/alarms/summary");
                check(before);
            }
            try (var gateway = RunningGateway.start(file, folder.resolve("data"))) {
                var after = gateway.get("/api/v1/alarms/summary");
                check(after);
                for (var part : List.of("firstOut", "frequent", "byPriority")) {
                    assertThat(after.getValue(part)).as(part).isEqualTo(before.getValue(part));
                }
                assertThat(floods(after).getString("since"))
                        .isEqualTo(floods(before).getString("since"));
                var steps =
                        gateway.get("/api/v1/alarms/" + a00(gateway).getString("id"))
                                .getJsonArray("steps");
                assertThat(steps).hasSize(2);
                assertThat(steps.getJsonObject(1).getString("priority")).isEqualTo("critical");
            }
        }
        assertThat(recordedFloods())
                .singleElement()
                .satisfies(flood -> {
                    assertThat(flood.kind()).isEqualTo(AlarmFlood.BEGAN);
                    assertThat(flood.first()).hasSize(AlarmFlood.MOST_FIRST);
                });
    }

    private static JsonObject floods(JsonObject summary) {
        return summary.getJsonObject("flood").getJsonArray("floods").getJsonObject(0);
    }

    private static void check(JsonObject summary) {
        assertThat(summary.getString("gateway")).isEqualTo("line-1");
        var rate = summary.getJsonObject("rate");
        assertThat(rate.getInteger("last10Minutes")).isEqualTo(ALARMS);
        assertThat(rate.getInteger("total")).isEqualTo(ALARMS);
        assertThat(rate.getString("verdict")).isEqualTo("flood");
        assertThat(summary.getJsonObject("flood").getBoolean("active")).isTrue();
        assertThat(floods(summary).getJsonArray("first").getJsonObject(0).getString("name"))
                .isEqualTo("a00");
        var group = summary.getJsonArray("firstOut").getJsonObject(0);
        assertThat(group.getString("group")).isEqualTo("press-trip");
        assertThat(group.getInteger("alarms")).isEqualTo(ALARMS);
        assertThat(group.getJsonObject("first").getString("name")).isEqualTo("a00");
        assertThat(summary.getJsonObject("open").getInteger("unacknowledged")).isEqualTo(ALARMS);
        assertThat(summary.getJsonArray("standing")).isEmpty();
    }

    private List<AlarmFlood> recordedFloods() throws Exception {
        var found = new ArrayList<AlarmFlood>();
        try (var store =
                Store.open(
                        new StoreSetup(
                                new FileDisk(folder.resolve("data")),
                                StoreConfig.defaults(),
                                new GatewayId("line-1"),
                                new SystemClock(),
                                new Random(1)))) {
            var log = store.view();
            for (var range : log.held(StreamKind.EVENTS).ranges()) {
                for (long n = range.from(); n <= range.to(); n++) {
                    var item = log.read(StreamKind.EVENTS, n).flatMap(EventItem::decode);
                    if (item.isPresent()
                            && item.get().event().schemaId() == EventSchema.ALARM_FLOOD.id()) {
                        found.add(flood(item.get()));
                    }
                }
            }
        }
        return found;
    }

    private static AlarmFlood flood(EventItem item) {
        try {
            return (AlarmFlood) Payloads.of(item.event());
        } catch (BadEventException e) {
            throw new IllegalStateException(e);
        }
    }
}
