package io.drme.edge.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.testing.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The deliverer in virtual time against a plain model, see {@link DeliveryWorld}. */
class DelivererSimulationTest {
    private static final int STEPS = 600;

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void everythingIsToldOnceOrItsLossIs(long seed) {
        var world = new DeliveryWorld(seed);
        for (int i = 0; i < STEPS; i++) {
            world.step();
        }
        world.heal();

        world.check();
    }

    // Otherwise the test above could be green because nothing happens in it.
    @Test
    void theSeedsReachWhatTheyAreThereFor() {
        int messages = 0;
        int digests = 0;
        int dropped = 0;
        for (long seed : Seeds.of(20, 20).toArray()) {
            var world = new DeliveryWorld(seed);
            for (int i = 0; i < STEPS; i++) {
                world.step();
            }
            messages += world.messages();
            digests += world.digests();
            dropped += world.dropped();
        }
        assertThat(messages).isGreaterThan(500);
        assertThat(digests).isGreaterThan(100);
        assertThat(dropped).isGreaterThan(5);
    }
}
