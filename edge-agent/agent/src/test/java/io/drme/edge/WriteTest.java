package io.drme.edge;

import static io.drme.edge.RunningGateway.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.drme.schema.Audit;
import io.drme.sim.Plant;
import io.drme.time.SystemClock;
import io.drme.web.Role;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
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

/** Outputs of a device, as a person on the gateway writes them. */
class WriteTest {
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
                url: "@url@"
                timeout: 5s
                tags:
                  lamp: {address: "line:3", access: write, safe: 0}
                  secret: {address: "line:4", access: write, safe: 0, sync: local}
                  door: {address: "line:5"}
                  horn: {address: "line:6", access: write, safe: 0, on-stop: keep}
              press:
                driver: modbus
                url: "@press@"
                timeout: 5s
                poll: 100ms
                tags:
                  setpoint: {address: "holding:4", type: int16, access: write, scale: 0.1, range: [0, 80]}
                  mode: {address: "holding:5", type: uint16, access: write, enum: {0: stopped, 1: manual}}
                  count: {address: "holding:6", type: uint16}
            pipelines:
              lit: {from: ["cabinet/lamp"], steps: [{map: "!value"}], to: ["dark/{path}"]}
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

    private RunningGateway start() throws Exception {
        var file = folder.resolve("gateway.yaml");
        Files.writeString(
                file,
                CONFIG.replace("@url@", "sim://127.0.0.1:" + plant.address("cabinet").getPort())
                        .replace("@press@", "tcp://127.0.0.1:" + plant.address("press").getPort()));
        var gateway = RunningGateway.start(file, folder.resolve("data"));
        await("all was read", () -> value(gateway, "cabinet/door") != null);
        return gateway;
    }

    private static Object value(RunningGateway gateway, String tag) {
        return gateway.items("/api/v1/latest?match=line-1/" + tag).getFirst().getValue("value");
    }

    private static JsonObject write(RunningGateway gateway, int status, String body)
            throws IOException {
        var answer = gateway.post("/api/v1/tags/write", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return new JsonObject(answer.body());
    }

    /** The electrical level of a line of the simulator. */
    private int level(int line) throws Exception {
        return SimulatedChip.level(plant.address("cabinet"), line);
    }

    @Test
    void whatIsWrittenIsReadBackBecomesASampleAndIsOnRecordWithWhoDidIt() throws Exception {
        try (var gateway = start()) {
            var engineer = gateway.tokenOf("erika", Role.ENGINEER);
            var answer =
                    gateway.post(
                            "/api/v1/tags/write",
                            "{\"tag\": \"cabinet/lamp\", \"value\": true}",
                            engineer);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            var done = new JsonObject(answer.body());
            assertThat(done.getBoolean("value")).isTrue();
            assertThat(done.getString("before")).isEqualTo("false");
            assertThat(done.getString("until")).isNull();
            assertThat(level(3)).isEqualTo(1);
            await("the sample", () -> Boolean.TRUE.equals(value(gateway, "cabinet/lamp")));
            assertThat(gateway.audits())
                    .contains(new Audit("erika", "tag.write", "cabinet/lamp", "false → true"));
        }
        assertThat(level(3)).as("safe at the stop").isZero();
    }

    @Test
    void aModbusRegisterIsWrittenInTheUnitOfTheTagWithinItsRangeAndOnRecord() throws Exception {
        try (var gateway = start()) {
            await("it is read", () -> value(gateway, "press/setpoint") != null);
            var done = write(gateway, 200, "{\"tag\": \"press/setpoint\", \"value\": 42.5}");
            assertThat(done.getDouble("value")).isEqualTo(42.5);
            await(
                    "the sample",
                    () -> Double.valueOf(42.5).equals(value(gateway, "press/setpoint")));
            write(gateway, 200, "{\"tag\": \"press/mode\", \"value\": \"manual\"}");
            await("the word", () -> "manual".equals(value(gateway, "press/mode")));
            assertThat(
                            write(gateway, 422, "{\"tag\": \"press/setpoint\", \"value\": 80.1}")
                                    .getString("detail"))
                    .contains("80.1 is out of range");
            assertThat(
                            write(gateway, 422, "{\"tag\": \"press/mode\", \"value\": \"x\"}")
                                    .toString())
                    .contains("one of: manual, stopped");
            assertThat(write(gateway, 422, "{\"tag\": \"press/count\", \"value\": 1}").toString())
                    .contains("access: write");
            assertThat(gateway.audits())
                    .extracting(Audit::detail)
                    .contains("0.0 → 42.5", "stopped → manual");
        }
    }

    @Test
    void onlyAnEngineerWrites() throws Exception {
        try (var gateway = start()) {
            for (var role : List.of(Role.VIEWER, Role.OPERATOR)) {
                var answer =
                        gateway.post(
                                "/api/v1/tags/write",
                                "{\"tag\": \"cabinet/lamp\", \"value\": true}",
                                gateway.tokenOf(role.name().toLowerCase(Locale.ROOT), role));
                assertThat(answer.statusCode()).isEqualTo(403);
            }
            assertThat(level(3)).isZero();
        }
    }

    @Test
    void aTimeBringsTheSafeValueBackAndTheNextWriteReplacesIt() throws Exception {
        try (var gateway = start()) {
            var done =
                    write(
                            gateway,
                            200,
                            "{\"tag\": \"cabinet/lamp\", \"value\": 1, \"for\": \"200ms\"}");
            assertThat(done.getString("until")).isNotNull();
            await("it falls back", () -> level(3) == 0);
            await(
                    "the record",
                    () ->
                            gateway.audits()
                                    .contains(
                                            new Audit(
                                                    "agent",
                                                    "tag.fall-back",
                                                    "cabinet/lamp",
                                                    "true → false, the time is over that token gave")));
            // What holds for good is not taken back by a time that was given before.
            write(gateway, 200, "{\"tag\": \"cabinet/lamp\", \"value\": 1, \"for\": \"300ms\"}");
            write(gateway, 200, "{\"tag\": \"cabinet/lamp\", \"value\": 1}");
            write(gateway, 200, "{\"tag\": \"cabinet/secret\", \"value\": 1, \"for\": \"400ms\"}");
            await("the later time is over", () -> level(4) == 0);
            assertThat(level(3)).isEqualTo(1);
        }
    }

    @Test
    void aStopBeforeTheTimeIsOverBringsTheSafeValueThoughAStopKeepsWhatIsSet() throws Exception {
        try (var gateway = start()) {
            write(gateway, 200, "{\"tag\": \"cabinet/horn\", \"value\": 1, \"for\": \"1h\"}");
            assertThat(level(6)).isEqualTo(1);
        }
        assertThat(level(6)).isZero();
        try (var gateway = start()) {
            write(gateway, 200, "{\"tag\": \"cabinet/horn\", \"value\": 1}");
        }
        assertThat(level(6)).isEqualTo(1);
    }

    @Test
    void whatCannotBeWrittenIsRefusedWithWhyAndWhatToDo() throws Exception {
        try (var gateway = start()) {
            assertThat(write(gateway, 404, "{\"tag\": \"cabinet/none\", \"value\": 1}").encode())
                    .contains("there is no tag 'cabinet/none'");
            for (var tag : List.of("cabinet/door", "dark/lamp", "gateway/store/failing")) {
                assertThat(
                                write(
                                                gateway,
                                                422,
                                                "{\"tag\": \"%s\", \"value\": 1}".formatted(tag))
                                        .encode())
                        .contains("'" + tag + "' is only read")
                        .contains("access: write");
            }
            for (var value : List.of("2", "\"on\"", "null", "1.0", "[]", "{}")) {
                assertThat(
                                write(
                                                gateway,
                                                422,
                                                "{\"tag\": \"cabinet/lamp\", \"value\": %s}"
                                                        .formatted(value))
                                        .encode())
                        .contains("is not true or false");
            }
            assertThat(
                            write(
                                            gateway,
                                            422,
                                            "{\"tag\": \"cabinet/lamp\", \"value\": 1, \"for\": \"99d\"}")
                                    .encode())
                    .contains("100ms to 30d");
            assertThat(level(3)).isZero();
        }
    }

    @Test
    void aDeviceThatIsAwayIsSaidToBeAndTheTryIsOnRecord() throws Exception {
        try (var gateway = start()) {
            plant.close();
            await(
                    "the loss is seen",
                    () ->
                            gateway.items("/api/v1/devices")
                                    .getFirst()
                                    .getString("state")
                                    .equals("unreachable"));
            assertThat(write(gateway, 503, "{\"tag\": \"cabinet/lamp\", \"value\": 1}").encode())
                    .contains("cabinet is not connected");
            assertThat(gateway.audits())
                    .anyMatch(a ->
                            a.what().equals("tag.write") && a.detail().contains("→ true failed: "));
        }
    }

    // Events go to the centre, and what is local does not.
    @Test
    void theRecordOfALocalTagNamesNeitherTagNorValue() throws Exception {
        try (var gateway = start()) {
            write(gateway, 200, "{\"tag\": \"cabinet/secret\", \"value\": true}");
            assertThat(gateway.audits())
                    .containsExactly(
                            new Audit(
                                    "token",
                                    "tag.write",
                                    "a local tag",
                                    "told in the gateway's log only"));
        }
    }

    @Test
    void aReloadThatRemovesTheOutputLeavesItSafe() throws Exception {
        try (var gateway = start()) {
            write(gateway, 200, "{\"tag\": \"cabinet/lamp\", \"value\": 1}");
            assertThat(level(3)).isEqualTo(1);
            var file = folder.resolve("next.yaml");
            Files.writeString(
                    file,
                    Files.readString(folder.resolve("gateway.yaml"))
                            .replaceAll(" +lamp: .*\n", "")
                            .replaceAll("(?s)pipelines:.*store:", "store:"));
            var answer =
                    gateway.post(
                            "/api/v1/configuration/apply",
                            new JsonObject().put("file", file.toString()).encode());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(level(3)).isZero();
        }
    }

    @Test
    void theCommandWritesAndShowsWhatWasReadBack() throws Exception {
        try (var gateway = start()) {
            var out = new StringWriter();
            var writer = new PrintWriter(out, true);
            var common =
                    List.of(
                            "--url",
                            gateway.url().toString(),
                            "--data",
                            folder.resolve("data").toString());
            var command = new ArrayList<>(List.of("write", "cabinet/lamp", "1", "--for", "30s"));
            command.addAll(common);
            assertThat(Main.run(writer, writer, Map.of(), command.toArray(String[]::new)))
                    .as(out.toString())
                    .isZero();
            assertThat(out.toString()).containsPattern("value +true").containsPattern("until +20");
            assertThat(level(3)).isEqualTo(1);

            command.set(1, "cabinet/door");
            assertThat(Main.run(writer, writer, Map.of(), command.toArray(String[]::new)))
                    .isEqualTo(1);
            assertThat(out.toString()).contains("is only read");
        }
    }
}
