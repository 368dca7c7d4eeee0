package io.drme.log;

import io.drme.testing.Seeds;
import io.drme.testing.SimulatedDisk;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Cuts the power in the middle of anything, again and again, and holds the store to its promises.
 *
 * <p>To replay a failure: {@code mvn test -Dtest=StorePowerCutTest -Ddrme.seed=N}.
 */
class StorePowerCutTest {
    private static final long PLENTY_BYTES = 64 << 20;

    @Test
    void whatWasCommittedIsThereAfterAPowerCut() {
        seeds().forEach(seed -> {
            try {
                run(new StoreWorld(seed, PLENTY_BYTES, StoreConfig.WhenFull.DROP_OLDEST));
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + ": " + e, e);
            }
        });
    }

    private static LongStream seeds() {
        return Seeds.of(2_000, 200_000);
    }

    static void run(StoreWorld world) throws Exception {
        world.open();
        for (int life = 0; life < 4; life++) {
            boolean isCut = live(world);
            world.disk = isCut ? world.disk.afterPowerCut() : reopened(world);
            open(world);
            world.check();
        }
    }

    /** The power may fail during recovery too, as often as it likes. */
    private static void open(StoreWorld world) throws DiskException {
        if (world.random.nextInt(3) == 0) {
            world.disk.cutPowerAfter(world.random.nextInt(30));
        }
        while (true) {
            try {
                world.open();
                world.disk.cutPowerAfter(Long.MAX_VALUE);
                return;
            } catch (SimulatedDisk.PowerCut _) {
                world.disk = world.disk.afterPowerCut();
            }
        }
    }

    /** Lives until the power fails, or until an end in order. */
    private static boolean live(StoreWorld world) throws DiskException {
        world.disk.cutPowerAfter(world.random.nextInt(120));
        try {
            for (int step = 0; step < 60; step++) {
                world.step();
            }
            if (world.random.nextBoolean()) {
                world.store.close();
                world.wasCommitted();
                return false;
            }
        } catch (SimulatedDisk.PowerCut _) {
            // As planned.
        }
        return true;
    }

    private static SimulatedDisk reopened(StoreWorld world) {
        world.disk.cutPowerAfter(Long.MAX_VALUE);
        return world.disk;
    }
}
