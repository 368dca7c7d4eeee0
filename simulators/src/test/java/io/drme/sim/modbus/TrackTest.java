package io.drme.sim.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of what was recorded is played to one who asks at slightly other times. */
class TrackTest {
    private static final int ITEMS = 1000;

    private static Track<Integer> everyHundred() {
        var track = new Track<Integer>(i -> i);
        for (int i = 0; i < ITEMS; i++) {
            track.add(100 * i);
        }
        track.sort();
        return track;
    }

    // A machine that is busy lets polls come late, and never early by much.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void whoAsksAsOftenGetsEachOnceAndInOrder(int seed) {
        var random = new Random(seed);
        var track = everyHundred();
        for (int i = 0; i < ITEMS; i++) {
            int jitter = i == 0 ? 0 : random.nextInt(-49, 149);
            assertThat(track.play(100L * i + jitter)).isEqualTo(100 * i);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 30, 70, 250, 1000})
    void whoAsksOtherwiseGetsWhatIsAtMostOneAndAHalfIntervalsAway(int step) {
        var track = everyHundred();
        var played = new ArrayList<Integer>();
        for (long nanos = 0; nanos < 100L * ITEMS - 100; nanos += step) {
            int item = track.play(nanos);
            assertThat(Math.abs(item - nanos)).isLessThanOrEqualTo(150);
            played.add(item);
        }
        assertThat(played).isSorted();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1000, 0, 99_900, 1_000_000})
    void beforeTheFirstAndBehindTheLastTheNearestIsPlayed(long nanos) {
        var track = everyHundred();
        assertThat(List.of(track.play(nanos), track.known(nanos)))
                .containsOnly(nanos <= 0 ? 0 : 99_900);
    }
}
