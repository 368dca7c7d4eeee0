package io.drme.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.testing.Seeds;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole system in virtual time under faults that a seed decides; see docs/simulation.md. */
class WholeSystemTest {
    static LongStream seeds() {
        return Seeds.of(50, 50_000);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everythingAcceptedArrivesOnceWhateverHappens(long seed) {
        var result = Simulation.run(seed, WorldSize.SMALL, PlantedBug.NONE, null);
        result.failure()
                .ifPresent(f -> {
                    throw new AssertionError(
                            "%s%n%s%nreplay: %s"
                                    .formatted(
                                            f.trace(),
                                            f.cause(),
                                            Simulation.replay(seed, WorldSize.SMALL)),
                            f.cause());
                });
    }

    @Test
    void aSeedReplaysByteForByte() {
        var first = Simulation.run(5, WorldSize.SMALL, PlantedBug.NONE, null);
        var second = Simulation.run(5, WorldSize.SMALL, PlantedBug.NONE, null);
        assertThat(second.digest()).isEqualTo(first.digest());
        assertThat(second.figures()).isEqualTo(first.figures());
    }
}
