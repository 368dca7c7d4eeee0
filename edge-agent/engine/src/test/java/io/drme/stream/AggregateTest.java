package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Reason;
import io.drme.model.SyncMode;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Windows: when they end, what counts, and what bad, late or missing samples do. */
class AggregateTest {
    private static final String TAG = "press-3/oil/temperature";
    private static final Tag POLLED = Tag.of(TAG, ValueType.FLOAT64);

    private static Tag deadbanded(ValueType type) {
        return new Tag(new TagName(TAG), type, "Cel", 0.2, new SyncMode.Raw());
    }

    private static Rig rig(String aggregate, Tag tag) {
        return new Rig(
                """
                pipelines:
                  p:
                    from: ["press-*/**"]
                    steps: [{aggregate: {%s}}]
                    to: ["{function}"]
                """
                        .formatted(aggregate),
                tag);
    }

    @Test
    void aTumblingWindowGivesItsResultOnceANewerSampleIsThere() {
        var rig = rig("window: 10s, functions: [avg, min, max, sum, count, first, last]", POLLED);

        rig.real(TAG, 0, 1).real(TAG, 5, 3).real(TAG, 9.999, 2);
        assertThat(rig.lines()).isEmpty();

        rig.real(TAG, 10, 100);
        assertThat(rig.lines())
                .containsExactly(
                        "10s avg 2.0",
                        "10s min 1.0",
                        "10s max 3.0",
                        "10s sum 6.0",
                        "10s count 3",
                        "10s first 1.0",
                        "10s last 2.0");
    }

    @Test
    void aSlidingWindowGivesAResultEachStep() {
        var rig = rig("window: 3s, every: 1s, functions: [max, count]", POLLED);

        rig.real(TAG, 0, 9).real(TAG, 1, 1).real(TAG, 2, 2).real(TAG, 3, 3).real(TAG, 4, 4);

        assertThat(rig.lines())
                .containsExactly(
                        "1s max 9.0",
                        "1s count 1",
                        "2s max 9.0",
                        "2s count 2",
                        "3s max 9.0",
                        "3s count 3",
                        "4s max 3.0",
                        "4s count 3");
    }

    @Test
    void aWindowEndsBySilenceASecondAfterItsEnd() {
        var rig = rig("window: 10s, functions: [avg]", POLLED).real(TAG, 3, 7);

        assertThat(rig.ticks(4, 10).lines()).isEmpty();
        assertThat(rig.ticks(11, 11).lines()).containsExactly("10s avg 7.0");
    }

    // A frozen value must never look good: the first window without samples says so, once.
    @Test
    void windowsWithoutSamplesAreStaleAndSaidOnce() {
        var rig = rig("window: 2s, functions: [avg, count]", POLLED).real(TAG, 0, 7).tick(3);
        assertThat(rig.lines()).containsExactly("2s avg 7.0", "2s count 1");

        assertThat(rig.ticks(4, 60).lines()).containsExactly("4s avg bad stale", "4s count 0");

        assertThat(rig.real(TAG, 61, 8).real(TAG, 62, 8).lines())
                .containsExactly("62s avg 8.0", "62s count 1");
    }

    @Test
    void aDeviceWhoseClockIsAnHourOffIsNoSpecialCase() {
        for (var shift : new Duration[] {Duration.ofHours(1), Duration.ofHours(-1)}) {
            var rig = rig("window: 10s, functions: [count]", POLLED).shiftSource(shift);

            rig.real(TAG, 1, 7).ticks(2, 9).real(TAG, 9, 7).ticks(10, 11);

            assertThat(rig.lines()).containsExactly(10 + shift.toSeconds() + "s count 2");
        }
    }

    @Test
    void aStragglerWhoseWindowIsOverIsLeftOutAndCounted() {
        var rig = rig("window: 10s, functions: [count]", POLLED).real(TAG, 5, 1).real(TAG, 10, 1);

        rig.realAt(TAG, 10.5, 9, 1).real(TAG, 20, 1);

        assertThat(rig.lines()).containsExactly("10s count 1", "20s count 1");
        assertThat(rig.pipelines().late()).isEqualTo(1);
    }

    @Test
    void withLatenessResultsWaitForStragglers() {
        var rig = rig("window: 10s, lateness: 2s, functions: [count, last]", POLLED);

        rig.real(TAG, 5, 1).real(TAG, 11, 3).realAt(TAG, 11.5, 9, 2);
        assertThat(rig.lines()).isEmpty();

        assertThat(rig.real(TAG, 12, 4).lines()).containsExactly("10s count 2", "10s last 2.0");
        assertThat(rig.pipelines().late()).isZero();
    }

    // Otherwise a device whose clock is set back an hour would give nothing for an hour.
    @Test
    void aClockSetBackIsFollowedAfterARunOfLateSamples() {
        var rig = rig("window: 10s, functions: [count]", POLLED).real(TAG, 4_000, 1);

        for (int i = 0; i < AggregateOperator.MAX_LATE_RUN; i++) {
            rig.realAt(TAG, 4_001 + i, 400 + i * 0.1, 1);
        }
        rig.realAt(TAG, 4_020, 410, 1);

        assertThat(rig.lines())
                .containsExactly("4010s count 1 uncertain input-not-good", "410s count 1");
    }

    // The run of panes that is put together beforehand must not reach into the time after it.
    @Test
    void whatWasBeforeAClockWasSetBackIsInNoSlidingWindowAfterIt() {
        var rig = rig("window: 8s, every: 1s, functions: [sum]", POLLED);
        for (int second = 4_000; second < 4_003; second++) {
            rig.real(TAG, second, 1_000);
        }
        for (int i = 0; i < AggregateOperator.MAX_LATE_RUN; i++) {
            rig.realAt(TAG, 4_004 + i, 403, 1);
        }
        rig.lines();

        rig.realAt(TAG, 4_030, 404, 1).realAt(TAG, 4_031, 405, 1);

        assertThat(rig.lines()).containsExactly("404s sum 1.0", "405s sum 2.0");
    }

    @Test
    void oneSampleFromTheFarFutureDoesNotStopATagForGood() {
        var rig = rig("window: 10s, functions: [count]", POLLED).real(TAG, 1, 1);

        rig.realAt(TAG, 2, 1e9, 1);
        for (int i = 0; i < 60; i++) {
            rig.real(TAG, 3 + i, 1);
        }

        assertThat(rig.lines()).contains("20s count 2", "30s count 10", "40s count 10");
    }

    @Test
    void badSamplesDoNotCountButShow() {
        var rig = rig("window: 10s, functions: [avg, count]", POLLED);

        rig.real(TAG, 1, 4).bad(TAG, 2, Reason.TIMEOUT).real(TAG, 3, 6);
        rig.bad(TAG, 12, Reason.COMMS_LOST).bad(TAG, 22, Reason.COMMS_LOST).real(TAG, 31, 5);
        rig.real(TAG, 40, 5);

        assertThat(rig.lines())
                .containsExactly(
                        "10s avg 5.0 uncertain input-not-good",
                        "10s count 2 uncertain input-not-good",
                        "20s avg bad input-not-good",
                        "20s count 0 uncertain input-not-good",
                        "40s avg 5.0",
                        "40s count 1");
    }

    @Test
    void uncertainSamplesCountAndShow() {
        var rig = rig("window: 10s, functions: [avg]", POLLED).real(TAG, 1, 4);

        rig.uncertain(TAG, 2, 6).real(TAG, 10, 1);

        assertThat(rig.lines()).containsExactly("10s avg 5.0 uncertain input-not-good");
    }

    @Test
    void notANumberCountsAsBad() {
        var rig = rig("window: 10s, functions: [avg, max]", POLLED).real(TAG, 1, 4);

        rig.real(TAG, 2, Double.NaN).real(TAG, 3, Double.POSITIVE_INFINITY).real(TAG, 10, 1);

        assertThat(rig.lines())
                .containsExactly(
                        "10s avg 4.0 uncertain input-not-good",
                        "10s max 4.0 uncertain input-not-good");
    }

    // An int64 is never squeezed through a double.
    @Test
    void wholeNumbersStayExact() {
        var tag = Tag.of(TAG, ValueType.INT64);
        long large = (1L << 60) + 1;
        var rig = rig("window: 10s, functions: [min, max, sum, last]", tag);

        rig.integer(TAG, 1, large).integer(TAG, 2, 2).integer(TAG, 10, Long.MAX_VALUE);
        rig.integer(TAG, 11, 1).integer(TAG, 20, 0);

        assertThat(rig.lines())
                .containsExactly(
                        "10s min 2",
                        "10s max " + large,
                        "10s sum " + (large + 2),
                        "10s last 2",
                        "20s min 1",
                        "20s max " + Long.MAX_VALUE,
                        "20s sum bad out-of-range",
                        "20s last 1");
    }

    @Test
    void aBooleanGivesItsShareAndNumberOfTrue() {
        var rig = rig("window: 10s, functions: [avg, sum, max]", Tag.of(TAG, ValueType.BOOLEAN));

        rig.integer(TAG, 1, 1).integer(TAG, 2, 0).integer(TAG, 3, 0).integer(TAG, 4, 1);
        rig.integer(TAG, 10, 0);

        assertThat(rig.lines()).containsExactly("10s avg 0.5", "10s sum 2", "10s max true");
    }

    @Test
    void aTextHasAFirstAndALast() {
        var rig = rig("window: 10s, functions: [first, last, count]", Tag.of(TAG, ValueType.TEXT));

        rig.text(TAG, 1, "idle").text(TAG, 2, "run").text(TAG, 10, "stop");

        assertThat(rig.lines())
                .containsExactly("10s first 'idle'", "10s last 'run'", "10s count 2");
    }

    @Test
    void aLargeMeanDoesNotWashOutTheDeviation() {
        var rig = rig("window: 10s, functions: [stddev]", POLLED);

        rig.real(TAG, 1, 1e9 + 4).real(TAG, 2, 1e9 + 7).real(TAG, 3, 1e9 + 13);
        rig.real(TAG, 4, 1e9 + 16).real(TAG, 10, 0);

        // Squares minus squared mean gives 0 or worse here.
        assertThat(rig.lines()).containsExactly("10s stddev " + Math.sqrt(22.5));
    }

    // A deadband drops repeats: a value is true until the next one, so the average is by time.
    @Test
    void ofADeadbandedTagTheAverageIsWeightedByTime() {
        var rig = rig("window: 10s, functions: [avg, count, min]", deadbanded(ValueType.FLOAT64));

        rig.real(TAG, 0, 10).ticks(1, 8).real(TAG, 8, 20).ticks(9, 21);

        assertThat(rig.lines())
                .containsExactly(
                        "10s avg 12.0",
                        "10s count 2",
                        "10s min 10.0",
                        "20s avg 20.0",
                        "20s count 0",
                        "20s min 20.0");
    }

    @Test
    void aBadReadingIsHeldTooUntilAGoodOneComes() {
        var rig = rig("window: 10s, functions: [avg]", deadbanded(ValueType.FLOAT64));

        rig.real(TAG, 0, 10).ticks(1, 5).bad(TAG, 5, Reason.TIMEOUT).ticks(6, 24);
        rig.real(TAG, 25, 30).ticks(26, 41);

        assertThat(rig.lines())
                .containsExactly(
                        "10s avg 10.0 uncertain input-not-good",
                        "20s avg bad input-not-good",
                        "30s avg 30.0 uncertain input-not-good",
                        "40s avg 30.0");
    }

    // While the gateway was down nobody knows what the value was.
    @Test
    void nothingIsHeldOverATimeThatNobodyWatched() {
        var rig = rig("window: 10s, functions: [avg]", deadbanded(ValueType.FLOAT64));

        rig.real(TAG, 0, 10).ticks(1, 15);
        assertThat(rig.lines()).containsExactly("10s avg 10.0");

        rig.ticks(3_600, 3_620);
        assertThat(rig.lines()).containsExactly("20s avg 10.0", "30s avg bad stale");
    }

    @Test
    void aGatewayClockSetBackDoesNotStopHeldTags() {
        var rig = rig("window: 10s, functions: [avg]", deadbanded(ValueType.FLOAT64));

        rig.real(TAG, 1_000, 10).ticks(1_001, 1_009).ticks(0, 2);

        assertThat(rig.lines()).containsExactly("1010s avg 10.0");
    }

    @Test
    void holdCanBeSetAgainstTheDeadband() {
        var rig = rig("window: 10s, hold: false, functions: [avg]", deadbanded(ValueType.FLOAT64));

        rig.real(TAG, 0, 10).real(TAG, 9, 20).real(TAG, 10, 0);

        assertThat(rig.lines()).containsExactly("10s avg 15.0");
    }
}
