package io.drme.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.CentreKeys;
import io.drme.sync.LineBudget;
import io.drme.sync.Message;
import io.drme.sync.MessageCodec;
import io.drme.sync.RangeSet;
import io.drme.sync.Receiver;
import io.drme.sync.ReceiverSettings;
import io.drme.sync.Seal;
import io.drme.sync.Sender;
import io.drme.sync.SenderSettings;
import io.drme.sync.Signatures;
import io.drme.sync.SigningKey;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What the gateway believes: nothing is released on the word of a stranger. */
class SenderTrustTest {
    private static final GatewayId GATEWAY = new GatewayId("g1");

    private final Random random = new Random(1);
    private final ManualClock clock = new ManualClock();
    private final SimulatedNetwork network = new SimulatedNetwork(random, clock);
    private final MemorySenderLog log = new MemorySenderLog(random);
    private final MemoryNotary notary = new MemoryNotary(GATEWAY, Signatures.ED25519, random);
    private final MemoryReceiverStore store = new MemoryReceiverStore();
    private CentreKeys keys = CentreKeys.first(SigningKey.make(random));
    private Receiver receiver = receiver();
    private final Sender sender =
            new Sender(
                    log,
                    notary,
                    network.line(GATEWAY),
                    clock,
                    SenderSettings.defaults(1, "box", "1", LineBudget.NONE));

    /** What happens to an answer on its way. */
    private UnaryOperator<Message.Down> between = UnaryOperator.identity();

    private Receiver receiver() {
        return new Receiver(store, SyncWorld::read, keys, clock, ReceiverSettings.DEFAULTS);
    }

    private void run(int steps) {
        network.mend(GATEWAY);
        for (int i = 0; i < steps; i++) {
            clock.advance(Duration.ofMillis(100));
            while (sender.step()) {
                // until there is nothing to do
            }
            var arrivals = network.arrived(100);
            receiver.receive(arrivals)
                    .answers()
                    .forEach(a ->
                            network.down(
                                    a.gateway(), MessageCodec.encode(between.apply(a.message()))));
        }
    }

    private void append(int blocks) {
        for (int i = 0; i < blocks; i++) {
            log.append(StreamKind.DATA, "id:" + i);
        }
    }

    private void restartedWith(CentreKeys next) {
        network.cut(GATEWAY);
        keys = next;
        receiver = receiver();
        run(1);
    }

    @Test
    void theFirstKeyIsPinnedAndTheLastReceiptKept() {
        append(3);
        run(20);
        assertThat(notary.centre()).contains(keys.current().verifyKey());
        assertThat(log.acknowledged(StreamKind.DATA)).isEqualTo(RangeSet.of(1, 3));
        var receipt = Objects.requireNonNull(notary.receipts().get(StreamKind.DATA));
        assertThat(receipt.ranges().getFirst().to()).isEqualTo(3);
        assertThat(receipt.holds(keys.current().verifyKey(), GATEWAY)).isTrue();
    }

    @Test
    void nothingIsReleasedByAReceiptWithoutTheRightSeal() {
        run(5);
        between =
                m ->
                        m instanceof Message.Receipt r
                                ? new Message.Receipt(
                                        r.session(),
                                        r.epoch(),
                                        r.stream(),
                                        r.cloudTimeNanos() + 1,
                                        r.ranges(),
                                        r.waitedNanos(),
                                        r.seal())
                                : m;
        append(3);
        run(20);
        assertThat(log.acknowledged(StreamKind.DATA)).isEqualTo(RangeSet.EMPTY);
        assertThat(sender.state().unverified()).isPositive();
        assertThat(notary.receipts()).isEmpty();
    }

    // The welcome says what the centre holds, so it releases too.
    @Test
    void aWelcomeWithoutTheRightSealBeginsNoSession() {
        append(3);
        between =
                m ->
                        m instanceof Message.Welcome w
                                ? new Message.Welcome(
                                        w.session(),
                                        w.epoch(),
                                        w.epochNumber(),
                                        w.cloudTimeNanos(),
                                        w.window(),
                                        w.standings(),
                                        w.key(),
                                        w.successions(),
                                        Seal.NONE)
                                : m;
        run(300);
        assertThat(sender.state().phase()).isNotEqualTo(Sender.Phase.SENDING);
        assertThat(notary.centre()).isEmpty();
        assertThat(store.streams()).isEmpty();
    }

    @Test
    void aStrangersKeyIsRefusedAndNamedUntilAPersonTakesIt() {
        append(3);
        run(20);
        append(3);
        var other = CentreKeys.first(SigningKey.make(new Random(77)));
        restartedWith(other);
        run(20);
        assertThat(sender.state().phase()).isEqualTo(Sender.Phase.REFUSED);
        assertThat(sender.state().detail()).contains(other.current().verifyKey().id());
        assertThat(notary.strangers()).contains(other.current().verifyKey());
        assertThat(log.acknowledged(StreamKind.DATA)).isEqualTo(RangeSet.of(1, 3));
        notary.accept(SigningKey.make(new Random(78)).verifyKey());
        run(150);
        assertThat(sender.state().phase()).isEqualTo(Sender.Phase.REFUSED);
        notary.accept(other.current().verifyKey());
        run(150);
        assertThat(log.acknowledged(StreamKind.DATA)).isEqualTo(RangeSet.of(1, 6));
    }

    @Test
    void aKeyThatTheOldOneVouchesForIsTaken() {
        append(3);
        run(20);
        append(3);
        restartedWith(keys.rotated(random).rotated(random));
        run(20);
        assertThat(notary.centre()).contains(keys.current().verifyKey());
        assertThat(log.acknowledged(StreamKind.DATA)).isEqualTo(RangeSet.of(1, 6));
        assertThat(notary.strangers()).isEmpty();
    }

    // Otherwise a restart would take whichever key comes first, again.
    @Test
    void nothingIsReleasedWhileTheKeyCanNotBeKept() {
        notary.fail(true);
        append(3);
        run(20);
        assertThat(sender.state().phase()).isEqualTo(Sender.Phase.REFUSED);
        assertThat(log.acknowledged(StreamKind.DATA)).isEqualTo(RangeSet.EMPTY);
        notary.fail(false);
        run(150);
        assertThat(log.acknowledged(StreamKind.DATA)).isEqualTo(RangeSet.of(1, 3));
    }

    @Test
    void theHeadsAreSignedAnewOnlyWhereTheChainsGrew() throws Exception {
        append(3);
        run(100);
        var first = heads();
        run(100);
        assertThat(heads()).isEqualTo(first);
        append(1);
        run(100);
        assertThat(heads().heads().getFirst().sequence()).isEqualTo(4);
        assertThat(heads().holds(notary.key().verifyKey(), GATEWAY, log.epoch())).isTrue();
    }

    private io.drme.sync.ChainHeads heads() throws Exception {
        return store.inTransaction(t -> t.heads(GATEWAY, log.epoch()).orElseThrow());
    }
}
