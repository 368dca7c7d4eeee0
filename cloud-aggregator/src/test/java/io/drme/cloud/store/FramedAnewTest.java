package io.drme.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.block.BlockHash;
import io.drme.block.BlockReader;
import io.drme.log.EventItem;
import io.drme.log.FileDisk;
import io.drme.log.Intake;
import io.drme.log.Store;
import io.drme.log.StoreConfig;
import io.drme.log.StoreSetup;
import io.drme.log.StoreView;
import io.drme.model.Batch;
import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.schema.CommandResult;
import io.drme.schema.Payloads;
import io.drme.sync.ChainHash;
import io.drme.sync.Item;
import io.drme.sync.ItemReader;
import io.drme.sync.RangeSet;
import io.drme.testing.ManualClock;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a gateway's own store frames anew in a new epoch, the centre can read. */
class FramedAnewTest {
    private static final GatewayId GATEWAY = new GatewayId("press-line-1");

    @TempDir private Path data;
    private final ManualClock clock = new ManualClock();

    @Test
    void blocksAndEventsOfANewEpochAreUnderstood() throws Exception {
        var setup =
                new StoreSetup(
                        new FileDisk(data),
                        StoreConfig.defaults().in(data),
                        GATEWAY,
                        clock,
                        new Random(1));
        try (var store = Store.open(setup)) {
            fill(store);
            var first = store.epoch();
            assertThat(understood(store.view(), first)).isEqualTo(4);
            var all = RangeSet.of(1, Long.MAX_VALUE - 1);
            var second =
                    store.openEpoch(
                            Map.of(
                                    StreamKind.DATA, all.minus(RangeSet.of(1, 1)),
                                    StreamKind.EVENTS, all.minus(RangeSet.of(1, 1))));
            assertThat(second).isNotEqualTo(first);
            // what was lacking of each stream, and what is said of the epoch that ended
            assertThat(understood(store.view(), second)).isEqualTo(2 + 2);
            assertThat(store.view().origin(StreamKind.DATA, 1).map(Item.Origin::epoch))
                    .contains(first);
        }
    }

    private void fill(Store store) throws Exception {
        var tags = TagTable.EMPTY.with(List.of(Tag.of("press/oil", ValueType.FLOAT64)));
        for (int block = 0; block < 2; block++) {
            var batch = new Batch();
            batch.begin(0, (clock.epochNanos() / 1_000_000) << 16 | block);
            batch.addDouble(0, clock.epochNanos(), 20 + block, (byte) 0);
            store.append(new Intake(1, 0, 0), List.of(batch), tags);
            store.appendEvent(Payloads.event(0, new CommandResult("c" + block, "x", "done", "")));
            store.seal();
        }
    }

    private static int understood(StoreView view, EpochId epoch) throws Exception {
        int count = 0;
        for (var stream : List.of(StreamKind.DATA, StreamKind.EVENTS)) {
            for (long n = 1; n <= view.last(stream); n++) {
                var item = item(view, epoch, stream, n);
                assertThat(new ContentReader().read(GATEWAY, item))
                        .as("%s", item)
                        .isInstanceOf(ItemReader.Understood.class);
                count++;
            }
        }
        return count;
    }

    private static Item item(StoreView view, EpochId epoch, StreamKind stream, long sequence)
            throws Exception {
        var bytes = view.read(stream, sequence).orElseThrow();
        var previous =
                stream == StreamKind.EVENTS
                        ? EventItem.decode(bytes).orElseThrow().previous()
                        : BlockReader.open(ByteBuffer.wrap(bytes)).header().previous();
        return new Item(
                epoch,
                stream,
                sequence,
                view.find(stream, sequence).orElseThrow().samples(),
                chain(previous),
                chain(BlockHash.of(bytes)),
                view.origin(stream, sequence).orElse(null),
                bytes);
    }

    private static ChainHash chain(BlockHash hash) {
        var bytes = ByteBuffer.allocate(BlockHash.LENGTH_BYTES);
        hash.putInto(bytes);
        return ChainHash.of(bytes.array());
    }
}
