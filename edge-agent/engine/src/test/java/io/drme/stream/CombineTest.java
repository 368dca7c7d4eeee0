package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.SyncMode;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Results over several tags: a plain model over seeds, and what no model says.
 *
 * <p>Planted and caught: an input that never ages; a result of all inputs after some of them; the
 * first uncertain quality hiding a bad one; inputs of a moment that still count at the next one; a
 * moment that begins anew with each sample.
 */
class CombineTest {
    private static final Tag OUT = Tag.of("press-1/power/out", ValueType.FLOAT64);
    private static final Tag IN = Tag.of("press-1/power/in", ValueType.FLOAT64);
    private static final String EFFICIENCY =
            """
            pipelines:
              efficiency:
                from: "*/power/out"
                steps: [{combine: {with: {input: "{device}/power/in"}, give: "value / input"}}]
                to: "{device}/efficiency"
            """;

    private record Point(int input, long time, double value, byte quality) {}

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void resultsAreOfTheNewestOfEachInput(long seed) {
        var random = random(seed);
        var on = List.of("any", "all", "value", "b").get(random.nextInt(4));
        long maxAge = random.nextBoolean() ? Long.MAX_VALUE : 2_000_000_000L;
        var yaml =
                "pipelines: {p: {from: m/x, to: p, steps: [{combine: {with: {a: m/a, b: m/b}, on: "
                        + on
                        + (maxAge == Long.MAX_VALUE ? "" : ", max-age: 2s")
                        + ", give: 'value + 2 * a - b'}}]}}";
        var rig = new Rig(yaml, real("m/x"), real("m/a"), real("m/b"));
        var points = points(random);

        for (int from = 0; from < points.size(); from = end(points, from)) {
            rig.poll(points.get(from).time);
            for (var point : points.subList(from, end(points, from))) {
                var tag = List.of("m/x", "m/a", "m/b").get(point.input);
                rig.with(tag, point.value, point.quality);
            }
            rig.polled();
        }

        assertThat(rig.lines()).isEqualTo(model(points, on, maxAge));
        assertThat(rig.pipelines().late()).isZero();
    }

    private static int end(List<Point> points, int from) {
        int to = from;
        while (to < points.size() && points.get(to).time == points.get(from).time) {
            to++;
        }
        return to;
    }

    private static Tag real(String name) {
        return Tag.of(name, ValueType.FLOAT64);
    }

    private static List<Point> points(Random random) {
        var points = new ArrayList<Point>();
        long time = Rig.START;
        for (int i = 0; i < 100; i++) {
            time += random.nextInt(3) == 0 ? 0 : random.nextInt(1, 1_500) * 1_000_000L;
            byte quality =
                    switch (random.nextInt(8)) {
                        case 0 -> Quality.bad(Reason.TIMEOUT);
                        case 1 -> Quality.uncertain(Reason.DEVICE_UNCERTAIN);
                        default -> Quality.GOOD;
                    };
            points.add(new Point(random.nextInt(3), time, random.nextInt(-40, 40) / 4.0, quality));
        }
        return points;
    }

    private static List<String> model(List<Point> points, String on, long maxAge) {
        var lines = new ArrayList<String>();
        Map<Integer, Point> newest = new HashMap<>();
        Map<Integer, Point> since = new HashMap<>();
        for (int from = 0; from < points.size(); from = end(points, from)) {
            long time = points.get(from).time;
            Map<Integer, Point> came = new HashMap<>();
            points.subList(from, end(points, from)).forEach(p -> came.put(p.input, p));
            newest.putAll(came);
            since.putAll(came);
            boolean isTime =
                    switch (on) {
                        case "any" -> true;
                        case "all" -> since.size() == 3;
                        case "value" -> came.containsKey(0);
                        default -> came.containsKey(2);
                    };
            if (newest.size() == 3 && isTime) {
                since.clear();
                lines.add(Rig.seconds(time) + " p " + result(newest, time, maxAge));
            }
        }
        return lines;
    }

    private static String result(Map<Integer, Point> newest, long now, long maxAge) {
        var uncertain = "";
        double sum = 0;
        double[] factors = {1, 2, -1};
        for (int i = 0; i < 3; i++) {
            var point = Objects.requireNonNull(newest.get(i));
            if (Quality.isBad(point.quality)) {
                return "bad timeout";
            }
            if (now - point.time > maxAge) {
                return "bad stale";
            }
            uncertain = Quality.isGood(point.quality) ? uncertain : " uncertain device-uncertain";
            sum += factors[i] * point.value;
        }
        return sum + uncertain;
    }

    @Test
    void aDeviceWhoseClockIsAnHourOffDoesNotMoveTheResults() {
        var rig = new Rig(EFFICIENCY, OUT, IN);

        for (int second = 1; second <= 3; second++) {
            rig.realAt("press-1/power/out", second, second - 0.1, 6);
            rig.realAt("press-1/power/in", second + 0.5, second + 3600, 8);
        }

        assertThat(rig.lines())
                .containsExactly(
                        "1.4s press-1/efficiency 0.75",
                        "1.9s press-1/efficiency 0.75",
                        "2.4s press-1/efficiency 0.75",
                        "2.9s press-1/efficiency 0.75",
                        "3.4s press-1/efficiency 0.75");
    }

    // Before, the first met the others' values of the poll before, and a poll gave a result an
    // input.
    @Test
    void aPollGivesOneResultWhoseInputsBelongTogether() {
        var rig = new Rig(EFFICIENCY, OUT, IN);

        rig.poll(Rig.nanos(1)).with("press-1/power/out", 6).with("press-1/power/in", 8).polled();
        rig.poll(Rig.nanos(2)).with("press-1/power/in", 4).with("press-1/power/out", 2).polled();
        rig.real("press-1/power/out", 3, 1);

        assertThat(rig.lines())
                .containsExactly(
                        "1s press-1/efficiency 0.75",
                        "2s press-1/efficiency 0.5",
                        "3s press-1/efficiency 0.25");
    }

    @Test
    void anInputThatGoesSilentIsSaidOnceWhenItsTimeIsOver() {
        var yaml = EFFICIENCY.replace("give:", "max-age: 5s, give:");
        var rig = new Rig(yaml, OUT, IN);

        rig.real("press-1/power/in", 1, 8).real("press-1/power/out", 2, 6).ticks(3, 9);
        rig.real("press-1/power/in", 10, 12).real("press-1/power/out", 11, 6);

        assertThat(rig.lines())
                .containsExactly(
                        "2s press-1/efficiency 0.75",
                        "6s press-1/efficiency bad stale",
                        "10s press-1/efficiency bad stale",
                        "11s press-1/efficiency 0.5");
    }

    @Test
    void aBadInputNeverMakesAGoodResult() {
        var yaml = EFFICIENCY.replace("value / input", "value > 5 || input > 5");
        var rig = new Rig(yaml, OUT, IN);

        rig.bad("press-1/power/in", 1, Reason.COMMS_LOST).real("press-1/power/out", 2, 6);
        rig.real("press-1/power/out", 3, 4);

        assertThat(rig.lines())
                .containsExactly(
                        "2s press-1/efficiency true uncertain input-not-good",
                        "3s press-1/efficiency bad comms-lost");
    }

    @Test
    void lateSamplesAreCountedAndAClockThatWasSetBackIsFollowed() {
        var rig = new Rig(EFFICIENCY, OUT, IN);
        rig.real("press-1/power/in", 1, 8).real("press-1/power/out", 100, 6).results();

        for (int i = 0; i < 15; i++) {
            rig.realAt("press-1/power/out", 101 + i, 10 + i, 4);
        }
        assertThat(rig.lines()).isEmpty();
        assertThat(rig.pipelines().late()).isEqualTo(15);
        rig.realAt("press-1/power/out", 120, 30, 2);

        assertThat(rig.lines()).containsExactly("30s press-1/efficiency 0.25");
    }

    @Test
    void whatIsLocalBesideMakesTheResultLocal() {
        var local =
                new Tag(
                        new TagName("press-1/power/in"),
                        ValueType.FLOAT64,
                        "kW",
                        0,
                        new SyncMode.Local());

        var table = Pipelines.of(EFFICIENCY, OUT, local).table();

        var result = table.get(table.indexOf(new TagName("press-1/efficiency")).orElseThrow());
        assertThat(result.sync()).isInstanceOf(SyncMode.Local.class);
    }

    @Test
    void whatIsWrongIsToldWithWhatToDo() {
        assertThat(
                        Rig.problems(
                                """
                                pipelines:
                                  a: {from: "*/power/out", steps: [{combine: {with: {input: "{device}/power/inn"}, give: "value / input"}}], to: "a"}
                                  b: {from: "*/power/out", steps: [{combine: {with: {input: "*/power/in", value: "x"}, giv: "value"}}], to: "b"}
                                  c: {from: "*/power/out", steps: [{combine: {with: {in-put: "{devic}/in"}, give: "value", on: some}}], to: "c"}
                                  d: {from: "*/power/out", steps: [{combine: {with: {input: "{device}/power/in"}, give: "value / inptu"}}], to: "d"}
                                  e: {from: "*/power/out", steps: [{combine: {with: {input: "{device}/power/in"}, give: "value + (input > 1)", on: inputs}}], to: "e"}
                                  f: {from: "*/power/out", steps: [{combine: {with: {}, give: "value"}}], to: "f"}
                                """,
                                OUT,
                                IN))
                .containsExactly(
                        "gateway.yaml:2: pipelines.a.steps[0]: no tag matches 'press-1/power/inn' (did you mean 'press-1/power/in'?); give a name, or a pattern: '*' matches within one word, '**' any depth",
                        "gateway.yaml:3: pipelines.b.steps[0].combine.with.input: '*/power/in' may mean several tags; name one, with {device} or {path} for what it shares with each tag of 'from'",
                        "gateway.yaml:3: pipelines.b.steps[0].combine.with.value: 'value' has a meaning already; choose another name",
                        "gateway.yaml:3: pipelines.b.steps[0].combine.giv: is not a known key (did you mean 'give'?)",
                        "gateway.yaml:4: pipelines.c.steps[0].combine.with.in-put: 'in-put' is no name for an expression; expected letters, digits and '_', no digit first",
                        "gateway.yaml:4: pipelines.c.steps[0].combine.with.in-put: '{devic}' in '{devic}/in' is not known; allowed: {tag}, {device}, {path}, {function}",
                        "gateway.yaml:5: pipelines.d.steps[0].combine.give: at character 9: unknown name 'inptu' (did you mean 'input'?); known: value, quality, reason, time, input, input.quality, input.reason, input.time, tag; a text needs quotes\n      value / inptu\n              ^",
                        "gateway.yaml:6: pipelines.e.steps[0].combine.give: at character 16: expected a number, found true or false\n      value + (input > 1)\n                     ^",
                        "gateway.yaml:6: pipelines.e.steps[0].combine.on: 'inputs' is not known (did you mean 'input'?); allowed: any, all, value, input",
                        "gateway.yaml:7: pipelines.f.steps[0].combine.with: has 0 names; give 1 to 7, such as {input: \"{device}/power/in\"}");
    }

    /** The first numbers of small seeds are much alike. */
    private static Random random(long seed) {
        var random = new Random(seed);
        random.nextLong();
        return random;
    }
}
