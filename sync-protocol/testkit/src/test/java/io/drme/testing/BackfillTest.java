package io.drme.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.Backfill;
import io.drme.sync.CentreKeys;
import io.drme.sync.Fact;
import io.drme.sync.ItemReader;
import io.drme.sync.LineBudget;
import io.drme.sync.Message;
import io.drme.sync.MessageCodec;
import io.drme.sync.RangeSet;
import io.drme.sync.Receiver;
import io.drme.sync.ReceiverSettings;
import io.drme.sync.Sender;
import io.drme.sync.SenderSettings;
import io.drme.sync.SigningKey;
import io.drme.sync.StreamId;
import io.drme.sync.Topics;
import io.drme.sync.Uplink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Asking for items again: what is mended, in which order it comes, and what is said of it. */
class BackfillTest {
    private static final GatewayId GATEWAY = new GatewayId("g1");

    private final Random random = new Random(1);
    private final ManualClock clock = new ManualClock();
    private final SimulatedNetwork network = new SimulatedNetwork(random, clock);
    private final MemorySenderLog log = new MemorySenderLog(random);
    private final MemoryNotary notary = new MemoryNotary(GATEWAY, CheapSignatures.CHEAP, random);
    private final MemoryReceiverStore store = new MemoryReceiverStore();
    private final CentreKeys keys =
            new CentreKeys(CheapSignatures.CHEAP, SigningKey.make(random), List.of());
    private final List<Fact> facts = new ArrayList<>();
    private final List<Message> down = new ArrayList<>();
    private final List<Long> sent = new ArrayList<>();
    private boolean readable = true;
    private Receiver receiver = receiver();
    private final Sender sender =
            new Sender(
                    log,
                    notary,
                    new Seen(network.line(GATEWAY)),
                    clock,
                    SenderSettings.defaults(1, "box", "1", LineBudget.NONE));

    private Receiver receiver() {
        return new Receiver(
                store,
                (_, _) ->
                        readable
                                ? ItemReader.Understood.PLAIN
                                : new ItemReader.Unreadable("of a later release"),
                keys,
                clock,
                ReceiverSettings.DEFAULTS);
    }

    @BeforeEach
    void connect() {
        network.mend(GATEWAY);
        for (int i = 1; i <= 10; i++) {
            log.append(StreamKind.DATA, "id:" + i);
        }
    }

    private void run(int steps) {
        for (int i = 0; i < steps; i++) {
            clock.advance(Duration.ofMillis(100));
            while (sender.step()) {
                // until there is nothing to do
            }
            var outcome = receiver.receive(network.arrived(100));
            facts.addAll(outcome.facts());
            outcome.answers().forEach(this::answer);
            receiver.step().forEach(this::answer);
        }
    }

    private void answer(Receiver.Answer answer) {
        down.add(answer.message());
        network.down(answer.gateway(), MessageCodec.encode(answer.message()));
    }

    private StreamId data() {
        return new StreamId(GATEWAY, log.epoch(), StreamKind.DATA);
    }

    /** The bytes that the centre has of block 4, as a text. */
    private String fourth() {
        return SyncWorld.payload(Objects.requireNonNull(store.rows(data()).get(4L)).item());
    }

    private Message.Command command(String id, boolean again) {
        var asked = new Backfill(log.epoch(), 0, Long.MAX_VALUE, again, Map.of());
        long now = clock.epochNanos();
        return new Message.Command(
                0,
                id,
                now,
                now + Duration.ofHours(1).toNanos(),
                "anna",
                Backfill.VERB,
                asked.arguments());
    }

    /** The line, with the numbers of the items that were handed to it. */
    private final class Seen implements Uplink {
        private final Uplink line;

        Seen(Uplink line) {
            this.line = line;
        }

        @Override
        public long connection() {
            return line.connection();
        }

        @Override
        public boolean send(Topics.Channel channel, byte[] message) {
            if (MessageCodec.decode(message)
                    instanceof MessageCodec.Whole(Message.Delivery(long _, var item))) {
                sent.add(item.sequence());
            }
            return line.send(channel, message);
        }

        @Override
        public Optional<byte[]> poll() {
            return line.poll();
        }

        @Override
        public void reconnect(String why) {
            line.reconnect(why);
        }
    }

    @Test
    void bytesThatWentBadAreReplacedWhereTheyWereAskedFor() {
        run(20);
        store.damage(data(), 4);
        receiver.submit(GATEWAY, command("c-1", true)).answers().forEach(this::answer);
        run(1);
        assertThat(sender.nextCommand()).map(Message.Command::id).contains("c-1");
        sender.sendAgain("c-1", Map.of(StreamKind.DATA, RangeSet.of(3, 5)));
        run(20);
        assertThat(fourth()).isEqualTo("id:4");
        var done = sender.nextRefilled().orElseThrow();
        assertThat(done.items()).isEqualTo(3);
        assertThat(done.samples()).isEqualTo(3 * MemorySenderLog.SAMPLES);
        assertThat(done.trouble()).isEmpty();
        assertThat(store.rows(data())).hasSize(10);
    }

    // A duplicate that nobody asked for is not looked into: that would cost a read a block.
    @Test
    void withoutBeingAskedForADuplicateChangesNothing() {
        run(20);
        store.damage(data(), 4);
        sender.sendAgain("c-1", Map.of(StreamKind.DATA, RangeSet.of(3, 5)));
        run(20);
        assertThat(fourth()).isNotEqualTo("id:4");
    }

    @Test
    void whatIsAskedForComesBehindTheBacklogAndNewBlocksBeforeBoth() {
        run(20);
        network.cut(GATEWAY);
        run(1);
        for (int i = 11; i <= 14; i++) {
            log.append(StreamKind.DATA, "id:" + i);
        }
        sender.sendAgain("c-1", Map.of(StreamKind.DATA, RangeSet.of(1, 3)));
        sent.clear();
        network.mend(GATEWAY);
        run(30);
        assertThat(sent).containsExactly(14L, 11L, 12L, 13L, 1L, 2L, 3L);
        assertThat(sender.state().pendingItems()).containsEntry(StreamKind.DATA, 0L);
    }

    @Test
    void aRequestOutlastsACutLineAndTellsHowFarItIs() {
        run(20);
        sender.sendAgain("c-1", Map.of(StreamKind.DATA, RangeSet.of(1, 10)));
        network.cut(GATEWAY);
        run(5);
        assertThat(sender.nextRefilled()).isEmpty();
        network.mend(GATEWAY);
        facts.clear();
        run(30);
        assertThat(facts)
                .filteredOn(f -> f instanceof Fact.Reported)
                .first()
                .satisfies(f ->
                        assertThat(((Fact.Reported) f).status().refills())
                                .containsExactly(new Message.Refill("c-1", 10, 10)));
        assertThat(sender.nextRefilled().orElseThrow().items()).isEqualTo(10);
    }

    @Test
    void whatIsNotInTheLogAnyMoreIsCounted() {
        run(20);
        assertThat(log.release(StreamKind.DATA, 2)).isEqualTo(RangeSet.of(1, 2));
        sender.sendAgain("c-1", Map.of(StreamKind.DATA, RangeSet.of(1, 4)));
        run(20);
        var done = sender.nextRefilled().orElseThrow();
        assertThat(done.items()).isEqualTo(2);
        assertThat(done.gone()).isEqualTo(2);
    }

    // Valid but not readable by the release before: kept, and tried again at the next start.
    @Test
    void anUpgradeTakesItemsOutOfQuarantine() {
        readable = false;
        run(20);
        assertThat(store.rows(data()).values()).allMatch(r -> r.quarantine().isPresent());
        assertThat(log.acknowledged(StreamKind.DATA)).isEqualTo(RangeSet.of(1, 10));
        readable = true;
        receiver = receiver();
        var resumed = receiver.resume();
        assertThat(resumed.durable()).isTrue();
        assertThat(resumed.facts()).hasSize(10).allMatch(f -> f instanceof Fact.Committed);
        assertThat(store.rows(data()).values()).allMatch(r -> r.quarantine().isEmpty());
        assertThat(receiver.resume().facts()).isEmpty();
    }

    @Test
    void aCommandOutlastsARestartOfTheCentreUntilItsResult() {
        run(20);
        network.cut(GATEWAY);
        receiver.submit(GATEWAY, command("c-1", false));
        receiver = receiver();
        receiver.resume();
        network.mend(GATEWAY);
        run(10);
        assertThat(sender.nextCommand()).map(Message.Command::id).contains("c-1");
        store.finish("c-1");
        receiver = receiver();
        receiver.resume();
        down.clear();
        clock.advance(Duration.ofMinutes(1));
        run(200);
        assertThat(down).noneMatch(m -> m instanceof Message.Command);
    }

    // The gateway had no room for it: it is not forgotten, it comes again.
    @Test
    void aCommandThatIsGivenBackComesAgain() {
        run(20);
        receiver.submit(GATEWAY, command("c-1", false)).answers().forEach(this::answer);
        run(1);
        var first = sender.nextCommand().orElseThrow();
        sender.leaveCommand(first.id());
        run(120);
        assertThat(sender.nextCommand()).map(Message.Command::id).contains("c-1");
        run(120);
        assertThat(sender.nextCommand()).isEmpty();
    }
}
