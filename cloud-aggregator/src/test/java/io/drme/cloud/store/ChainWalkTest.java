package io.drme.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.store.ChainWalk.Signature;
import io.drme.cloud.store.ChainWalk.Walked;
import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.sync.CentreKeys;
import io.drme.sync.ChainHash;
import io.drme.sync.ChainHeads;
import io.drme.sync.Item;
import io.drme.sync.Message;
import io.drme.sync.MessageCodec;
import io.drme.sync.Receiver;
import io.drme.sync.ReceiverSettings;
import io.drme.sync.Signatures;
import io.drme.sync.SigningKey;
import io.drme.testing.ManualClock;
import io.drme.testing.MemoryNotary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The auditor's walk over what a real database holds, whole and tampered with. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class ChainWalkTest {
    private final StoreKind kind;
    private static final EpochId EPOCH = new EpochId(1, 1);
    private static final long SESSION = (7L << 32) | 1;

    @TempDir private Path directory;
    private final ManualClock clock = new ManualClock();
    private final FakeGateway gateway = new FakeGateway("press-line-1", EPOCH, 5, 3);
    private final MemoryNotary notary =
            new MemoryNotary(gateway.id(), Signatures.ED25519, new Random(1));
    private final List<Item> blocks = new ArrayList<>();
    private Database database;
    private SqlReceiverStore sql;
    private Receiver receiver;

    ChainWalkTest(StoreKind kind) {
        this.kind = kind;
    }

    @BeforeEach
    void fill() throws Exception {
        database = kind.open(directory);
        sql = SqlReceiverStore.open(database);
        receiver =
                new Receiver(
                        sql,
                        new ContentReader(),
                        CentreKeys.first(SigningKey.make(new Random(2))),
                        clock,
                        ReceiverSettings.DEFAULTS);
        send(
                new Message.Hello(
                        SESSION,
                        EPOCH,
                        1,
                        7,
                        "box",
                        "1",
                        "",
                        "",
                        0,
                        List.of(),
                        notary.key().verifyKey(),
                        ChainHeads.NONE));
        for (int i = 0; i < 6; i++) {
            blocks.add(gateway.block(3));
        }
        for (int i : new int[] {5, 0, 1, 2, 3, 4}) {
            send(new Message.Delivery(SESSION, blocks.get(i)));
        }
        sign(blocks.get(4));
    }

    @AfterEach
    void close() throws Exception {
        sql.close();
        database.close();
    }

    private void send(Message.Up message) {
        var bytes = MessageCodec.encode(message);
        var outcome =
                receiver.receive(
                        List.of(new Receiver.Arrival(gateway.id(), bytes, clock.nanoTime())));
        assertThat(outcome.durable()).isTrue();
    }

    private void sign(Item head) {
        var heads =
                ChainHeads.signed(
                        notary,
                        EPOCH,
                        clock.epochNanos(),
                        List.of(
                                new ChainHeads.Head(
                                        StreamKind.DATA, head.sequence(), head.hash())));
        send(
                new Message.Status(
                        SESSION,
                        EPOCH,
                        0,
                        new TreeMap<>(),
                        List.of(),
                        heads,
                        -1,
                        List.of(),
                        Message.Endurance.UNKNOWN));
    }

    private Walked data() throws Exception {
        var store = new BlockStore(database);
        var id = store.gateways().getFirst().id();
        return new ChainWalk(store)
                .walk(id, gateway.id()).stream()
                        .filter(w -> w.stream() == StreamKind.DATA)
                        .findFirst()
                        .orElseThrow();
    }

    /** As somebody with access to the file would. */
    private void tamper(String sql) throws Exception {
        try (var connection = kind.connect(directory);
                var statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isPositive();
        }
    }

    @Test
    void whatWasStoredChainsUpToWhatWasSigned() throws Exception {
        var walked = data();
        assertThat(walked.holds()).isTrue();
        assertThat(walked.signature()).isEqualTo(Signature.VALID);
        assertThat(walked.items()).isEqualTo(6);
        assertThat(walked.bytes())
                .isEqualTo(blocks.stream().mapToLong(b -> b.payload().length).sum());
        assertThat(Objects.requireNonNull(walked.head()).sequence()).isEqualTo(5);
        assertThat(walked.unsigned()).isEqualTo(1);
        assertThat(walked.awaited()).isZero();
    }

    @Test
    void aChangedByteIsFoundAtItsBlock() throws Exception {
        var changed = blocks.get(2).payload().clone();
        changed[changed.length - 1] ^= 1;
        tamper(
                "update item set payload = %s where stream = 2 and sequence = 3"
                        .formatted(kind.bytes(changed)));
        var broken = Objects.requireNonNull(data().broken());
        assertThat(broken.sequence()).isEqualTo(3);
        assertThat(broken.expected()).contains(blocks.get(2).hash().toString());
    }

    @Test
    void aBlockThatIsGoneIsFoundAtItsNumber() throws Exception {
        tamper("delete from item where stream = 2 and sequence = 4");
        assertThat(data().broken())
                .isEqualTo(new ChainWalk.Break(4, "an item that was receipted", "nothing"));
    }

    @Test
    void theLastBlockThatIsGoneIsFoundToo() throws Exception {
        tamper("delete from item where stream = 2 and sequence = 6");
        assertThat(data().broken())
                .isEqualTo(new ChainWalk.Break(6, "an item that was receipted", "nothing"));
    }

    // A whole other block with its own right hash: the next one does not name it.
    @Test
    void anExchangedBlockIsFoundByTheOneBehindIt() throws Exception {
        var other = new FakeGateway("press-line-1", EPOCH, 6, 3);
        Item third = other.block(3);
        for (int i = 0; i < 2; i++) {
            third = other.block(3);
        }
        tamper(
                "update item set payload = %s, hash = %s where stream = 2 and sequence = 3"
                        .formatted(kind.bytes(third.payload()), kind.bytes(third.hash() + "")));
        assertThat(Objects.requireNonNull(data().broken()).sequence()).isEqualTo(3);
    }

    // Without the ranges it can't be told from a backlog; the signature says that there is more.
    @Test
    void aTailThatWasCutOffWithItsRangesIsAwaited() throws Exception {
        tamper("delete from item where stream = 2 and sequence >= 5");
        tamper("update held_range set to_sequence = 4 where stream = 2");
        var walked = data();
        assertThat(walked.last()).isEqualTo(4);
        assertThat(walked.awaited()).isEqualTo(1);
    }

    @Test
    void aSignatureOfAnotherKeyIsInvalid() throws Exception {
        var stranger = SigningKey.make(new Random(9)).verifyKey();
        tamper("update gateway_key set verify_key = %s".formatted(kind.bytes(stranger + "")));
        var walked = data();
        assertThat(walked.signature()).isEqualTo(Signature.INVALID);
        assertThat(walked.holds()).isFalse();
    }

    @Test
    void aSignedHeadOfAnotherItemIsFound() throws Exception {
        var other = ChainHash.parse("0f".repeat(16));
        tamper(
                "update signed_head set heads = replace(heads, '%s', '%s')"
                        .formatted(blocks.get(4).hash(), other));
        var walked = data();
        assertThat(walked.signature()).isEqualTo(Signature.INVALID);
        assertThat(Objects.requireNonNull(walked.broken()).sequence()).isEqualTo(5);
    }
}
