package io.drme.edge;

import static io.drme.edge.RunningGateway.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole agent with pipelines that need more time than there is. */
class OverloadTest {
    private static final int TAGS = 100;
    private static final int HEAVY = 40;

    /**
     * Nearly the longest expression that there may be: some cores are not enough for all of them.
     */
    private static final String COSTLY = "value" + " + log(abs(value) + 2.5)".repeat(18);

    @TempDir private Path folder;

    private static String yaml(PlayedLine line) {
        var tags =
                IntStream.range(0, TAGS)
                        .mapToObj(i ->
                                "      t%d: {address: \"holding:10\", type: uint16, scale: 1.5}"
                                        .formatted(i))
                        .collect(Collectors.joining("\n"));
        var steps =
                IntStream.range(0, 32)
                        .mapToObj(_ -> "{map: \"" + COSTLY + "\"}")
                        .collect(Collectors.joining(", "));
        var pipelines =
                IntStream.range(0, HEAVY)
                        .mapToObj(i ->
                                "  heavy-%d: {from: \"press/*\", steps: [%s], to: \"heavy-%d/{tag}\", within: 100ms, sync: local}"
                                        .formatted(i, steps, i))
                        .collect(Collectors.joining("\n"));
        return """
        gateway: {id: line-1}
        devices:
          press:
            driver: modbus
            url: "@press@"
            poll: 10ms
            timeout: 2s
            tags:
        @tags@
          other:
            driver: modbus
            url: "@other@"
            poll: 50ms
            timeout: 2s
            tags: {level: {address: "holding:10", type: uint16}}
        pipelines:
          light: {from: "other/*", steps: [{map: "value + 1"}], to: "light/{tag}", weight: 100, within: 200ms}
        @pipelines@
        store: {sync-every: 50ms}
        web: {listen: "127.0.0.1:0"}
        """
                .replace("@press@", line.url("press"))
                .replace("@other@", line.url("other"))
                .replace("@tags@", tags)
                .replace("@pipelines@", pipelines);
    }

    private static JsonObject engine(RunningGateway gateway) {
        return gateway.get("/api/v1/status").getJsonObject("engine");
    }

    private static JsonArray slowed(RunningGateway gateway) {
        return engine(gateway).getJsonArray("slowedDevices");
    }

    private static JsonObject device(RunningGateway gateway, String name) {
        return gateway.items("/api/v1/devices").stream()
                .filter(d -> d.getString("device").equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anOverloadedGatewaySlowsDevicesDownSaysSoAndLosesNothing() throws Exception {
        var file = folder.resolve("gateway.yaml");
        try (var line = PlayedLine.start()) {
            Files.writeString(file, yaml(line));
            try (var gateway = RunningGateway.start(file, folder.resolve("data"))) {
                await(
                        "the device that only heavy pipelines read is slowed down",
                        () ->
                                String.valueOf(device(gateway, "press").getValue("reason"))
                                        .startsWith("polled "));

                assertThat(device(gateway, "press").getString("state")).isEqualTo("good");
                assertThat(device(gateway, "press").getString("reason"))
                        .contains(" times as seldom: pipeline 'heavy-");
                assertThat(slowed(gateway).encode()).contains("\"press\"");
                assertThat(gateway.text("/metrics"))
                        .contains("drme_device_pace{device=\"press\"}")
                        .contains("drme_pipeline_deferred_total{pipeline=\"heavy-0\"}");
                await(
                        "slowed polls are counted",
                        () -> device(gateway, "press").getLong("slowedPolls") > 0);

                await(
                        "everything is accounted for",
                        () ->
                                gateway.get("/api/v1/reconcile?gateway=line-1")
                                        .getBoolean("balanced"));
                var reconcile = gateway.get("/api/v1/reconcile?gateway=line-1");
                assertThat(reconcile.getJsonObject("dropped")).isEmpty();
                assertThat(reconcile.getLong("derived")).isPositive();
            }
        }
    }
}
