package io.drme.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Event;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.Item;
import io.drme.sync.RangeSet;
import io.drme.testing.ManualClock;
import io.drme.testing.SimulatedDisk;
import io.drme.time.HybridClock;
import java.time.Duration;
import java.util.Map;
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
        assertThat(store.view().held(StreamKind.EVENTS)).isEqualTo(RangeSet.of(1, 4));
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
        assertThat(again.view().origin(StreamKind.EVENTS, 5).map(Item.Origin::epoch))
                .contains(second);
        again.close();
    }
}
