package io.drme.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.history.ClockLine;
import io.drme.model.EpochId;
import io.drme.sync.Item;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was looked up is what is read, or nothing is. */
class PieceReaderTest {
    @TempDir private Path directory;

    // Read by its number alone, the answer would be the samples of another tag.
    @Test
    void aBlockThatWasReplacedIsNotTakenForTheOneLookedUp() throws Exception {
        var gateway = new FakeGateway("press-line-1", new EpochId(1, 1), 1, 3);
        var other = new FakeGateway("press-line-1", new EpochId(1, 1), 1, 1);
        var tag = gateway.tags().get(2).name().text();
        try (var database = StoreKind.SQLITE.open(directory);
                var receiver = SqlReceiverStore.open(database)) {
            var block = gateway.block(20);
            receiver.inTransaction(t -> {
                t.epochNumber(gateway.id(), gateway.epoch(), 0);
                t.insert(gateway.id(), block, Optional.empty(), 1);
                return true;
            });
            var store = new BlockStore(database);
            var pieces =
                    new SeriesPieces(store)
                            .list(
                                    store.gateways().getFirst().id(),
                                    tag,
                                    ClockLine.EMPTY,
                                    new BlockStore.Span(0, Long.MAX_VALUE),
                                    SeriesPieces.After.NOTHING,
                                    0);
            assertThat(new PieceReader(store, ClockLine.EMPTY).read(pieces.getFirst()).size())
                    .isPositive();
            replace(receiver, other, other.block(20));
            var late = new PieceReader(store, ClockLine.EMPTY);
            assertThatThrownBy(() -> late.read(pieces.getFirst()))
                    .isInstanceOf(DatabaseException.class)
                    .hasMessageContaining("ask again");
        }
    }

    private static void replace(SqlReceiverStore receiver, FakeGateway gateway, Item item)
            throws Exception {
        receiver.inTransaction(t -> {
            t.renew(gateway.id(), item, Optional.empty(), 2);
            return true;
        });
    }
}
