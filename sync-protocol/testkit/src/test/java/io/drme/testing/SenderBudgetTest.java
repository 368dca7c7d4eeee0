package io.drme.testing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.StreamKind;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import io.drme.sync.CentreKeys;
import io.drme.sync.Flow;
import io.drme.sync.LineBudget;
import io.drme.sync.LiveValue;
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
import io.drme.sync.Traffic;
import io.drme.sync.Uplink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each stream keeps within its part of the line, and all of it arrives. */
class SenderBudgetTest {
    private static final GatewayId GATEWAY = new GatewayId("press-line-1");
    private static final Duration STEP = Duration.ofMillis(20);

    /** Blocks from before; one more is there when the session begins, and counts as new. */
    private static final int OLD_BLOCKS = 400;

    private static final int TAGS = 1_100;

    /** 2400 bit/s, the least that the file lets through. */
    private static final int LEAST = 300;

    private final ManualClock clock = new ManualClock();
    private final List<Sent> sent = new ArrayList<>();
    private final Map<TagName, Long> shown = new HashMap<>();
    private long lastOld;

    /** What was handed to the line. */
    private record Sent(long atNanos, Traffic traffic, int bytes) {}

    static LongStream seeds() {
        return Seeds.of(10, 2_000);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void eachStreamKeepsWithinItsPartAndAllArrives(long seed) {
        var random = new Random(seed * 0x9E3779B97F4A7C15L);
        var budget = budget(random);
        var network = new SimulatedNetwork(random, clock);
        var log = withOldBlocks(random);
        var store = new MemoryReceiverStore();
        var receiver = receiver(random, store);
        lastOld = OLD_BLOCKS;
        var sender = sender(random, network, log, budget);
        network.mend(GATEWAY);
        int steps = 6_000;
        for (int i = 0; i < 2 * steps; i++) {
            if (i < steps && i % 50 == 0) {
                log.append(StreamKind.DATA, "id:" + (OLD_BLOCKS + 1 + i));
                log.append(StreamKind.EVENTS, "event:" + i);
                offer(sender, i);
            }
            while (sender.step()) {
                // until there is nothing more to do just now
            }
            if (i < steps && i % 50 == 0 && i > 50) {
                assertThat(sentAt(clock.nanoTime(), Traffic.EVENTS))
                        .as("%s: the alarm goes at once", "-Ddrme.seed=" + seed)
                        .isTrue();
            }
            receiver.receive(network.arrived(100))
                    .answers()
                    .forEach(a -> network.down(GATEWAY, MessageCodec.encode(a.message())));
            clock.advance(STEP);
        }
        keepsWithin(seed, budget.data(), t -> t == Traffic.DATA || t == Traffic.BACKLOG);
        keepsWithin(seed, budget.backlog(), t -> t == Traffic.BACKLOG);
        keepsWithin(seed, budget.live(), t -> t == Traffic.LIVE);
        for (var kind : new StreamKind[] {StreamKind.EVENTS, StreamKind.DATA}) {
            assertThat(store.held(new StreamId(GATEWAY, log.epoch(), kind)))
                    .as("%s: all of %s", "-Ddrme.seed=" + seed, kind)
                    .isEqualTo(RangeSet.of(1, log.last(kind)));
        }
        assertThat(shown).as("-Ddrme.seed=" + seed).hasSize(TAGS);
        assertThat(shown.values())
                .as("%s: the newest of each tag", "-Ddrme.seed=" + seed)
                .containsOnly(steps - 50L);
        countsAre(seed, sender);
    }

    // More live values than the line bears: they had its whole budget, and no block ever went.
    @Test
    void liveValuesLeaveThreeQuartersOfTheLineToBlocks() {
        var random = new Random(7);
        var network = new SimulatedNetwork(random, clock);
        var log = withOldBlocks(random);
        var store = new MemoryReceiverStore();
        var receiver = receiver(random, store);
        var sender = sender(random, network, log, LineBudget.of(4 * LEAST));
        network.mend(GATEWAY);
        for (int i = 0; i < 4_000; i++) {
            if (i % 10 == 0) {
                offer(sender, i);
            }
            step(sender, receiver, network);
        }
        assertThat(store.held(new StreamId(GATEWAY, log.epoch(), StreamKind.DATA)))
                .isEqualTo(RangeSet.of(1, OLD_BLOCKS));
        assertThat(flow(sender, Traffic.LIVE).limit()).isEqualTo(LEAST);
        assertThat(flow(sender, Traffic.LIVE).waits()).isTrue();
    }

    // A cut line of hours looked as if the budget were too small.
    @Test
    void withoutALineNothingWaitsForItsBudget() {
        var random = new Random(7);
        var network = new SimulatedNetwork(random, clock);
        var receiver = receiver(random, new MemoryReceiverStore());
        var sender = sender(random, network, withOldBlocks(random), LineBudget.of(LEAST));
        network.mend(GATEWAY);
        for (int i = 0; i < 200; i++) {
            step(sender, receiver, network);
        }
        assertThat(flow(sender, Traffic.BACKLOG).waits()).isTrue();
        long before = flow(sender, Traffic.BACKLOG).waitedMillis();
        network.cut(GATEWAY);
        step(sender, receiver, network);
        assertThat(flow(sender, Traffic.BACKLOG).waits()).isFalse();
        clock.advance(Duration.ofHours(8));
        network.mend(GATEWAY);
        for (int i = 0; i < 100; i++) {
            step(sender, receiver, network);
        }
        assertThat(flow(sender, Traffic.BACKLOG).waitedMillis())
                .isBetween(before, before + Duration.ofSeconds(10).toMillis());
    }

    private static MemorySenderLog withOldBlocks(Random random) {
        var log = new MemorySenderLog(random);
        for (int i = 1; i <= OLD_BLOCKS; i++) {
            log.append(StreamKind.DATA, "id:" + i);
        }
        return log;
    }

    private Receiver receiver(Random random, MemoryReceiverStore store) {
        var keys = new CentreKeys(CheapSignatures.CHEAP, SigningKey.make(random), List.of());
        return new Receiver(store, SyncWorld::read, keys, clock, ReceiverSettings.DEFAULTS);
    }

    private Sender sender(
            Random random, SimulatedNetwork network, MemorySenderLog log, LineBudget budget) {
        return new Sender(
                log,
                new MemoryNotary(GATEWAY, CheapSignatures.CHEAP, random),
                watched(network.line(GATEWAY)),
                clock,
                SenderSettings.defaults(1, "box", "1", budget));
    }

    private void step(Sender sender, Receiver receiver, SimulatedNetwork network) {
        while (sender.step()) {
            // until there is nothing more to do just now
        }
        receiver.receive(network.arrived(100))
                .answers()
                .forEach(a -> network.down(GATEWAY, MessageCodec.encode(a.message())));
        clock.advance(STEP);
    }

    private static LineBudget budget(Random random) {
        long data = random.nextBoolean() ? 0 : 2 * LEAST + random.nextInt(3_000);
        long backlog =
                data > 0 && random.nextBoolean()
                        ? data
                        : LEAST + random.nextInt(data == 0 ? 1_000 : (int) data - LEAST);
        long live = random.nextBoolean() ? 0 : LEAST + random.nextInt(20_000);
        return new LineBudget(0, data, backlog, live);
    }

    private static void offer(Sender sender, long value) {
        for (int tag = 0; tag < TAGS; tag++) {
            sender.offerLive(
                    new LiveValue(
                            new TagName("press/" + tag),
                            ValueType.INT64,
                            value,
                            "",
                            Quality.GOOD,
                            value,
                            value));
        }
    }

    private boolean sentAt(long nanos, Traffic traffic) {
        return sent.reversed().stream()
                .takeWhile(s -> s.atNanos() == nanos)
                .anyMatch(s -> s.traffic() == traffic);
    }

    /** In no second, and in no ten, more than its rate, a burst and a message. */
    private void keepsWithin(long seed, long rate, Predicate<Traffic> counts) {
        if (rate == 0) {
            return;
        }
        var own = sent.stream().filter(s -> counts.test(s.traffic())).toList();
        assertThat(own).as("-Ddrme.seed=" + seed).isNotEmpty();
        int greatest = own.stream().mapToInt(Sent::bytes).max().orElseThrow();
        for (long window : new long[] {1_000_000_000L, 10_000_000_000L}) {
            long sum = 0;
            int from = 0;
            for (var last : own) {
                sum += last.bytes();
                while (last.atNanos() - own.get(from).atNanos() > window) {
                    sum -= own.get(from++).bytes();
                }
                assertThat(sum)
                        .as(
                                "%s: bytes of a limit of %d within %d ns",
                                "-Ddrme.seed=" + seed, rate, window)
                        .isLessThanOrEqualTo(rate * window / 1_000_000_000L + rate / 10 + greatest);
            }
        }
    }

    private void countsAre(long seed, Sender sender) {
        for (var traffic : Traffic.values()) {
            long bytes =
                    sent.stream().filter(s -> s.traffic() == traffic).mapToLong(Sent::bytes).sum();
            var flow = flow(sender, traffic);
            assertThat(flow.bytes()).as("%s: %s", "-Ddrme.seed=" + seed, traffic).isEqualTo(bytes);
            assertThat(flow.waits()).as("%s: %s", "-Ddrme.seed=" + seed, traffic).isFalse();
        }
        assertThat(flow(sender, Traffic.BACKLOG).waitedMillis())
                .as("%s: how long old blocks waited for their part", "-Ddrme.seed=" + seed)
                .isPositive();
    }

    private static Flow flow(Sender sender, Traffic traffic) {
        return requireNonNull(sender.state().traffic().get(traffic));
    }

    /** The line, with a note of what goes up. */
    private Uplink watched(Uplink line) {
        return new Uplink() {
            @Override
            public long connection() {
                return line.connection();
            }

            @Override
            public boolean send(Topics.Channel channel, byte[] message) {
                boolean taken = line.send(channel, message);
                if (taken
                        && MessageCodec.decode(message)
                                instanceof MessageCodec.Whole(Message whole)) {
                    note(whole, message.length);
                }
                return taken;
            }

            @Override
            public Optional<byte[]> poll() {
                return line.poll();
            }

            @Override
            public void reconnect(String why) {
                line.reconnect(why);
            }
        };
    }

    private void note(Message message, int bytes) {
        if (message instanceof Message.Delivery delivery) {
            var item = delivery.item();
            var traffic =
                    item.stream() == StreamKind.EVENTS
                            ? Traffic.EVENTS
                            : item.sequence() <= lastOld ? Traffic.BACKLOG : Traffic.DATA;
            sent.add(new Sent(clock.nanoTime(), traffic, bytes));
        } else if (message instanceof Message.Live live) {
            live.values().forEach(v -> shown.put(v.tag(), v.bits()));
            sent.add(new Sent(clock.nanoTime(), Traffic.LIVE, bytes));
        }
    }
}
