package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is smoothed equals the definition over all samples, and repeats and floods are thinned.
 *
 * <p>Planted and caught: a step that is taken over the time since the start; a ring one sample too
 * short; negative numbers in the wrong order.
 */
class SmoothTest {
    private static final Tag OIL = Tag.of("oil", ValueType.FLOAT64);

    private static final List<Lane> LANE = List.of(new Lane("a", "", ValueType.FLOAT64, false));

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void aLowPassIsTheSumOfAllStepsEachFaded(long seed) {
        var random = OperatorContract.random(seed);
        double constant = 0.1 + random.nextDouble() * 10;
        var operator =
                new LowPassOperator(
                        LANE, Duration.ofNanos((long) (constant * 1e9)), Duration.ofDays(1));
        var times = new ArrayList<Double>();
        var values = new ArrayList<Double>();
        double time = 0;
        for (int i = 0; i < 60; i++) {
            time += random.nextInt(1, 4_000) / 1e3;
            times.add(time);
            values.add(random.nextGaussian());
            double found = feed(operator, Rig.nanos(time), values.getLast());

            // Each step fades in from the sample before it on, and what is in fades with time.
            double expected = values.getFirst() * Math.exp((times.getFirst() - time) / constant);
            for (int k = 1; k <= i; k++) {
                double in = 1 - Math.exp((times.get(k - 1) - times.get(k)) / constant);
                expected += values.get(k) * in * Math.exp((times.get(k) - time) / constant);
            }
            assertThat(found).as("seed %d, sample %d", seed, i).isCloseTo(expected, within(1e-6));
        }
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void aMedianIsTheMiddleOfTheLastOnes(long seed) {
        var random = OperatorContract.random(seed);
        int length = 3 + 2 * random.nextInt(10);
        var operator = new MedianOperator(LANE, length, Duration.ofDays(1));
        var values = new ArrayList<Double>();
        for (int i = 0; i < 80; i++) {
            values.add(random.nextGaussian());
            double found = feed(operator, Rig.nanos(i), values.getLast());

            var last = values.subList(Math.max(0, i + 1 - length), i + 1);
            var sorted = last.stream().sorted().toList();
            assertThat(found).as("seed %d", seed).isEqualTo(sorted.get((sorted.size() - 1) / 2));
        }
    }

    private static double feed(Operator operator, long time, double value) {
        var in = new Batch();
        var out = new Batch();
        in.addDouble(0, time, value, Quality.GOOD);
        operator.process(in, time, out);
        return out.doubleAt(0);
    }

    private static Rig rig(String step) {
        return new Rig("pipelines: {p: {from: oil, steps: [%s], to: out}}".formatted(step), OIL);
    }

    @Test
    void anUncertainSampleIsCarriedWhileItCounts() {
        var pass = rig("{smooth: {time-constant: 1s}}").uncertain("oil", 0, 1);
        pass.real("oil", 5, 1).real("oil", 6, 1);
        assertThat(pass.lines())
                .containsExactly(
                        "0s out 1.0 uncertain input-not-good",
                        "5s out 1.0 uncertain input-not-good",
                        "6s out 1.0");

        var median = rig("{smooth: {median: 3}}").uncertain("oil", 0, 1).real("oil", 1, 1);
        median.real("oil", 2, 1).real("oil", 3, 1);
        assertThat(median.lines())
                .containsExactly(
                        "0s out 1.0 uncertain input-not-good",
                        "1s out 1.0 uncertain input-not-good",
                        "2s out 1.0 uncertain input-not-good",
                        "3s out 1.0");
    }

    @Test
    void afterALongHoleItBeginsAnew() {
        for (var how : new String[] {"time-constant: 1h", "median: 3"}) {
            var rig = rig("{smooth: {%s, max-gap: 5s}}".formatted(how)).real("oil", 0, 1);

            assertThat(rig.real("oil", 6, 99).lines()).containsExactly("0s out 1.0", "6s out 99.0");
        }
    }

    @Test
    void throttlingNeverLosesTheLastValue() {
        var rig = rig("{throttle: {every: 10s}}").real("oil", 0, 1).real("oil", 3, 2);

        assertThat(rig.ticks(4, 10).lines()).containsExactly("0s out 1.0");
        assertThat(rig.ticks(11, 30).lines()).containsExactly("3s out 2.0");
    }

    @Test
    void whatIsNoNumberChangesOnce() {
        var rig = rig("{changes: {by: 1}}").real("oil", 0, 1).real("oil", 1, Double.NaN);

        rig.real("oil", 2, Double.NaN).uncertain("oil", 3, 1).uncertain("oil", 4, 1.5);

        assertThat(rig.lines())
                .containsExactly(
                        "0s out 1.0", "1s out NaN", "3s out 1.0 uncertain device-uncertain");
    }

    @Test
    void mistakesAreNamed() {
        var at = "gateway.yaml:1: pipelines.p.steps[0].";
        assertThat(problems("{smooth: {}}"))
                .containsExactly(
                        at
                                + "smooth.time-constant: is missing; give a time such as 5s, or 'median: 5'");
        assertThat(problems("{smooth: {median: 4, time-constant: 1s}}"))
                .containsExactly(
                        at + "smooth.median: 4 has no middle; give an odd number, such as 5",
                        at
                                + "smooth.median: can't stand beside 'time-constant'; use two steps, the median first");
        assertThat(problems("{throttle: {}}"))
                .containsExactly(at + "throttle.every: is missing; give a time such as 10s");
        assertThat(problems("{changes: {by: -1}}"))
                .containsExactly(at + "changes.by: -1.0 is below 0; give a number that is not");
        assertThat(
                        Rig.problems(
                                "pipelines: {p: {from: oil, steps: [{changes: {by: 1}}], to: x}}",
                                Tag.of("oil", ValueType.BOOLEAN)))
                .containsExactly(
                        at
                                + "changes.by: oil is true or false and can't be compared by a width; remove 'by'");
    }

    private static List<String> problems(String step) {
        return Rig.problems(
                "pipelines: {p: {from: oil, steps: [%s], to: out}}".formatted(step), OIL);
    }
}
