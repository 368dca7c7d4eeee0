package io.drme.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.testing.Seeds;
import io.drme.testing.SimulatedDisk;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Cuts the power in the middle of anything, again and again, and holds the store to its promises.
 *
 * <p>Believed because it catches the bugs planted below, each a disk that breaks one promise that
 * the store relies on: the journal is never synced; a sync returns before it is done, so that a
 * commit is acknowledged too early; sealed blocks are shown before they are synced; names are not
 * synced.
 *
 * <p>To replay a failure: {@code mvn test -Dtest=StorePowerCutTest -Ddrme.seed=N}.
 */
class StorePowerCutTest {
    private static final long PLENTY_BYTES = 64 << 20;
    private static final long PLANTED_SEEDS = 40;

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

    // Its frames are synced together, so the power may leave any beginning of them: each has to
    // carry the figures that go with its own samples, or the counters say what never was.
    @Test
    void aCutBetweenTheFramesOfOneCommitLeavesExactCounters() {
        Seeds.of(30, 1_000)
                .forEach(seed -> {
                    try {
                        int found = 0;
                        boolean isCut = true;
                        for (int operations = 0; isCut; operations++) {
                            var world =
                                    new StoreWorld(
                                            seed, PLENTY_BYTES, StoreConfig.WhenFull.DROP_OLDEST);
                            isCut = cutInCommit(world, operations);
                            found += isPartial(world) ? 1 : 0;
                        }
                        assertThat(found).as("cuts between frames").isGreaterThan(2);
                    } catch (Exception | AssertionError e) {
                        throw new AssertionError("seed " + seed + ": " + e, e);
                    }
                });
    }

    private static boolean cutInCommit(StoreWorld world, int operations) throws Exception {
        world.open();
        world.append(20);
        world.appendEvent();
        world.commit();
        for (int i = 0; i < 6; i++) {
            world.append(20 + 10 * i);
            world.appendEvent();
        }
        world.disk.cutPowerAfter(operations);
        boolean isCut = false;
        try {
            world.commit();
        } catch (SimulatedDisk.PowerCut _) {
            isCut = true;
        }
        world.disk = world.disk.afterKill(); // what was written is there, synced or not
        world.open();
        return isCut;
    }

    /** Checks the world; whether it has a part of what the commit was about. */
    private static boolean isPartial(StoreWorld world) throws Exception {
        long all = 0;
        long before = 0;
        for (var kind : StoreCore.SAMPLE_STREAMS) {
            all += world.samples(kind).size();
            before += world.committed(kind);
        }
        world.check();
        long accepted = world.store.counters().accepted();
        return accepted > before && accepted < all;
    }

    private static LongStream seeds() {
        return Seeds.of(2_000, 200_000);
    }

    static void run(StoreWorld world) throws Exception {
        world.open();
        for (int life = 0; life < 3; life++) {
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
        world.disk.cutPowerAfter(world.random.nextInt(100));
        try {
            for (int step = 0; step < 50; step++) {
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

    @Test
    void aJournalThatIsNeverSyncedIsCaught() {
        assertCaught(disk -> new FaultyDisk(disk, path -> path.endsWith(".ring"), false));
    }

    @Test
    void aCommitThatIsAcknowledgedBeforeItsSyncIsCaught() {
        assertCaught(disk -> new FaultyDisk(disk, _ -> true, true));
    }

    @Test
    void blocksThatAreShownBeforeTheirSyncAreCaught() {
        assertCaught(disk -> new FaultyDisk(disk, path -> path.endsWith(".seg"), false));
    }

    @Test
    void namesThatAreNotSyncedAreCaught() {
        assertCaught(disk -> new FaultyDisk(disk, path -> !path.contains("."), false));
    }

    private static void assertCaught(UnaryOperator<Disk> bug) {
        long caught = 0;
        for (long seed = 1; seed <= PLANTED_SEEDS; seed++) {
            var world = new StoreWorld(seed, PLENTY_BYTES, StoreConfig.WhenFull.DROP_OLDEST);
            world.wrap = bug;
            try {
                run(world);
            } catch (Exception | AssertionError _) {
                caught++;
            }
        }
        assertThat(caught).as("seeds of %d that noticed", PLANTED_SEEDS).isPositive();
    }
}
