package io.drme.edge.recording;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.edge.acquisition.Recording;
import io.drme.log.EventItem;
import io.drme.log.SmallStore;
import io.drme.log.Store;
import io.drme.log.StoreConfig;
import io.drme.log.StoreSetup;
import io.drme.model.Batch;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.StreamKind;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.schema.Drop;
import io.drme.schema.Payloads;
import io.drme.sync.RangeSet;
import io.drme.testing.ManualClock;
import io.drme.testing.SimulatedDisk;
import io.drme.time.Hlc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the sender sees of a store that changes under it; most of it found by the simulation. */
class RecorderLogTest {
    private static final TagTable TAGS =
            TagTable.EMPTY.with(List.of(Tag.of("press/count", ValueType.INT64)));

    private final ManualClock clock = new ManualClock();
    private final Random random = new Random(1);
    private final SimulatedDisk disk = new SimulatedDisk(random);
    private final ArrayBlockingQueue<Recording> queue = new ArrayBlockingQueue<>(16);
    private Recorder recorder;
    private RecorderLog log;

    @BeforeEach
    void startARecorder() throws Exception {
        Store store =
                SmallStore.open(
                        new StoreSetup(
                                disk,
                                StoreConfig.defaults(),
                                new GatewayId("press-line-1"),
                                clock,
                                random));
        recorder =
                new Recorder(store, queue, clock, Duration.ofSeconds(1), _ -> {}, new ClockBook());
        log = new RecorderLog(recorder, store.bootCount());
        recorder.step(0);
    }

    private void block(int samples) throws InterruptedException {
        var batch = new Batch();
        batch.begin(1, Hlc.of(clock.epochNanos() / 1_000_000, 0));
        for (int i = 0; i < samples; i++) {
            batch.addInt(0, clock.epochNanos() + i, i, Quality.GOOD);
        }
        queue.add(
                new Recording(
                        Optional.of(batch),
                        new Batch(),
                        TAGS,
                        samples,
                        0,
                        List.of(),
                        List.of(),
                        () -> {}));
        recorder.step(0);
        recorder.sealAll();
        clock.advance(Duration.ofSeconds(1));
    }

    // The view was of the old epoch until the next commit. A second hello with the old numbers
    // found
    // the fork again, and what the new epoch held was left out of the one after it.
    @Test
    void theNewEpochIsSeenAtOnce() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            block(4);
        }
        var old = log.epoch();
        var opened = log.openEpoch(Map.of(StreamKind.DATA, RangeSet.of(3, Long.MAX_VALUE - 1)));
        assertThat(opened).isNotEqualTo(old);
        assertThat(log.epoch()).isEqualTo(opened);
        assertThat(log.held(StreamKind.DATA)).isEqualTo(RangeSet.of(1, 1));
        assertThat(log.read(StreamKind.DATA, 1)).isPresent();
    }

    // It would be pending for ever, counted as there by the gateway and awaited by the centre.
    @Test
    void whatCannotBeReadAnyMoreIsGivenUpAndCountedWhenItIsToBeSent() throws InterruptedException {
        threeBlocksOfWhichTheSecondIsDamaged();
        assertThat(log.read(StreamKind.DATA, 1)).isPresent();
        assertThat(log.read(StreamKind.DATA, 2)).isEmpty();
        recorder.sealAll();

        assertThat(log.held(StreamKind.DATA)).isEqualTo(RangeSet.parse("1,3"));
        assertThat(log.counters())
                .containsEntry("dropped.damaged", 4L)
                .containsEntry("pending", 8L)
                .containsEntry("accepted", 12L);
        assertThat(log.held(StreamKind.EVENTS).isEmpty()).as("an event names it").isFalse();
    }

    private void threeBlocksOfWhichTheSecondIsDamaged() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            block(4);
        }
        var path =
                disk.paths().stream().filter(p -> p.contains("/data/")).findFirst().orElseThrow();
        var second = log.read(StreamKind.DATA, 2).orElseThrow().payload();
        int at = Collections.indexOfSubList(boxed(disk.bytes(path)), boxed(second));
        disk.flip(path, at + second.length / 2, 4);
    }

    // Behind a fork the centre holds other blocks under the numbers that were lost here, so it took
    // the loss for said and done. Seed 166 of the whole system.
    @Test
    void whatIsLostAndNotToldComesAlongAsLostIntoANewEpoch() throws Exception {
        threeBlocksOfWhichTheSecondIsDamaged();
        assertThat(log.read(StreamKind.DATA, 2)).isEmpty();
        recorder.sealAll();
        var old = log.epoch();
        var all = RangeSet.of(1, Long.MAX_VALUE - 1);
        log.openEpoch(
                Map.of(StreamKind.DATA, all.minus(RangeSet.of(1, 1)), StreamKind.EVENTS, all));

        assertThat(log.held(StreamKind.DATA)).isEqualTo(RangeSet.parse("2"));
        assertThat(log.counters())
                .containsEntry("dropped.damaged", 4L)
                .containsEntry("pending", 4L)
                .containsEntry("accepted", 8L);
        var event =
                EventItem.decode(log.read(StreamKind.EVENTS, 1).orElseThrow().payload())
                        .orElseThrow()
                        .event();
        var drop = (Drop) Payloads.of(event);
        assertThat(List.of(drop.fromSequence(), drop.toSequence(), drop.samples()))
                .containsExactly(1L, 1L, 4L);
        assertThat(drop.cause()).isEqualTo("damaged");
        assertThat(event.metadata())
                .containsEntry("first-epoch", old.toString())
                .containsEntry("first-from", "2")
                .containsEntry("first-to", "2");
    }

    // A block on a bad part of the disk can still be compared: the one behind it names it.
    @Test
    void theHashOfABlockThatCannotBeReadIsKnownByTheOneBehindIt() throws InterruptedException {
        threeBlocksOfWhichTheSecondIsDamaged();
        var third = log.read(StreamKind.DATA, 3).orElseThrow();
        assertThat(log.hash(StreamKind.DATA, 2)).contains(third.previous());
    }

    private static List<Byte> boxed(byte[] bytes) {
        var list = new ArrayList<Byte>();
        for (byte b : bytes) {
            list.add(b);
        }
        return list;
    }

    // Otherwise the first report after a welcome counts what a restored centre has no more.
    @Test
    void whatTheCentreLostIsNotCountedAsAcknowledgedAnyMore() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            block(4);
        }
        log.acknowledged(StreamKind.DATA, RangeSet.of(1, 3));
        recorder.sealAll();
        assertThat(log.counters()).containsEntry("acknowledged", 12L);
        log.acknowledged(StreamKind.DATA, RangeSet.of(1, 1));
        assertThat(log.acknowledged(StreamKind.DATA)).isEqualTo(RangeSet.of(1, 1));
        assertThat(log.counters()).containsEntry("acknowledged", 4L).containsEntry("pending", 8L);
    }
}
