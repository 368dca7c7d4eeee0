package io.drme.cloud.query;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.query.RawHistory.HistorySample;
import io.drme.cloud.query.RawHistory.Place;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.cloud.store.Compaction;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.cloud.store.StoreKind;
import io.drme.history.Gap;
import io.drme.history.RollUp;
import io.drme.history.RollUpFunction;
import io.drme.history.RollUpRow;
import io.drme.model.EpochId;
import io.drme.model.Value;
import io.drme.schema.GatewayLife;
import io.drme.sync.Item;
import io.drme.sync.StreamId;
import io.drme.testing.ManualClock;
import io.drme.testing.Seeds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two stores get the same blocks, late, twice and in any order; one of them puts them together all
 * the while. Both have to give the same at every moment.
 *
 * <p>It has found, planted: late blocks of a day that replace it; blocks that stay read as they
 * came once a segment has them; a list that goes on behind the wrong sample of a stamp; buckets
 * taken across the end of an agent.
 */
@ParameterizedClass
@EnumSource(StoreKind.class)
class CompactionTest {
    private static final int BLOCKS = 25;
    private static final List<Duration> STEPS =
            List.of(
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(90),
                    Duration.ofHours(1),
                    Duration.ofDays(1));
    private static final Set<RollUpFunction> EXACT =
            EnumSet.complementOf(EnumSet.of(RollUpFunction.P95, RollUpFunction.STDDEV));

    private final StoreKind kind;

    @TempDir private Path directory;

    private final ManualClock clock = new ManualClock();

    CompactionTest(StoreKind kind) {
        this.kind = kind;
    }

    static LongStream seeds() {
        return Seeds.of(3, 400);
    }

    /** One store with its receiver. */
    private record Side(Database database, SqlReceiverStore receiver, BlockStore store)
            implements AutoCloseable {
        static Side open(StoreKind kind, Path directory) throws Exception {
            Files.createDirectories(directory);
            var database = kind.open(directory);
            return new Side(database, SqlReceiverStore.open(database), new BlockStore(database));
        }

        void take(FakeGateway gateway, Item item, long now) throws Exception {
            receiver.inTransaction(t -> {
                var stream = new StreamId(gateway.id(), item.epoch(), item.stream());
                if (t.find(stream, item.sequence()).isEmpty()) {
                    t.insert(gateway.id(), item, Optional.empty(), now);
                    t.saveRanges(stream, t.ranges(stream).with(item.sequence()));
                }
                return true;
            });
        }

        @Override
        public void close() throws DatabaseException {
            receiver.close();
            database.close();
        }
    }

    private record Delivery(FakeGateway gateway, Item item) {}

    @ParameterizedTest
    @MethodSource("seeds")
    void blocksPutTogetherGiveWhatTheyGaveAsTheyCame(long seed) throws Exception {
        var random = new Random(seed);
        var lives = new ArrayList<FakeGateway>();
        var deliveries = deliveries(seed, random, lives);
        var catalogues = new HashMap<FakeGateway, Item>();
        for (var life : lives) {
            catalogues.put(life, life.catalogue("acme/test", Map.of(), (double) (seed % 2)));
        }
        try (var plain = Side.open(kind, directory.resolve("plain" + seed));
                var packed = Side.open(kind, directory.resolve("packed" + seed))) {
            for (var side : List.of(plain, packed)) {
                for (var life : lives) {
                    side.receiver.inTransaction(t -> t.epochNumber(life.id(), life.epoch(), 0));
                    side.take(life, requireNonNull(catalogues.get(life)), 1);
                }
            }
            var compaction = Compaction.open(packed.database, clock);
            for (var delivery : deliveries) {
                long now = clock.epochNanos();
                plain.take(delivery.gateway, delivery.item, now);
                packed.take(delivery.gateway, delivery.item, now);
                clock.advance(Duration.ofMinutes(random.nextInt(40)));
                for (int i = random.nextInt(12); i > 0; i--) {
                    compaction.step();
                }
                if (random.nextInt(10) == 0) {
                    // ended in the middle of whatever it did
                    compaction.close();
                    compaction = Compaction.open(packed.database, clock);
                }
                if (random.nextInt(14) == 0) {
                    compare(plain, packed, random, compaction);
                }
            }
            for (int i = 0; i < 4; i++) {
                clock.advance(Duration.ofDays(1));
                while (compaction.step()) {
                    // all that is due
                }
            }
            assertThat(kept(seed, "fresh")).as("blocks in no segment").isZero();
            assertThat(kept(seed, "segment where state <> 1")).isZero();
            assertThat(kept(seed, "segment where level = 1")).isZero();
            assertThat(
                            kept(
                                    seed,
                                    "segment_series where segment_id not in (select id from segment)"))
                    .isZero();
            compare(plain, packed, random, compaction);
            compaction.close();
        }
    }

    private List<Delivery> deliveries(long seed, Random random, List<FakeGateway> lives) {
        var all = new ArrayList<Delivery>();
        long begin = ManualClock.START_EPOCH_NANOS - Duration.ofDays(3).toNanos();
        for (int life = 1; life <= 2; life++) {
            var gateway = new FakeGateway("press-line-1", new EpochId(life, 1), seed + life, 6);
            lives.add(gateway);
            gateway.startAt(begin);
            for (int i = 0; i < BLOCKS; i++) {
                var item =
                        random.nextInt(9) == 0
                                ? gateway.blockOverReload(5, 20)
                                : gateway.block(5 + random.nextInt(60));
                all.add(new Delivery(gateway, item));
                if (random.nextInt(6) == 0) {
                    var ended = new GatewayLife("stopped", 1, gateway.nowNanos(), "1");
                    all.add(new Delivery(gateway, gateway.event(ended, Map.of())));
                }
                long minutes = random.nextInt(5) == 0 ? 300 : random.nextInt(20);
                gateway.startAt(gateway.nowNanos() + Duration.ofMinutes(minutes).toNanos());
            }
            begin = gateway.nowNanos();
        }
        // most nearly in order, some much later, some twice
        var order = new ArrayList<Delivery>();
        for (var delivery : all) {
            int at = random.nextInt(4) == 0 ? random.nextInt(order.size() + 1) : order.size();
            order.add(at, delivery);
            if (random.nextInt(5) == 0) {
                order.add(delivery);
            }
        }
        if (seed % 4 == 0) {
            Collections.shuffle(order, random);
        }
        return order;
    }

    private long kept(long seed, String what) throws Exception {
        try (var connection = kind.connect(directory.resolve("packed" + seed));
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select count(*) from " + what)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private void compare(Side plain, Side packed, Random random, Compaction compaction)
            throws Exception {
        var gateway = plain.store.gateways().getFirst();
        long from = ManualClock.START_EPOCH_NANOS - Duration.ofDays(4).toNanos();
        long to = ManualClock.START_EPOCH_NANOS + Duration.ofDays(9).toNanos();
        var whole = new Span(from, to);
        long some = from + Math.floorMod(random.nextLong(), to - from);
        var part = new Span(some, some + Duration.ofHours(1 + random.nextInt(30)).toNanos());
        for (var tag : plain.store.seriesNames(gateway.id())) {
            var expected = read(plain, gateway.id(), tag, whole, 100_000, null);
            assertThat(read(packed, gateway.id(), tag, whole, 100_000, null)).isEqualTo(expected);
            int limit = 50 + random.nextInt(100);
            assertThat(read(packed, gateway.id(), tag, whole, limit, compaction))
                    .as("page by page, while blocks are put together")
                    .isEqualTo(expected);
            assertThat(read(packed, gateway.id(), tag, part, 100_000, null))
                    .isEqualTo(read(plain, gateway.id(), tag, part, 100_000, null));
            for (var step : STEPS) {
                for (var span : step.toSeconds() < 60 ? List.of(part) : List.of(whole, part)) {
                    var functions =
                            random.nextInt(4) == 0 ? EnumSet.allOf(RollUpFunction.class) : EXACT;
                    same(
                            steps(plain, gateway, tag, span, step, functions),
                            steps(packed, gateway, tag, span, step, functions));
                }
            }
        }
        var tag = plain.store.seriesNames(gateway.id()).getFirst();
        assertThat(gaps(packed, gateway, tag, part)).isEqualTo(gaps(plain, gateway, tag, part));
    }

    private List<Gap> gaps(Side side, BlockStore.Gateway gateway, String tag, Span span)
            throws Exception {
        return new CentreGaps(side.store, clock)
                .list(gateway, new CentreGaps.Line(true, ""), tag, span);
    }

    private List<RollUpRow> steps(
            Side side,
            BlockStore.Gateway gateway,
            String tag,
            Span span,
            Duration step,
            Set<RollUpFunction> functions)
            throws Exception {
        return new TagSteps(side.store, clock)
                .rollUp(
                        gateway,
                        tag,
                        new RollUp.Span(span.fromNanos(), span.toNanos(), step.toNanos()),
                        functions);
    }

    private static List<HistorySample> read(
            Side side,
            long gatewayId,
            String tag,
            Span span,
            int limit,
            @Nullable Compaction meanwhile)
            throws Exception {
        var found = new ArrayList<HistorySample>();
        var history = new RawHistory(side.store);
        Place place = Place.START;
        while (place != null) {
            var part = history.read(gatewayId, tag, span, place, limit);
            found.addAll(part.samples());
            place = part.next();
            if (meanwhile != null) {
                meanwhile.step();
            }
        }
        return found;
    }

    /** Sums may differ in their last digits, as they are added up in other parts. */
    private static void same(List<RollUpRow> expected, List<RollUpRow> found) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            var a = expected.get(i);
            var b = found.get(i);
            assertThat(b.time()).isEqualTo(a.time());
            for (var function : RollUpFunction.values()) {
                if (a.value(function) instanceof Value.Real(double x)
                        && b.value(function) instanceof Value.Real(double y)) {
                    assertThat(Math.abs(x - y))
                            .as("%s of %s and %s", function, a, b)
                            .isLessThanOrEqualTo(
                                    1e-9 * Math.max(1, Math.max(Math.abs(x), Math.abs(y))));
                } else {
                    assertThat(b.value(function))
                            .as("%s of %s and %s", function, a, b)
                            .isEqualTo(a.value(function));
                }
            }
        }
    }
}
