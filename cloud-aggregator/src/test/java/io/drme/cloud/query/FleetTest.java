package io.drme.cloud.query;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.grid.Changes;
import io.drme.cloud.grid.Grid;
import io.drme.cloud.grid.LatestTable;
import io.drme.cloud.grid.Member;
import io.drme.cloud.grid.Projection;
import io.drme.cloud.grid.TagSheet;
import io.drme.cloud.query.RawHistory.HistorySample;
import io.drme.cloud.query.RawHistory.Place;
import io.drme.cloud.store.AlarmStore;
import io.drme.cloud.store.AlarmStore.AlarmRow;
import io.drme.cloud.store.AlarmStore.Filter;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.FakeGateway.Made;
import io.drme.cloud.store.Records;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.cloud.store.StoreKind;
import io.drme.history.Gaps;
import io.drme.history.RollUp;
import io.drme.history.RollUpFunction;
import io.drme.model.EpochId;
import io.drme.model.Glob;
import io.drme.model.Reading;
import io.drme.model.StreamKind;
import io.drme.model.Value;
import io.drme.schema.AlarmMarks;
import io.drme.schema.AlarmTransition;
import io.drme.schema.GatewayLife;
import io.drme.sync.ChainHeads;
import io.drme.sync.Fact;
import io.drme.sync.Item;
import io.drme.sync.Message;
import io.drme.sync.RangeSet;
import io.drme.sync.StreamId;
import io.drme.testing.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Store, grid and queries together, held against the plain list of what gateways made. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class FleetTest {
    private final StoreKind kind;
    private static final long SECOND = 1_000_000_000L;
    private static Member member;

    @TempDir private Path directory;

    private final ManualClock clock = new ManualClock();
    private final List<AlarmRow> toldAlarms = new ArrayList<>();
    private Database database;
    private SqlReceiverStore receiver;
    private Records records;
    private BlockStore store;
    private Grid grid;
    private Projection projection;
    private Fleet fleet;

    FleetTest(StoreKind kind) {
        this.kind = kind;
    }

    static LongStream seeds() {
        return io.drme.testing.Seeds.of(6, 500);
    }

    @BeforeAll
    static void startMember() {
        member = Member.start(CloudConfig.defaults().withClusterPort(5791).cluster());
    }

    @AfterAll
    static void stopMember() {
        member.close();
    }

    @BeforeEach
    void open() throws Exception {
        database = kind.open(directory);
        receiver = SqlReceiverStore.open(database);
        records = Records.open(database);
        store = new BlockStore(database);
        grid = new Grid(member);
        fleet = new Fleet(store, grid, clock);
        projection = projection();
        projection.rebuild();
    }

    private Projection projection() {
        return new Projection(
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
                        toldAlarms.add(alarm);
                    }
                });
    }

    @AfterEach
    void close() throws Exception {
        records.close();
        receiver.close();
        database.close();
    }

    private void deliver(FakeGateway gateway, Item item) throws Exception {
        boolean duplicate =
                receiver.inTransaction(t -> {
                    var stream = new StreamId(gateway.id(), item.epoch(), item.stream());
                    boolean known = t.find(stream, item.sequence()).isPresent();
                    if (!known) {
                        t.insert(gateway.id(), item, Optional.empty(), clock.epochNanos());
                        t.saveRanges(stream, t.ranges(stream).with(item.sequence()));
                    }
                    return known;
                });
        projection.take(new Fact.Committed(gateway.id(), item, duplicate));
    }

    private void number(FakeGateway gateway) throws Exception {
        receiver.inTransaction(
                t -> t.epochNumber(gateway.id(), gateway.epoch(), clock.epochNanos()));
    }

    /** Two lives of one gateway, delivered in any order with repetitions; gives both in order. */
    private List<FakeGateway> deliverAll(long seed) throws Exception {
        var random = new Random(seed);
        var first = new FakeGateway("press-line-1", new EpochId(seed, 1), seed, 7);
        var second = new FakeGateway("press-line-1", new EpochId(seed, 2), seed + 1000, 7);
        number(first);
        number(second);
        var parcels = new ArrayList<Runnable>();
        for (var gateway : List.of(first, second)) {
            parcels.add(parcel(gateway, gateway.catalogue("acme/stuttgart", Map.of("line", "1"))));
            for (int i = 0; i < 12; i++) {
                parcels.add(parcel(gateway, gateway.block(1 + random.nextInt(9))));
            }
            second.startAt(first.nowNanos() + SECOND);
        }
        var repeated = new ArrayList<>(parcels);
        repeated.addAll(parcels.subList(0, parcels.size() / 2));
        Collections.shuffle(repeated, random);
        repeated.forEach(Runnable::run);
        return List.of(first, second);
    }

    private Runnable parcel(FakeGateway gateway, Item item) {
        return () -> {
            try {
                deliver(gateway, item);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        };
    }

    private static List<Made> made(List<FakeGateway> lives) {
        return lives.stream().flatMap(g -> g.made().stream()).toList();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void latestIsTheLastMadeWhateverTheOrderOfArrivalAndARebuildSaysTheSame(long seed)
            throws Exception {
        var expected = new TreeMap<String, Made>();
        made(deliverAll(seed)).forEach(m -> expected.put(m.tag(), m));

        var live = fleet.latest(Selection.ALL);
        assertThat(live).hasSameSizeAs(expected.values());
        for (var found : live) {
            var made = requireNonNull(expected.get(found.row().tag()));
            assertThat(found.row().reading()).isEqualTo(made.reading());
            assertThat(found.row().sourceTime()).isEqualTo(made.sourceTime());
            assertThat(found.row().gatewayTime()).isEqualTo(made.gatewayTime());
            assertThat(found.unit()).isEqualTo("Cel");
        }

        projection = projection();
        projection.rebuild();
        assertThat(fleet.latest(Selection.ALL).stream().map(FleetTest::shown))
                .isEqualTo(live.stream().map(FleetTest::shown).toList());
    }

    private static String shown(Fleet.FleetLatest found) {
        var row = found.row();
        return "%s %s %d %d %s"
                .formatted(
                        found.fullName(),
                        row.reading(),
                        row.sourceTime(),
                        row.gatewayTime(),
                        found.unit());
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void historyGivesEachSampleOnceInTheGatewaysOrderOverAnyPages(long seed) throws Exception {
        var all = made(deliverAll(seed));
        var random = new Random(seed);
        var gateway = store.gateways().getFirst();
        long begin = all.getFirst().sourceTime();
        long end = all.getLast().sourceTime() + 1;
        for (int round = 0; round < 20; round++) {
            var tag = all.get(random.nextInt(all.size())).tag();
            long a = begin + random.nextLong(end - begin);
            var span =
                    round == 0
                            ? new Span(0, Long.MAX_VALUE)
                            : new Span(a, a + random.nextLong(end - begin));
            var expected =
                    all.stream()
                            .filter(m -> m.tag().equals(tag))
                            .filter(m ->
                                    m.sourceTime() >= span.fromNanos()
                                            && m.sourceTime() < span.toNanos())
                            .map(m ->
                                    new HistorySample(m.sourceTime(), m.gatewayTime(), m.reading()))
                            .toList();
            var found = new ArrayList<HistorySample>();
            var history = new RawHistory(store);
            var place = Place.START;
            while (place != null) {
                var part = history.read(gateway.id(), tag, span, place, 1 + random.nextInt(7));
                found.addAll(part.samples());
                place =
                        part.next() == null
                                ? null
                                : Place.parse(part.next().toString()).orElseThrow();
            }
            assertThat(found).isEqualTo(expected);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void rollUpsAgreeWithThePlainListWhetherFromStatisticsOrSamples(long seed) throws Exception {
        var all = made(deliverAll(seed));
        clock.advance(Duration.ofDays(1));
        var trends = new Trends(store, fleet, clock);
        var gateway = store.gateways().getFirst();
        for (int tag = 2; tag < 7; tag += 4) {
            var name = "device-%d/tag-%d".formatted(tag % 3, tag);
            for (long step : new long[] {3 * SECOND, 60 * SECOND, 3600 * SECOND}) {
                var span =
                        new RollUp.Span(
                                all.getFirst().sourceTime() - 10 * SECOND,
                                all.getLast().sourceTime() + 1,
                                step);
                var counts = new TreeMap<Long, Long>();
                var sums = new TreeMap<Long, Double>();
                for (var m : all) {
                    if (m.tag().equals(name)
                            && m.sourceTime() < span.to()
                            && m.reading() instanceof Reading.Good(Value.Real(double v))) {
                        counts.merge(m.sourceTime() / step * step, 1L, Long::sum);
                        sums.merge(m.sourceTime() / step * step, v, Double::sum);
                    }
                }
                var functions = Set.of(RollUpFunction.COUNT, RollUpFunction.SUM);
                var rows = trends.rollUp(gateway, name, span, functions);
                assertThat(rows).hasSameSizeAs(counts.keySet());
                for (var row : rows) {
                    assertThat(row.count()).isEqualTo(counts.get(row.time()));
                    assertThat(row.sum())
                            .isCloseTo(
                                    sums.get(row.time()),
                                    org.assertj.core.data.Offset.offset(1e-9));
                }
            }
        }
    }

    @Test
    void aSelectionGoesByNameSiteAndLabel() throws Exception {
        deliverAll(1);
        assertThat(
                        fleet.latest(
                                new Selection(
                                        "press-line-1/device-0/**",
                                        Optional.empty(),
                                        Optional.empty())))
                .isNotEmpty()
                .allMatch(l -> l.row().tag().startsWith("device-0/"));
        assertThat(fleet.latest(new Selection("other/**", Optional.empty(), Optional.empty())))
                .isEmpty();
        assertThat(
                        fleet.tags(
                                new Selection(
                                        "**", Optional.of(Glob.of("acme/**")), Optional.empty())))
                .hasSize(7);
        assertThat(
                        fleet.tags(
                                new Selection(
                                        "**", Optional.of(Glob.of("other/**")), Optional.empty())))
                .isEmpty();
        assertThat(
                        fleet.tags(
                                new Selection(
                                        "**",
                                        Optional.empty(),
                                        Optional.of(Map.entry("line", "1")))))
                .hasSize(7);
        assertThat(
                        fleet.tags(
                                new Selection(
                                        "**",
                                        Optional.empty(),
                                        Optional.of(Map.entry("line", "2")))))
                .isEmpty();
    }

    // After an outage the newest come first: acknowledged is known before raised.
    @Test
    void anAlarmIsOneRowWhateverTheOrderOfItsTransitions() throws Exception {
        var gateway = new FakeGateway("press-line-1", new EpochId(1, 1), 1, 1);
        number(gateway);
        var items = new ArrayList<Item>();
        long raised = gateway.nowNanos();
        items.add(gateway.event(alarm("normal", "unacknowledged", "", raised), Map.of()));
        items.add(
                gateway.event(
                        alarm("unacknowledged", "acknowledged", "anna", raised + 5), Map.of()));
        items.add(gateway.event(alarm("acknowledged", "normal", "", raised + 9), Map.of()));
        for (int i : new int[] {2, 0, 1, 1, 2}) {
            deliver(gateway, items.get(i));
        }
        var rows = new AlarmStore(store).alarms(Filter.ALL, Optional.empty(), 10);
        assertThat(rows)
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.state()).isEqualTo("normal");
                    assertThat(row.raisedAt()).isEqualTo(raised);
                    assertThat(row.acknowledgedAt()).isEqualTo(raised + 5);
                    assertThat(row.acknowledgedBy()).isEqualTo("anna");
                    assertThat(row.clearedAt()).isEqualTo(raised + 9);
                    assertThat(row.value()).isEqualTo(new Value.Real(81.5));
                });
        assertThat(toldAlarms).hasSize(5);
        assertThat(grid.openAlarms()).isEmpty();
    }

    private static AlarmTransition alarm(String from, String to, String by, long at) {
        var value = from.equals("normal") ? new Value.Real(81.5) : new Value.Real(70);
        return new AlarmTransition(
                "press-line-1.oil-hot.1",
                "oil-hot",
                "device-0/tag-0",
                from,
                to,
                "high",
                value,
                "Oil is too hot",
                "Stop",
                at,
                by,
                "",
                0,
                "",
                "",
                0,
                0,
                AlarmMarks.NONE);
    }

    @Test
    void theAccountBalancesExactlyWhenEveryTermAgrees() throws Exception {
        var gateway = new FakeGateway("press-line-1", new EpochId(1, 1), 3, 4);
        number(gateway);
        var blocks = List.of(gateway.block(5), gateway.block(5), gateway.block(5));
        for (var block : blocks) {
            deliver(gateway, block);
        }
        // The receipt of the third is still on its way: the gateway knows of two.
        long two = (long) blocks.get(0).samples() + blocks.get(1).samples();
        long third = blocks.get(2).samples();
        var right =
                Map.of(
                        "read",
                        two + third + 10,
                        "filtered",
                        10L,
                        "accepted",
                        two + third,
                        "acknowledged",
                        two,
                        "pending",
                        third);
        assertThat(account(gateway, right, RangeSet.of(1, 2)).balanced()).isTrue();
        assertThat(account(gateway, right, RangeSet.of(1, 2)).stored()).isEqualTo(two);
        assertThat(account(gateway, right, RangeSet.of(1, 3)).balanced()).isFalse();
        for (var term : right.keySet()) {
            var wrong = new TreeMap<>(right);
            wrong.merge(term, 1L, Long::sum);
            assertThat(account(gateway, wrong, RangeSet.of(1, 2)).balanced()).as(term).isFalse();
        }
        var dropped = new TreeMap<>(right);
        dropped.put("pending", third - 4);
        dropped.put("dropped.space", 4L);
        assertThat(account(gateway, dropped, RangeSet.of(1, 2)).balanced()).isTrue();
    }

    private Account account(FakeGateway gateway, Map<String, Long> counters, RangeSet acknowledged)
            throws Exception {
        var progress = new Message.Progress(StreamKind.DATA, 3, 1, acknowledged);
        projection.take(
                new Fact.Reported(
                        gateway.id(),
                        new Message.Status(
                                1,
                                gateway.epoch(),
                                clock.epochNanos(),
                                new TreeMap<>(counters),
                                List.of(progress),
                                ChainHeads.NONE,
                                -1,
                                List.of(),
                                Message.Endurance.UNKNOWN)));
        projection.save();
        return fleet.account(store.gateways().getFirst());
    }

    @Test
    void everyHoleInATrendHasItsReason() throws Exception {
        var gateway = new FakeGateway("press-line-1", new EpochId(1, 1), 5, 1);
        number(gateway);
        deliver(gateway, gateway.catalogue("acme", Map.of()));
        long from = gateway.nowNanos();
        deliver(gateway, gateway.block(10));
        deliver(
                gateway,
                gateway.event(new GatewayLife("stopped", 1, gateway.nowNanos(), "1"), Map.of()));
        gateway.startAt(gateway.nowNanos() + 60 * SECOND);
        deliver(gateway, gateway.event(new GatewayLife("started", 2, 0, "1"), Map.of()));
        deliver(gateway, gateway.block(10));
        gateway.block(10); // stays on the gateway
        deliver(gateway, gateway.block(10));
        clock.advance(Duration.ofNanos(gateway.nowNanos() + 30 * SECOND - clock.epochNanos()));

        var trends = new Trends(store, fleet, clock);
        var gaps =
                trends.gaps(
                        store.gateways().getFirst(),
                        "device-0/tag-0",
                        new Span(from, clock.epochNanos()));

        assertThat(gaps)
                .extracting(io.drme.history.Gap::reason)
                .contains(Gaps.GATEWAY_DOWN, Gaps.UPLINK_DOWN);
        assertThat(gaps)
                .filteredOn(g -> g.reason().equals(Gaps.GATEWAY_DOWN))
                .anyMatch(g -> g.to() - g.from() > 50 * SECOND);
        assertThat(gaps.getLast().reason()).isEqualTo(Gaps.UPLINK_DOWN);
        assertThat(gaps.getLast().to()).isEqualTo(clock.epochNanos());
    }
}
