package io.drme.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.drme.edge.config.GatewayConfig;
import io.drme.edge.config.GatewayConfigReader;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code drme-agent plan} tells before anything is sent. */
class PlanReportTest {
    private static final String CONFIG =
            """
            gateway: {id: g}
            devices:
              a:
                driver: modbus
                url: "tcp://h:502"
                gap: 50ms
                tags:
                  one: {address: "holding:0", type: uint16}
                  two: {address: "holding:1", type: uint16}
                  far: {address: "holding:500", type: uint16, poll: 10s}
              b: {driver: modbus, url: "tcp://h:502", unit-id: 2, tags: {one: {address: "coil:0"}}}
              boiler: {driver: opcua, url: "opc.tcp://h:4840", tags: {p: {address: "ns=2;s=P", sync: local}}}
            store: {max-size: 64MiB, sync-every: 1s}
            """;

    @TempDir private Path folder;

    private PlanReport report(String now, String before) throws Exception {
        var reader = new GatewayConfigReader(SystemTags.device().tags());
        var next = reader.read(write("next.yaml", now));
        var running =
                before.isEmpty()
                        ? Optional.<GatewayConfig>empty()
                        : Optional.of(reader.read(write("before.yaml", before)));
        var ready = new Layout(reader.factories()).place(next, "next.yaml");
        return new PlanReport(next, ready, reader.factories(), running);
    }

    private Path write(String name, String text) throws Exception {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void changesNameTheTagsAndWhatIsConnectedAnew() throws Exception {
        var now =
                CONFIG.replace("holding:1\"", "holding:7\"")
                        .replace("one: {address: \"coil:0\"}", "uno: {address: \"coil:0\"}")
                        .replace("64MiB", "65MiB");

        assertThat(report(now, CONFIG).changes())
                .containsExactly(
                        "~ device a: 1 tag changed (a/two); it is connected anew",
                        "~ device b: 1 tag new (b/uno); 1 tag gone (b/one); it is connected anew",
                        "~ store",
                        "! 'store' can't change while the agent runs: save the file and restart the agent");
    }

    @Test
    void theSameFileChangesNothingAndNoneBeforeMeansAllIsNew() throws Exception {
        assertThat(report(CONFIG, CONFIG).changes()).isEmpty();
        assertThat(report(CONFIG, "").changes())
                .singleElement()
                .asString()
                .startsWith("+ all of it");
    }

    // Places in the file are no part of what a pipeline, an alarm or a test does.
    @Test
    void linesThatMovedAreNoChange() throws Exception {
        var config =
                CONFIG
                        + """
                        pipelines: {p: {from: a/one, steps: [{filter: "value > 1"}], to: p}}
                        alarms: {high: {tag: a/one, high: 1}, odd: {tag: a/two, when: "value % 2 == 1"}}
                        tests: {t: {given: [{at: 0s, a/one: 1}], expect: [{none: p}]}}
                        """;

        assertThat(report("\n\n" + config, config).changes()).isEmpty();
        assertThat(
                        report(
                                        config.replace("value > 1", "value > 2")
                                                .replace("high: 1}", "high: 2}")
                                                .replace("none: p", "at: 0s, p: 1"),
                                        config)
                                .changes())
                .containsExactly("~ pipeline p", "~ alarm high", "~ test t");
    }

    // Rows are looked up with each sample: with other rows everything goes on.
    @Test
    void otherRowsOfATableLoseNothing() throws Exception {
        var config =
                CONFIG
                        + """
                        pipelines:
                          l: {from: a/one, steps: [{lookup: {table: {"a/one": {high: 80}}, give: "value - high"}}, {aggregate: {window: 24h, functions: [max]}}], to: l}
                        """;

        assertThat(report(config.replace("80", "90"), config).changes())
                .containsExactly("~ pipeline l");
    }

    @Test
    void whatOperatorsRememberAndCantCarryOverIsSaidBefore() throws Exception {
        var config =
                CONFIG
                        + """
                        pipelines:
                          w: {from: a/one, steps: [{aggregate: {window: 24h, every: 1h, functions: [max]}}], to: w}
                          f: {from: a/one, steps: [{filter: "value > 1"}], to: f}
                        """;

        assertThat(
                        report(
                                        config.replace("24h", "12h")
                                                .replace("value > 1", "value > 2"),
                                        config)
                                .changes())
                .containsExactly(
                        "~ pipeline w: steps[0] aggregate begins anew: it was changed",
                        "~ pipeline f");
        assertThat(
                        report(
                                        config.replace(
                                                        "from: a/one, steps: [{agg",
                                                        "from: a/*, steps: [{agg")
                                                .replace("to: w", "to: \"w/{tag}\""),
                                        config)
                                .changes())
                .containsExactly("~ pipeline w");
    }

    // a: 2 registers each second and 1 each 10 s; b: one coil each second. The pause of 50 ms that
    // a
    // asks for holds for b as well, as both are on one line.
    @Test
    void whatSharesAConnectionIsAddedUp() throws Exception {
        var load = report(CONFIG, "").loads().getFirst();

        assertThat(load.devices()).containsExactly("a", "b");
        assertThat(load.requests()).isEqualTo(2.1);
        assertThat(load.bytes()).isEqualTo(25 + 2.3 + 22);
        assertThat(load.share()).isCloseTo(2.1 * 0.05, within(1e-12));
    }

    @Test
    void numbersAreWrittenTheSameEverywhere() throws Exception {
        var before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            assertThat(report(CONFIG, "").text())
                    .anyMatch(l -> l.contains("2.10 requests a second"))
                    .anyMatch(l -> l.contains("267,840 samples a day"));
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void aLineThatCantKeepUpIsSaid() throws Exception {
        var busy = CONFIG.replace("gap: 50ms", "gap: 1s");

        assertThat(report(busy, "").text())
                .anyMatch(l -> l.startsWith("connection tcp://h:502:") && l.contains("TOO MUCH"));
    }

    @Test
    void theDiskIsReckonedFromThePolledTags() throws Exception {
        var disk = report(CONFIG, "").disk();
        double samples = 86_400 * 3 + 8_640;

        assertThat(disk.samplesADay()).isEqualTo(samples);
        assertThat(disk.storedADay()).isEqualTo(2 * samples);
        assertThat(disk.writtenADay()).isEqualTo(4 * samples + 86_400.0 * 4_096);
        assertThat(disk.autonomyHours()).isEqualTo((64 << 20) / (2 * samples) * 24);
        assertThat(report(CONFIG, "").text())
                .anyMatch(l ->
                        l.startsWith("disk:")
                                && l.contains("without 1 tag of devices that tell by themselves"));
    }

    // 3.1 samples a second that leave, two bytes each, of 600 bytes a second.
    @Test
    void whatBlocksTakeOfTheLineIsReckonedAgainstTheirPart() throws Exception {
        var uplink = CONFIG + "uplink: {url: 'mqtt://localhost', streams: {data: %s}}\n";

        assertThat(report(uplink.formatted("4800bit/s"), "").text())
                .contains(
                        "line: blocks take at most about 0.5 MiB a day, 1.03 % of the 49 MiB that their part of the line bears");
        var fast = uplink.replace("10s", "10ms").replace("holding:0\"", "holding:0\", poll: 10ms");
        assertThat(report(fast.formatted("2400bit/s"), "").text())
                .anyMatch(l -> l.startsWith("line:") && l.contains("MAY NOT FIT"));
        assertThat(report(CONFIG, "").text()).noneMatch(l -> l.startsWith("line:"));
    }

    @Test
    void theCommandComparesWithWhatTheDataDirectoryHolds() throws Exception {
        var file = write("gateway.yaml", CONFIG.replace("holding:1\"", "holding:7\"")).toString();
        write("last-good.yaml", CONFIG);
        var out = new StringWriter();
        var err = new StringWriter();

        int exit = run(out, err, "plan", file, "--data", folder.toString());
        assertThat(exit).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains(
                        "~ device a: 1 tag changed (a/two)",
                        "  every 1s: 2 tags, 1 request",
                        "    holding:0-7 (400001-400008): 8, for 2 tags; 6 registers between are read along",
                        "connection tcp://h:502: 2.10 requests a second of a, b");

        out.getBuffer().setLength(0);
        assertThat(run(out, err, "plan", file, "--data", folder.toString(), "-o", "json")).isZero();
        assertThat(new JsonObject(out.toString()).getJsonArray("connections")).hasSize(1);
    }

    private static final String PIPELINES =
            CONFIG
                    + """
                    pipelines:
                      sums: {from: "a/*", steps: [{aggregate: {window: 10s, every: 1s, functions: [avg]}}], to: "sums/{tag}/{function}"}
                      fine: {from: "b/*", steps: [{map: "!value"}], to: "fine/{tag}"}
                    """;

    @Test
    void whatPipelinesAreReckonedToTakeIsATable() throws Exception {
        assertThat(report(PIPELINES, "").text())
                .anyMatch(l ->
                        l.startsWith("pipelines: about ")
                                && l.contains("of a core of at most 50.0 %")
                                && l.contains("of memory of at most 16 MiB"))
                .anyMatch(l -> l.startsWith("  pipelines.sums: 3 tags, 2.10 samples/s x 1 step ("))
                .anyMatch(l -> l.startsWith("  pipelines.fine: 1 tag, 1.00 samples/s x 1 step ("));
        var json = report(PIPELINES, "").json().getJsonObject("pipelines");
        assertThat(json.getDouble("cpuLimit")).isEqualTo(0.5);
        assertThat(json.getJsonArray("items")).hasSize(2);
    }

    @Test
    void whatTheEngineCanNotTakeIsRefusedByCheckAndPlanWithTheArithmetic() throws Exception {
        var fast =
                IntStream.range(0, 1_000)
                        .mapToObj(
                                i -> "t%d: {address: \"holding:%d\", type: uint16}".formatted(i, i))
                        .collect(Collectors.joining(", "));
        var file =
                write(
                                "gateway.yaml",
                                """
                                gateway: {id: g}
                                devices: {d: {driver: modbus, url: "tcp://h:502", poll: 10ms, tags: {@tags@}}}
                                pipelines:
                                  x: {from: "d/*", steps: [{map: "value + 1"}, {map: "value + 1"}], to: "x/{tag}"}
                                engine: {cpu: 1%}
                                """
                                        .replace("@tags@", fast))
                        .toString();

        for (var command : List.of("check", "plan")) {
            var err = new StringWriter();
            assertThat(run(new StringWriter(), err, command, file)).isEqualTo(Main.EXIT_CONFIG);
            assertThat(err.toString())
                    .contains(
                            "gateway.yaml:4: engine.cpu: pipelines.x: 1,000 tags, 100,000 samples/s")
                    .contains("and engine.cpu allows 1.00 %: raise engine.cpu, poll slower");
        }
        // What runs already goes on after an update that reckons otherwise.
        var reader = new GatewayConfigReader(SystemTags.device().tags());
        var config = reader.read(Path.of(file));
        assertThat(new Layout(reader.factories()).placeAnyway(config, file).table().size())
                .isGreaterThan(2_000);
    }

    private static int run(StringWriter out, StringWriter err, String... arguments) {
        return Main.run(
                new PrintWriter(out, true), new PrintWriter(err, true), Map.of(), arguments);
    }
}
