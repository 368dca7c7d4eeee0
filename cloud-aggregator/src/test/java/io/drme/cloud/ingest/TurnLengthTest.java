package io.drme.cloud.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TurnLengthTest {
    private static final long MOST = 256 << 10;

    private final TurnLength turn = new TurnLength(MOST);

    private void turns(int count, long nanosAByte) {
        for (int i = 0; i < count; i++) {
            turn.took(turn.bytes(), turn.bytes() * nanosAByte);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {150, 1_000, 10_000})
    void aTurnTakesTheTimeThatIsWantedWhateverAByteCosts(long nanosAByte) {
        turns(20, nanosAByte);
        assertThat(turn.bytes() * nanosAByte)
                .isBetween(TurnLength.WANTED_NANOS * 9 / 10, TurnLength.WANTED_NANOS);
    }

    @Test
    void aFastMachineTakesAsMuchAsThereIsRoomFor() {
        turns(20, 10);
        assertThat(turn.bytes()).isEqualTo(MOST);
    }

    @Test
    void aMachineThatBecomesSlowTakesLessWithTheNextTurns() {
        turns(20, 10);
        turns(3, 2_000);
        assertThat(turn.bytes() * 2_000).isLessThan(2 * TurnLength.WANTED_NANOS);
    }

    // A few blocks now and then are quick; that says nothing of how long a whole turn would take.
    @Test
    void turnsThatAreNotFullMakeNoneLonger() {
        turns(20, 1_000);
        long before = turn.bytes();
        for (int i = 0; i < 100; i++) {
            turn.took(before / 10, 1);
        }
        assertThat(turn.bytes()).isEqualTo(before);
    }

    @Test
    void onceOneBlockAloneTakesTooLongOneBlockIsTakenStill() {
        turns(50, 1_000_000_000);
        assertThat(turn.bytes()).isPositive();
    }
}
