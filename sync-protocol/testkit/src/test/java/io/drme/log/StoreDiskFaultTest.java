package io.drme.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.model.StreamKind;
import io.drme.schema.Drop;
import io.drme.schema.Payloads;
import io.drme.sync.RangeSet;
import io.drme.testing.Seeds;
import io.drme.testing.SimulatedDisk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * A disk that fails, is full, or slow: the store never crashes, keeps its policy, counts exactly
 * what it gives up, and works on when the disk does.
 */
class StoreDiskFaultTest {
    private static final long PLENTY_BYTES = 64 << 20;
    private static final long TIGHT_BYTES = 200 << 10;

    private interface Scenario {
        void run(long seed) throws Exception;
    }

    private static void overSeeds(Scenario scenario) {
        LongStream seeds = Seeds.of(50, 20_000);
        seeds.forEach(seed -> {
            try {
                scenario.run(seed);
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + ": " + e, e);
            }
        });
    }

    private static StoreWorld world(long seed, long maxBytes) {
        return new StoreWorld(seed, maxBytes, StoreConfig.WhenFull.DROP_OLDEST);
    }

    // A failed sync says nothing about what is on disk: all of it has to be written anew,
    // elsewhere.
    @Test
    void writesAndSyncsThatFailLoseNothing() {
        overSeeds(seed -> {
            var world = world(seed, PLENTY_BYTES);
            world.open();
            world.disk.failWith(0.15);
            stumble(world, 150);
            world.disk.failWith(0);
            world.store.seal();
            world.wasCommitted();
            world.show();
            world.disk = world.disk.afterPowerCut();
            world.open();
            world.check();
        });
    }

    @Test
    void aPowerCutAmongFailuresKeepsWhatWasCommitted() {
        overSeeds(seed -> {
            var world = world(seed, PLENTY_BYTES);
            world.open();
            world.disk.failWith(0.1);
            world.disk.cutPowerAfter(40 + world.random.nextInt(200));
            try {
                stumble(world, 150);
            } catch (SimulatedDisk.PowerCut _) {
                // As planned.
            }
            world.disk = world.disk.afterPowerCut();
            world.open();
            world.check();
        });
    }

    private static void stumble(StoreWorld world, int steps) {
        for (int step = 0; step < steps; step++) {
            try {
                world.step();
            } catch (DiskException _) {
                // Whoever drives the store notes it and goes on.
            }
        }
    }

    // It was reported as lost at the centre, and its range closed there, while it waited for its
    // sync: found by the whole-system simulation.
    @Test
    void whatWaitsForItsSyncIsNotReportedAsMissing() throws Exception {
        var world = world(1, PLENTY_BYTES);
        world.open();
        world.append(50);
        world.commit();
        world.disk.failWith(1);
        world.clock.advance(Duration.ofMinutes(2));
        assertThatThrownBy(() -> world.store.sealIfDue()).isInstanceOf(DiskException.class);
        var view = world.store.view();
        assertThat(view.last(StreamKind.DATA)).isEqualTo(1);
        assertThat(view.held(StreamKind.DATA)).isEqualTo(RangeSet.EMPTY);
        world.disk.failWith(0);
        world.store.missing(StreamKind.DATA, RangeSet.of(1, 1));
        world.store.seal();
        assertThat(world.store.view().held(StreamKind.DATA)).isEqualTo(RangeSet.of(1, 1));
        assertThat(world.store.counters().dropped()).isEmpty();
    }

    // Blocks were sealed, sent, receipted and deleted before a mark could tell of it; the start
    // then took their samples from the journal once more, under numbers that were given already:
    // found by the whole-system simulation.
    @Test
    void whatWasDeletedBeforeAMarkToldOfItIsNotNumberedAgain() {
        overSeeds(seed -> {
            var world = world(seed, 190 << 10);
            world.sizes = StoreWorld.LONG_JOURNAL;
            world.open();
            world.append(30);
            world.store.seal();
            world.disk.failOnly(path -> path.contains("marks"));
            world.disk.failWith(1);
            boolean isGone = false;
            for (int i = 0; i < 150 && !isGone; i++) {
                world.append(30);
                world.commit();
                world.clock.advance(Duration.ofMinutes(2));
                assertThatThrownBy(world.store::sealIfDue).isInstanceOf(DiskException.class);
                world.show();
                receiptAll(world);
                world.commit();
                isGone = isGone(world, 2);
            }
            assertThat(isGone).as("a segment was deleted").isTrue();
            world.disk = world.disk.afterPowerCut();
            world.open();
            world.assertShownAsItWas();
            assertExact(world);
            world.append(30);
            world.store.seal();
            world.assertShownAsItWas();
            assertAccounted(world);
        });
    }

    private static void receiptAll(StoreWorld world) throws DiskException {
        for (var kind : new StreamKind[] {StreamKind.DATA, StreamKind.EVENTS}) {
            var view = world.store.view();
            world.store.acknowledged(kind, view.acknowledged(kind).union(view.held(kind)));
        }
    }

    private static boolean isGone(StoreWorld world, long sequence) {
        return !world.store.view().held(StreamKind.DATA).contains(sequence);
    }

    /** Every sample that was committed counts, once. */
    private static void assertExact(StoreWorld world) {
        var counters = world.store.counters();
        assertThat(counters.balanced()).as("%s", counters).isTrue();
        assertThat(counters.accepted())
                .isEqualTo(world.committed(StreamKind.DATA) + world.committed(StreamKind.LOCAL));
        assertThat(counters.dropped()).doesNotContainKey(DropCause.DAMAGED);
    }

    // To seal, a store at its limit has to drop; to note the drop it needs room in the journal; to
    // free the journal it has to seal. The room kept for such notes is lost when the disk fails in
    // that segment: the whole-system simulation found a store that never accepted anything again,
    // and holds it to that; here that what it takes beyond the ring is given back.
    @Test
    void aFullStoreGetsOutOfAFullJournalOnceTheDiskWorks() {
        overSeeds(seed -> {
            var world = new StoreWorld(seed, TIGHT_BYTES, StoreConfig.WhenFull.DROP_OLDEST);
            world.open();
            fill(world, 60);
            world.disk.failWith(0.5);
            stumble(world, 600);
            world.disk.failWith(0);
            world.append(5);
            world.commit();
            world.store.seal();
            assertAccounted(world);
            assertThat(world.disk.paths().stream().filter(f -> f.endsWith(".ring")).count())
                    .as("what was taken beyond the ring is given back")
                    .isEqualTo(StoreWorld.SIZES.journalSegments());
        });
    }

    // A part of what one segment held, in numbers that differ from item to item.
    @Test
    void whatTheCentreLostAfterItsReleaseIsCountedToTheSample() throws Exception {
        var world = world(3, PLENTY_BYTES);
        world.open();
        var samples = new ArrayList<Long>();
        for (int block = 1; block <= 6; block++) {
            long before = world.samples(StreamKind.DATA).size();
            world.append(3 * block);
            world.store.seal();
            samples.add(world.samples(StreamKind.DATA).size() - before);
        }
        long last = world.store.view().last(StreamKind.DATA);
        assertThat(last).isEqualTo(6);
        world.store.acknowledged(StreamKind.DATA, RangeSet.of(1, last));
        world.store.close();
        world.open();
        world.clock.advance(Duration.ofDays(8));
        world.append(40);
        world.store.seal();
        assertThat(world.store.view().held(StreamKind.DATA).contains(1)).as("released").isFalse();
        world.store.acknowledged(StreamKind.DATA, RangeSet.of(1, 4));
        world.store.missing(StreamKind.DATA, RangeSet.of(5, 6));
        world.store.commit();
        var counters = world.store.counters();
        assertThat(counters.dropped())
                .containsEntry(DropCause.LOST_AT_CENTRE, samples.get(4) + samples.get(5));
        assertThat(counters.acknowledged())
                .isEqualTo(samples.subList(0, 4).stream().mapToLong(Long::longValue).sum());
        assertThat(counters.balanced()).isTrue();
    }

    @Test
    void aSlowSyncOnlyTakesTime() throws Exception {
        var world = world(1, PLENTY_BYTES);
        world.disk.beforeSync(() -> world.clock.advance(Duration.ofSeconds(20)));
        world.open();
        stumble(world, 300);
        world.commit();
        world.disk = world.disk.afterKill();
        world.open();
        world.check();
    }

    @Test
    void beyondMaxSizeTheOldestGoesAndIsCountedExactly() {
        overSeeds(seed -> {
            var world = world(seed, TIGHT_BYTES);
            world.open();
            fill(world, 150);
            assertThat(world.store.sizeBytes())
                    .isLessThan(TIGHT_BYTES + 2L * StoreWorld.SIZES.segmentBytes());
            assertAccounted(world);
            world.disk = world.disk.afterPowerCut();
            world.open();
            assertAccounted(world);
        });
    }

    @Test
    void aFullDiskIsLikeMaxSize() {
        overSeeds(seed -> {
            var world = world(seed, PLENTY_BYTES);
            world.disk.capacity(TIGHT_BYTES);
            world.open();
            fill(world, 120);
            assertAccounted(world);
            world.disk.capacity(Long.MAX_VALUE);
            world.store.seal();
            assertAccounted(world);
        });
    }

    private static void fill(StoreWorld world, int steps) {
        for (int step = 0; step < steps; step++) {
            try {
                world.append(30);
                world.step();
                world.commit();
                world.store.sealIfDue();
            } catch (DiskException _) {
                // Full for a moment: what waits goes with the next commit.
            }
        }
    }

    /** Every accepted sample is held, acknowledged or dropped, and every drop has its event. */
    private static void assertAccounted(StoreWorld world) throws Exception {
        world.store.commit();
        var view = world.store.view();
        var counters = view.counters();
        assertThat(counters.balanced()).as("%s", counters).isTrue();
        long pending = world.store.view().counters().pending();
        long held = 0;
        var unacknowledged = view.held(StreamKind.DATA).minus(view.acknowledged(StreamKind.DATA));
        for (var range : unacknowledged.ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                held += view.find(StreamKind.DATA, n).orElseThrow().samples();
            }
        }
        long tail = world.store.tail(StreamKind.DATA).isPresent() ? tail(world) : 0;
        assertThat(held + tail).isEqualTo(pending);
        var gone = RangeSet.EMPTY;
        for (var range : view.held(StreamKind.EVENTS).ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                var event =
                        EventItem.decode(view.read(StreamKind.EVENTS, n).orElseThrow())
                                .orElseThrow()
                                .event();
                if (event.type().equals("drop")
                        && Payloads.of(event) instanceof Drop drop
                        && drop.stream() == StreamKind.DATA) {
                    gone = gone.with(drop.fromSequence(), drop.toSequence());
                }
            }
        }
        // What the centre has, it needs not be told again.
        boolean isTold =
                view.held(StreamKind.EVENTS).contains(1)
                        || view.acknowledged(StreamKind.EVENTS).isEmpty();
        if (isTold && view.last(StreamKind.DATA) > 0) {
            assertThat(
                            RangeSet.of(1, view.last(StreamKind.DATA))
                                    .minus(view.held(StreamKind.DATA))
                                    .minus(view.acknowledged(StreamKind.DATA)))
                    .as("each hole has its event")
                    .isEqualTo(gone.minus(view.acknowledged(StreamKind.DATA)));
        }
    }

    // The centre waited for ever for what such an event closes: found by the whole-system
    // simulation.
    @Test
    void theEventOfADropIsSaidAgainWhenItIsGivenUpItself() {
        overSeeds(seed -> {
            var world = world(seed, TIGHT_BYTES);
            world.open();
            while (world.store.counters().dropped().isEmpty()) {
                world.append(30);
                world.store.seal();
            }
            for (int i = 0;
                    i < 5_000 && world.store.view().held(StreamKind.EVENTS).contains(1);
                    i++) {
                world.appendEvent();
                world.commit();
                if (i % 50 == 0) {
                    world.store.seal();
                }
            }
            assertThat(world.store.view().held(StreamKind.EVENTS).contains(1)).isFalse();
            assertAccounted(world);
        });
    }

    private static long tail(StoreWorld world) throws Exception {
        return io.drme.block.BlockReader.open(world.store.tail(StreamKind.DATA).orElseThrow())
                .header()
                .count();
    }

    // Receipted blocks go first, and are no loss.
    @Test
    void whatIsAcknowledgedMakesRoomWithoutLoss() throws Exception {
        var world = world(3, TIGHT_BYTES);
        world.open();
        for (int step = 0; step < 400; step++) {
            world.append(30);
            world.store.seal();
            for (var kind : new StreamKind[] {StreamKind.DATA, StreamKind.EVENTS}) {
                world.store.acknowledged(kind, world.store.view().held(kind));
            }
            world.clock.advance(Duration.ofDays(1));
        }
        var counters = world.store.counters();
        assertThat(counters.balanced()).isTrue();
        assertThat(counters.dropped()).isEmpty();
        assertThat(world.store.sizeBytes()).isLessThan(TIGHT_BYTES);
    }

    @Test
    void withWhenFullStopNothingAcceptedIsGivenUp() throws Exception {
        var world = new StoreWorld(5, TIGHT_BYTES, StoreConfig.WhenFull.STOP);
        world.open();
        var last = new ArrayList<DiskException>();
        for (int step = 0; step < 3_000 && world.store.accepting(); step++) {
            try {
                world.append(20);
                world.store.commit();
                world.store.sealIfDue();
            } catch (DiskException e) {
                last.add(e);
            }
        }
        assertThat(world.store.accepting()).isFalse();
        assertThat(last.getLast()).isInstanceOf(DiskException.Full.class);
        for (int i = 0; i < 5; i++) {
            world.append(20);
        }
        var before = world.store.counters();
        assertThat(before.dropped()).isEmpty();

        // The centre comes back and takes everything; the same store goes on.
        for (var kind : new StreamKind[] {StreamKind.DATA, StreamKind.EVENTS}) {
            world.store.acknowledged(kind, world.store.view().held(kind));
        }
        world.clock.advance(Duration.ofDays(8));
        world.store.sealIfDue();
        world.store.commit();
        assertThat(world.store.accepting()).isTrue();
        var after = world.store.counters();
        assertThat(after.balanced()).as("%s", after).isTrue();
        assertThat(after.dropped()).isEmpty();
        assertThat(after.refused()).containsOnlyKeys(DropCause.STORE_FULL);
    }

    // What the centre lost in a restore is pending again where we have it, and reported where not.
    @Test
    void aRestoredCentreGetsWhatIsHereAndADropForTheRest() throws Exception {
        var world = world(7, TIGHT_BYTES);
        world.open();
        for (int step = 0; step < 200; step++) {
            world.append(30);
            world.store.seal();
            world.store.acknowledged(
                    StreamKind.DATA, RangeSet.of(1, world.store.view().last(StreamKind.DATA)));
            world.clock.advance(Duration.ofDays(1));
        }
        var all = world.store.counters();
        assertThat(all.pending()).isZero();
        var held = world.store.view().held(StreamKind.DATA);
        long first = held.first().orElseThrow();
        assertThat(first).isGreaterThan(1);

        world.store.acknowledged(StreamKind.DATA, RangeSet.EMPTY);
        world.store.missing(StreamKind.DATA, RangeSet.of(1, first - 1));
        world.store.missing(StreamKind.DATA, RangeSet.of(1, first - 1));
        world.store.commit();

        var after = world.store.counters();
        assertThat(after.balanced()).as("%s", after).isTrue();
        assertThat(after.acknowledged()).isZero();
        assertThat(after.dropped()).containsOnlyKeys(DropCause.LOST_AT_CENTRE);
        var view = world.store.view();
        var event = view.read(StreamKind.EVENTS, view.last(StreamKind.EVENTS)).orElseThrow();
        assertThat(Payloads.of(EventItem.decode(event).orElseThrow().event()))
                .isInstanceOfSatisfying(
                        Drop.class,
                        drop -> {
                            assertThat(drop.fromSequence()).isEqualTo(1);
                            assertThat(drop.toSequence()).isEqualTo(first - 1);
                            assertThat(drop.samples())
                                    .isEqualTo(after.dropped().get(DropCause.LOST_AT_CENTRE));
                        });
    }
}
