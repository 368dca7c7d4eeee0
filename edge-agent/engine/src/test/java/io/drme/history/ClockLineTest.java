package io.drme.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.schema.ClockStep;
import io.drme.schema.GatewayLife;
import io.drme.time.Hlc;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClockLineTest {
    private static final long T2026 = nanos("2026-03-01T08:00:00Z");
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    private static final long HOUR = Duration.ofHours(1).toNanos();
    private static final long DECADE = Duration.ofDays(3_652).toNanos();
    private static final long EPOCH = 1;

    private final List<ClockLine.Step> steps = new ArrayList<>();

    private static long nanos(String text) {
        return Instant.parse(text).getEpochSecond() * 1_000_000_000L;
    }

    private static long stamp(long nanos) {
        return Hlc.of(nanos / 1_000_000, 0);
    }

    /** The clock shows a time, with stamps along. */
    private void clock(long boot, long wall, long offset, boolean synced) {
        ahead(boot, wall, wall, offset, synced);
    }

    private void ahead(long boot, long stamped, long wall, long offset, boolean synced) {
        long uncertainty = synced ? 1_000_000 : -1;
        steps.add(
                new ClockLine.Step(
                        EPOCH,
                        new ClockStep(boot, stamp(stamped), wall, offset, uncertainty, synced)));
    }

    private ClockLine line() {
        return ClockLine.of(steps);
    }

    @Test
    void aClockThatWasAlwaysRightChangesNothing() {
        clock(1, T2026, 0, true);
        clock(2, T2026 + HOUR, 0, true);
        assertThat(line().isStraight()).isTrue();
        assertThat(line().raw(5, 9)).containsExactly(new ClockLine.Raw(5, 9));
    }

    @Test
    void whatWasStampedIn1970GetsItsRightTimeOnceTheClockIsSynced() {
        clock(1, 5 * MINUTE, 0, false);
        long offset = T2026 - 15 * MINUTE;
        clock(1, T2026, offset, true);

        long early = 7 * MINUTE;
        assertThat(line().timeOf(EPOCH, stamp(early))).isEqualTo(T2026 - 8 * MINUTE);
        assertThat(line().sourceTime(EPOCH, stamp(early), early - 3))
                .isEqualTo(T2026 - 8 * MINUTE - 3);
        assertThat(line().isMarked(EPOCH, stamp(early), early - 3)).isTrue();
        long late = T2026 + MINUTE;
        assertThat(line().sourceTime(EPOCH, stamp(late), late)).isEqualTo(late);
        assertThat(line().isMarked(EPOCH, stamp(late), late)).isFalse();
    }

    @Test
    void aReadingUnderWayWhileTheClockWasSetGetsItsRightTimeToo() {
        clock(1, 5 * MINUTE, 0, false);
        clock(1, T2026, T2026 - 15 * MINUTE, true);
        long readBefore = 15 * MINUTE - 20;
        assertThat(line().sourceTime(EPOCH, stamp(T2026 + 1_000_000), readBefore))
                .isEqualTo(T2026 - 20);
    }

    // An OPC UA server has a clock of its own.
    @Test
    void aDeviceWithAClockOfItsOwnKeepsItsTime() {
        clock(1, 5 * MINUTE, 0, false);
        clock(1, T2026, T2026 - 15 * MINUTE, true);
        long source = T2026 - 8 * MINUTE;
        assertThat(line().sourceTime(EPOCH, stamp(7 * MINUTE), source)).isEqualTo(source);
        assertThat(line().isMarked(EPOCH, stamp(7 * MINUTE), source)).isFalse();
        long old = T2026 - 3 * HOUR;
        assertThat(line().sourceTime(EPOCH, stamp(7 * MINUTE), old)).isEqualTo(old);
    }

    @Test
    void stampsAheadOfAClockThatWasSetBackAreReadAsTheTimesTheyStandFor() {
        clock(1, T2026 + DECADE, 0, false);
        ahead(1, T2026 + DECADE + HOUR, T2026 + HOUR, -DECADE, true);

        long ran = Hlc.slowed(30 * MINUTE);
        long at = stamp(T2026 + DECADE + HOUR + ran);
        assertThat(line().timeOf(EPOCH, at))
                .isBetween(T2026 + HOUR + 30 * MINUTE - 2_000_000, T2026 + HOUR + 30 * MINUTE);
        assertThat(line().timeOf(EPOCH, stamp(T2026 + DECADE + MINUTE))).isEqualTo(T2026 + MINUTE);
        long source = T2026 + HOUR + 30 * MINUTE;
        assertThat(line().sourceTime(EPOCH, at, source)).isEqualTo(source);
        assertThat(line().isMarked(EPOCH, at, source)).isFalse();
    }

    @Test
    void afterAnHourBackStampsHaveCaughtUpWithinADay() {
        clock(1, T2026 + HOUR, 0, true);
        ahead(1, T2026 + 2 * HOUR, T2026 + HOUR, -HOUR, true);
        long nextDay = T2026 + 25 * HOUR;
        assertThat(line().timeOf(EPOCH, stamp(nextDay))).isEqualTo(nextDay);
    }

    @Test
    void whereNothingSyncsTheClockTheNewestStepTellsTheTime() {
        clock(1, T2026, 0, false);
        clock(1, T2026 + 2 * HOUR, HOUR, false);
        assertThat(line().timeOf(EPOCH, stamp(T2026 + MINUTE))).isEqualTo(T2026 + MINUTE + HOUR);
        ahead(1, T2026 + 3 * HOUR, T2026 + 2 * HOUR, -HOUR, false);
        assertThat(line().timeOf(EPOCH, stamp(T2026 + MINUTE))).isEqualTo(T2026 + MINUTE);
        assertThat(line().timeOf(EPOCH, stamp(T2026 + 2 * HOUR + MINUTE)))
                .isEqualTo(T2026 + HOUR + MINUTE);
    }

    @Test
    void aSyncedClockIsNotCorrectedByALaterJumpThatNobodyVouchesFor() {
        clock(1, T2026, 0, true);
        clock(1, T2026 + 2 * DECADE, 2 * DECADE - HOUR, false);
        assertThat(line().timeOf(EPOCH, stamp(T2026 + MINUTE))).isEqualTo(T2026 + MINUTE);
        assertThat(line().timeOf(EPOCH, stamp(T2026 + 2 * DECADE + MINUTE)))
                .isEqualTo(T2026 + HOUR + MINUTE);
    }

    @Test
    void aLifeThatNeverKnewTheTimeIsMarkedAndKeepsWhatItStamped() {
        clock(1, T2026, 0, true);
        ahead(2, T2026 + HOUR, 5 * MINUTE, 0, false);
        clock(3, T2026 + 2 * HOUR, 0, true);

        long at = stamp(T2026 + HOUR + Hlc.slowed(MINUTE));
        assertThat(line().isLost(EPOCH, at)).isTrue();
        assertThat(line().sourceTime(EPOCH, at, 6 * MINUTE)).isEqualTo(6 * MINUTE);
        assertThat(line().isMarked(EPOCH, at, 6 * MINUTE)).isTrue();
        assertThat(line().isLost(EPOCH, stamp(T2026 + MINUTE))).isFalse();
        assertThat(line().isLost(EPOCH, stamp(T2026 + 3 * HOUR))).isFalse();
    }

    @Test
    void aSpanIsLookedForWhereverItsSamplesMayStand() {
        clock(1, 5 * MINUTE, 0, false);
        clock(1, T2026, T2026 - 15 * MINUTE, true);
        assertThat(line().raw(T2026 - 8 * MINUTE, T2026 - 7 * MINUTE))
                .contains(
                        new ClockLine.Raw(7 * MINUTE, 8 * MINUTE),
                        new ClockLine.Raw(T2026 - 8 * MINUTE, T2026 - 7 * MINUTE));
        assertThat(line().raw(T2026 + 5 * HOUR, T2026 + 6 * HOUR))
                .as("what came long after the step was stamped right")
                .containsExactly(new ClockLine.Raw(T2026 + 5 * HOUR, T2026 + 6 * HOUR));
    }

    @Test
    void uncertaintyIsThatOfTheSyncAndGrowsWithTheDistanceFromIt() {
        clock(1, 5 * MINUTE, 0, false);
        clock(1, T2026, T2026 - 15 * MINUTE, true);
        assertThat(line().uncertainty(EPOCH, stamp(T2026 + MINUTE))).isEqualTo(1_000_000);
        assertThat(line().uncertainty(EPOCH, stamp(5 * MINUTE)))
                .isEqualTo(1_000_000 + 10 * MINUTE / 2_000);
        assertThat(line().uncertainty(EPOCH + 1, 0)).isEqualTo(ClockLine.UNKNOWN);
    }

    @Test
    void theLastCommitOfALifeIsReadByThatLifesClock() {
        clock(1, 5 * MINUTE, 0, false);
        clock(1, T2026, T2026 - 15 * MINUTE, true);
        clock(2, T2026 + HOUR, 0, true);
        var life = new GatewayLife("crashed", 2, T2026 + 30 * MINUTE, "0.1.0");
        assertThat(line().correct(EPOCH, stamp(T2026 + HOUR + 1_000_000), life)).isEqualTo(life);
    }
}
