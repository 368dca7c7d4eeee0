package io.drme.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.StreamKind;
import io.drme.sync.RangeSet;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** What stays after its receipt, and what a receipt counts that comes late. */
class StoreHistoryTest {
    private static final Duration YEARS = Duration.ofDays(3_652);

    private static StoreWorld world(long maxBytes) throws DiskException {
        var world = new StoreWorld(1, maxBytes, StoreConfig.WhenFull.DROP_OLDEST);
        world.open();
        return world;
    }

    /** Writes events until a segment is complete, and another is begun. */
    private static void fillSegment(StoreWorld world) throws DiskException {
        int wanted = Math.max(1, segments(world)) + 1;
        while (segments(world) < wanted) {
            for (int i = 0; i < 20; i++) {
                world.appendEvent();
            }
            world.store.seal();
        }
    }

    private static int segments(StoreWorld world) {
        return (int) world.disk.paths().stream().filter(p -> p.contains("/events/")).count();
    }

    private static void acknowledgeAll(StoreWorld world) throws DiskException {
        world.store.acknowledged(StreamKind.EVENTS, world.store.view().held(StreamKind.EVENTS));
        world.store.commit();
    }

    private static RangeSet events(StoreWorld world) {
        return world.store.view().held(StreamKind.EVENTS);
    }

    // Alarms that changed since their last snapshot came up after a crash in a state that they had
    // left, where their events were over age by then: found by the whole-system simulation.
    @Test
    void eventsSinceTheLastSnapshotOutliveTheirKeep() throws Exception {
        var world = world(64 << 20);
        world.store.needEventsSince(world.clock.epochNanos());
        fillSegment(world);
        acknowledgeAll(world);
        world.clock.advance(YEARS);
        world.store.seal();
        assertThat(events(world).contains(1)).isTrue();
        world.store.needEventsSince(world.clock.epochNanos());
        world.appendEvent();
        world.store.seal();
        assertThat(events(world).contains(1)).isFalse();
    }

    // The same with a hole: an alarm seemed never to have ended, as the segment with its end was
    // written under a date of ten years before.
    @Test
    void eventsGoFromTheOldestOnWhateverTheClockDid() throws Exception {
        var world = world(64 << 20);
        fillSegment(world);
        world.clock.jump(YEARS.negated());
        fillSegment(world); // begun before
        fillSegment(world);
        world.clock.jump(YEARS);
        fillSegment(world);
        acknowledgeAll(world);
        world.appendEvent();
        world.store.seal();
        assertThat(events(world)).isEqualTo(RangeSet.of(1, events(world).last().orElseThrow()));
    }

    // An item may be given up while its receipt is on the way. The gateway counts it as dropped,
    // and so must not say that its samples are among the acknowledged ones.
    @Test
    void aReceiptForWhatWasGivenUpCountsNothing() throws Exception {
        var world = world(200 << 10);
        var samples = new ArrayList<Long>();
        while (world.store.counters().dropped().isEmpty()) {
            long before = world.samples(StreamKind.DATA).size();
            world.append(30);
            world.store.seal();
            samples.add(world.samples(StreamKind.DATA).size() - before);
        }
        var view = world.store.view();
        var held = view.held(StreamKind.DATA);
        world.store.acknowledged(StreamKind.DATA, RangeSet.of(1, view.last(StreamKind.DATA)));
        world.store.commit();
        var after = world.store.view();
        assertThat(after.counted(StreamKind.DATA)).isEqualTo(held);
        long counted = 0;
        for (var range : held.ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                counted += samples.get((int) n - 1);
            }
        }
        assertThat(after.counters().acknowledged()).isEqualTo(counted);
        assertThat(after.counters().balanced()).isTrue();
    }
}
