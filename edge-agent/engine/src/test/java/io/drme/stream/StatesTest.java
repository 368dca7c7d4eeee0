package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Times in states equal the definition, taken by looking at each quarter of a second; and what is
 * unknown is never another's.
 *
 * <p>Planted and caught: a state that lasts over the end of its age; the time of a bad sample given
 * to the state before; a window that keeps the changes of the one before.
 */
class StatesTest {
    private static final long GRAIN = 250_000_000L;
    private static final Tag MODE = Tag.of("mode", ValueType.INT64);
    private static final List<String> NAMES = List.of("a", "b");
    private static final List<String> TEXTS = List.of("value == 1", "value == 2");

    /** A state that begins: 0 and 1 are named, 2 is other, 3 is unknown. */
    private record Point(long time, int state) {}

    private static Program[][] programs() {
        var where = new Where("test", 1, 1);
        return TEXTS.stream()
                .map(t -> Expression.of(t, where, "key"))
                .map(e -> e.program(ValueType.INT64, "mode", true, new Problems()).orElseThrow())
                .map(p -> new Program[] {p})
                .toArray(Program[][]::new);
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void timesEqualTheDefinition(long seed) {
        var random = OperatorContract.random(seed);
        long window = GRAIN * (4 + random.nextInt(60));
        long offset = GRAIN * random.nextInt(4);
        long maxAge = random.nextBoolean() ? GRAIN * (1 + random.nextInt(40)) : 1L << 50;
        var step =
                new StatesStep(
                        NAMES,
                        TEXTS.stream()
                                .map(t -> Expression.of(t, new Where("test", 1, 1), "key"))
                                .toList(),
                        List.of(StatesStep.Result.SECONDS, StatesStep.Result.CHANGES),
                        Duration.ofNanos(window),
                        Duration.ofNanos(offset),
                        Optional.of(Duration.ofNanos(maxAge)));
        var operator =
                new StatesOperator(
                        List.of(new Lane("mode", "", ValueType.INT64, false)), programs(), step);
        var points = points(random);
        var results = new TreeMap<Long, double[]>();
        var in = new Batch();
        var out = new Batch();
        for (var point : points) {
            in.begin(0, 0);
            if (point.state == 3) {
                in.addBad(0, point.time, Reason.TIMEOUT);
            } else {
                in.addInt(0, point.time, point.state + 1, Quality.GOOD);
            }
            out.begin(0, 0);
            operator.process(in, point.time, out);
            for (int i = 0; i < out.size(); i++) {
                int lane = out.tags()[i];
                var result = results.computeIfAbsent(out.sourceTimes()[i], _ -> new double[5]);
                result[lane] = lane == 4 ? (double) out.bits()[i] : out.doubleAt(i);
            }
        }

        assertThat(results).isNotEmpty();
        results.forEach((end, result) -> check(points, end, window, maxAge, result, seed));
    }

    private static void check(
            List<Point> points, long end, long window, long maxAge, double[] result, long seed) {
        var expected = new double[5];
        for (long t = end - window; t < end; t += GRAIN) {
            expected[stateAt(points, t, maxAge)] += GRAIN / 1e9;
        }
        int last = -1;
        for (var point : points) {
            if (point.state != 3) {
                boolean isInside = point.time >= end - window && point.time < end;
                expected[4] += isInside && last >= 0 && last != point.state ? 1 : 0;
                last = point.state;
            }
        }
        for (int i = 0; i < 5; i++) {
            assertThat(result[i])
                    .as("seed %d, %d of the window to %d", seed, i, end)
                    .isCloseTo(expected[i], within(1e-9));
        }
    }

    private static int stateAt(List<Point> points, long time, long maxAge) {
        var found = new Point(0, 3);
        for (var point : points) {
            found = point.time <= time ? point : found;
        }
        return time - found.time < maxAge ? found.state : 3;
    }

    private static List<Point> points(Random random) {
        var points = new ArrayList<Point>();
        long time = OperatorContract.START + GRAIN * random.nextInt(100);
        for (int i = 0; i < 80; i++) {
            points.add(new Point(time, random.nextInt(4)));
            time += GRAIN * (1 + random.nextInt(20));
        }
        return points;
    }

    private static String yaml(String states) {
        return "pipelines: {p: {from: mode, steps: [{states: {%s}}], to: '{function}'}}"
                .formatted(states);
    }

    // Its window ended in silence, with the state before.
    @Test
    void aStateOfAWindowThatWasToldIsCountedAndBeginsWithTheNext() {
        var yaml =
                "pipelines: {p: {from: mode, steps: [{states: {of: {a: value == 1}, window: 2s, results: [seconds]}}], to: 'p/{function}'}}";
        var rig = new Rig(yaml, MODE).integer("mode", 0, 0).tick(3.5);

        in(rig, 3.6, 1.5, 1);
        assertThat(rig.pipelines().late()).isEqualTo(1);
        in(rig, 3.7, 2.5, 0);
        rig.tick(6.3);

        assertThat(rig.pipelines().late()).isEqualTo(1);
        assertThat(rig.lines())
                .containsExactly(
                        "2s p/a-seconds 0.0",
                        "2s p/other-seconds 2.0",
                        "2s p/unknown-seconds 0.0",
                        "4s p/a-seconds 0.5",
                        "4s p/other-seconds 1.5",
                        "4s p/unknown-seconds 0.0");
    }

    private static void in(Rig rig, double seconds, double source, long value) {
        rig.shiftSource(Duration.ofMillis(Math.round((source - seconds) * 1_000)));
        rig.integer("mode", seconds, value);
        rig.shiftSource(Duration.ZERO);
    }

    // Told in silence up to 4 s; what it says of the time before can't be told any more.
    @Test
    void aChangeBeforeADurationThatWasToldIsCountedAndToldFromThere() {
        var yaml =
                "pipelines: {p: {from: mode, steps: [{duration: {while: value == 1, every: 2s, results: [total]}}], to: p}}";
        var rig = new Rig(yaml, MODE).integer("mode", 0, 0).tick(5.1);

        in(rig, 5.2, 2.5, 1);
        rig.tick(9.8);

        assertThat(rig.lines()).containsExactly("0s p 0.0", "4s p 0.0", "4s p 0.0", "6s p 2.0");
        assertThat(rig.pipelines().late()).isEqualTo(1);
    }

    @Test
    void aGatewayThatWasDownKnowsNothingOfThatTime() {
        var rig = new Rig(yaml("of: {on: value == 1}, window: 60s, results: seconds"), MODE);
        rig.integer("mode", 0, 1).ticks(1, 20);

        rig.tick(200).integer("mode", 230, 1).tick(241);

        assertThat(rig.lines())
                .containsExactly(
                        "60s on-seconds 20.0 uncertain input-not-good",
                        "60s other-seconds 0.0 uncertain input-not-good",
                        "60s unknown-seconds 40.0",
                        "120s on-seconds bad input-not-good",
                        "120s other-seconds bad input-not-good",
                        "120s unknown-seconds 60.0",
                        "240s on-seconds 10.0 uncertain input-not-good",
                        "240s other-seconds 0.0 uncertain input-not-good",
                        "240s unknown-seconds 50.0");
    }

    @Test
    void anUncertainSampleMakesItsWindowUncertain() {
        var tag = Tag.of("mode", ValueType.FLOAT64);
        var rig = new Rig(yaml("of: {on: value > 0}, window: 10s, results: changes"), tag);

        rig.uncertain("mode", 0, 1).real("mode", 5, 1).real("mode", 20, 0);

        assertThat(rig.lines())
                .containsExactly("10s changes 0 uncertain input-not-good", "20s changes 0");
    }

    @Test
    void durationsAreResetAndTheRunGoesOn() {
        var rig =
                new Rig(
                        "pipelines: {p: {from: mode, steps: [{duration: {while: value == 1, every: 1h,"
                                + " reset-every: 60s, offset: 10s, results: [current, total, count]}}], to: '{function}'}}",
                        MODE);

        rig.integer("mode", 0, 1).ticks(1, 12).integer("mode", 30, 0).tick(71);

        assertThat(rig.lines())
                .containsExactly(
                        "0s current 0.0",
                        "0s total 0.0",
                        "0s count 1",
                        "10s current 10.0",
                        "10s total 10.0",
                        "10s count 1",
                        "30s current 0.0",
                        "30s total 20.0",
                        "30s count 0",
                        "70s current 0.0",
                        "70s total 20.0",
                        "70s count 0");
    }

    @Test
    void aSampleThatIsTooOldSaysNothingAnyMore() {
        var rig =
                new Rig(
                        "pipelines: {p: {from: mode, steps: [{duration: {while: value == 1, max-age: 5s,"
                                + " results: [current, total]}}], to: '{function}'}}",
                        MODE);

        rig.integer("mode", 0, 1).ticks(1, 40);

        assertThat(rig.lines())
                .containsExactly(
                        "0s current 0.0",
                        "0s total 0.0",
                        "10s current bad input-not-good",
                        "10s total 5.0 uncertain input-not-good");
    }

    @Test
    void mistakesAreNamed() {
        var at = "gateway.yaml:1: pipelines.p.steps[0].states";
        assertThat(Rig.problems(yaml("of: {unknown: value > 1, A: value > 1, b: value}"), MODE))
                .hasSize(3)
                .anyMatch(p -> p.startsWith(at + ".of.unknown: is a state that there is anyway"))
                .anyMatch(p -> p.startsWith(at + ".of.A: is not a name"))
                .anyMatch(p ->
                        p.contains(
                                at
                                        + ".of.b: at character 1: for mode, a whole number: expected a condition"));
        assertThat(Rig.problems(yaml("of: {}, window: 10s, offset: 10s"), MODE))
                .anyMatch(p -> p.equals(at + ".of: has 0 states; give 1 to 16"))
                .anyMatch(p -> p.startsWith(at + ".offset: is not shorter than the window"));
        assertThat(Rig.problems(yaml("window: 10s"), MODE))
                .containsExactly(
                        at + ".of: is missing; give the states, such as {running: \"value == 1\"}");
        assertThat(
                        Rig.problems(
                                "pipelines: {p: {from: mode, steps: [{duration: {offset: 1h, results: all}}], to: x}}",
                                MODE))
                .containsExactly(
                        "gateway.yaml:1: pipelines.p.steps[0].duration.while: is missing; give a condition, such as \"value > 80\"",
                        "gateway.yaml:1: pipelines.p.steps[0].duration.results: 'all' is not known; allowed: current, last, total, count",
                        "gateway.yaml:1: pipelines.p.steps[0].duration.offset: goes with a longer 'reset-every' only; add one, or remove it");
    }
}
