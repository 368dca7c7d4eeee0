package io.drme.cloud.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.block.BlockHash;
import io.drme.block.BlockReader;
import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.grid.Changes;
import io.drme.cloud.grid.Grid;
import io.drme.cloud.grid.LatestTable;
import io.drme.cloud.grid.Member;
import io.drme.cloud.grid.Projection;
import io.drme.cloud.grid.TagSheet;
import io.drme.cloud.store.AlarmStore.AlarmRow;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.ContentReader;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.Records;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.cloud.store.StoreKind;
import io.drme.history.Gaps;
import io.drme.log.DropCause;
import io.drme.log.EventItem;
import io.drme.log.Intake;
import io.drme.log.SmallStore;
import io.drme.log.Store;
import io.drme.log.StoreConfig;
import io.drme.log.StoreSetup;
import io.drme.model.Batch;
import io.drme.model.EpochId;
import io.drme.model.Event;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.Reading;
import io.drme.model.Reason;
import io.drme.model.StreamKind;
import io.drme.model.SyncMode;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.Value;
import io.drme.model.ValueType;
import io.drme.schema.Payloads;
import io.drme.schema.TagCatalogue;
import io.drme.sync.CentreKeys;
import io.drme.sync.ChainHash;
import io.drme.sync.ChainHeads;
import io.drme.sync.Item;
import io.drme.sync.Message;
import io.drme.sync.MessageCodec;
import io.drme.sync.Receiver;
import io.drme.sync.ReceiverSettings;
import io.drme.sync.SampleTerms;
import io.drme.sync.Signatures;
import io.drme.sync.SigningKey;
import io.drme.testing.ManualClock;
import io.drme.testing.MemoryNotary;
import io.drme.testing.SimulatedDisk;
import io.drme.time.Hlc;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the centre shows of a gateway whose store comes to its limit. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class StoreAtItsLimitTest {
    private final StoreKind kind;
    private static final int CLUSTER_PORT = 5793;
    private static final String TAG = "press/oil";
    private static final StoreConfig THIN =
            new StoreConfig(
                    StoreConfig.DEFAULT_DIRECTORY,
                    SmallStore.LEAST_BYTES,
                    Duration.ofDays(30),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(60),
                    StoreConfig.WhenFull.THIN);
    private static final long SESSION = (5L << 32) + 1;
    private static Member member;

    @TempDir private Path directory;

    private final ManualClock clock = new ManualClock();
    private final MemoryNotary notary =
            new MemoryNotary(new GatewayId("limit-1"), Signatures.ED25519, new Random(1));
    private Database database;
    private SqlReceiverStore receiver;
    private Records records;
    private BlockStore store;
    private Projection projection;
    private Receiver front;
    private Fleet fleet;

    StoreAtItsLimitTest(StoreKind kind) {
        this.kind = kind;
    }

    @BeforeAll
    static void startMember() {
        member = Member.start(CloudConfig.defaults().withClusterPort(CLUSTER_PORT).cluster());
    }

    @AfterAll
    static void stopMember() {
        member.close();
    }

    @BeforeEach
    void open() throws Exception {
        database = kind.open(directory);
        receiver = SqlReceiverStore.open(database);
        front =
                new Receiver(
                        receiver,
                        new ContentReader(),
                        CentreKeys.first(SigningKey.make(new Random(2))),
                        clock,
                        ReceiverSettings.DEFAULTS);
        records = Records.open(database);
        store = new BlockStore(database);
        var grid = new Grid(member);
        fleet = new Fleet(store, grid, clock);
        projection =
                new Projection(
                        grid,
                        store,
                        records,
                        clock,
                        new Changes() {
                            @Override
                            public void samples(
                                    String gateway, TagSheet tags, List<LatestTable.Latest> rows) {
                                // not looked at here
                            }

                            @Override
                            public void alarm(AlarmRow alarm) {
                                // none is raised here
                            }
                        });
        projection.rebuild();
    }

    @AfterEach
    void close() throws Exception {
        records.close();
        receiver.close();
        database.close();
    }

    // Whoever can't be heard lives on what it had when it was last heard.
    @Test
    void aGatewayTellsHowLongItsStoreLastsAndThatShrinksWhileItIsSilent() throws Exception {
        var gateway = new FakeGateway("limit-1", new EpochId(1, 1), 5, 1);
        hello(gateway.id(), gateway.epoch());
        send(gateway.id(), new Message.Delivery(SESSION, gateway.catalogue("acme", Map.of())));
        assertThat(view().autonomyHours()).as("not told yet").isNegative();

        send(
                gateway.id(),
                new Message.Status(
                        SESSION,
                        gateway.epoch(),
                        clock.epochNanos(),
                        new TreeMap<>(),
                        List.of(),
                        ChainHeads.NONE,
                        -1,
                        List.of(),
                        new Message.Endurance(1_300_000_000, 38 * 60)));
        assertThat(view().autonomyHours()).isEqualTo(38);
        assertThat(view().now().writtenBytesADay()).isEqualTo(1_300_000_000);

        clock.advance(Duration.ofHours(3));
        assertThat(view().state()).isEqualTo("offline");
        assertThat(view().autonomyHours()).isEqualTo(35);
        clock.advance(Duration.ofDays(3));
        assertThat(view().autonomyHours()).isZero();
    }

    /**
     * A gateway without line until its store is full, and full again: what it sends then is its own
     * account of it. The centre shows what was thinned as such, in its place, and balances.
     */
    @Test
    void whatWasThinnedIsSeenAsSuchInItsPlaceAndTheAccountBalances() throws Exception {
        var gateway = new GatewayId("limit-2");
        var disk = new SimulatedDisk(new Random(7));
        var put = new TreeMap<Long, Double>();
        try (var local =
                SmallStore.open(new StoreSetup(disk, THIN, gateway, clock, new Random(7)))) {
            hello(gateway, local.epoch());
            local.appendEvent(catalogue());
            fill(local, put);
            var counters = local.counters();
            assertThat(counters.dropped()).containsOnlyKeys(DropCause.THINNED);
            assertThat(counters.balanced()).isTrue();

            sendAll(gateway, local);
            report(gateway, local);
        }
        var row = store.gateways().getFirst();
        assertThat(fleet.account(row)).matches(Account::balanced, "balances");
        assertThat(fleet.account(row).dropped()).containsOnlyKeys("thinned");

        var whole = new BlockStore.Span(put.firstKey(), put.lastKey() + 1);
        var samples =
                new RawHistory(store)
                        .read(row.id(), TAG, whole, RawHistory.Place.START, 100_000)
                        .samples();
        assertThat(samples)
                .extracting(RawHistory.HistorySample::sourceTime)
                .isSorted()
                .doesNotHaveDuplicates();
        int thinned = 0;
        for (var sample : samples) {
            switch (sample.reading()) {
                case Reading.Good(Value.Real(double value)) ->
                        assertThat(value).isEqualTo(put.get(sample.sourceTime()));
                case Reading.Uncertain(Value.Real(double value), Reason reason) -> {
                    assertThat(reason).isEqualTo(Reason.THINNED);
                    assertThat(value).isEqualTo(put.get(sample.sourceTime()));
                    thinned++;
                }
                default -> throw new AssertionError(sample);
            }
        }
        assertThat(thinned).isPositive().isLessThan(samples.size());
        assertThat(samples.size()).isLessThan(put.size());
        assertThat(samples.getFirst().sourceTime()).isEqualTo(put.firstKey());
        assertGapsTellOfThinning(row, whole, samples);

        // What is rebuilt from the store is the newest sample, not the block that came last.
        projection.rebuild();
        var latest = fleet.latest(Selection.ALL).getFirst().row();
        assertThat(latest.sourceTime()).isEqualTo(put.lastKey());
        assertThat(latest.reading()).isInstanceOf(Reading.Good.class);
    }

    private void assertGapsTellOfThinning(
            BlockStore.Gateway row, BlockStore.Span span, List<RawHistory.HistorySample> samples)
            throws Exception {
        var gaps = new Trends(store, fleet, clock).gaps(row, TAG, span);
        assertThat(gaps).isNotEmpty();
        assertThat(gaps).allSatisfy(g -> assertThat(g.reason()).isEqualTo(Gaps.THINNED));
        for (int i = 1; i < samples.size(); i++) {
            long from = samples.get(i - 1).sourceTime();
            long to = samples.get(i).sourceTime();
            if (to - from > Duration.ofSeconds(1).toNanos() * Gaps.GAP_FACTOR) {
                assertThat(gaps).anyMatch(g -> g.from() <= from && to <= g.to());
            }
        }
    }

    private void fill(Store local, Map<Long, Double> put) throws Exception {
        var table = TagTable.EMPTY.with(List.of(Tag.of(TAG, ValueType.FLOAT64)));
        var random = new Random(8);
        int rounds = 0;
        while (rounds < 2_000
                && local.counters().dropped().getOrDefault(DropCause.THINNED, 0L) < 15_000) {
            for (int i = 0; i < 60; i++) {
                var batch = new Batch();
                batch.begin(0, Hlc.of(clock.epochNanos() / 1_000_000, 0));
                double value = random.nextInt(1_000_000) / 1_000.0;
                batch.addDouble(0, clock.epochNanos(), value, Quality.GOOD);
                put.put(clock.epochNanos(), value);
                local.append(new Intake(1, 0, 0), List.of(batch), table);
                clock.advance(Duration.ofSeconds(1));
            }
            local.commit();
            local.sealIfDue();
            rounds++;
        }
        local.seal();
    }

    private static Event catalogue() {
        var entry =
                new TagCatalogue.Entry(
                        TAG,
                        ValueType.FLOAT64,
                        "Cel",
                        0,
                        Duration.ofSeconds(1).toNanos(),
                        new SyncMode.Raw(),
                        "modbus",
                        "press",
                        null,
                        null);
        return Payloads.event(0, TagCatalogue.parts(1, List.of(entry)).getFirst());
    }

    private void sendAll(GatewayId gateway, Store local) throws Exception {
        var view = local.view();
        for (var kind : List.of(StreamKind.EVENTS, StreamKind.DATA)) {
            for (var range : view.held(kind).ranges()) {
                for (long n = range.from(); n <= range.to(); n++) {
                    var bytes = view.read(kind, n).orElseThrow();
                    var previous =
                            kind == StreamKind.EVENTS
                                    ? EventItem.decode(bytes).orElseThrow().previous()
                                    : BlockReader.open(bytes).header().previous();
                    int samples = view.find(kind, n).orElseThrow().samples();
                    var item =
                            new Item(
                                    local.epoch(),
                                    kind,
                                    n,
                                    samples,
                                    chain(previous),
                                    chain(BlockHash.of(bytes)),
                                    bytes);
                    send(gateway, new Message.Delivery(SESSION, item));
                }
            }
            local.acknowledged(kind, view.held(kind));
        }
    }

    private static ChainHash chain(BlockHash hash) {
        var bytes = ByteBuffer.allocate(BlockHash.LENGTH_BYTES);
        hash.putInto(bytes);
        return ChainHash.of(bytes.array());
    }

    private void report(GatewayId gateway, Store local) throws Exception {
        var c = local.counters();
        var terms =
                new TreeMap<String, Long>(
                        Map.of(
                                "read", c.read(),
                                "derived", c.derived(),
                                "filtered", c.filtered(),
                                "accepted", c.accepted(),
                                "acknowledged", c.acknowledged(),
                                "pending", c.pending(),
                                "local", c.local()));
        terms.put(SampleTerms.LOCAL_ACCEPTED, c.localAccepted());
        c.dropped().forEach((cause, n) -> terms.put(SampleTerms.DROPPED + cause.text(), n));
        var view = local.view();
        var progress =
                new Message.Progress(
                        StreamKind.DATA,
                        view.last(StreamKind.DATA),
                        0,
                        view.acknowledged(StreamKind.DATA));
        send(
                gateway,
                new Message.Status(
                        SESSION,
                        local.epoch(),
                        clock.epochNanos(),
                        terms,
                        List.of(progress),
                        ChainHeads.NONE,
                        -1,
                        List.of(),
                        Message.Endurance.UNKNOWN));
    }

    private Fleet.GatewayView view() throws Exception {
        return fleet.view(store.gateways().getFirst());
    }

    private void hello(GatewayId gateway, EpochId epoch) throws Exception {
        send(
                gateway,
                new Message.Hello(
                        SESSION,
                        epoch,
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
    }

    private void send(GatewayId gateway, Message.Up message) throws Exception {
        var bytes = MessageCodec.encode(message);
        var outcome =
                front.receive(List.of(new Receiver.Arrival(gateway, bytes, clock.nanoTime())));
        assertThat(outcome.durable()).as("%s", outcome).isTrue();
        for (var fact : outcome.facts()) {
            projection.take(fact);
        }
        projection.save();
    }
}
