package io.drme.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Event;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.schema.Audit;
import io.drme.schema.EpochEnded;
import io.drme.schema.EventSchema;
import io.drme.schema.Payload;
import io.drme.schema.Payloads;
import io.drme.sync.Item;
import io.drme.sync.RangeSet;
import io.drme.testing.ManualClock;
import io.drme.testing.SimulatedDisk;
import io.drme.time.HybridClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StoreEpochTest {
    private static final RangeSet ALL_BUT_TWO =
            RangeSet.of(1, Long.MAX_VALUE - 1).minus(RangeSet.of(1, 2));

    private final Random random = new Random(1);
    private final ManualClock clock = new ManualClock();
    private final SimulatedDisk disk = new SimulatedDisk(random);
    private final HybridClock stamps = new HybridClock(clock, 0);

    private Store open() throws DiskException {
        var config =
                new StoreConfig(
                        StoreConfig.DEFAULT_DIRECTORY,
                        1 << 20,
                        Duration.ofDays(7),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(60),
                        StoreConfig.WhenFull.DROP_OLDEST);
        var setup = new StoreSetup(disk, config, new GatewayId("press-line-1"), clock, random);
        return Store.open(setup, StoreWorld.SIZES);
    }

    private void event(Store store, int number) {
        store.appendEvent(
                new Event(stamps.next(), "custom", 1, 1, new byte[] {(byte) number}, Map.of()));
    }

    // What the centre lacks is framed anew, what came in meanwhile too, and each item says where it
    // was first framed: also after a restart, and over a second change of epoch.
    @Test
    void aNewEpochHoldsWhatTheCentreLacksAndKnowsItsOrigin() throws Exception {
        var store = open();
        for (int i = 1; i <= 5; i++) {
            event(store, i);
        }
        store.seal();
        var first = store.view().epoch();
        var hashOfThree = Origins.chain(store.view().read(StreamKind.EVENTS, 3).orElseThrow());
        event(store, 6);

        var second =
                store.openEpoch(
                        Map.of(StreamKind.EVENTS, ALL_BUT_TWO, StreamKind.DATA, RangeSet.EMPTY));
        assertThat(second).isNotEqualTo(first);
        assertThat(store.view().held(StreamKind.EVENTS)).isEqualTo(RangeSet.of(1, 5));
        var ended = new EpochEnded(first.toString(), StreamKind.EVENTS, "1-2");
        assertThat(payload(store, 5)).as("what the centre held").contains(ended);
        var origin = new Item.Origin(first, 3, hashOfThree);
        assertThat(store.view().origin(StreamKind.EVENTS, 1)).contains(origin);
        store.close();

        var again = open();
        assertThat(again.view().epoch()).isEqualTo(second);
        assertThat(again.view().origin(StreamKind.EVENTS, 1)).contains(origin);
        event(again, 7);
        again.openEpoch(
                Map.of(
                        StreamKind.EVENTS,
                        RangeSet.of(1, Long.MAX_VALUE - 1),
                        StreamKind.DATA,
                        RangeSet.EMPTY));
        assertThat(again.view().origin(StreamKind.EVENTS, 1)).contains(origin);
        assertThat(again.view().origin(StreamKind.EVENTS, 6).map(Item.Origin::epoch))
                .contains(second);
        again.close();
    }

    private static Optional<Payload> payload(Store store, long sequence) throws Exception {
        var item = store.view().read(StreamKind.EVENTS, sequence).flatMap(EventItem::decode);
        var known = item.filter(i -> EventSchema.ofId(i.event().schemaId()).isPresent());
        return known.isEmpty() ? Optional.empty() : Optional.of(custom(known.get().event()));
    }

    /** The test's own events say a schema whose payload they do not hold. */
    private static Payload custom(Event event) throws Exception {
        return event.type().equals("custom")
                ? new Audit("nobody", "custom", "", "")
                : Payloads.of(event);
    }

    // A centre that is restored to long ago is told what it lacks of epochs that are over, though
    // receipts cover the event that says so, though it is old, and though there is another epoch.
    @Test
    void whatTheCentreHeldOfAnEpochIsSaidForGood() throws Exception {
        var store = open();
        event(store, 1);
        store.seal();
        var ended = new EpochEnded(store.epoch().toString(), StreamKind.EVENTS, "1");
        store.openEpoch(Map.of(StreamKind.EVENTS, ALL_BUT_TWO));
        event(store, 2);
        store.seal();
        receiptAll(store);
        // Number 1 is what was said of the first epoch: that comes along.
        var third = new EpochEnded(store.epoch().toString(), StreamKind.EVENTS, "2");
        store.openEpoch(Map.of(StreamKind.EVENTS, ALL_BUT_TWO));
        assertThat(said(store)).containsExactly(ended, third);
        for (int i = 0; i < 3_000; i++) {
            event(store, i);
            store.commit();
            if (i % 100 == 99) {
                store.seal();
                receiptAll(store);
                clock.advance(Duration.ofDays(1));
                store.needEventsSince(clock.epochNanos());
            }
        }
        store.seal();
        assertThat(store.view().held(StreamKind.EVENTS).contains(1)).as("deleted").isFalse();
        assertThat(said(store)).contains(ended, third);
        store.close();
    }

    // What tidying up says again stands in the journal alone, and only what is in logs moves.
    @Test
    void whatIsOldEnoughToGoIsSaidInTheNewEpochToo() throws Exception {
        var store = open();
        event(store, 1);
        store.seal();
        var ended = new EpochEnded(store.epoch().toString(), StreamKind.EVENTS, "1");
        store.openEpoch(Map.of(StreamKind.EVENTS, ALL_BUT_TWO));
        for (int i = 0; i < 1_000; i++) {
            event(store, i);
            store.commit();
        }
        store.seal();
        receiptAll(store);
        clock.advance(Duration.ofDays(30));
        var last = store.view().last(StreamKind.EVENTS);
        store.openEpoch(Map.of(StreamKind.EVENTS, RangeSet.of(last + 1, Long.MAX_VALUE - 1)));
        assertThat(said(store)).contains(ended);
        store.close();
    }

    private static void receiptAll(Store store) throws DiskException {
        store.acknowledged(StreamKind.EVENTS, RangeSet.of(1, store.view().last(StreamKind.EVENTS)));
        store.commit();
    }

    private static List<Payload> said(Store store) throws Exception {
        var said = new ArrayList<Payload>();
        for (var range : store.view().held(StreamKind.EVENTS).ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                payload(store, n).filter(p -> p instanceof EpochEnded).ifPresent(said::add);
            }
        }
        return said;
    }
}
