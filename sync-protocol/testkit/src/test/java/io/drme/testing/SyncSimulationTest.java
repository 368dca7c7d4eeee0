package io.drme.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The whole sync in virtual time under faults that a seed decides. Believed because it finds the
 * bugs of {@link SyncWorld.Bug}, planted on purpose.
 */
class SyncSimulationTest {
    private static final int EVENTS = 400;

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void everySampleArrivesOnceWhateverHappens(long seed) {
        try {
            new SyncWorld(seed, SyncWorld.Bug.NONE).run(EVENTS);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("replay with -Ddrme.seed=" + seed + ": " + e.getMessage(), e);
        }
    }

    @ParameterizedTest
    @EnumSource(value = SyncWorld.Bug.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void plantedBugsAreFound(SyncWorld.Bug bug) {
        int found = 0;
        for (long seed = 1; seed <= 100 && found < 2; seed++) {
            try {
                new SyncWorld(seed, bug).run(EVENTS);
            } catch (AssertionError _) {
                found++;
            }
        }
        assertThat(found).as("seeds that find %s", bug).isEqualTo(2);
    }

    @Test
    void theWorldIsNotAnIdleOne() {
        var world = new SyncWorld(1, SyncWorld.Bug.NONE);
        world.run(EVENTS);
        assertThat(world.receipts).isGreaterThan(50);
    }
}
