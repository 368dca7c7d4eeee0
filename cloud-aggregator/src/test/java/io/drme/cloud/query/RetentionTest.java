package io.drme.cloud.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.config.RetentionConfig;
import io.drme.cloud.config.RetentionConfig.Keep;
import io.drme.cloud.config.RetentionConfig.Rule;
import io.drme.cloud.query.RawHistory.HistorySample;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.cloud.store.Compaction;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.FakeGateway.Made;
import io.drme.cloud.store.Retention;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.cloud.store.StoreKind;
import io.drme.history.Gaps;
import io.drme.history.RollUp;
import io.drme.history.RollUpFunction;
import io.drme.model.EpochId;
import io.drme.model.Glob;
import io.drme.model.Reading;
import io.drme.model.StreamKind;
import io.drme.sync.Item;
import io.drme.sync.RangeSet;
import io.drme.sync.ReceiverStore;
import io.drme.sync.StreamId;
import io.drme.testing.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What was kept long enough goes, and nothing else does. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class RetentionTest {
    private static final int DAYS = 8;
    private static final int POLLS = 20;
    private static final int LATE = 6;
    private static final long DAY = Duration.ofDays(1).toNanos();

    /** A block of a day is in one with some hours around it. */
    private static final long SLACK = Duration.ofMinutes(15).toNanos();

    private final StoreKind kind;

    @TempDir private Path directory;

    private final ManualClock clock = new ManualClock();
    private final FakeGateway gateway = new FakeGateway("press-line-1", new EpochId(1, 1), 1, 3);
    private final String shortTag = gateway.tags().get(1).name().text();
    private final String usualTag = gateway.tags().get(2).name().text();
    private final StreamId stream = new StreamId(gateway.id(), gateway.epoch(), StreamKind.DATA);
    private final List<Item> items = new ArrayList<>();
    private boolean isLateHere;
    private Database database;
    private SqlReceiverStore receiver;
    private BlockStore store;

    RetentionTest(StoreKind kind) {
        this.kind = kind;
    }

    private static Keep days(long raw, long minutes, long hours) {
        return new Keep(
                Duration.ofDays(raw),
                Duration.ofDays(minutes),
                Duration.ofDays(hours),
                Duration.ZERO);
    }

    private RetentionConfig config() {
        return new RetentionConfig(
                days(5, 20, 0),
                List.of(
                        new Rule("other", Glob.of("other/**"), Glob.of("**"), days(2, 2, 2)),
                        new Rule(
                                "short",
                                Glob.of("acme/**"),
                                Glob.of("*/" + shortTag),
                                days(3, 7, 0))));
    }

    @BeforeEach
    void open() throws Exception {
        database = kind.open(directory);
        receiver = SqlReceiverStore.open(database);
        store = new BlockStore(database);
        receiver.inTransaction(t -> t.epochNumber(gateway.id(), gateway.epoch(), 0));
        gateway.startAt(clock.epochNanos() - DAYS * DAY);
        insert(gateway.catalogue("acme/test", Map.of()));
        for (int i = 0; i < DAYS * 4; i++) {
            var item = gateway.block(POLLS);
            gateway.startAt(gateway.nowNanos() + DAY / 4);
            items.add(item);
            if (i != LATE) {
                insert(item);
            }
        }
    }

    @AfterEach
    void close() throws Exception {
        receiver.close();
        database.close();
    }

    private void insert(Item item) throws Exception {
        receiver.inTransaction(t -> {
            var of = new StreamId(gateway.id(), item.epoch(), item.stream());
            t.insert(gateway.id(), item, Optional.empty(), clock.epochNanos());
            t.saveRanges(of, t.ranges(of).with(item.sequence()));
            return true;
        });
    }

    private void keepHouse() throws Exception {
        try (var compaction = Compaction.open(database, clock);
                var retention = Retention.open(database, clock, config())) {
            for (int i = 0; i < 5; i++) {
                clock.advance(i < 4 ? Duration.ofMinutes(40) : Duration.ofHours(7));
                boolean isMore = true;
                while (isMore) {
                    isMore = compaction.step();
                    isMore |= retention.step();
                }
            }
        }
    }

    private List<HistorySample> history(String tag) throws Exception {
        var found = new ArrayList<HistorySample>();
        new RawHistory(store)
                .each(
                        store.gateways().getFirst().id(),
                        tag,
                        new Span(0, Long.MAX_VALUE),
                        found::add);
        return found;
    }

    private long minutes(String tag, long from, long to) throws Exception {
        return new TagSteps(store, clock)
                        .rollUp(
                                store.gateways().getFirst(),
                                tag,
                                new RollUp.Span(from, to, Duration.ofMinutes(1).toNanos()),
                                EnumSet.of(RollUpFunction.COUNT, RollUpFunction.MIN))
                        .stream()
                        .mapToLong(r -> r.count())
                        .sum();
    }

    private long values(String tag, long from, long to) {
        return gateway.made().stream()
                .filter(m -> m.tag().equals(tag))
                .filter(m -> m.sourceTime() >= from && m.sourceTime() < to)
                .filter(m -> !(m.reading() instanceof Reading.Bad))
                .filter(m -> m.sequence() != LATE + 1 || isLateHere)
                .mapToLong(_ -> 1)
                .sum();
    }

    @Test
    void samplesGoTagByTagAndTheirRollUpsLater() throws Exception {
        keepHouse();
        long now = clock.epochNanos();
        for (var tag : List.of(shortTag, usualTag)) {
            long keep = (tag.equals(shortTag) ? 3 : 5) * DAY;
            var kept = history(tag);
            assertThat(kept).extracting(HistorySample::sourceTime).isNotEmpty();
            // a segment goes as a whole, so the day in which the limit lies is there
            assertThat(kept).allMatch(s -> s.sourceTime() >= now - keep - DAY);
            assertThat(kept)
                    .extracting(HistorySample::sourceTime)
                    .containsAll(
                            gateway.made().stream()
                                    .filter(m -> m.tag().equals(tag))
                                    .map(Made::sourceTime)
                                    .filter(t -> t >= now - keep)
                                    .toList());
            long from = (now - 7 * DAY) / DAY * DAY + DAY;
            assertThat(minutes(tag, from, now)).isEqualTo(values(tag, from, now)).isPositive();
        }
        assertThat(minutes(shortTag, 0, now - 8 * DAY)).isZero();
    }

    // A receipt that shrank would have every gateway send again what was let go on purpose.
    @Test
    void rangesHashesAndAccountsStayAsTheyWere() throws Exception {
        var before = receiver.inTransaction(t -> t.ranges(stream));
        long samples = items.stream().mapToLong(Item::samples).sum() - items.get(LATE).samples();
        keepHouse();
        var after = receiver.inTransaction(t -> t.ranges(stream));
        assertThat(after).isEqualTo(before);
        var first = receiver.inTransaction(t -> t.find(stream, 1));
        assertThat(first)
                .get()
                .matches(k -> k.hash().equals(items.getFirst().hash()))
                .matches(k -> k.state() == ReceiverStore.State.EXPIRED);
        var epoch = store.epochs(store.gateways().getFirst().id()).getFirst();
        var account = store.account(epoch.id(), StreamKind.DATA, RangeSet.of(1, items.size()));
        assertThat(account.stored() + account.expired()).isEqualTo(samples);
        assertThat(account.expired()).isPositive();
        assertThat(account.stored()).isPositive();
        assertThat(store.block(epoch.id(), 1)).as("its bytes").isEmpty();
        assertThat(store.findings(10))
                .filteredOn(f -> f.kind().equals("expired"))
                .singleElement()
                .matches(f -> f.detail().contains(account.expired() + " samples"));
    }

    @Test
    void whatIsNoLongerThereIsAGapThatSaysSo() throws Exception {
        insert(items.get(LATE));
        keepHouse();
        long now = clock.epochNanos();
        var row = store.gateways().getFirst();
        var gaps =
                new CentreGaps(store, clock)
                        .list(
                                row,
                                new CentreGaps.Line(true, ""),
                                shortTag,
                                new Span(now - 7 * DAY, now));
        assertThat(gaps.getFirst().reason()).isEqualTo(Gaps.EXPIRED);
        assertThat(gaps.getFirst().to())
                .isBetween(
                        history(shortTag).getFirst().sourceTime() - DAY / 4 - SLACK,
                        history(shortTag).getFirst().sourceTime());
    }

    // To make the day anew of its late block alone would have lost the roll-ups of the others.
    @Test
    void aBlockThatComesWhenItsDayHasExpiredTakesNoRollUpsWithIt() throws Exception {
        keepHouse();
        long from = clock.epochNanos() - 20 * DAY;
        long before = minutes(usualTag, from, clock.epochNanos());
        insert(items.get(LATE));
        keepHouse();
        isLateHere = true;
        assertThat(minutes(usualTag, from, clock.epochNanos()))
                .isEqualTo(values(usualTag, from, clock.epochNanos()))
                .isGreaterThan(before);
        assertThat(history(usualTag))
                .as("it is too old itself")
                .noneMatch(s -> s.sourceTime() < clock.epochNanos() - 6 * DAY);
    }

    // What pipelines of the centre made is in no segment, as it may be made again.
    @Test
    void whatPipelinesMadeGoesByBlocks() throws Exception {
        try (var connection = kind.connect(directory);
                var statement = connection.createStatement()) {
            statement.executeUpdate("update gateway set derived = 1");
        }
        keepHouse();
        long now = clock.epochNanos();
        assertThat(history(usualTag))
                .extracting(HistorySample::sourceTime)
                .isNotEmpty()
                .allMatch(t -> t >= now - 5 * DAY - SLACK);
        var row = store.gateways().getFirst();
        var epoch = store.epochs(row.id()).getFirst();
        var account = store.account(epoch.id(), StreamKind.DATA, RangeSet.of(1, items.size()));
        assertThat(account.expired()).isPositive();
        assertThat(account.stored()).isPositive();
        assertThat(store.block(epoch.id(), 1)).as("its bytes").isEmpty();
        assertThat(store.expiredUntil(row.id(), usualTag)).isPositive();
        try (var connection = kind.connect(directory);
                var statement = connection.createStatement();
                var rows =
                        statement.executeQuery(
                                "select count(*) from fresh f join item i on i.epoch_id = f.epoch_id and i.stream = 2 and i.sequence = f.sequence where i.state <> 1")) {
            rows.next();
            assertThat(rows.getLong(1)).as("expired blocks that are looked for").isZero();
        }
    }
}
