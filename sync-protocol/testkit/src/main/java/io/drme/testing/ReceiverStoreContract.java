package io.drme.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.Backfill;
import io.drme.sync.ChainHash;
import io.drme.sync.ChainHeads;
import io.drme.sync.Item;
import io.drme.sync.Message;
import io.drme.sync.Message.SequenceHash;
import io.drme.sync.Notary;
import io.drme.sync.RangeSet;
import io.drme.sync.ReceiverStore;
import io.drme.sync.ReceiverStore.Closure;
import io.drme.sync.ReceiverStore.Lease;
import io.drme.sync.ReceiverStore.Quarantine;
import io.drme.sync.ReceiverStore.State;
import io.drme.sync.ReceiverStore.StoreException;
import io.drme.sync.Signatures;
import io.drme.sync.StreamId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What every store of the centre must do. */
public interface ReceiverStoreContract {
    /** Any gateway. */
    GatewayId GATEWAY = new GatewayId("press-line-1");

    /** One life of its data directory. */
    EpochId EPOCH = new EpochId(0x0123456789ABCDEFL, 42);

    /** Its blocks. */
    StreamId DATA = new StreamId(GATEWAY, EPOCH, StreamKind.DATA);

    /** Any time of the centre, nanoseconds since 1970. */
    long NOW = ManualClock.START_EPOCH_NANOS;

    /** An empty store. The test that makes it also sees to it that it is closed. */
    ReceiverStore store() throws Exception;

    /** The same store after a restart; a store without a disk gives itself. */
    default ReceiverStore reopened(ReceiverStore store) throws Exception {
        return store;
    }

    /** An item whose hashes follow from its number. */
    static Item item(long sequence) {
        return new Item(
                EPOCH,
                StreamKind.DATA,
                sequence,
                10,
                sequence == 1 ? ChainHash.NONE : hash(sequence - 1),
                hash(sequence),
                new byte[] {1, 2, (byte) sequence});
    }

    /** The hash of that item. */
    static ChainHash hash(long sequence) {
        var bytes = new byte[16];
        bytes[0] = 1;
        bytes[14] = (byte) (sequence >> 8);
        bytes[15] = (byte) sequence;
        return ChainHash.of(bytes);
    }

    /** A transaction without a result. */
    interface Writes {
        /** Does it. */
        void in(ReceiverStore.Transaction transaction) throws StoreException;
    }

    /** Runs a transaction without a result. */
    static void write(ReceiverStore store, Writes writes) throws StoreException {
        store.inTransaction(transaction -> {
            writes.in(transaction);
            return true;
        });
    }

    @Test
    default void whatWasCommittedIsThereAfterARestart() throws Exception {
        var store = store();
        var lease = new Lease(GATEWAY, EPOCH, 3, -77, Long.MIN_VALUE + 5, "box-1", NOW);
        write(
                store,
                t -> {
                    t.insert(GATEWAY, item(1), Optional.empty(), NOW);
                    t.saveRanges(DATA, RangeSet.of(1, 1));
                    t.saveLease(lease);
                });
        var again = reopened(store);
        write(
                again,
                t -> {
                    var known = t.find(DATA, 1).orElseThrow();
                    assertThat(known.hash()).isEqualTo(hash(1));
                    assertThat(known.previous()).isEqualTo(ChainHash.NONE);
                    assertThat(known.state()).isEqualTo(State.STORED);
                    assertThat(known.chained()).isTrue();
                    assertThat(t.ranges(DATA)).isEqualTo(RangeSet.of(1, 1));
                    assertThat(t.lease(GATEWAY)).contains(lease);
                });
    }

    @Test
    default void keyAndSignedHeadsOfAnEpochAreThereAfterARestart() throws Exception {
        var store = store();
        var notary = new MemoryNotary(GATEWAY, Signatures.ED25519, new Random(4));
        var key = notary.key().verifyKey();
        write(
                store,
                t -> {
                    assertThat(t.gatewayKey(GATEWAY, EPOCH)).isEmpty();
                    assertThat(t.heads(GATEWAY, EPOCH)).isEmpty();
                    t.epochNumber(GATEWAY, EPOCH, NOW);
                    t.saveGatewayKey(GATEWAY, EPOCH, key, NOW);
                    t.saveHeads(GATEWAY, EPOCH, heads(notary, 3));
                    t.saveHeads(GATEWAY, EPOCH, heads(notary, 9));
                });
        write(
                reopened(store),
                t -> {
                    assertThat(t.gatewayKey(GATEWAY, EPOCH)).contains(key);
                    var heads = t.heads(GATEWAY, EPOCH).orElseThrow();
                    assertThat(heads).isEqualTo(heads(notary, 9));
                    assertThat(heads.holds(key, GATEWAY, EPOCH)).isTrue();
                    assertThat(t.gatewayKey(GATEWAY, new EpochId(1, 1))).isEmpty();
                });
    }

    @Test
    default void commandsWithoutAResultAreThereAfterARestart() throws Exception {
        var store = store();
        var arguments = new Backfill(EPOCH, 1, 2, true, Map.of()).arguments();
        var first = new Message.Command(0, "c-1", NOW, NOW + 100, "anna", "backfill", arguments);
        var second = new Message.Command(0, "c-2", NOW, NOW + 10, "anna", "x", Map.of());
        write(
                store,
                t -> {
                    t.saveCommand(GATEWAY, first);
                    t.saveCommand(GATEWAY, second);
                    t.saveCommand(GATEWAY, first);
                });
        write(
                reopened(store),
                t -> {
                    assertThat(t.openCommands(NOW))
                            .containsExactly(
                                    new ReceiverStore.OpenCommand(GATEWAY, first),
                                    new ReceiverStore.OpenCommand(GATEWAY, second));
                    assertThat(t.openCommands(NOW + 50))
                            .extracting(ReceiverStore.OpenCommand::command)
                            .containsExactly(first);
                });
    }

    @Test
    default void anItemInQuarantineIsKeptWholeAndCanTakeItsPlaceLater() throws Exception {
        var store = store();
        var origin = new Item.Origin(new EpochId(7, 7), 5, hash(55));
        var anew =
                new Item(
                        EPOCH,
                        StreamKind.DATA,
                        2,
                        10,
                        hash(1),
                        hash(2),
                        origin,
                        new byte[] {1, 2, 2});
        write(
                store,
                t -> {
                    t.insert(GATEWAY, item(1), Optional.of(new Quarantine(true, "off")), NOW);
                    t.insert(GATEWAY, anew, Optional.of(new Quarantine(false, "bad")), NOW);
                    t.insert(GATEWAY, item(3), Optional.of(new Quarantine(false, "bad")), NOW);
                    t.insert(GATEWAY, item(4), Optional.empty(), NOW);
                });
        write(
                store,
                t -> {
                    var kept = t.unreadable(0, 10);
                    assertThat(kept)
                            .extracting(ReceiverStore.Kept::item)
                            .containsExactly(anew, item(3));
                    assertThat(t.unreadable(kept.getFirst().id(), 10))
                            .extracting(ReceiverStore.Kept::item)
                            .containsExactly(item(3));
                    assertThat(t.unreadable(0, 1)).hasSize(1);
                    assertThat(t.payload(DATA, 4).orElseThrow()).containsExactly(1, 2, 4);
                    assertThat(t.payload(DATA, 5)).isEmpty();
                    t.renew(GATEWAY, anew, Optional.empty(), NOW);
                });
        write(
                reopened(store),
                t -> {
                    assertThat(t.find(DATA, 2).orElseThrow().state()).isEqualTo(State.STORED);
                    assertThat(t.framedAnew(GATEWAY, StreamKind.DATA, origin)).isTrue();
                    assertThat(t.unreadable(0, 10))
                            .extracting(ReceiverStore.Kept::item)
                            .containsExactly(item(3));
                });
    }

    /** The end of both chains, signed. */
    static ChainHeads heads(Notary notary, long sequence) {
        return ChainHeads.signed(
                notary,
                EPOCH,
                NOW,
                List.of(
                        new ChainHeads.Head(StreamKind.EVENTS, 1, hash(1)),
                        new ChainHeads.Head(StreamKind.DATA, sequence, hash(sequence))));
    }

    @Test
    default void whatWasNeverWrittenIsAbsent() throws Exception {
        write(
                store(),
                t -> {
                    assertThat(t.find(DATA, 1)).isEmpty();
                    assertThat(t.find(DATA, 0)).isEmpty();
                    assertThat(t.ranges(DATA)).isEqualTo(RangeSet.EMPTY);
                    assertThat(t.lease(GATEWAY)).isEmpty();
                    assertThat(t.hashes(DATA, 1, 100, 64)).isEmpty();
                });
    }

    @Test
    default void aTransactionThatThrowsLeavesNothingBehind() throws Exception {
        var store = store();
        write(store, t -> t.saveRanges(DATA, RangeSet.of(1, 9)));
        assertThatThrownBy(() ->
                        write(
                                store,
                                t -> {
                                    t.insert(GATEWAY, item(10), Optional.empty(), NOW);
                                    t.saveRanges(DATA, RangeSet.of(1, 10));
                                    throw new StoreException("no", new Exception());
                                }))
                .isInstanceOf(StoreException.class);
        write(
                store,
                t -> {
                    assertThat(t.find(DATA, 10)).isEmpty();
                    assertThat(t.ranges(DATA)).isEqualTo(RangeSet.of(1, 9));
                });
    }

    @Test
    default void aNumberIsTakenOnce() throws Exception {
        var store = store();
        write(store, t -> t.insert(GATEWAY, item(1), Optional.empty(), NOW));
        assertThatThrownBy(
                        () -> write(store, t -> t.insert(GATEWAY, item(1), Optional.empty(), NOW)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    default void theSameNumberOfAnotherStreamEpochOrGatewayIsAnother() throws Exception {
        var store = store();
        var other = new GatewayId("press-line-2");
        var event =
                new Item(EPOCH, StreamKind.EVENTS, 1, 0, ChainHash.NONE, hash(1), new byte[] {5});
        var later =
                new Item(
                        new EpochId(1, 1),
                        StreamKind.DATA,
                        1,
                        7,
                        ChainHash.NONE,
                        hash(1),
                        new byte[] {6});
        write(
                store,
                t -> {
                    t.insert(GATEWAY, item(1), Optional.empty(), NOW);
                    t.insert(GATEWAY, event, Optional.empty(), NOW);
                    t.insert(GATEWAY, later, Optional.empty(), NOW);
                    t.insert(other, item(1), Optional.empty(), NOW);
                    assertThat(t.find(new StreamId(other, EPOCH, StreamKind.DATA), 1)).isPresent();
                });
    }

    @Test
    default void whatWasFramedAnewIsFoundByItsOrigin() throws Exception {
        var origin = new Item.Origin(EPOCH, 1, hash(1));
        var later = new EpochId(1, 1);
        var anew =
                new Item(
                        later,
                        StreamKind.DATA,
                        1,
                        10,
                        ChainHash.NONE,
                        hash(900),
                        origin,
                        new byte[] {1});
        var store = store();
        write(
                store,
                t -> {
                    t.insert(GATEWAY, item(1), Optional.empty(), NOW);
                    assertThat(t.framedAnew(GATEWAY, StreamKind.DATA, origin)).isFalse();
                    t.insert(GATEWAY, anew, Optional.empty(), NOW);
                });
        var forked = new Item.Origin(EPOCH, 1, hash(2));
        write(
                reopened(store),
                t -> {
                    assertThat(t.framedAnew(GATEWAY, StreamKind.DATA, origin)).isTrue();
                    assertThat(t.framedAnew(GATEWAY, StreamKind.DATA, forked)).isFalse();
                    assertThat(t.framedAnew(GATEWAY, StreamKind.EVENTS, origin)).isFalse();
                    assertThat(t.framedAnew(new GatewayId("b"), StreamKind.DATA, origin)).isFalse();
                });
    }

    @Test
    default void epochsAreNumberedAGatewayFromOne() throws Exception {
        var store = store();
        write(
                store,
                t -> {
                    assertThat(t.epochNumber(GATEWAY, EPOCH, NOW)).isEqualTo(1);
                    assertThat(t.epochNumber(GATEWAY, new EpochId(9, 9), NOW)).isEqualTo(2);
                    assertThat(t.epochNumber(new GatewayId("b"), EPOCH, NOW)).isEqualTo(1);
                    assertThat(t.epochNumber(GATEWAY, EPOCH, NOW)).isEqualTo(1);
                });
        write(reopened(store), t -> assertThat(t.epochNumber(GATEWAY, EPOCH, NOW)).isEqualTo(1));
    }

    @Test
    default void quarantineSaysWhetherTheChainIsBroken() throws Exception {
        write(
                store(),
                t -> {
                    t.insert(GATEWAY, item(1), Optional.of(new Quarantine(false, "codec 9")), NOW);
                    t.insert(GATEWAY, item(2), Optional.of(new Quarantine(true, "link")), NOW);
                    var unreadable = t.find(DATA, 1).orElseThrow();
                    assertThat(unreadable.state()).isEqualTo(State.QUARANTINED);
                    assertThat(unreadable.chained()).isTrue();
                    assertThat(t.find(DATA, 2).orElseThrow().chained()).isFalse();
                });
    }

    // A copy of the data directory still lives in the epoch that another one left.
    @Test
    default void whatWasClosedWithItsEpochIsOpenAgainForWhoLivesInIt() throws Exception {
        write(
                store(),
                t -> {
                    t.insert(GATEWAY, item(2), Optional.empty(), NOW);
                    var ended = new Closure(DATA, 1, 4, 0, ChainHash.NONE, Closure.EPOCH_ENDED);
                    t.close(ended, RangeSet.of(2, 2), NOW);
                    t.close(new Closure(DATA, 6, 7, 9, hash(7), "budget"), RangeSet.EMPTY, NOW);
                    assertThat(t.reopen(DATA)).isEqualTo(RangeSet.of(1, 1).with(3, 4));
                    assertThat(t.find(DATA, 2)).isPresent();
                    assertThat(t.find(DATA, 3)).isEmpty();
                    assertThat(t.find(DATA, 6)).isPresent();
                    assertThat(t.reopen(DATA).isEmpty()).isTrue();
                });
    }

    @Test
    default void aClosedRangeKnowsTheHashOfItsEndOnly() throws Exception {
        write(
                store(),
                t -> {
                    t.insert(GATEWAY, item(5), Optional.empty(), NOW);
                    t.close(new Closure(DATA, 3, 8, 50, hash(8), "budget"), RangeSet.of(5, 5), NOW);
                    assertThat(t.find(DATA, 2)).isEmpty();
                    assertThat(t.find(DATA, 5).orElseThrow().state()).isEqualTo(State.STORED);
                    for (long inside : new long[] {3, 4, 6, 7}) {
                        var known = t.find(DATA, inside).orElseThrow();
                        assertThat(known.state()).isEqualTo(State.CLOSED);
                        assertThat(known.hash()).isEqualTo(ChainHash.NONE);
                        assertThat(known.chained()).isFalse();
                    }
                    assertThat(t.find(DATA, 8).orElseThrow().hash()).isEqualTo(hash(8));
                    assertThat(t.find(DATA, 9)).isEmpty();
                });
    }

    @Test
    default void hashesAreSpreadOverTheRangeWithBothItsEnds() throws Exception {
        write(
                store(),
                t -> {
                    for (long n : LongStream.rangeClosed(1, 200).toArray()) {
                        t.insert(GATEWAY, item(n), Optional.empty(), NOW);
                    }
                    var few = t.hashes(DATA, 10, 12, 64);
                    assertThat(few)
                            .containsExactly(
                                    new SequenceHash(10, hash(10)),
                                    new SequenceHash(11, hash(11)),
                                    new SequenceHash(12, hash(12)));
                    var spread = t.hashes(DATA, 50, 180, 5);
                    assertThat(spread).hasSize(5);
                    assertThat(spread.getFirst().sequence()).isEqualTo(50);
                    assertThat(spread.getLast().sequence()).isEqualTo(180);
                    assertThat(spread)
                            .allMatch(h -> h.hash().equals(hash(h.sequence())))
                            .extracting(SequenceHash::sequence)
                            .isSorted();
                });
    }
}
