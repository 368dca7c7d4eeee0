package io.drme.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.drme.model.StreamKind;
import io.drme.sync.RangeSet;
import io.drme.testing.ManualClock;
import io.drme.testing.SimulatedDisk;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Wear and autonomy are measured, from what the file layer sees, and never guessed. */
class StoreWearTest {
    private static final int MAX_SIZE_BYTES = 256 << 10;

    @Test
    void aPageWrittenTwiceBetweenTwoSyncsCountsOnceAndAfterASyncAgain() throws DiskException {
        var disk = new MeteredDisk(new SimulatedDisk(new Random(1)));
        try (var file = disk.create("a", 16_384, Disk.Room.RESERVED)) {
            file.write(0, ByteBuffer.allocate(100));
            file.write(100, ByteBuffer.allocate(100));
            assertThat(disk.pagesWritten()).isEqualTo(1);
            file.sync();
            file.write(200, ByteBuffer.allocate(100));
            assertThat(disk.pagesWritten()).isEqualTo(2);
            file.write(4_000, ByteBuffer.allocate(200));
            assertThat(disk.pagesWritten()).as("one of the two is open").isEqualTo(3);
            assertThat(disk.bytesWritten()).isEqualTo(500);
        }
    }

    @Test
    void roomThatIsWrittenCountsAndRoomThatIsReservedDoesNot() throws DiskException {
        var disk = new MeteredDisk(new SimulatedDisk(new Random(1)));
        disk.create("reserved", 1 << 20, Disk.Room.RESERVED).close();
        assertThat(disk.pagesWritten()).isZero();
        disk.create("written", 1 << 20, Disk.Room.WRITTEN).close();
        assertThat(disk.pagesWritten()).isEqualTo(256);
    }

    @Test
    void nothingIsKnownInTheFirstMinute() throws DiskException {
        var world = world();
        fill(world, 59);
        assertThat(world.store.wear().bytesADay()).isEmpty();
        assertThat(world.store.wear().autonomyHours()).isEmpty();
        fill(world, 2);
        assertThat(world.store.wear().bytesADay()).isPresent();
        assertThat(world.store.wear().autonomyHours()).isPresent();
    }

    @Test
    void theRateIsThatOfTheLastDay() {
        var clock = new ManualClock();
        var gauge = new WearGauge(clock, 1_000, 0);
        long written = 1_000;
        for (int hour = 0; hour < 48; hour++) {
            for (int i = 0; i < 60; i++) {
                clock.advance(Duration.ofMinutes(1));
                written += hour < 24 ? 1_000_000 : 1_000;
                gauge.note(written, written);
            }
        }
        assertThat(gauge.writtenADay(written).orElseThrow())
                .as("the day before is forgotten but for a mark's width")
                .isCloseTo(24 * 60 * 1_000, within(6_000_000.0));
        assertThat(gauge.window()).isBetween(Duration.ofHours(24), Duration.ofMinutes(1_446));
    }

    @Test
    void aStepOfTheWallClockChangesNoRate() {
        var clock = new ManualClock();
        var gauge = new WearGauge(clock, 0, 0);
        clock.advance(Duration.ofHours(1));
        clock.jump(Duration.ofDays(-3_650));
        assertThat(gauge.writtenADay(1_000_000).orElseThrow()).isEqualTo(24_000_000);
    }

    @Test
    void autonomyEndsWhenTheFirstSampleIsLost() throws DiskException {
        var world = world();
        fill(world, 120);
        double hours = world.store.wear().autonomyHours().orElseThrow();
        long start = world.clock.nanoTime();
        while (world.store.counters().dropped().isEmpty()) {
            fill(world, 1);
        }
        double took = (world.clock.nanoTime() - start) / 3.6e12;
        // Whole segments are taken and given up, so this is no finer than they are.
        assertThat(took).isBetween(hours * 0.75, hours * 1.25);
    }

    @Test
    void whatReceiptsCoverIsRoom() throws DiskException {
        var world = world();
        fill(world, 300);
        world.store.seal();
        double before = world.store.wear().autonomyHours().orElseThrow();
        var view = world.store.view();
        world.store.acknowledged(StreamKind.DATA, RangeSet.of(1, view.last(StreamKind.DATA)));
        assertThat(world.store.wear().autonomyHours().orElseThrow()).isGreaterThan(before);
    }

    private static StoreWorld world() throws DiskException {
        var world = new StoreWorld(1, MAX_SIZE_BYTES, StoreConfig.WhenFull.DROP_OLDEST);
        world.open();
        return world;
    }

    /** A dozen samples a second. */
    private static void fill(StoreWorld world, int seconds) throws DiskException {
        for (int i = 0; i < seconds; i++) {
            world.append(12);
            world.commit();
            world.clock.advance(Duration.ofSeconds(1));
            world.store.sealIfDue();
        }
    }
}
