package io.drme.edge;

import static io.drme.edge.RunningGateway.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.DeviceStatus;
import io.drme.sim.Plant;
import io.drme.time.SystemClock;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A reload touches only what changed, by counts: of the devices that it leaves alone none connects
 * again or fails, also where they share a line with one that it restarts, and of the values that
 * they push not one is missing.
 */
class ReloadCountsTest {
    private static final String SCENARIO =
            """
            seed: 1
            devices:
              bus:
                protocol: modbus
                listen: "127.0.0.1:0"
                units:
                  1: {points: {level: {address: "holding:0", value: 1}}}
                  2: {points: {level: {address: "holding:0", value: 2}}}
                  3: {points: {level: {address: "holding:0", value: 3}}}
              boiler:
                protocol: opcua
                listen: "127.0.0.1:0"
                path: /boiler
                security: [none]
                tick: 20ms
                nodes:
                  "nsu=urn:t;s=Count": {type: int64, value: {counter: {start: 1, step: 1, every: 100ms}}}
              cabinet:
                protocol: gpio
                listen: "127.0.0.1:0"
                lines:
                  5: {value: {square: {period: 200ms, duty: 0.5}}}
            """;
    private static final String CONFIG =
            """
            gateway: {id: line-1, site: acme/test}
            profiles:
              meter: {driver: modbus, timeout: 5s, poll: 20ms, tags: {level: {address: "holding:0", type: uint16}}}
            devices:
              meter-1: {profile: meter, url: "@bus@", unit-id: 1}
              meter-2: {profile: meter, url: "@bus@", unit-id: 2}
              meter-3: {driver: modbus, url: "@bus@", unit-id: 3, timeout: 5s, poll: 20ms, tags: {level: {address: "holding:0", type: uint16, scale: @scale@}}}
              boiler: {driver: opcua, url: "@boiler@/boiler", tags: {count: {address: "nsu=urn:t;s=Count", type: int64, sampling: 20ms}}}
              cabinet: {driver: gpio, url: "@cabinet@", tags: {door: {address: "line:5"}}}
            store: {sync-every: 50ms}
            web: {listen: "127.0.0.1:0"}
            """;
    private static final List<String> UNTOUCHED =
            List.of("meter-1", "meter-2", "boiler", "cabinet");
    private static final int RELOADS = 6;

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

    private Path file(int scale) throws Exception {
        var text =
                CONFIG.replace("@bus@", "tcp://127.0.0.1:" + plant.address("bus").getPort())
                        .replace(
                                "@boiler@",
                                "opc.tcp://127.0.0.1:" + plant.address("boiler").getPort())
                        .replace(
                                "@cabinet@",
                                "sim://127.0.0.1:" + plant.address("cabinet").getPort())
                        .replace("@scale@", Integer.toString(scale));
        return Files.writeString(folder.resolve("gateway.yaml"), text);
    }

    @Test
    void devicesThatAReloadLeavesAloneKeepTheirConnectionsAndSamples() throws Exception {
        try (var gateway = RunningGateway.start(file(1), folder.resolve("data"))) {
            for (var device : UNTOUCHED) {
                awaitTicks(gateway, device, 3);
            }
            for (int scale = 2; scale < 2 + RELOADS; scale++) {
                reload(gateway, scale);
                int expected = 3 * scale;
                await("the changed device is read", () -> isLevel(gateway, expected));
            }
            awaitTicks(gateway, "boiler", 20);
            for (var device : UNTOUCHED) {
                var counters = status(gateway, device).counters();
                assertThat(counters.connects()).as("connects of %s", device).isEqualTo(1);
                assertThat(counters.failures()).as("failures of %s", device).isZero();
                assertThat(counters.failedPolls()).as("failed polls of %s", device).isZero();
                assertThat(counters.badSamples()).as("bad samples of %s", device).isZero();
            }
            allIsStoredOnce(gateway, "meter-1", "level");
            allIsStoredOnce(gateway, "meter-2", "level");
            allIsStoredOnce(gateway, "boiler", "count");
            allIsStoredOnce(gateway, "cabinet", "door");
            var counts = history(gateway, "boiler/count");
            for (int i = 1; i < counts.size(); i++) {
                assertThat(number(counts.get(i))).isGreaterThan(number(counts.get(i - 1)));
            }
            var doors = history(gateway, "cabinet/door");
            for (int i = 1; i < doors.size(); i++) {
                assertThat(doors.get(i).getBoolean("value"))
                        .as("edge %d of a line whose every edge is pushed", i)
                        .isNotEqualTo(doors.get(i - 1).getBoolean("value"));
            }
        }
    }

    /** As many samples are in the store as the device has handed on. */
    private static void allIsStoredOnce(RunningGateway gateway, String device, String path)
            throws Exception {
        long handedOn = status(gateway, device).counters().samples();
        await(
                "all samples of " + device,
                () -> history(gateway, device + "/" + path).size() >= handedOn);
        int stored = history(gateway, device + "/" + path).size();
        assertThat(stored)
                .as("stored samples of %s", device)
                .isLessThanOrEqualTo((int) status(gateway, device).counters().samples());
    }

    private void reload(RunningGateway gateway, int scale) throws Exception {
        var body = new JsonObject().put("file", file(scale).toString());
        var response = gateway.post("/api/v1/configuration/apply", body.encode());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(new JsonObject(response.body()).getJsonArray("changes"))
                .containsExactly("~ device meter-3");
    }

    private static boolean isLevel(RunningGateway gateway, int expected) {
        var latest = gateway.items("/api/v1/latest?match=line-1/meter-3/level").getFirst();
        return latest.getValue("value") instanceof Number level && level.intValue() == expected;
    }

    private static long number(JsonObject sample) {
        return ((Number) sample.getValue("value")).longValue();
    }

    private static List<JsonObject> history(RunningGateway gateway, String tag) {
        return gateway.items(
                "/api/v1/history?gateway=line-1&tag=%s&from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&limit=10000"
                        .formatted(tag));
    }

    private static void awaitTicks(RunningGateway gateway, String device, int more)
            throws Exception {
        long from = status(gateway, device).counters().samples();
        await(
                "samples of " + device,
                () -> status(gateway, device).counters().samples() >= from + more);
    }

    private static DeviceStatus status(RunningGateway gateway, String device) {
        return gateway.agent.supervisor().statuses().stream()
                .filter(d -> d.device().equals(device))
                .findFirst()
                .orElseThrow();
    }
}
