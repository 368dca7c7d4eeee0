package io.drme.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.testing.Seeds;
import io.drme.testing.SimulatedDisk;
import org.junit.jupiter.api.Test;

/**
 * {@code when-full: thin} keeps the whole span, bounds what it gives up, and counts exactly;
 * whatever fails, and whenever the power does.
 */
class StoreThinTest {
    private static final long TIGHT_BYTES = 128 << 10;

    private static final long ROOMY_BYTES = 160 << 10;

    private interface Scenario {
        void run(ThinWorld world) throws Exception;
    }

    private static void overSeeds(long count, long many, Scenario scenario) {
        Seeds.of(count, many)
                .forEach(seed -> {
                    try {
                        scenario.run(new ThinWorld(seed, TIGHT_BYTES));
                    } catch (Throwable e) {
                        throw new AssertionError("seed " + seed + ": " + e, e);
                    }
                });
    }

    @Test
    void aFullStoreIsThinnedAndNothingIsDropped() throws Exception {
        var world = new ThinWorld(1, ROOMY_BYTES);
        world.open();
        for (int i = 0; i < 600; i++) {
            world.step();
        }
        assertThat(world.thinned()).isPositive();
        assertThat(world.droppedFull()).isZero();
        assertThat(world.store.sizeBytes()).isLessThanOrEqualTo(ROOMY_BYTES);
        world.check();
    }

    // Envelopes of envelopes get longer intervals, and say so: the bound stays exact.
    @Test
    void whatIsThinnedAgainAndAgainStaysWithinItsBound() throws Exception {
        var world = new ThinWorld(2, TIGHT_BYTES);
        world.open();
        for (int i = 0; i < 1_500; i++) {
            world.step();
        }
        world.check();
    }

    @Test
    void thePowerMayFailInTheMiddleOfThinning() {
        overSeeds(
                15,
                5_000,
                world -> {
                    world.open();
                    for (int i = 0; i < 250 + world.random.nextInt(150); i++) {
                        world.step();
                    }
                    for (int life = 0; life < 8; life++) {
                        world.disk.cutPowerAfter(world.random.nextInt(90));
                        try {
                            for (int i = 0; i < 40; i++) {
                                world.step();
                            }
                        } catch (SimulatedDisk.PowerCut _) {
                            // As planned.
                        }
                        world.disk = world.disk.afterPowerCut();
                        world.open();
                        world.check();
                    }
                    assertThat(world.thinned()).isPositive();
                });
    }

    @Test
    void writesAndSyncsMayFailWhileThinning() {
        overSeeds(
                10,
                5_000,
                world -> {
                    world.open();
                    for (int i = 0; i < 250; i++) {
                        world.step();
                    }
                    world.disk.failWith(0.1);
                    for (int i = 0; i < 100; i++) {
                        try {
                            world.step();
                        } catch (DiskException _) {
                            // Tried again with the next step.
                        }
                    }
                    world.disk.failWith(0);
                    world.step();
                    world.check();
                    world.disk = world.disk.afterPowerCut();
                    world.open();
                    world.check();
                });
    }

    @Test
    void whatReceiptsCoverIsNotThinned() {
        overSeeds(
                10,
                5_000,
                world -> {
                    world.acknowledges = true;
                    world.open();
                    for (int i = 0; i < 400; i++) {
                        world.step();
                    }
                    world.check();
                    world.disk = world.disk.afterPowerCut();
                    world.open();
                    world.check();
                });
    }
}
