package io.drme.cloud.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.grid.Changes;
import io.drme.cloud.grid.Grid;
import io.drme.cloud.grid.LatestTable;
import io.drme.cloud.grid.Member;
import io.drme.cloud.grid.Projection;
import io.drme.cloud.grid.TagSheet;
import io.drme.cloud.query.RawHistory.HistorySample;
import io.drme.cloud.store.AlarmStore;
import io.drme.cloud.store.AlarmStore.AlarmRow;
import io.drme.cloud.store.AlarmStore.Filter;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.Records;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.cloud.store.StoreKind;
import io.drme.history.RollUp;
import io.drme.history.RollUpFunction;
import io.drme.model.EpochId;
import io.drme.model.Reading;
import io.drme.model.Reason;
import io.drme.model.Value;
import io.drme.schema.AlarmMarks;
import io.drme.schema.AlarmTransition;
import io.drme.schema.ClockStep;
import io.drme.sync.Fact;
import io.drme.sync.Item;
import io.drme.sync.StreamId;
import io.drme.testing.ManualClock;
import io.drme.time.Hlc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A gateway that began in 1970 and learned the time later, as the centre tells of it. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class WrongClockTest {
    private final StoreKind kind;
    private static final long SECOND = 1_000_000_000L;
    private static final long WRONG_BEGIN = 10 * SECOND;
    private static final long UNCERTAINTY = 3_000_000;
    private static final String TAG = "device-2/tag-2";

    @TempDir private Path directory;

    private final ManualClock clock = new ManualClock();
    private final FakeGateway gateway = new FakeGateway("press-line-1", new EpochId(1, 1), 3, 4);
    private Member member;
    private Database database;
    private SqlReceiverStore receiver;
    private Records records;
    private BlockStore store;
    private Projection projection;
    private Fleet fleet;

    WrongClockTest(StoreKind kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open() throws Exception {
        member = Member.start(CloudConfig.defaults().withClusterPort(5792).cluster());
        database = kind.open(directory);
        receiver = SqlReceiverStore.open(database);
        records = Records.open(database);
        store = new BlockStore(database);
        var grid = new Grid(member);
        fleet = new Fleet(store, grid, clock);
        projection = new Projection(grid, store, records, clock, new Nobody());
        projection.rebuild();
        receiver.inTransaction(t -> t.epochNumber(gateway.id(), gateway.epoch(), 1));
    }

    @AfterEach
    void close() throws Exception {
        records.close();
        receiver.close();
        database.close();
        member.close();
    }

    private static final class Nobody implements Changes {
        @Override
        public void samples(String name, TagSheet tags, List<LatestTable.Latest> rows) {
            // not looked at here
        }

        @Override
        public void alarm(AlarmRow alarm) {
            // not looked at here
        }
    }

    private void deliver(Item item) throws Exception {
        receiver.inTransaction(t -> {
            var stream = new StreamId(gateway.id(), item.epoch(), item.stream());
            t.insert(gateway.id(), item, Optional.empty(), clock.epochNanos());
            t.saveRanges(stream, t.ranges(stream).with(item.sequence()));
            return true;
        });
        projection.take(new Fact.Committed(gateway.id(), item, false));
    }

    private static ClockStep step(long wall, long offset, boolean synced) {
        return new ClockStep(
                1, Hlc.of(wall / 1_000_000, 0), wall, offset, synced ? UNCERTAINTY : -1, synced);
    }

    private static AlarmTransition alarm(String from, String to, long at) {
        return new AlarmTransition(
                "press-line-1.oil-hot.1",
                "oil-hot",
                TAG,
                from,
                to,
                "high",
                new Value.Real(81.5),
                "Oil is too hot",
                "Stop",
                at,
                "",
                "",
                0,
                "",
                "",
                0,
                0,
                AlarmMarks.NONE);
    }

    /** What the gateway sent: a minute in 1970, the right time, and another minute. */
    private record Sent(List<Item> items, long raised, long cleared, long offset) {}

    private Sent make() {
        var items = new ArrayList<Item>();
        gateway.startAt(WRONG_BEGIN);
        items.add(gateway.event(step(WRONG_BEGIN, 0, false), Map.of()));
        items.add(gateway.block(20));
        long raised = gateway.nowNanos();
        items.add(gateway.event(alarm("normal", "unacknowledged", raised), Map.of()));
        items.add(gateway.block(20));
        long wrongEnd = gateway.nowNanos() + SECOND;
        long right = ManualClock.START_EPOCH_NANOS;
        gateway.startAt(right);
        items.add(gateway.event(step(right, right - wrongEnd, true), Map.of()));
        items.add(gateway.block(20));
        long cleared = gateway.nowNanos();
        items.add(gateway.event(alarm("unacknowledged", "returned", cleared), Map.of()));
        clock.advance(Duration.ofMinutes(2));
        return new Sent(items, raised, cleared, right - wrongEnd);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5})
    void whateverOrderThingsComeInEverythingIsToldWhenItTrulyWas(long seed) throws Exception {
        var sent = make();
        var items = new ArrayList<>(sent.items);
        if (seed > 0) {
            Collections.shuffle(items, new Random(seed));
        }
        for (var item : items) {
            deliver(item);
        }
        var id = store.gateways().getFirst().id();
        var wanted = new ArrayList<HistorySample>();
        for (var made : gateway.made()) {
            if (made.tag().equals(TAG)) {
                boolean isWrong = made.sourceTime() < ManualClock.START_EPOCH_NANOS / 2;
                wanted.add(
                        new HistorySample(
                                made.sourceTime() + (isWrong ? sent.offset : 0),
                                isWrong
                                        ? made.gatewayTime() + ((sent.offset / 1_000_000) << 16)
                                        : made.gatewayTime(),
                                isWrong ? marked(made.reading()) : made.reading()));
            }
        }
        var span =
                new BlockStore.Span(
                        ManualClock.START_EPOCH_NANOS - 120 * SECOND, clock.epochNanos());
        var found = new ArrayList<HistorySample>();
        new RawHistory(store).each(id, TAG, span, found::add);
        assertThat(found).isEqualTo(wanted);
        checkSteps(
                span, wanted.stream().filter(s -> !(s.reading() instanceof Reading.Bad)).count());
        checkAlarm(sent);
        checkLatest(wanted);
    }

    private static Reading marked(Reading reading) {
        return reading instanceof Reading.Good(Value value)
                ? new Reading.Uncertain(value, Reason.CLOCK_UNSYNCED)
                : reading;
    }

    private void checkSteps(BlockStore.Span span, long values) throws Exception {
        var rows =
                new Trends(store, fleet, clock)
                        .rollUp(
                                store.gateways().getFirst(),
                                TAG,
                                new RollUp.Span(span.fromNanos(), span.toNanos(), 10 * SECOND),
                                EnumSet.of(RollUpFunction.COUNT));
        assertThat(rows.stream().mapToLong(r -> r.count()).sum()).isEqualTo(values);
    }

    private void checkAlarm(Sent sent) throws Exception {
        assertThat(new AlarmStore(store).alarms(Filter.ALL, Optional.empty(), 10))
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.raisedAt()).isEqualTo(sent.raised + sent.offset);
                    assertThat(row.clearedAt()).isEqualTo(sent.cleared);
                    assertThat(row.uncertaintyNanos())
                            .as("a sync's own, and 500 ppm of the way to it")
                            .isBetween(UNCERTAINTY, UNCERTAINTY + 60 * SECOND / 2_000);
                });
    }

    private void checkLatest(List<HistorySample> wanted) throws Exception {
        var everything = new Selection("**", Optional.empty(), Optional.empty());
        var row =
                fleet.latest(everything).stream()
                        .map(Fleet.FleetLatest::row)
                        .filter(r -> r.tag().equals(TAG))
                        .findFirst()
                        .orElseThrow();
        var last = wanted.getLast();
        assertThat(row.sourceTime()).isEqualTo(last.sourceTime());
        assertThat(row.gatewayTime()).isEqualTo(last.gatewayTime());
        assertThat(row.reading()).isEqualTo(last.reading());
        var good = wanted.stream().filter(s -> s.reading() instanceof Reading.Good).toList();
        assertThat(row.lastGoodNanos())
                .isEqualTo(good.stream().mapToLong(HistorySample::sourceTime).max().orElseThrow());
    }
}
