package io.drme.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code drme-agent test}, and what plan and apply make of tests inside a file. */
class TestCommandTest {
    private static final Path PAGE = Path.of("../../docs/tests.md");
    private static final Path DEMO =
            Path.of("../../packaging/distribution/src/main/resources/demo/gateway.yaml");
    private static final Pattern EXAMPLE =
            Pattern.compile("```yaml\\n(.*?)```\\n```\\n(.*?)```", Pattern.DOTALL);

    private static final String CONFIG =
            """
            gateway: {id: g}
            devices:
              d:
                driver: modbus
                url: "tcp://h:502"
                tags:
                  n: {address: "holding:0", type: uint16, scale: 0.5, range: [0, 100], deadband: 2}
                  raw: {address: "holding:1", type: uint16}
              wards:
                driver: mqtt
                url: "mqtt://127.0.0.1:1884"
                tags: {"{ward}/pulse": {address: "ward/{ward}/pulse", type: float64, max-tags: 5}}
            alarms:
              high: {tag: "d/n", high: 80}
              pulse: {tag: "wards/*/pulse", low: 40}
            tests:
              t:
                given:
                  %s
                expect:
                  %s
            """;

    @TempDir private Path folder;
    private Path file;

    @BeforeEach
    void place() {
        file = folder.resolve("gateway.yaml");
    }

    /** What was printed. */
    private record Ran(int code, String out) {}

    private Ran run(String... arguments) {
        var out = new StringWriter();
        var writer = new PrintWriter(out, true);
        int code = Main.run(writer, writer, Map.of(), arguments);
        return new Ran(code, out.toString().replace(file.toString(), "gateway.yaml"));
    }

    private Ran test(String given, String expect, String... options) throws IOException {
        Files.writeString(file, CONFIG.formatted(given, expect));
        var arguments = new ArrayList<>(List.of("test", file.toString()));
        arguments.addAll(List.of(options));
        return run(arguments.toArray(String[]::new));
    }

    @Test
    void theExampleOfThePageGivesWhatThePageSays() throws Exception {
        var example = EXAMPLE.matcher(Files.readString(PAGE));
        assertThat(example.find()).isTrue();
        Files.writeString(file, example.group(1));

        var ran = run("test", file.toString());

        assertThat(ran.out()).isEqualTo(example.group(2));
        assertThat(ran.code()).isEqualTo(1);
    }

    // On the desk of a person, where none of the gateway's certificates and secrets are.
    @Test
    void theTestsOfTheShippedSamplePassAndLeaveNothingOut() throws Exception {
        Files.writeString(file, Shipped.sample().replace("/etc/drme/", folder + "/"));

        var ran = run("test", file.toString());

        assertThat(ran.out()).contains("3 tests pass").doesNotContain("tried by no test");
        assertThat(ran.code()).isZero();
    }

    @Test
    void onADeskPlanAndCheckNameTheCertificatesThatAreNotHereAndGoOn() throws Exception {
        Files.writeString(file, Shipped.sample().replace("/etc/drme/", folder + "/"));

        for (var command : List.of("check", "plan")) {
            var ran = run(command, file.toString(), "--data", folder.toString());

            assertThat(ran.out())
                    .contains(
                            "note: gateway.yaml:98: uplink.key: '" + folder + "/gateway.key' is no")
                    .contains("nothing to mend if this is not the gateway");
            assertThat(ran.code()).isZero();
        }
    }

    @Test
    void onTheGatewayCheckAsksForTheCertificates() throws Exception {
        Files.writeString(file, Shipped.sample().replace("/etc/drme/", folder + "/"));
        Files.writeString(folder.resolve("last-good.yaml"), "gateway: {id: a}");

        var ran = run("check", file.toString(), "--data", folder.toString());

        assertThat(ran.out()).contains("uplink.key").doesNotContain("note: ");
        assertThat(ran.code()).isEqualTo(Main.EXIT_CONFIG);
    }

    @Test
    void theTestsOfTheDemosFilePass() throws Exception {
        Files.writeString(
                file,
                Files.readString(DEMO)
                        .replace("@gateway@", "press-line-1")
                        .replaceAll("@[a-z]+@", "1234"));

        var ran = run("test", file.toString());

        assertThat(ran.out()).contains("2 tests pass");
        assertThat(ran.code()).isZero();
    }

    // Scale is the driver's; range and deadband decide what is recorded and evaluated.
    @Test
    void givenValuesAreScaledOnesAndGoThroughRangeAndDeadband() throws Exception {
        var ran =
                test(
                        "[{at: 0s, d/n: 60}, {at: 1s, d/n: 61.5}, {at: 2s, d/n: 62.5}, {at: 3s, d/n: 101}, {at: 4s, d/raw: 7}]",
                        "[{at: 0s, d/n: 60}, {none: d/n, from: 1s, to: 1s}, {at: 2s, d/n: 62.5}, {at: 3s, d/n: {bad: out-of-range}}, {at: 4s, d/raw: 7}]");

        assertThat(ran.out()).startsWith("ok      t\n1 test passes\n");
    }

    @Test
    void aTagThatIsFoundLaterIsThereAsSoonAsATestGivesIt() throws Exception {
        assertThat(
                        test(
                                        "[{at: 0s, wards/w-1/pulse: 30}]",
                                        "[{at: 0s, alarm: pulse, tag: wards/w-1/pulse, state: unacknowledged}]")
                                .out())
                .startsWith("ok      t\n");
        assertThat(test("[{at: 0s, wards/w-1/puls: 30}]", "[{no-alarm: pulse}]"))
                .matches(ran -> ran.code() == Main.EXIT_CONFIG, "is refused")
                .matches(ran -> ran.out().contains("no tag matches 'wards/w-1/puls'"));
        assertThat(test("[{at: 0s, wards/w-1/pulse: slow}]", "[{no-alarm: pulse}]"))
                .matches(ran -> ran.code() == Main.EXIT_CONFIG, "is refused")
                .matches(ran -> ran.out().contains("'slow' is not a number"));
    }

    @Test
    void jsonHasTestsAndWhatNoTestTries() throws Exception {
        var ran = test("[{at: 0s, d/n: 90}]", "[{no-alarm: high}]", "-o", "json");
        var json = new JsonObject(ran.out());

        assertThat(ran.code()).isEqualTo(1);
        assertThat(json.getInteger("passed")).isZero();
        assertThat(json.getInteger("failed")).isEqualTo(1);
        assertThat(json.getJsonArray("tests").getJsonObject(0).getMap())
                .containsEntry("name", "t")
                .containsEntry("result", "failed")
                .containsEntry("line", 21)
                .containsEntry("key", "tests.t.expect[0]")
                .containsEntry("expected", "no alarm high")
                .containsEntry("got", "unacknowledged from 0s on, on d/n");
        assertThat(json.getJsonArray("uncovered").encode())
                .contains(
                        "{\"file\":\"gateway.yaml\",\"line\":14,\"key\":\"alarms.high.high\",\"what\":\"never returned\"}");
        assertThat(test("[{at: 0s, d/n: 90}]", "[{no-alarm: high}]", "-o", "csv").out())
                .startsWith("name,result,file,line,key,expected,got\nt,failed,gateway.yaml,21,");
    }

    @Test
    void checkTellsOfWrongTestsBesideAllOtherMistakes() throws Exception {
        Files.writeString(
                file,
                CONFIG.replace("uint16, scale", "uint61, scale")
                        .formatted("[{at: 0s, d/m: 1}, {at: 1, d/n: 2}]", "[{no-alarm: hihg}]"));

        var ran = run("check", file.toString());

        assertThat(ran.code()).isEqualTo(Main.EXIT_CONFIG);
        assertThat(ran.out())
                .contains("has 4 problems", "'uint61'", "'1' is not a time")
                .contains(
                        "no tag matches 'd/m'", "there is no alarm 'hihg' (did you mean 'high'?)");
    }

    @Test
    void planShowsHowTheTestsEndAndApplyRefusesWhereOneFails() throws Exception {
        Files.writeString(file, CONFIG.formatted("[{at: 0s, d/n: 90}]", "[{no-alarm: high}]"));
        var data = folder.resolve("data").toString();

        var plan = run("plan", file.toString(), "--data", data);
        var apply = run("apply", file.toString(), "--data", data);
        var forced = run("apply", file.toString(), "--data", data, "--without-tests");

        assertThat(plan.out()).contains("tests: 1 of 1 tests fails: t", "got       unacknowledged");
        assertThat(plan.code()).isZero();
        assertThat(apply.out()).contains("not applied: 1 of 1 tests fails: t");
        assertThat(apply.code()).isEqualTo(1);
        // No agent runs here; the tests were not what it fell over.
        assertThat(forced.out()).doesNotContain("not applied").contains("is the program running");
        assertThat(run("plan", file.toString(), "--data", data, "-o", "json").out())
                .contains("\"failed\" : 1");
    }

    @Test
    void aFileWithoutTestsPassesAndAllOfItIsListed() throws Exception {
        Files.writeString(file, CONFIG.substring(0, CONFIG.indexOf("tests:")));

        var ran = run("test", file.toString());

        assertThat(ran.code()).isZero();
        assertThat(ran.out())
                .startsWith("no tests in gateway.yaml")
                .contains("alarms.high.high: never raised");
    }
}
