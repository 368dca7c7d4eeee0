package io.drme.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.config.CloudConfig.IngestConfig;
import io.drme.cloud.config.Listen;
import io.drme.cloud.ingest.ConnectionFaults;
import io.drme.cloud.ingest.IngestEndpoint;
import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import io.drme.edge.uplink.Forwarder;
import io.drme.edge.uplink.UplinkConfig;
import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sim.line.TcpLine;
import io.drme.sync.CentreKeys;
import io.drme.sync.ChainHash;
import io.drme.sync.Fact;
import io.drme.sync.Item;
import io.drme.sync.ItemReader;
import io.drme.sync.Message;
import io.drme.sync.RangeSet;
import io.drme.sync.Receiver;
import io.drme.sync.ReceiverSettings;
import io.drme.sync.Refills;
import io.drme.sync.SenderLog;
import io.drme.sync.Signatures;
import io.drme.sync.SigningKey;
import io.drme.sync.StreamId;
import io.drme.testing.MemoryNotary;
import io.drme.testing.MemoryReceiverStore;
import io.drme.testing.MemorySenderLog;
import io.drme.time.SystemClock;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The gateway's forwarder against the centre's endpoint, over real MQTT on loopback. */
class UplinkTest {
    private static final CentreKeys KEYS = CentreKeys.first(SigningKey.make(new Random(5)));
    private static final GatewayId GATEWAY = new GatewayId("press-line-1");
    private static final long LIMIT_SECONDS = 60;

    private final SystemClock clock = new SystemClock();
    private final ConnectionFaults faults = new ConnectionFaults();
    private final Vertx vertx = Vertx.builder().withMetrics(faults).build();
    private final BlockingQueue<Fact> facts = new LinkedBlockingQueue<>();
    private final BlockingQueue<Message.Command> commands = new LinkedBlockingQueue<>();
    private final MemoryReceiverStore store = new MemoryReceiverStore();
    private final SharedLog log = new SharedLog(new MemorySenderLog(new Random(1)));
    private IngestEndpoint endpoint;
    private TcpLine line;
    private Forwarder forwarder;
    private Thread uplink;

    @BeforeEach
    void start() throws Exception {
        endpoint = centre();
        line = new TcpLine(endpoint.port());
        forwarder = gateway(log, 2);
        uplink = Thread.ofPlatform().name("uplink").start(forwarder);
    }

    @AfterEach
    void stop() throws Exception {
        forwarder.close();
        uplink.join(Duration.ofSeconds(10));
        line.close();
        endpoint.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(uplink.isAlive()).isFalse();
    }

    private IngestEndpoint centre() throws Exception {
        var receiver =
                new Receiver(
                        store,
                        (_, _) -> ItemReader.Understood.PLAIN,
                        KEYS,
                        clock,
                        ReceiverSettings.DEFAULTS);
        return IngestEndpoint.start(
                vertx,
                faults,
                new IngestConfig(new Listen("127.0.0.1", 0), 10, Optional.empty()),
                receiver,
                clock,
                facts::put);
    }

    private Forwarder gateway(SenderLog of, long seed) throws IOException {
        return gateway(of, seed, line.port());
    }

    private Forwarder gateway(SenderLog of, long seed, int port) throws IOException {
        var problems = new Problems();
        var mapping = YamlReader.parse("test", "url: mqtt://127.0.0.1:" + port, problems);
        var config = UplinkConfig.read(new Section(mapping.orElseThrow(), "uplink", problems));
        assertThat(problems.list()).isEmpty();
        return Forwarder.of(
                new Forwarder.Identity(
                        new MemoryNotary(GATEWAY, Signatures.ED25519, new Random(6)),
                        "box-1",
                        "0.1.0"),
                config,
                of,
                clock,
                new Random(seed),
                new Forwarder.Orders() {
                    @Override
                    public boolean take(Message.Command command) {
                        return commands.add(command);
                    }

                    @Override
                    public void sentAgain(Refills.Refilled done) {
                        throw new AssertionError("nobody asked");
                    }
                });
    }

    private <T extends Fact> T await(Class<T> type, Predicate<T> wanted) throws Exception {
        long end = clock.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (clock.nanoTime() < end) {
            var fact = facts.poll(1, TimeUnit.SECONDS);
            if (type.isInstance(fact) && wanted.test(type.cast(fact))) {
                return type.cast(fact);
            }
        }
        throw new AssertionError(
                "no %s within %d s; %s".formatted(type, LIMIT_SECONDS, forwarder.status()));
    }

    private void awaitAcknowledged(long last) throws Exception {
        long end = clock.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (clock.nanoTime() < end) {
            var all = log.receipts.poll(1, TimeUnit.SECONDS);
            if (RangeSet.of(1, last).equals(all)) {
                return;
            }
        }
        throw new AssertionError(
                "not acknowledged within %d s; %s".formatted(LIMIT_SECONDS, forwarder.status()));
    }

    private void append(int count) {
        for (int i = 0; i < count; i++) {
            log.append("id:" + i);
        }
        forwarder.wake();
    }

    // A modem with a buffer that is never full, and no bandwidth configured: the blocks are kept
    // short in it, so that what is urgent has little before it. In bytes, not in time.
    @Test
    void anEventNeverWaitsBehindMoreThanTheBlockThatIsBeingSent() throws Exception {
        forwarder.close();
        uplink.join(Duration.ofSeconds(10));
        int blocks = 90;
        int blockBytes = 64 << 10;
        long rate = 1_000_000;
        for (int i = 0; i < blocks; i++) {
            log.append("id:" + i + "x".repeat(blockBytes));
        }
        try (var narrow = new TcpLine(endpoint.port(), rate, "/urgent/")) {
            forwarder = gateway(log, 4, narrow.port());
            uplink = Thread.ofPlatform().name("uplink").start(forwarder);
            await(Fact.Committed.class, c -> c.item().sequence() == 30);
            narrow.watchFromNow();
            for (int i = 31; i <= blocks; i += 3) {
                log.appendEvent("event:" + i);
                forwarder.wake();
                long sequence = i;
                await(Fact.Committed.class, c -> c.item().sequence() >= sequence);
            }
            awaitAcknowledged(blocks);
            long most = rate * 150 / 1_000 + 2L * blockBytes;
            assertThat(narrow.deepestAhead()).isPositive().isLessThan(most);
            assertThat(store.rows(data())).hasSize(blocks);
            forwarder.close();
            uplink.join(Duration.ofSeconds(10));
        }
    }

    private StreamId data() {
        return new StreamId(GATEWAY, log.epoch(), StreamKind.DATA);
    }

    @Test
    void blocksArriveOnceAndAreReceipted() throws Exception {
        append(300);
        awaitAcknowledged(300);
        assertThat(log.acknowledged(StreamKind.DATA)).isEqualTo(RangeSet.of(1, 300));
    }

    @Test
    void aCutLineLosesNothingAndDoublesNothing() throws Exception {
        append(100);
        await(Fact.Committed.class, c -> c.item().sequence() == 50);
        line.cut();
        append(100);
        line.mend();
        awaitAcknowledged(200);
        append(50);
        await(Fact.Committed.class, c -> c.item().sequence() == 230);
        line.cut();
        line.mend();
        awaitAcknowledged(250);
        endpoint.close();
        assertThat(store.rows(data())).hasSize(250);
    }

    @Test
    void aSlowLineOnlyDelays() throws Exception {
        line.delay(Duration.ofMillis(100));
        append(100);
        awaitAcknowledged(100);
    }

    @Test
    void aCommandReachesTheGatewayOnce() throws Exception {
        await(Fact.Joined.class, _ -> true);
        var command =
                new Message.Command(
                        0,
                        "c-1",
                        clock.epochNanos(),
                        clock.epochNanos() + TimeUnit.MINUTES.toNanos(1),
                        "anna",
                        "acknowledge",
                        Map.of("alarm", "a-1"));
        assertThat(endpoint.submit(GATEWAY, command)).isTrue();
        assertThat(endpoint.submit(GATEWAY, command)).isTrue();
        assertThat(commands.poll(LIMIT_SECONDS, TimeUnit.SECONDS)).isEqualTo(command);
        append(1);
        awaitAcknowledged(1);
        assertThat(commands).isEmpty();
    }

    @Test
    void garbageOnThePortIsCountedAndDoesNoHarm() throws Exception {
        for (int seed = 1; seed <= 20; seed++) {
            var garbage = new byte[2_000];
            new Random(seed).nextBytes(garbage);
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), endpoint.port());
                    OutputStream out = socket.getOutputStream()) {
                out.write(garbage);
                out.flush();
            } catch (IOException _) {
                // The centre hung up while we spoke.
            }
        }
        append(5);
        awaitAcknowledged(5);
        // One or the other is the beginning of a packet that would go on.
        long end = clock.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (endpoint.stats().badPackets() < 15) {
            assertThat(clock.nanoTime()).as("garbage is counted").isLessThan(end);
            Thread.onSpinWait();
        }
        assertThat(endpoint.stats().badPackets()).isLessThanOrEqualTo(20);
    }

    // Two machines with one identity: the one that holds the lease goes on, the other is named.
    @Test
    void aCloneIsRefusedAndNamed() throws Exception {
        append(3);
        awaitAcknowledged(3);
        var clone = gateway(log, 3);
        var thread = Thread.ofPlatform().name("uplink-clone").start(clone);
        var refused = await(Fact.CloneRefused.class, _ -> true);
        assertThat(refused.holder().host()).isEqualTo("box-1");
        clone.close();
        thread.join(Duration.ofSeconds(10));
        append(3);
        awaitAcknowledged(6);
        assertThat(store.rows(data())).hasSize(6);
    }

    /** The log is written by the test and read by the forwarder. */
    private static final class SharedLog implements SenderLog {
        private final MemorySenderLog log;
        private final ReentrantLock lock = new ReentrantLock();
        private final BlockingQueue<RangeSet> receipts = new LinkedBlockingQueue<>();

        SharedLog(MemorySenderLog log) {
            this.log = log;
        }

        private <T> T locked(Supplier<T> work) {
            lock.lock();
            try {
                return work.get();
            } finally {
                lock.unlock();
            }
        }

        void appendEvent(String payload) {
            locked(() -> log.append(StreamKind.EVENTS, payload));
        }

        void append(String payload) {
            locked(() -> log.append(StreamKind.DATA, payload));
        }

        @Override
        public EpochId epoch() {
            return locked(log::epoch);
        }

        @Override
        public long bootCount() {
            return locked(log::bootCount);
        }

        @Override
        public long last(StreamKind stream) {
            return locked(() -> log.last(stream));
        }

        @Override
        public RangeSet held(StreamKind stream) {
            return locked(() -> log.held(stream));
        }

        @Override
        public RangeSet acknowledged(StreamKind stream) {
            return locked(() -> log.acknowledged(stream));
        }

        @Override
        public Optional<ChainHash> hash(StreamKind stream, long sequence) {
            return locked(() -> log.hash(stream, sequence));
        }

        @Override
        public Optional<Item> read(StreamKind stream, long sequence) {
            return locked(() -> log.read(stream, sequence));
        }

        @Override
        public void acknowledged(StreamKind stream, RangeSet all) {
            locked(() -> {
                log.acknowledged(stream, all);
                return true;
            });
            if (stream == StreamKind.DATA) {
                receipts.add(all);
            }
        }

        @Override
        public void missing(StreamKind stream, RangeSet gone) {
            locked(() -> {
                log.missing(stream, gone);
                return true;
            });
        }

        @Override
        public EpochId openEpoch(Map<StreamKind, RangeSet> lacking) {
            return locked(() -> log.openEpoch(lacking));
        }

        @Override
        public SortedMap<String, Long> counters() {
            return locked(log::counters);
        }
    }
}
