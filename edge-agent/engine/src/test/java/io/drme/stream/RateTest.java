package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.drme.model.Batch;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rates, of what they are told and of what not; by the definition over seeds.
 *
 * <p>Planted and caught: a part of the window put together without the distance of the means; a
 * window one part too short; a hole that is not seen.
 */
class RateTest {
    private static final Tag OIL = Tag.of("oil", ValueType.FLOAT64);

    private static String yaml(String rate) {
        return "pipelines: {p: {from: oil, steps: [{rate: {%s}}], to: rise}}".formatted(rate);
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void theSlopeIsThatOfTheLineThatFitsBest(long seed) {
        var random = OperatorContract.random(seed);
        long part = 1 + random.nextLong(200_000_000);
        long over = part * SlopeWindow.PARTS;
        var step =
                new RateStep(PerTime.S, Optional.of(Duration.ofNanos(over)), Duration.ofHours(1));
        var operator = new RateOperator(List.of(new Lane("a", "", ValueType.FLOAT64, false)), step);
        var times = new ArrayList<Long>();
        var values = new ArrayList<Double>();
        long time = OperatorContract.START + random.nextLong(1_000_000_000);
        var in = new Batch();
        var out = new Batch();
        for (int i = 0; i < 120; i++) {
            time += 1 + random.nextLong(over / (1 + random.nextInt(20)) + 1);
            double value = 1e6 + random.nextInt(-400, 400) / 8.0;
            times.add(time);
            values.add(value);
            in.begin(0, 0);
            in.addDouble(0, time, value, (byte) 0);
            out.begin(0, 0);
            operator.process(in, time, out);

            int from = 0;
            while (times.get(from) / part < time / part - SlopeWindow.PARTS) {
                from++;
            }
            if (i - from == 0) {
                assertThat(out.size()).isZero();
            } else {
                double expected = slope(times.subList(from, i + 1), values.subList(from, i + 1));
                assertThat(out.doubleAt(0))
                        .as("seed %d, sample %d", seed, i)
                        .isCloseTo(expected, within(Math.abs(expected) * 1e-6 + 1e-9));
            }
        }
    }

    /** A second; by the textbook, from the mean. */
    private static double slope(List<Long> times, List<Double> values) {
        long first = times.getFirst();
        double meanTime = times.stream().mapToDouble(t -> t - first).average().orElseThrow();
        double meanValue = values.stream().mapToDouble(v -> v).average().orElseThrow();
        double products = 0;
        double squares = 0;
        for (int i = 0; i < times.size(); i++) {
            double off = times.get(i) - first - meanTime;
            products += off * (values.get(i) - meanValue);
            squares += off * off;
        }
        return products / squares * 1e9;
    }

    @Test
    void anUncertainSampleMakesTheResultsUncertainThatItCountsIn() {
        var two = new Rig(yaml(""), OIL).real("oil", 0, 1).uncertain("oil", 1, 2);
        two.real("oil", 2, 3).real("oil", 3, 4);
        assertThat(two.lines())
                .containsExactly(
                        "1s rise 1.0 uncertain input-not-good",
                        "2s rise 1.0 uncertain input-not-good",
                        "3s rise 1.0");

        var line = new Rig(yaml("over: 2s"), OIL).uncertain("oil", 0, 0);
        line.real("oil", 1, 1).real("oil", 2, 2).real("oil", 3, 3);
        assertThat(line.lines())
                .containsExactly(
                        "1s rise 1.0 uncertain input-not-good",
                        "2s rise 1.0 uncertain input-not-good",
                        "3s rise 1.0");
    }

    @Test
    void neitherNotANumberNorAnOverflowIsARate() {
        var rig = new Rig(yaml("per: d"), OIL).real("oil", 0, -1e308);

        rig.real("oil", 1, 1e308).real("oil", 2, Double.NaN).real("oil", 3, 1).real("oil", 4, 1);

        assertThat(rig.lines())
                .containsExactly(
                        "1s rise bad out-of-range", "2s rise bad out-of-range", "4s rise 0.0");
    }

    @Test
    void wholeNumbersOf64BitsHaveExactSteps() {
        var rig = new Rig(yaml(""), Tag.of("oil", ValueType.INT64));

        rig.integer("oil", 0, (1L << 60) + 1).integer("oil", 1, (1L << 60) + 4);

        assertThat(rig.lines()).containsExactly("1s rise 3.0");
    }

    @Test
    void lateSamplesAreLeftOutAndAClockSetBackBeginsAnew() {
        var rig = new Rig(yaml(""), OIL).real("oil", 4_000, 1).realAt("oil", 4_001, 4_000, 9);
        rig.real("oil", 4_002, 3);
        for (int i = 1; i <= AggregateOperator.MAX_LATE_RUN; i++) {
            rig.realAt("oil", 4_002 + i, 400 + i, i);
        }
        rig.realAt("oil", 4_030, 420, 10);

        assertThat(rig.lines()).containsExactly("4002s rise 1.0", "420s rise -1.5");
        assertThat(rig.pipelines().late()).isEqualTo(AggregateOperator.MAX_LATE_RUN);
    }

    @Test
    void silenceThatNobodyWatchedIsNotFlat() {
        var tag = new Tag(OIL.name(), ValueType.FLOAT64, "Cel", 0.1, OIL.sync());
        var rig = new Rig(yaml("over: 10s"), tag).real("oil", 0, 1).real("oil", 1, 2).tick(2);

        rig.tick(100).tick(101);

        assertThat(rig.lines()).containsExactly("1s rise 1.0");
        assertThat(rig.pipelines().table().get(1).unit()).isEqualTo("Cel/s");
        assertThat(rig.real("oil", 102, 2).tick(113).lines()).containsExactly("112s rise 0.0");
    }

    // That it was flat up to 11 s was told, and results come in order.
    @Test
    void aSampleBeforeWhatWasToldOfSilenceIsCountedAndHasNoRate() {
        var tag = new Tag(OIL.name(), ValueType.FLOAT64, "", 0.1, OIL.sync());
        var rig = new Rig(yaml("over: 10s"), tag).real("oil", 0, 1).real("oil", 1, 2).tick(12.5);

        rig.realAt("oil", 12.6, 10.5, 2).realAt("oil", 12.7, 11.5, 2);

        assertThat(rig.lines()).hasSize(3).element(1).isEqualTo("11s rise 0.0");
        assertThat(rig.pipelines().late()).isEqualTo(1);
    }

    @Test
    void mistakesAreNamed() {
        assertThat(Rig.problems(yaml("per: week, over: 2d"), OIL))
                .containsExactly(
                        "gateway.yaml:1: pipelines.p.steps[0].rate.per: 'week' is not known; allowed: s, min, h, d",
                        "gateway.yaml:1: pipelines.p.steps[0].rate.over: 2d is outside 1ms to 1d; give one within");
        assertThat(Rig.problems(yaml(""), Tag.of("oil", ValueType.BOOLEAN)))
                .containsExactly(
                        "gateway.yaml:1: pipelines.p.steps[0].rate: oil is true or false and can't be a number that has a rate; leave it out of 'from'");
    }
}
