package io.drme.testing;

import static io.drme.testing.ReceiverStoreContract.hash;
import static io.drme.testing.ReceiverStoreContract.item;
import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.CentreKeys;
import io.drme.sync.ChainHash;
import io.drme.sync.ChainHeads;
import io.drme.sync.Fact;
import io.drme.sync.Item;
import io.drme.sync.Message;
import io.drme.sync.MessageCodec;
import io.drme.sync.RangeSet;
import io.drme.sync.Receiver;
import io.drme.sync.ReceiverSettings;
import io.drme.sync.Signatures;
import io.drme.sync.SigningKey;
import io.drme.sync.StreamId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReceiverTest {
    private static final long SESSION = (7L << 32) | 1;
    private static final EpochId LATER = new EpochId(5, 5);

    private final ManualClock clock = new ManualClock();
    private final MemoryReceiverStore store = new MemoryReceiverStore();
    private final CentreKeys keys = CentreKeys.first(SigningKey.make(new Random(2)));
    private final Receiver receiver =
            new Receiver(store, SyncWorld::read, keys, clock, ReceiverSettings.DEFAULTS);
    private static final MemoryNotary NOTARY =
            new MemoryNotary(ReceiverStoreContract.GATEWAY, Signatures.ED25519, new Random(1));

    @BeforeEach
    void greet() {
        send(hello(SESSION, ReceiverStoreContract.EPOCH, 1, 70));
    }

    private static Message.Hello hello(long session, EpochId epoch, long boot, long instance) {
        return new Message.Hello(
                session,
                epoch,
                boot,
                instance,
                "box-" + instance,
                "1",
                "",
                "",
                0,
                List.of(new Message.Holding(StreamKind.DATA, 0, List.of())),
                NOTARY.key().verifyKey(),
                ChainHeads.NONE);
    }

    private Receiver.Outcome send(Message... messages) {
        var arrivals = new ArrayList<Receiver.Arrival>();
        for (var message : messages) {
            arrivals.add(
                    new Receiver.Arrival(
                            ReceiverStoreContract.GATEWAY,
                            MessageCodec.encode(message),
                            clock.nanoTime()));
        }
        return receiver.receive(arrivals);
    }

    private static List<Message> said(Receiver.Outcome outcome) {
        return outcome.answers().stream().<Message>map(Receiver.Answer::message).toList();
    }

    private static Message.Delivery of(Item item) {
        return new Message.Delivery(SESSION, item);
    }

    private static Item other(long sequence, ChainHash previous, ChainHash hash) {
        return new Item(
                ReceiverStoreContract.EPOCH,
                StreamKind.DATA,
                sequence,
                10,
                previous,
                hash,
                new byte[] {9});
    }

    private static Message.Cause refused(Receiver.Outcome outcome) {
        return ((Message.Refusal) said(outcome).getFirst()).cause();
    }

    @Test
    void aReceiptNamesWholeRangesAndTheHashOfTheirEnd() {
        send(of(item(1)), of(item(2)));
        var outcome = send(of(item(4)), of(item(3)));
        assertThat(said(outcome))
                .singleElement()
                .isInstanceOfSatisfying(
                        Message.Receipt.class,
                        r -> {
                            assertThat(r.epoch()).isEqualTo(ReceiverStoreContract.EPOCH);
                            assertThat(r.cloudTimeNanos()).isEqualTo(clock.epochNanos());
                            assertThat(r.ranges())
                                    .containsExactly(new Message.Receipted(1, 4, hash(4)));
                        });
    }

    // The gateway takes what it waits beyond this for a queue in its line.
    @Test
    void aReceiptSaysHowLongTheCentreHadTheLastItem() {
        long first = clock.nanoTime();
        clock.advance(Duration.ofMillis(30));
        long last = clock.nanoTime();
        clock.advance(Duration.ofMillis(70));
        var outcome =
                receiver.receive(
                        List.of(
                                arrival(item(1), first),
                                arrival(item(2), last),
                                new Receiver.Arrival(
                                        ReceiverStoreContract.GATEWAY,
                                        new byte[] {1},
                                        clock.nanoTime())));
        assertThat(said(outcome))
                .filteredOn(Message.Receipt.class::isInstance)
                .singleElement()
                .isInstanceOfSatisfying(
                        Message.Receipt.class,
                        r -> assertThat(r.waitedNanos()).isEqualTo(70_000_000));
    }

    private static Receiver.Arrival arrival(Item item, long cameNanos) {
        var bytes = MessageCodec.encode(new Message.Delivery(SESSION, item));
        return new Receiver.Arrival(ReceiverStoreContract.GATEWAY, bytes, cameNanos);
    }

    // One signature a commit, and each receipt holds by itself.
    @Test
    void receiptAndWelcomeHoldWithTheCentresKey() {
        var key = keys.current().verifyKey();
        var outcome = send(hello(SESSION + 1, ReceiverStoreContract.EPOCH, 1, 70));
        var welcome = (Message.Welcome) said(outcome).getFirst();
        assertThat(welcome.key()).isEqualTo(key);
        var delivery = new Message.Delivery(SESSION + 1, item(1));
        var receipt = (Message.Receipt) said(send(delivery)).getFirst();
        assertThat(receipt.holds(key, ReceiverStoreContract.GATEWAY)).isTrue();
        assertThat(receipt.holds(key, new GatewayId("another"))).isFalse();
        assertThat(receipt.holds(NOTARY.key().verifyKey(), ReceiverStoreContract.GATEWAY))
                .isFalse();
    }

    private static Message.Status status(ChainHeads heads) {
        return new Message.Status(
                SESSION,
                ReceiverStoreContract.EPOCH,
                0,
                new TreeMap<>(),
                List.of(),
                heads,
                -1,
                List.of(),
                Message.Endurance.UNKNOWN);
    }

    private static List<Fact.HeadRefused.Why> refusedHeads(Receiver.Outcome outcome) {
        return outcome.facts().stream()
                .filter(f -> f instanceof Fact.HeadRefused)
                .map(f -> ((Fact.HeadRefused) f).why())
                .toList();
    }

    private ChainHeads storedHeads() throws Exception {
        return store.inTransaction(t ->
                t.heads(ReceiverStoreContract.GATEWAY, ReceiverStoreContract.EPOCH)
                        .orElse(ChainHeads.NONE));
    }

    @Test
    void theNewestHeadsThatHoldAreKept() throws Exception {
        var third = ReceiverStoreContract.heads(NOTARY, 3);
        assertThat(refusedHeads(send(status(third)))).isEmpty();
        assertThat(storedHeads()).isEqualTo(third);
        // A late one, and one that somebody else signed.
        assertThat(refusedHeads(send(status(ReceiverStoreContract.heads(NOTARY, 2))))).isEmpty();
        var stranger =
                new MemoryNotary(ReceiverStoreContract.GATEWAY, Signatures.ED25519, new Random(9));
        assertThat(refusedHeads(send(status(ReceiverStoreContract.heads(stranger, 4)))))
                .containsExactly(Fact.HeadRefused.Why.BAD_SEAL);
        assertThat(storedHeads()).isEqualTo(third);
    }

    @Test
    void aHeadThatIsNotTheStoredItemIsNamed() throws Exception {
        send(of(item(1)), of(other(2, hash(1), hash(77))));
        assertThat(refusedHeads(send(status(ReceiverStoreContract.heads(NOTARY, 2)))))
                .containsExactly(Fact.HeadRefused.Why.OTHER_ITEM);
        assertThat(storedHeads()).isEqualTo(ChainHeads.NONE);
    }

    @Test
    void aGatewayThatChangesItsKeyWithinAnEpochIsNamed() {
        var stranger =
                new MemoryNotary(ReceiverStoreContract.GATEWAY, Signatures.ED25519, new Random(9));
        var plain = hello(SESSION + 1, ReceiverStoreContract.EPOCH, 1, 70);
        var shown =
                new Message.Hello(
                        plain.session(),
                        plain.epoch(),
                        plain.bootCount(),
                        plain.instance(),
                        plain.host(),
                        plain.software(),
                        plain.configurationHash(),
                        plain.schemaHash(),
                        plain.gatewayTimeNanos(),
                        plain.holdings(),
                        stranger.key().verifyKey(),
                        ChainHeads.NONE);
        var outcome = send(shown);
        assertThat(refusedHeads(outcome)).containsExactly(Fact.HeadRefused.Why.KEY_CHANGED);
        // Its data is taken all the same: the key guards the proof, not the line.
        assertThat(said(outcome)).first().isInstanceOf(Message.Welcome.class);
    }

    // 5-quality.md, reliability: duplicated, reordered, delayed delivery; rows = unique ids.
    @Test
    void tenThousandRepeatedAndReorderedDeliveriesAreStoredOnce() {
        var random = new Random(3);
        var deliveries = new ArrayList<Message>();
        LongStream.rangeClosed(1, 2_500)
                .forEach(n -> deliveries.addAll(Collections.nCopies(4, of(item(n)))));
        Collections.shuffle(deliveries, random);
        for (int from = 0; from < deliveries.size(); ) {
            int to = Math.min(deliveries.size(), from + 1 + random.nextInt(100));
            assertThat(send(deliveries.subList(from, to).toArray(new Message[0])).durable())
                    .isTrue();
            from = to;
        }
        assertThat(store.rows(ReceiverStoreContract.DATA)).hasSize(2_500);
        assertThat(store.held(ReceiverStoreContract.DATA)).isEqualTo(RangeSet.of(1, 2_500));
        assertThat(store.rows(ReceiverStoreContract.DATA).values())
                .allMatch(r -> r.quarantine().isEmpty());
    }

    @Test
    void nothingIsReceiptedThatWasNotCommitted() {
        store.failNext(1);
        var outcome = send(of(item(1)));
        assertThat(outcome.durable()).isFalse();
        assertThat(outcome.facts()).isEmpty();
        assertThat(refused(outcome)).isEqualTo(Message.Cause.UNAVAILABLE);
        assertThat(store.rows(ReceiverStoreContract.DATA)).isEmpty();
    }

    @Test
    void anotherItemUnderATakenNumberIsRefused() {
        send(of(item(1)));
        var outcome = send(of(other(1, ChainHash.NONE, hash(77))));
        assertThat(refused(outcome)).isEqualTo(Message.Cause.FORKED);
        assertThat(store.rows(ReceiverStoreContract.DATA).values())
                .extracting(MemoryReceiverStore.Row::item)
                .containsExactly(item(1));
    }

    // The later arrival goes into quarantine, whichever side of the link it is.
    @Test
    void aLinkIsCheckedOnceBothNeighboursAreThere() {
        send(of(item(3)));
        var before = send(of(other(2, hash(1), hash(99))));
        assertThat(before.facts())
                .first()
                .isInstanceOfSatisfying(
                        Fact.Quarantined.class, q -> assertThat(q.offChain()).isTrue());
        var after = send(of(other(4, hash(98), hash(4))));
        assertThat(after.facts()).first().isInstanceOf(Fact.Quarantined.class);
        // It is acknowledged all the same: nothing blocks the line.
        assertThat(store.held(ReceiverStoreContract.DATA)).isEqualTo(RangeSet.of(2, 4));
        // What does not fit is held against nobody.
        assertThat(send(of(item(5))).facts()).first().isInstanceOf(Fact.Committed.class);
    }

    @Test
    void samplesFramedAnewAreHeldOnceUnderWhicheverNumberComesFirst() {
        send(of(item(1)));
        var second = (7L << 32) | 2;
        send(hello(second, LATER, 1, 70));
        var anew = new ArrayList<Message>();
        for (int n = 1; n <= 2; n++) {
            anew.add(
                    new Message.Delivery(
                            second,
                            new Item(
                                    LATER,
                                    StreamKind.DATA,
                                    n,
                                    10,
                                    n == 1 ? ChainHash.NONE : hash(501),
                                    hash(500 + n),
                                    new Item.Origin(ReceiverStoreContract.EPOCH, n, hash(n)),
                                    new byte[] {1})));
        }
        send(anew.toArray(new Message[0]));
        var later = new StreamId(ReceiverStoreContract.GATEWAY, LATER, StreamKind.DATA);
        assertThat(store.rows(later)).containsOnlyKeys(2L);
        assertThat(store.held(later)).isEqualTo(RangeSet.of(1, 2));
        // The data directory is restored to where it did not know of the later epoch.
        clock.advance(Duration.ofMinutes(1));
        var third = (8L << 32) | 1;
        send(hello(third, ReceiverStoreContract.EPOCH, 1, 80));
        send(new Message.Delivery(third, item(2)));
        assertThat(store.rows(ReceiverStoreContract.DATA)).containsOnlyKeys(1L);
        assertThat(store.held(ReceiverStoreContract.DATA)).isEqualTo(RangeSet.of(1, 2));
    }

    @Test
    void aLaterStartTakesOverAtOnceAndTheEarlierOneIsOut() {
        var next = (8L << 32) | 1;
        var outcome = send(hello(next, ReceiverStoreContract.EPOCH, 2, 80));
        assertThat(said(outcome)).first().isInstanceOf(Message.Welcome.class);
        assertThat(refused(send(of(item(1))))).isEqualTo(Message.Cause.HELLO_FIRST);
    }

    @Test
    void aCloneIsRefusedAndBothAreNamed() {
        var clone = (8L << 32) | 1;
        var outcome = send(hello(clone, ReceiverStoreContract.EPOCH, 1, 80));
        assertThat(refused(outcome)).isEqualTo(Message.Cause.LEASE_HELD);
        assertThat(((Message.Refusal) said(outcome).getFirst()).detail())
                .contains("box-70", "box-80");
        assertThat(outcome.facts()).first().isInstanceOf(Fact.CloneRefused.class);
        // The lease ends with silence, so that a box that was replaced is not locked out.
        clock.advance(Duration.ofSeconds(31));
        var again = send(hello(clone + 1, LATER, 1, 80));
        assertThat(said(again)).first().isInstanceOf(Message.Welcome.class);
    }

    @Test
    void aStaleHelloChangesNothing() {
        send(hello(SESSION + 1, ReceiverStoreContract.EPOCH, 1, 70));
        assertThat(said(send(hello(SESSION, ReceiverStoreContract.EPOCH, 1, 70)))).isEmpty();
        assertThat(refused(send(of(item(1))))).isEqualTo(Message.Cause.HELLO_FIRST);
    }

    @Test
    void aDamagedItemIsAskedForAgainByItsNumber() {
        var bytes = MessageCodec.encode(of(item(1)));
        bytes[bytes.length - 5] ^= 1;
        var outcome =
                receiver.receive(
                        List.of(new Receiver.Arrival(ReceiverStoreContract.GATEWAY, bytes, 0)));
        var refusal = (Message.Refusal) said(outcome).getFirst();
        assertThat(refusal.cause()).isEqualTo(Message.Cause.DAMAGED);
        assertThat(refusal.sequence()).isEqualTo(1);
    }

    @Test
    void aCommandIsSentAgainUntilItExpires() {
        var command =
                new Message.Command(
                        0,
                        "c-1",
                        clock.epochNanos(),
                        clock.epochNanos() + Duration.ofSeconds(25).toNanos(),
                        "anna",
                        "acknowledge",
                        Map.of());
        assertThat(receiver.submit(ReceiverStoreContract.GATEWAY, command).answers()).hasSize(1);
        assertThat(receiver.step()).isEmpty();
        clock.advance(Duration.ofSeconds(11));
        assertThat(receiver.step()).hasSize(1);
        clock.advance(Duration.ofSeconds(15));
        assertThat(receiver.step()).isEmpty();
    }
}
