package io.drme.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HybridClockTest {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private long wallMillis = 1_700_000_000_000L;
    private long steadyMillis;
    private ClockSync sync = ClockSync.UNKNOWN;

    private final Clock wall =
            new Clock() {
                @Override
                public long epochNanos() {
                    return wallMillis * NANOS_PER_MILLI;
                }

                @Override
                public long nanoTime() {
                    return steadyMillis * NANOS_PER_MILLI;
                }

                @Override
                public ClockSync sync() {
                    return sync;
                }

                @Override
                public void sleep(Duration time) {}
            };

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void stampsStrictlyIncreaseOverJumpsAndRestarts(long seed) {
        var random = new Random(seed);
        var clock = new HybridClock(wall, 0);
        long mark = clock.reserve(1_000);
        long before = 0;
        for (int i = 0; i < 20_000; i++) {
            switch (random.nextInt(100)) {
                case 0 ->
                        wallMillis +=
                                random.nextLong(-10L * 365 * 86_400_000, 10L * 365 * 86_400_000);
                case 1 -> clock = new HybridClock(wall, mark);
                case 2 ->
                        clock.observe(
                                Hlc.of(Math.max(0, wallMillis + random.nextLong(120_000)), 7));
                default -> wallMillis += random.nextInt(3);
            }
            long stamp = clock.next();
            if (stamp >= mark) {
                mark = clock.reserve(1_000);
            }
            assertThat(stamp).as("seed %d, step %d", seed, i).isGreaterThan(before);
            before = stamp;
        }
    }

    // One node whose clock is wrong by years must not drag the fleet with it.
    @ParameterizedTest
    @ValueSource(longs = {HybridClock.MAX_DRIFT_MILLIS + 1, 10L * 365 * 86_400_000})
    void aRemoteStampFarAheadIsFlaggedAndNotFollowed(long aheadMillis) {
        var clock = new HybridClock(wall, 0);

        assertThat(clock.observe(Hlc.of(wallMillis + aheadMillis, 0))).isFalse();
        assertThat(Hlc.millis(clock.next())).isEqualTo(wallMillis);
    }

    private void pass(long millis) {
        wallMillis += millis;
        steadyMillis += millis;
    }

    private static List<Long> offsets(HybridClock clock) {
        return clock.changes().stream().map(c -> c.offsetNanos() / NANOS_PER_MILLI).toList();
    }

    @Test
    void setBackByAnHourStampsRunOnAndHaveCaughtUpAfterSixteen() {
        var clock = new HybridClock(wall, 0);
        long before = Hlc.millis(clock.next());
        wallMillis -= 3_600_000;
        pass(16_000);
        assertThat(Hlc.millis(clock.next())).isEqualTo(before); // where it notices
        pass(16_000);
        assertThat(Hlc.millis(clock.next()) - before).isEqualTo(15_000);
        pass(16 * 3_600_000);
        assertThat(Hlc.millis(clock.next())).isEqualTo(wallMillis);
    }

    @Test
    void aStepIsToldOnceWithTheStampAtWhichItHolds() {
        var clock = new HybridClock(wall, 0);
        clock.next();
        assertThat(offsets(clock)).as("how things are at the start").containsExactly(0L);
        pass(5_000);
        long before = clock.next();
        wallMillis += 3_600_000;
        pass(300);
        long after = clock.next();
        var told = clock.changes();
        assertThat(told)
                .singleElement()
                .satisfies(change -> {
                    assertThat(change.offsetNanos()).isEqualTo(3_600_000 * NANOS_PER_MILLI);
                    assertThat(change.wallNanos()).isEqualTo(wallMillis * NANOS_PER_MILLI);
                    assertThat(change.stamp()).isGreaterThan(before).isLessThan(after);
                });
        pass(5_000);
        clock.next();
        assertThat(clock.changes()).isEmpty();
    }

    @Test
    void smallStepsAddUpToOneThatIsTold() {
        var clock = new HybridClock(wall, 0);
        clock.next();
        clock.changes();
        for (int i = 0; i < 4; i++) {
            wallMillis += 130;
            pass(2_000);
            clock.next();
        }
        assertThat(offsets(clock)).containsExactly(520L);
    }

    @Test
    void comingToBeSyncedIsToldAndSoIsALossOfCertainty() {
        var clock = new HybridClock(wall, 0);
        clock.next();
        clock.changes();
        sync = ClockSync.within(4 * NANOS_PER_MILLI);
        pass(2_000);
        clock.next();
        assertThat(clock.changes()).singleElement().matches(ClockChange::synced);
        sync = ClockSync.within(50 * NANOS_PER_MILLI);
        pass(2_000);
        clock.next();
        assertThat(clock.changes()).isEmpty();
        sync = ClockSync.within(60 * NANOS_PER_MILLI);
        pass(2_000);
        clock.next();
        assertThat(clock.changes())
                .singleElement()
                .matches(c -> c.uncertaintyNanos() == 60 * NANOS_PER_MILLI);
    }

    @Test
    void thisMachineTellsOfItsClock() {
        assertThat(new SystemClock().sync().state()).isNotNull();
        assertThat(new SystemClock().sync().isSynced())
                .isEqualTo(new SystemClock().sync().uncertaintyNanos() >= 0);
    }
}
