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
import io.drme.sync.Sender;
import io.drme.sync.SenderLog;
import io.drme.sync.SenderSettings;
import io.drme.sync.SigningKey;
import io.drme.sync.StreamId;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SenderTest {
    private static final GatewayId GATEWAY = new GatewayId("press-line-1");

    private final Random random = new Random(1);
    private final ManualClock clock = new ManualClock();
    private final SimulatedNetwork network = new SimulatedNetwork(random, clock);
    private final MemorySenderLog log = new MemorySenderLog(random);
    private final MemoryReceiverStore store = new MemoryReceiverStore();
    private final MemoryNotary notary = new MemoryNotary(GATEWAY, CheapSignatures.CHEAP, random);
    private final CentreKeys keys =
            new CentreKeys(CheapSignatures.CHEAP, SigningKey.make(random), List.of());
    private final Receiver receiver =
            new Receiver(store, SyncWorld::read, keys, clock, ReceiverSettings.DEFAULTS);
    private boolean isReadable = true;

    private void run(Sender sender, Duration time) {
        long until = clock.nanoTime() + time.toNanos();
        while (clock.nanoTime() < until) {
            while (sender.step()) {
                // until there is nothing more to do just now
            }
            var arrived = network.arrived(100);
            if (!arrived.isEmpty()) {
                receiver.receive(arrived)
                        .answers()
                        .forEach(a -> network.down(GATEWAY, MessageCodec.encode(a.message())));
            }
            clock.advance(Duration.ofMillis(20));
        }
    }

    /** A process that has just connected. */
    private Sender sender(SenderLog of, long instance) {
        var settings = SenderSettings.defaults(instance, "box", "1", LineBudget.NONE);
        var sender = new Sender(of, notary, network.line(GATEWAY), clock, settings);
        network.cut(GATEWAY);
        network.mend(GATEWAY);
        return sender;
    }

    private void leaseEnds() {
        clock.advance(ReceiverSettings.DEFAULTS.lease().plusSeconds(1));
    }

    /** The log, in which nothing can be read while the disk is in trouble. */
    private SenderLog troubled() {
        return (SenderLog)
                Proxy.newProxyInstance(
                        SenderLog.class.getClassLoader(),
                        new Class<?>[] {SenderLog.class},
                        (_, method, arguments) -> {
                            boolean reads = List.of("read", "hash").contains(method.getName());
                            if (reads && !isReadable) {
                                return Optional.empty();
                            }
                            try {
                                return method.invoke(log, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    // An alarm that could not be read at the moment it was to be sent waited for the next break of
    // the line, which may be days. Found by the whole-system simulation.
    @Test
    void whatCouldNotBeReadForAWhileIsSentAllTheSame() {
        var sender = sender(troubled(), 7);
        run(sender, Duration.ofSeconds(1));
        isReadable = false;
        log.append(StreamKind.EVENTS, "event:1");
        log.append(StreamKind.DATA, "id:1");
        run(sender, Duration.ofSeconds(2));
        isReadable = true;
        run(sender, SenderSettings.STATUS_EVERY.plusSeconds(1));
        for (var kind : new StreamKind[] {StreamKind.EVENTS, StreamKind.DATA}) {
            assertThat(store.held(new StreamId(GATEWAY, log.epoch(), kind)))
                    .as("%s", kind)
                    .isEqualTo(RangeSet.of(1, 1));
        }
    }

    // Until a centre told its time, the age of the machine was taken for now: nothing had expired.
    @Test
    void beforeTheFirstWelcomeACommandExpiresByTheGatewaysClock() {
        var sender = sender(log, 7);
        sender.step();
        long now = clock.epochNanos();
        for (var command : Map.of("old", now - 1, "young", now + 1_000_000_000L).entrySet()) {
            var sent =
                    new Message.Command(
                            0, command.getKey(), 1, command.getValue(), "anna", "ack", Map.of());
            network.down(GATEWAY, MessageCodec.encode(sent));
        }
        clock.advance(Duration.ofMillis(100));
        sender.step();

        assertThat(sender.nextCommand().map(Message.Command::id)).contains("young");
        assertThat(sender.nextCommand()).isEmpty();
    }

    // A copy had filled numbers with other blocks while the disk did not let ours be compared. The
    // gateway took that for one history, and its own blocks for acknowledged; then it let them go.
    // Seed 166 of the whole system, in a variant of it.
    @Test
    void whatCouldNotBeComparedIsNotTakenForHeldByTheCentre() {
        log.append(StreamKind.DATA, "id:1");
        run(sender(log, 7), Duration.ofSeconds(1));
        var copy = log.copy();
        copy.append(StreamKind.DATA, "id:12");
        copy.append(StreamKind.DATA, "id:13");
        for (int i = 2; i <= 4; i++) {
            log.append(StreamKind.DATA, "id:" + i);
        }
        leaseEnds();
        run(sender(copy, 8), Duration.ofSeconds(1));
        leaseEnds();

        isReadable = false;
        var sender = sender(troubled(), 9);
        run(sender, Duration.ofSeconds(10));
        assertThat(log.acknowledged(StreamKind.DATA)).isEqualTo(RangeSet.of(1, 1));
        assertThat(sender.state().detail()).startsWith("data/3 can't be read");

        isReadable = true;
        run(sender, Duration.ofSeconds(10));
        assertThat(
                        store.streams().stream()
                                .flatMap(s -> store.rows(s).values().stream())
                                .map(r -> SyncWorld.payload(r.item())))
                .contains("id:1", "id:2", "id:3", "id:4", "id:12", "id:13");
    }
}
