package io.drme.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What is left where an item is taken out. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class KeptItemsTest {
    private final StoreKind kind;

    @TempDir private Path directory;

    KeptItemsTest(StoreKind kind) {
        this.kind = kind;
    }

    @Test
    void theNewestBlockThatIsLeftIsTheNewest() throws Exception {
        var gateway = new FakeGateway("press-line-1", new EpochId(1, 1), 1, 3);
        try (var database = kind.open(directory);
                var receiver = SqlReceiverStore.open(database);
                var writer = database.openWriter(Dialect.Role.RECORDS)) {
            for (int i = 0; i < 3; i++) {
                var item = gateway.block(20);
                receiver.inTransaction(t -> {
                    t.epochNumber(gateway.id(), gateway.epoch(), 0);
                    t.insert(gateway.id(), item, Optional.empty(), 1);
                    return true;
                });
            }
            var store = new BlockStore(database);
            var row = store.gateways().getFirst();
            long epoch = store.epochs(row.id()).getFirst().id();
            writer.begin();
            new KeptItems(writer.statements()).remove(epoch, StreamKind.DATA, 3);
            writer.commit();
            assertThat(new TimedBlocks(store).newest(row.id()))
                    .hasSize(3)
                    .allMatch(s -> s.sequence() == 2);
        }
    }
}
