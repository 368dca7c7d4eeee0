package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A total is what really was counted, over wraps, bad samples and resets; over seeds.
 *
 * <p>Planted and caught: a wrap one too short; a reset taken for a wrap; a total that begins anew
 * after a bad sample.
 */
class CounterTest {
    private static final long SECOND = 1_000_000_000L;

    private static String yaml(String counter) {
        return "pipelines: {p: {from: n, steps: [{counter: {%s}}], to: '{function}'}}"
                .formatted(counter);
    }

    private static Rig rig(String counter) {
        return new Rig(yaml(counter), Tag.of("n", ValueType.INT64));
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void theTotalIsWhatWasReallyCounted(long seed) {
        var random = OperatorContract.random(seed);
        int bits = List.of(8, 16, 32, 64).get(random.nextInt(4));
        long maxRate = 1 + random.nextLong(bits == 8 ? 9 : 1_000);
        var step =
                new CounterStep(
                        List.of(CounterStep.Result.TOTAL),
                        Optional.of(Math.pow(2, bits)),
                        Optional.of((double) maxRate),
                        PerTime.S,
                        Duration.ofDays(1));
        var operator =
                new CounterOperator(List.of(new Lane("n", "", ValueType.INT64, false)), step);
        long mask = bits == 64 ? -1 : (1L << bits) - 1;
        long top = mask & Long.MAX_VALUE;
        long counter = random.nextBoolean() ? top - random.nextInt(200) : random.nextLong() & top;
        int resets = random.nextBoolean() ? 10 : 1_000; // often, none would ever wrap
        long truth = 0;
        long time = OperatorContract.START;
        boolean first = true;
        var in = new Batch();
        var out = new Batch();
        for (int i = 0; i < 200; i++) {
            long seconds = 1 + random.nextLong(9);
            long most = maxRate * seconds;
            time += seconds * SECOND;
            long counted = random.nextLong(most + 1);
            // Where the fall could be a wrap too, nobody can tell.
            boolean isReset =
                    random.nextInt(resets) == 0
                            && Math.pow(2, bits) - counter + counted > most
                            && counter > counted;
            counter = isReset ? counted : counter + counted & mask;
            boolean isBad = random.nextInt(10) == 0 && bits > 8;
            truth += first ? 0 : counted;
            in.begin(0, 0);
            in.add(0, time, counter, Quality.GOOD);
            out.begin(0, 0);
            operator.process(in, time, out);

            assertThat(out.bits()[0]).as("seed %d, sample %d", seed, i).isEqualTo(truth);
            assertThat(Quality.isGood(out.qualities()[0])).isEqualTo(first || !isReset);
            first = false;
            if (isBad) {
                in.begin(0, 0);
                in.add(0, time + 1, 0, Quality.bad(Reason.TIMEOUT));
                out.begin(0, 0);
                operator.process(in, time + 1, out);
                assertThat(Quality.isBad(out.qualities()[0])).isTrue();
            }
        }
    }

    @Test
    void withoutAGreatestRateAFallOfLessThanHalfAroundIsAWrap() {
        var rig = rig("bits: 16, results: total").integer("n", 0, 60_000);

        rig.integer("n", 1, 10).integer("n", 2, 40_000).integer("n", 3, 10_000);

        assertThat(rig.lines())
                .containsExactly(
                        "0s total 0",
                        "1s total 5546",
                        "2s total 45536",
                        "3s total 55536 uncertain input-not-good");
    }

    @Test
    void aCounterWithALastValueWrapsAfterIt() {
        var rig = rig("max: 999, results: total").integer("n", 0, 998).integer("n", 1, 1);

        assertThat(rig.lines()).containsExactly("0s total 0", "1s total 3");
    }

    @Test
    void whatMayHaveGoneAroundUnseenIsUncertain() {
        var rig = rig("bits: 8, max-rate: 10").integer("n", 0, 0).integer("n", 26, 4);

        assertThat(rig.lines())
                .containsExactly(
                        "0s total 0",
                        "26s rate 0.15384615384615385 uncertain input-not-good",
                        "26s total 4 uncertain input-not-good");
    }

    @Test
    void aRateIsNotGivenOverTooLongATimeButTheTotalGoesOn() {
        var rig = rig("max-gap: 5s, per: min").integer("n", 0, 0).integer("n", 6, 6);

        rig.integer("n", 7, 7);

        assertThat(rig.lines())
                .containsExactly("0s total 0", "6s total 6", "7s rate 60.0", "7s total 7");
    }

    @Test
    void aDecimalCounterHasADecimalTotal() {
        var rig = new Rig(yaml("results: total"), Tag.of("n", ValueType.FLOAT64));

        rig.real("n", 0, 2.5).real("n", 1, 3.75).real("n", 2, Double.NaN).real("n", 3, 4);

        assertThat(rig.lines())
                .containsExactly(
                        "0s total 0.0",
                        "1s total 1.25",
                        "2s total bad out-of-range",
                        "3s total 1.5");
    }

    @Test
    void aClockSetBackKeepsTheTotal() {
        var rig = rig("results: [total, rate]").integer("n", 4_000, 5);
        for (int i = 1; i <= AggregateOperator.MAX_LATE_RUN; i++) {
            rig.realAt("n", 4_000 + i, 400 + i, 0); // bits of 0.0 are those of 0
        }
        rig.realAt("n", 4_030, 420, Double.longBitsToDouble(8));

        assertThat(rig.lines())
                .containsExactly(
                        "4000s total 0",
                        "416s total 0 uncertain input-not-good",
                        "420s total 8",
                        "420s rate 2.0");
        assertThat(rig.pipelines().late()).isEqualTo(AggregateOperator.MAX_LATE_RUN - 1);
    }

    @Test
    void mistakesAreNamed() {
        assertThat(
                        Rig.problems(
                                yaml(
                                        "bits: 12, max: 7, max-rate: -1, results: [total, sum, total]"),
                                Tag.of("n", ValueType.TEXT)))
                .containsExactly(
                        "gateway.yaml:1: pipelines.p.steps[0].counter.results: 'sum' is not known; allowed: rate, total",
                        "gateway.yaml:1: pipelines.p.steps[0].counter.results: 'total' stands twice; remove one",
                        "gateway.yaml:1: pipelines.p.steps[0].counter.bits: 12 is no usual width; give one of 8, 16, 24, 32, 48, 64, or 'max'",
                        "gateway.yaml:1: pipelines.p.steps[0].counter.max: can't stand beside 'bits': both say where it wraps; remove one",
                        "gateway.yaml:1: pipelines.p.steps[0].counter.max-rate: -1.0 is not above 0; give a number that is",
                        "gateway.yaml:1: pipelines.p.steps[0].counter: n is a text and can't be a counter; leave it out of 'from'");
    }
}
