package io.drme.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.drme.simulation.Simulation.Setting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The whole system in virtual time under faults that a seed decides; see docs/simulation.md. Worlds
 * share nothing, so two of them run at a time, each on a thread of its own.
 */
@Execution(ExecutionMode.CONCURRENT)
class WholeSystemTest {
    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void everythingAcceptedArrivesOnceWhateverHappens(long seed) {
        var result = Simulation.run(new Setting(seed, WorldSize.SMALL, PlantedBug.NONE), null);
        result.failure().ifPresent(f -> fail(result.report(), f.cause()));
    }

    // Otherwise a failure could not be looked at.
    @Test
    void aSeedReplaysByteForByte() {
        var setting = new Setting(5, WorldSize.SMALL, PlantedBug.NONE);
        var first = Simulation.run(setting, null);
        var second = Simulation.run(setting, null);
        assertThat(second.digest()).isEqualTo(first.digest());
        assertThat(second.figures()).isEqualTo(first.figures());
    }
}
