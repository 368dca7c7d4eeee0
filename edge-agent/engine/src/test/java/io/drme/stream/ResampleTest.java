package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Points equal the definition, looked up one by one in all samples.
 *
 * <p>Planted and caught: a value held one point too long; a line that begins at the point before
 * and not at the sample; a run of points without a value that is not ended by a good one.
 */
class ResampleTest {
    private static final long MILLI = 1_000_000L;
    private static final Tag OIL = Tag.of("oil", ValueType.FLOAT64);

    private record Point(long time, double value, boolean isBad) {}

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void pointsEqualTheDefinition(long seed) {
        var random = OperatorContract.random(seed);
        boolean isLine = random.nextBoolean();
        long every = 100 * MILLI * (1 + random.nextInt(20));
        long maxAge = 100 * MILLI * (1 + random.nextInt(60));
        var points = points(random);
        var results = run(points, every, maxAge, isLine);

        var expected = new TreeMap<Long, Double>();
        boolean saidBad = false;
        long first = Math.ceilDiv(points.getFirst().time, every) * every;
        for (long t = first; t <= points.getLast().time; t += every) {
            double value = isLine ? line(points, t, maxAge) : held(points, t, maxAge);
            if (!Double.isNaN(value) || !saidBad) {
                expected.put(t, value);
            }
            saidBad = Double.isNaN(value);
        }
        assertThat(results.keySet()).as("seed %d", seed).isEqualTo(expected.keySet());
        expected.forEach((time, value) -> {
            if (Double.isNaN(value)) {
                assertThat(results.get(time)).as("seed %d at %d", seed, time).isNaN();
            } else {
                assertThat(results.get(time))
                        .as("seed %d at %d", seed, time)
                        .isCloseTo(value, within(1e-6));
            }
        });
    }

    private static double held(List<Point> points, long time, long maxAge) {
        var last = points.stream().filter(p -> p.time <= time).toList().getLast();
        return last.isBad || time - last.time > maxAge ? Double.NaN : last.value;
    }

    private static double line(List<Point> points, long time, long maxAge) {
        var last = points.stream().filter(p -> p.time <= time).toList().getLast();
        if (last.time == time) {
            return last.isBad ? Double.NaN : last.value;
        }
        var next = points.stream().filter(p -> p.time > time).findFirst().orElseThrow();
        if (last.isBad || next.isBad || next.time - last.time > maxAge) {
            return Double.NaN;
        }
        double way = (double) (time - last.time) / (next.time - last.time);
        return last.value + (next.value - last.value) * way;
    }

    private static List<Point> points(Random random) {
        var points = new ArrayList<Point>();
        long time = OperatorContract.START + 50 * MILLI * random.nextInt(100);
        for (int i = 0; i < 80; i++) {
            points.add(new Point(time, random.nextInt(-400, 400) / 8.0, random.nextInt(8) == 0));
            time += 50 * MILLI * (1 + random.nextInt(60));
        }
        return points;
    }

    private static SortedMap<Long, Double> run(
            List<Point> points, long every, long maxAge, boolean isLine) {
        var step =
                new ResampleStep(
                        Duration.ofNanos(every),
                        isLine ? ResampleStep.Fill.LINEAR : ResampleStep.Fill.HOLD,
                        Optional.of(Duration.ofNanos(maxAge)));
        var operator =
                new ResampleOperator(List.of(new Lane("a", "", ValueType.FLOAT64, false)), step);
        var results = new TreeMap<Long, Double>();
        var in = new Batch();
        var out = new Batch();
        for (var point : points) {
            in.begin(0, 0);
            if (point.isBad) {
                in.addBad(0, point.time, Reason.TIMEOUT);
            } else {
                in.addDouble(0, point.time, point.value, Quality.GOOD);
            }
            out.begin(0, 0);
            operator.process(in, point.time, out);
            for (int i = 0; i < out.size(); i++) {
                boolean isBad = Quality.isBad(out.qualities()[i]);
                var before =
                        results.put(out.sourceTimes()[i], isBad ? Double.NaN : out.doubleAt(i));
                assertThat(before).as("a point comes once").isNull();
            }
        }
        return results;
    }

    private static String yaml(String resample) {
        return "pipelines: {p: {from: oil, steps: [{resample: {%s}}], to: grid}}"
                .formatted(resample);
    }

    // The points up to 3 s were given in silence, of the sample before.
    @Test
    void aSampleThatComesAfterItsPointsWereGivenIsCountedAndCountsFromThere() {
        var yaml = "pipelines: {p: {from: oil, steps: [{resample: {every: 1s}}], to: p}}";
        var rig = new Rig(yaml, OIL).real("oil", 0, 1).tick(4);

        rig.realAt("oil", 4.2, 2.5, 2).realAt("oil", 4.3, 3, 3).tick(6.5);

        assertThat(rig.lines())
                .containsExactly("0s p 1.0", "1s p 1.0", "2s p 1.0", "3s p 1.0", "4s p 3.0");
        assertThat(rig.pipelines().late()).isEqualTo(2);
        rig.realAt("oil", 6.6, 4.5, 4).tick(8.2);
        assertThat(rig.lines()).containsExactly("5s p 4.0");
        assertThat(rig.pipelines().late()).isEqualTo(2);
    }

    @Test
    void aSampleInTimeForALineThatWasGivenUpIsCounted() {
        var yaml =
                "pipelines: {p: {from: oil, steps: [{resample: {every: 1s, fill: linear, max-age: 2s}}], to: p}}";
        var rig = new Rig(yaml, OIL).real("oil", 0, 1).tick(4);

        rig.realAt("oil", 4.2, 1.5, 2).realAt("oil", 4.5, 3.5, 4).realAt("oil", 4.8, 4.5, 5);

        assertThat(rig.lines()).containsExactly("0s p 1.0", "1s p bad stale", "4s p 4.5");
        assertThat(rig.pipelines().late()).isEqualTo(1);
    }

    @Test
    void aTagWithADeadbandIsHeldWhileSomebodyWatches() {
        var tag = new Tag(OIL.name(), ValueType.FLOAT64, "", 0.5, OIL.sync());
        var rig = new Rig(yaml("every: 20s"), tag).real("oil", 0, 1).ticks(1, 250);

        rig.tick(1_000).real("oil", 1_010, 2);

        assertThat(rig.lines())
                .hasSize(14)
                .startsWith("0s grid 1.0", "20s grid 1.0")
                .endsWith("240s grid 1.0", "260s grid bad stale");
    }

    @Test
    void textsAreHeldToo() {
        var rig = new Rig(yaml("every: 1s"), Tag.of("oil", ValueType.TEXT));

        rig.text("oil", 0.5, "run").text("oil", 2.5, "stop");

        assertThat(rig.lines()).containsExactly("1s grid 'run'", "2s grid 'run'");
    }

    @Test
    void anUncertainEndMakesALineUncertain() {
        var rig = new Rig(yaml("every: 1s, fill: linear"), OIL);

        rig.uncertain("oil", 0.5, 0).real("oil", 1.5, 1).real("oil", 2.5, 2);

        assertThat(rig.lines())
                .containsExactly("1s grid 0.5 uncertain input-not-good", "2s grid 1.5");
    }

    @Test
    void mistakesAreNamed() {
        var at = "gateway.yaml:1: pipelines.p.steps[0].resample";
        assertThat(Rig.problems(yaml("every: 10ms, max-age: 1h, fill: lines"), OIL))
                .containsExactly(
                        at
                                + ".max-age: 1h is more than 10000 times 'every'; give 100s at most, or a longer 'every'",
                        at
                                + ".fill: 'lines' is not known (did you mean 'linear'?); allowed: hold, linear");
        assertThat(Rig.problems(yaml("fill: linear"), Tag.of("oil", ValueType.TEXT)))
                .containsExactly(
                        at + ".every: is missing; give a time such as 1s",
                        at + ".fill: oil is a text and can't be drawn as a line; use 'fill: hold'");
    }
}
