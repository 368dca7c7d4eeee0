package io.drme.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.schema.DeviceState;
import io.drme.schema.EventSchema;
import io.drme.sync.ChainHash;
import io.drme.sync.RangeSet;
import io.drme.sync.ReceiverStore;
import io.drme.sync.StreamId;
import io.drme.testing.ReceiverStoreContract;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of the centre's store on real databases, closed and opened for each restart. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class SqlReceiverStoreTest implements ReceiverStoreContract {
    private final StoreKind kind;
    @TempDir private Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();

    SqlReceiverStoreTest(StoreKind kind) {
        this.kind = kind;
    }

    @Override
    public ReceiverStore store() throws Exception {
        var database = kind.open(directory);
        open.addFirst(database);
        var store = SqlReceiverStore.open(database);
        open.addFirst(store);
        return store;
    }

    @Override
    public ReceiverStore reopened(ReceiverStore store) throws Exception {
        closeAll();
        return store();
    }

    @AfterEach
    void closeAll() throws Exception {
        for (var each : open) {
            each.close();
        }
        open.clear();
    }

    // Events come newest first after an outage; a row must say what the newest says all the same.
    @Test
    void descriptionsFollowTheGatewaysOrderAndNotThatOfArrival() throws Exception {
        var gateway = new FakeGateway("late", new EpochId(1, 1), 1, 4);
        var first = gateway.catalogue("old/site", Map.of("line", "1"));
        var second = gateway.catalogue("new/site", Map.of("line", "2"));
        var store = store();
        for (var item : List.of(second, first)) {
            ReceiverStoreContract.write(
                    store, t -> t.insert(gateway.id(), item, Optional.empty(), NOW));
        }
        var reader = reader();
        assertThat(reader.gateways())
                .singleElement()
                .satisfies(g -> {
                    assertThat(g.site()).isEqualTo("new/site");
                    assertThat(g.labels()).containsEntry("line", "2");
                });
        assertThat(reader.tags(reader.gateways().getFirst().id())).hasSize(4);
    }

    // Else one such event would hold up everything that comes behind it, of all gateways.
    @Test
    void anEventWithANameThatNoIndexTakesIsStoredAllTheSame() throws Exception {
        var gateway = new FakeGateway("odd", new EpochId(1, 1), 1, 4);
        var random = new java.util.Random(1);
        var name = new StringBuilder();
        random.ints(20_000, 'a', 'z').forEach(c -> name.append((char) c));
        var item =
                gateway.event(
                        new DeviceState(name.toString(), "modbus", "good", "", 1, ""), Map.of());
        var store = store();
        ReceiverStoreContract.write(
                store, t -> t.insert(gateway.id(), item, Optional.empty(), NOW));
        var reader = reader();
        assertThat(reader.devices()).isEmpty();
        long id = reader.gateways().getFirst().id();
        assertThat(reader.newestEvents(id, List.of(EventSchema.DEVICE_STATE.type()), 9)).hasSize(1);
    }

    // A gateway whose copy had run for a while sends samples that the centre has under a number of
    // another epoch. Its account did not balance then: found by the whole-system simulation.
    @Test
    void samplesHeldUnderAnotherNumberCountWhereTheyAreAcknowledged() throws Exception {
        var gateway = new FakeGateway("copied", new EpochId(1, 1), 1, 4);
        var first = gateway.block(5);
        var second = gateway.block(7);
        var stream = new StreamId(gateway.id(), gateway.epoch(), StreamKind.DATA);
        var store = store();
        ReceiverStoreContract.write(
                store, t -> t.insert(gateway.id(), first, Optional.empty(), NOW));
        ReceiverStoreContract.write(
                store,
                t ->
                        t.close(
                                new ReceiverStore.Closure(
                                        stream,
                                        2,
                                        2,
                                        second.samples(),
                                        second.hash(),
                                        ReceiverStore.Closure.MOVED),
                                RangeSet.of(1, 1),
                                NOW));
        ReceiverStoreContract.write(
                store,
                t ->
                        t.close(
                                new ReceiverStore.Closure(
                                        stream, 3, 3, 100, ChainHash.NONE, "store-full"),
                                RangeSet.of(1, 2),
                                NOW));
        var reader = reader();
        long epoch = reader.epochs(reader.gateways().getFirst().id()).getFirst().id();
        assertThat(reader.account(epoch, StreamKind.DATA, RangeSet.of(1, 3)))
                .isEqualTo(new BlockStore.Account(first.samples() + second.samples(), 0, 0));
    }

    // After a restore to before the first of two epochs: the newest is the one in use.
    @Test
    void anEpochOfWhichOnlyALaterOneSpeaksIsNotTheNewest() throws Exception {
        var gateway = new FakeGateway("restored", new EpochId(2, 2), 1, 4);
        var before = new StreamId(gateway.id(), new EpochId(1, 1), StreamKind.DATA);
        var store = store();
        ReceiverStoreContract.write(
                store, t -> t.insert(gateway.id(), gateway.block(5), Optional.empty(), NOW));
        ReceiverStoreContract.write(
                store,
                t ->
                        t.close(
                                new ReceiverStore.Closure(
                                        before, 1, 3, 0, ChainHash.NONE, "lost-at-centre"),
                                RangeSet.EMPTY,
                                NOW));
        var reader = reader();
        assertThat(reader.epochs(reader.gateways().getFirst().id()))
                .extracting(BlockStore.Epoch::epoch)
                .containsExactly(before.epoch(), gateway.epoch());
    }

    private BlockStore reader() throws Exception {
        var database = kind.open(directory);
        open.addFirst(database);
        return new BlockStore(database);
    }
}
