package io.drme.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.schema.GatewayLife;
import io.drme.sync.Item;
import io.drme.sync.StreamId;
import io.drme.testing.ManualClock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A centre's database in one file, and back. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class BackupTest {
    private static final Map<String, String> FILES = Map.of("centre.key", "secret 00");

    private final StoreKind kind;

    @TempDir private Path directory;

    private final ManualClock clock = new ManualClock();
    private final FakeGateway gateway = new FakeGateway("press-line-1", new EpochId(1, 1), 1, 4);
    private final StreamId stream = new StreamId(gateway.id(), gateway.epoch(), StreamKind.DATA);

    BackupTest(StoreKind kind) {
        this.kind = kind;
    }

    private void insert(SqlReceiverStore receiver, Item item) throws Exception {
        receiver.inTransaction(t -> {
            var of = new StreamId(gateway.id(), item.epoch(), item.stream());
            t.epochNumber(gateway.id(), gateway.epoch(), 0);
            t.insert(gateway.id(), item, Optional.empty(), 1);
            t.saveRanges(of, t.ranges(of).with(item.sequence()));
            return true;
        });
    }

    private Database open(StoreKind of, String name) throws Exception {
        return of.open(Files.createDirectories(directory.resolve(name)));
    }

    private byte[] backUp(Database database) throws Exception {
        var bytes = new ByteArrayOutputStream();
        Backup.write(database, FILES, bytes);
        return bytes.toByteArray();
    }

    private static Backup.Content restore(byte[] backup, Database into) throws Exception {
        return Backup.restore(new ByteArrayInputStream(backup), into);
    }

    /** Blocks, events and segments, then a backup, then one block more. */
    private byte[] filled(Database database, SqlReceiverStore receiver) throws Exception {
        insert(receiver, gateway.catalogue("acme/test", Map.of("line", "1")));
        for (int i = 0; i < 5; i++) {
            insert(receiver, gateway.block(10));
        }
        try (var compaction = Compaction.open(database, clock)) {
            clock.advance(Duration.ofDays(2));
            while (compaction.step()) {
                // all that is due
            }
        }
        return backUp(database);
    }

    // The gateway then sees that its centre holds less, and sends again what it still has.
    @Test
    void whatCameAfterItIsTakenAgain() throws Exception {
        try (var database = open(kind, "first");
                var receiver = SqlReceiverStore.open(database);
                var second = open(kind, "second")) {
            var backup = filled(database, receiver);
            var later = gateway.block(10);
            insert(receiver, later);
            var content = restore(backup, second);
            assertThat(content.files()).isEqualTo(FILES);
            assertThat(content.rows()).containsEntry("item", 6L);
            assertThat(content.rows().get("roll_up")).isPositive();
            assertThat(backUp(second)).as("nothing is left out").isEqualTo(backup);
            try (var restored = SqlReceiverStore.open(second)) {
                var held = restored.inTransaction(t -> t.ranges(stream));
                assertThat(held.toString()).isEqualTo("1-5");
                insert(restored, later);
                var now = restored.inTransaction(t -> t.ranges(stream));
                assertThat(now.toString()).isEqualTo("1-6");
                insert(restored, gateway.event(new GatewayLife("stopped", 1, 0, "1"), Map.of()));
            }
        }
    }

    @Test
    void aBackupOfOneDatabaseFillsTheOther() throws Exception {
        var other = kind == StoreKind.SQLITE ? StoreKind.POSTGRES : StoreKind.SQLITE;
        try (var database = open(kind, "first");
                var receiver = SqlReceiverStore.open(database);
                var second = open(other, "second");
                var third = open(kind, "third")) {
            var backup = filled(database, receiver);
            var there = restore(backup, second);
            var back = restore(backUp(second), third);
            assertThat(back.rows()).isEqualTo(there.rows());
            var store = new BlockStore(third);
            assertThat(store.gateways())
                    .singleElement()
                    .matches(g -> g.labels().equals(Map.of("line", "1")));
            assertThat(
                            store.block(
                                    store.epochs(store.gateways().getFirst().id()).getFirst().id(),
                                    3))
                    .isPresent();
        }
    }

    @Test
    void aDamagedOneChangesNothing() throws Exception {
        try (var database = open(kind, "first");
                var receiver = SqlReceiverStore.open(database);
                var second = open(kind, "second")) {
            var backup = filled(database, receiver);
            for (int at : new int[] {backup.length / 3, backup.length - 12, 40}) {
                var cut = Arrays.copyOf(backup, at);
                assertThatThrownBy(() -> restore(cut, second))
                        .isInstanceOf(Backup.BadBackupException.class);
                var flipped = backup.clone();
                flipped[at] ^= 4;
                assertThatThrownBy(() -> restore(flipped, second))
                        .isInstanceOfAny(Backup.BadBackupException.class, DatabaseException.class);
            }
            assertThat(new BlockStore(second).gateways()).isEmpty();
            restore(backup, second);
            assertThatThrownBy(() -> restore(backup, second))
                    .hasMessageContaining("restore into an empty one");
        }
    }
}
