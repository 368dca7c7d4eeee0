package io.drme.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HybridClockTest {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private long wallMillis = 1_700_000_000_000L;

    private final Clock wall =
            new Clock() {
                @Override
                public long epochNanos() {
                    return wallMillis * NANOS_PER_MILLI;
                }

                @Override
                public long nanoTime() {
                    return 0;
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
}
