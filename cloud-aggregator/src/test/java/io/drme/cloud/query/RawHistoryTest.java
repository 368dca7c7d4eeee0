package io.drme.cloud.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.query.RawHistory.HistorySample;
import io.drme.cloud.query.RawHistory.Place;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.cloud.store.StoreKind;
import io.drme.model.EpochId;
import io.drme.sync.StreamId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the database gives of a tag's history, page by page. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class RawHistoryTest {
    private final StoreKind kind;
    private static final Span EVER = new Span(0, Long.MAX_VALUE);

    RawHistoryTest(StoreKind kind) {
        this.kind = kind;
    }

    /** Many times what is asked for at once, each block with two rows of a tag. */
    private static final int BLOCKS = 150;

    @TempDir private Path directory;

    // A tag that a reload put into another poll group has two series in the block in which that
    // happened, with other places; where a page of rows ended between them, the second came twice.
    @Test
    void aTagThatChangesItsPollGroupWithinABlockIsGivenOnceAndInOrder() throws Exception {
        var gateway = new FakeGateway("press-line-1", new EpochId(1, 1), 1, 3);
        try (var database = kind.open(directory);
                var receiver = SqlReceiverStore.open(database)) {
            receiver.inTransaction(t -> t.epochNumber(gateway.id(), gateway.epoch(), 0));
            for (int i = 0; i < BLOCKS; i++) {
                // Now and then no reload, so that a page ends anywhere among the rows of a block.
                var item = i % 7 == 6 ? gateway.block(3) : gateway.blockOverReload(3, 4);
                receiver.inTransaction(t -> {
                    var stream = new StreamId(gateway.id(), item.epoch(), item.stream());
                    t.insert(gateway.id(), item, Optional.empty(), 0);
                    t.saveRanges(stream, t.ranges(stream).with(item.sequence()));
                    return true;
                });
            }
            var history = new RawHistory(new BlockStore(database));
            long id = new BlockStore(database).gateways().getFirst().id();
            for (var tag : gateway.tags().tags()) {
                var expected = made(gateway, tag.name().text());
                assertThat(read(history, id, tag.name().text(), 10_000)).isEqualTo(expected);
                assertThat(read(history, id, tag.name().text(), 5)).isEqualTo(expected);
            }
        }
    }

    private static List<HistorySample> made(FakeGateway gateway, String tag) {
        return gateway.made().stream()
                .filter(m -> m.tag().equals(tag))
                .map(m -> new HistorySample(m.sourceTime(), m.gatewayTime(), m.reading()))
                .toList();
    }

    private static List<HistorySample> read(RawHistory history, long id, String tag, int limit)
            throws Exception {
        var found = new ArrayList<HistorySample>();
        @Nullable Place place = Place.START;
        while (place != null) {
            var part = history.read(id, tag, EVER, place, limit);
            found.addAll(part.samples());
            place = part.next();
        }
        return found;
    }
}
