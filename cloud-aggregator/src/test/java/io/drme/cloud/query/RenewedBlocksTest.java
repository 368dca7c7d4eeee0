package io.drme.cloud.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.query.RawHistory.HistorySample;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.cloud.store.Compaction;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.cloud.store.StoreKind;
import io.drme.model.EpochId;
import io.drme.sync.Item;
import io.drme.sync.StreamId;
import io.drme.testing.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A gateway was asked for blocks once more: its history has each sample once, and loses none. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class RenewedBlocksTest {
    private static final int BLOCKS = 4;
    private static final int POLLS = 20;

    private final StoreKind kind;

    @TempDir private Path directory;

    private final ManualClock clock = new ManualClock();
    private final FakeGateway gateway = new FakeGateway("press-line-1", new EpochId(1, 1), 1, 3);
    private final String tag = gateway.tags().get(2).name().text();
    private final List<Item> items = new ArrayList<>();
    private Database database;
    private SqlReceiverStore receiver;
    private Compaction compaction;

    RenewedBlocksTest(StoreKind kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open() throws Exception {
        database = kind.open(directory);
        receiver = SqlReceiverStore.open(database);
        compaction = Compaction.open(database, clock);
        insert(gateway.catalogue("acme/test", Map.of()));
        for (int i = 0; i < BLOCKS; i++) {
            items.add(gateway.block(POLLS));
            insert(items.getLast());
        }
    }

    @AfterEach
    void close() throws Exception {
        compaction.close();
        receiver.close();
        database.close();
    }

    private void insert(Item item) throws Exception {
        receiver.inTransaction(t -> {
            var of = new StreamId(gateway.id(), item.epoch(), item.stream());
            t.epochNumber(gateway.id(), gateway.epoch(), 0);
            t.insert(gateway.id(), item, Optional.empty(), clock.epochNanos());
            t.saveRanges(of, t.ranges(of).with(item.sequence()));
            return true;
        });
    }

    private void renew(Item item) throws Exception {
        receiver.inTransaction(t -> {
            t.renew(gateway.id(), item, Optional.empty(), clock.epochNanos());
            return true;
        });
    }

    private void putTogether() throws Exception {
        for (int i = 0; i < 3; i++) {
            clock.advance(Duration.ofDays(1));
            int steps = 0;
            while (compaction.step()) {
                assertThat(steps++).as("steps in a row").isLessThan(1_000);
            }
        }
    }

    private void change(String sql) throws Exception {
        try (var connection = kind.connect(directory);
                var statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isEqualTo(1);
        }
    }

    private List<Long> history() throws Exception {
        var found = new ArrayList<HistorySample>();
        var store = new BlockStore(database);
        new RawHistory(store)
                .each(
                        store.gateways().getFirst().id(),
                        tag,
                        new Span(0, Long.MAX_VALUE),
                        found::add);
        return found.stream().map(HistorySample::sourceTime).sorted().toList();
    }

    private List<Long> made() {
        return gateway.made().stream()
                .filter(m -> m.tag().equals(tag))
                .map(FakeGateway.Made::sourceTime)
                .sorted()
                .toList();
    }

    @Test
    void aBlockInASegmentIsNotReadTwice() throws Exception {
        putTogether();
        assertThat(compaction.stats().blocks()).isEqualTo(BLOCKS);
        change("update item set state = 3, payload = null where stream = 2 and sequence = 2");
        change(
                "update item set payload = %s where stream = 2 and sequence = 3"
                        .formatted(kind.bytes("0102")));
        renew(items.get(1));
        renew(items.get(2));
        assertThat(history()).as("at once").isEqualTo(made());
        putTogether();
        assertThat(history()).as("put together once more").isEqualTo(made());
        var store = new BlockStore(database);
        var epoch = store.epochs(store.gateways().getFirst().id()).getFirst().id();
        assertThat(store.block(epoch, 2)).hasValue(items.get(1).payload());
        assertThat(store.block(epoch, 3)).hasValue(items.get(2).payload());
    }

    // Taken for one of the segment, its samples would not be found any more, even sent again.
    @Test
    void aBlockThatCannotBeReadWaitsForItsGateway() throws Exception {
        change(
                "update item set payload = %s where stream = 2 and sequence = 3"
                        .formatted(kind.bytes("0102")));
        putTogether();
        assertThat(compaction.stats().unreadableBlocks()).as("told once").isEqualTo(1);
        assertThat(compaction.stats().blocks()).isEqualTo(BLOCKS - 1);
        long segments = compaction.stats().segments();
        putTogether();
        assertThat(compaction.stats().segments()).as("nothing to make anew").isEqualTo(segments);
        renew(items.get(2));
        assertThat(history()).as("sent again").isEqualTo(made());
        putTogether();
        assertThat(compaction.stats().blocks()).isEqualTo(BLOCKS);
        assertThat(history()).as("put together").isEqualTo(made());
    }
}
