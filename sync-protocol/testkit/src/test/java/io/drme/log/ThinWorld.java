package io.drme.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.block.BlockHash;
import io.drme.block.BlockReader;
import io.drme.block.Envelope;
import io.drme.model.Batch;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.StreamKind;
import io.drme.model.SyncMode;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.schema.Drop;
import io.drme.schema.Payloads;
import io.drme.sync.RangeSet;
import io.drme.testing.ManualClock;
import io.drme.testing.SimulatedDisk;
import io.drme.time.HybridClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * A store that thins, on a simulated disk, beside everything that was ever put into it: what was
 * accepted is there as it was, or envelopes bound it, or a drop names it.
 */
final class ThinWorld {
    private static final List<Tag> TAGS =
            List.of(
                    Tag.of("press/temperature", ValueType.FLOAT64),
                    Tag.of("press/count", ValueType.INT64),
                    Tag.of("press/state", ValueType.TEXT),
                    new Tag(
                            new TagName("press/pulse"),
                            ValueType.INT64,
                            "",
                            0,
                            new SyncMode.Local()));
    private static final Drop ANYTHING =
            new Drop(
                    StreamKind.EVENTS, 1, 1, 0, "", BlockHash.NONE, Long.MIN_VALUE, Long.MAX_VALUE);
    private static final TagTable TABLE = TagTable.EMPTY.with(TAGS);

    final Random random;
    final ManualClock clock = new ManualClock();
    SimulatedDisk disk;
    Store store;
    boolean acknowledges;
    private final long maxSizeBytes;
    private HybridClock stamps;

    /** By tag and time what was read. */
    private final Map<String, Seen> put = new HashMap<>();

    /** What was given up without envelopes. */
    private final List<Drop> given = new ArrayList<>();

    /** By stream and first number, the time that the envelopes held stand for. */
    private final Map<String, TimeSpan> enveloped = new HashMap<>();

    private long appended;
    private long committed;
    private long lastTime;
    private long number;

    private record Seen(long number, String reading, double value, StreamKind stream) {}

    @SuppressWarnings("NullAway.Init") // the store and its clock are there from open() on
    ThinWorld(long seed, long maxSizeBytes) {
        this.random = new Random(seed);
        this.disk = new SimulatedDisk(random);
        this.maxSizeBytes = maxSizeBytes;
    }

    void open() throws DiskException {
        var config =
                new StoreConfig(
                        StoreConfig.DEFAULT_DIRECTORY,
                        maxSizeBytes,
                        Duration.ofDays(7),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(60),
                        StoreConfig.WhenFull.THIN);
        store =
                Store.open(
                        new StoreSetup(disk, config, new GatewayId("g"), clock, random),
                        StoreWorld.SIZES);
        stamps = store.stamps();
    }

    /** Some seconds of polls, a commit, and what is due. */
    void step() throws DiskException {
        for (int i = random.nextInt(20); i >= 0; i--) {
            poll();
            clock.advance(Duration.ofSeconds(1));
        }
        store.commit();
        committed = appended;
        if (acknowledges && random.nextInt(6) == 0) {
            var view = store.view();
            long last = view.held(StreamKind.DATA).last().orElse(0);
            if (last > 0) {
                long from = 1 + random.nextLong(last);
                var more = RangeSet.of(from, Math.min(last, from + random.nextInt(4)));
                store.acknowledged(
                        StreamKind.DATA,
                        view.acknowledged(StreamKind.DATA)
                                .union(view.held(StreamKind.DATA).intersect(more)));
            }
        }
        store.sealIfDue();
    }

    private void poll() {
        var batch = new Batch();
        batch.begin(random.nextInt(2), stamps.next());
        lastTime = Math.max(lastTime + 1_000, clock.epochNanos());
        for (int tag = 0; tag < TAGS.size(); tag++) {
            if (random.nextInt(40) == 0) {
                batch.addBad(tag, lastTime, Reason.TIMEOUT);
            } else if (TAGS.get(tag).type() == ValueType.TEXT) {
                batch.addText(tag, lastTime, "state " + random.nextInt(4), Quality.GOOD);
            } else if (TAGS.get(tag).type() == ValueType.INT64) {
                batch.addInt(tag, lastTime, random.nextInt(1_000), Quality.GOOD);
            } else {
                batch.addDouble(tag, lastTime, random.nextInt(900) / 10.0, Quality.GOOD);
            }
        }
        for (int i = 0; i < batch.size(); i++) {
            var tag = TAGS.get(batch.tags()[i]);
            put.put(
                    tag.name().text() + "@" + lastTime,
                    new Seen(
                            number++,
                            value(batch, i, tag.type()),
                            number(batch, i, tag.type()),
                            tag.sync().stream()));
        }
        appended += batch.size();
        store.append(new Intake(batch.size(), 0, 0), List.of(batch), TABLE);
    }

    private static String value(Batch batch, int at, ValueType type) {
        byte quality = batch.qualities()[at];
        return Quality.isBad(quality)
                ? "bad " + Quality.reason(quality)
                : type == ValueType.TEXT
                        ? Objects.toString(batch.text(at))
                        : Long.toString(batch.bits()[at]);
    }

    private static double number(Batch batch, int at, ValueType type) {
        return type == ValueType.FLOAT64 ? batch.doubleAt(at) : batch.bits()[at];
    }

    /** What envelopes say of one tag in one interval. */
    private static final class Bound {
        double least = Double.POSITIVE_INFINITY;
        double greatest = Double.NEGATIVE_INFINITY;
    }

    /** Holds the store to what it promises; any thinned sample may be missed but never misled. */
    void check() throws Exception {
        store.seal();
        var view = store.view();
        var counters = view.counters();
        assertThat(counters.balanced()).as("%s", counters).isTrue();
        assertThat(counters.read()).isBetween(committed, appended);
        assertThat(counters.accepted()).isEqualTo(counters.read() + counters.derived());
        var present = new HashMap<String, Seen>();
        enveloped.clear();
        var bounds = new ArrayList<Map<String, Bound>>();
        var intervals = new ArrayList<Long>();
        for (var kind : StoreCore.SAMPLE_STREAMS) {
            for (var range : view.held(kind).ranges()) {
                for (long n = range.from(); n <= range.to(); n++) {
                    read(view, kind, n, present, bounds, intervals);
                }
            }
        }
        checkDrops(view);
        for (var entry : put.entrySet()) {
            var seen = entry.getValue();
            if (seen.number >= counters.read() || present.containsKey(entry.getKey())) {
                continue;
            }
            if (!acknowledges && !isBound(entry.getKey(), seen, bounds, intervals)) {
                assertThat(isDropped(entry.getKey(), seen))
                        .as("%s is there, or bound, or dropped by name", entry.getKey())
                        .isTrue();
            }
        }
        // What was not committed is gone, and its numbers are given anew.
        put.values().removeIf(seen -> seen.number >= counters.read());
        appended = counters.read();
        committed = appended;
        number = appended;
    }

    private boolean isDropped(String key, Seen seen) {
        long time = Long.parseLong(key.substring(key.indexOf('@') + 1));
        return given.stream()
                .anyMatch(d ->
                        (d.equals(ANYTHING) || d.stream() == seen.stream)
                                && d.firstTime() <= time
                                && time <= d.lastTime());
    }

    private static boolean isBound(
            String key, Seen seen, List<Map<String, Bound>> bounds, List<Long> intervals) {
        var tag = key.substring(0, key.indexOf('@'));
        long time = Long.parseLong(key.substring(key.indexOf('@') + 1));
        for (int i = 0; i < bounds.size(); i++) {
            var bound = bounds.get(i).get(tag + "/" + Math.floorDiv(time, intervals.get(i)));
            boolean isWithin =
                    bound != null && bound.least <= seen.value && seen.value <= bound.greatest;
            if (isWithin || (bound != null && seen.reading.startsWith("bad"))) {
                return true;
            }
        }
        return false;
    }

    private void read(
            StoreView view,
            StreamKind kind,
            long sequence,
            Map<String, Seen> present,
            List<Map<String, Bound>> bounds,
            List<Long> intervals)
            throws Exception {
        var reader = BlockReader.open(view.read(kind, sequence).orElseThrow());
        Envelope envelope = reader.header().seal().envelope();
        Map<String, Bound> here = new HashMap<>();
        var cursor = reader.batches();
        var batch = new Batch();
        while (cursor.next(batch)) {
            for (int i = 0; i < batch.size(); i++) {
                var series = reader.series().get(batch.tags()[i]);
                long time = batch.sourceTimes()[i];
                var key = series.tag().text() + "@" + time;
                assertThat(put).as("%s was read", key).containsKey(key);
                var seen = Objects.requireNonNull(put.get(key));
                assertThat(value(batch, i, series.type())).isEqualTo(seen.reading);
                assertThat(seen.stream).isEqualTo(kind);
                assertThat(present.put(key, seen)).as("%s once", key).isNull();
                if (envelope != null && !Quality.isBad(batch.qualities()[i])) {
                    assertThat(Quality.reason(batch.qualities()[i])).isEqualTo(Reason.THINNED);
                    var bound =
                            here.computeIfAbsent(
                                    series.tag().text()
                                            + "/"
                                            + Math.floorDiv(time, envelope.intervalNanos()),
                                    _ -> new Bound());
                    double value = number(batch, i, series.type());
                    bound.least = Math.min(bound.least, value);
                    bound.greatest = Math.max(bound.greatest, value);
                } else if (envelope != null) {
                    here.computeIfAbsent(
                            series.tag().text()
                                    + "/"
                                    + Math.floorDiv(time, envelope.intervalNanos()),
                            _ -> new Bound());
                }
            }
        }
        if (envelope != null) {
            var span = new TimeSpan();
            span.first = reader.header().firstTime();
            span.last = reader.header().lastTime();
            enveloped.put(kind.text() + envelope.fromSequence(), span);
            bounds.add(here);
            intervals.add(envelope.intervalNanos());
        }
    }

    /** Each range that is gone is named once, with its count. */
    private void checkDrops(StoreView view) throws Exception {
        given.clear();
        if (view.held(StreamKind.EVENTS).first().orElse(1) > 1) {
            given.add(ANYTHING); // events go last, but they go
            return;
        }
        var named = new EnumMap<StreamKind, RangeSet>(StreamKind.class);
        Map<String, Long> byCause = new HashMap<>();
        for (var range : view.held(StreamKind.EVENTS).ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                var item = EventItem.decode(view.read(StreamKind.EVENTS, n).orElseThrow());
                if (!(Payloads.of(item.orElseThrow().event()) instanceof Drop drop)) {
                    continue;
                }
                var gone = RangeSet.of(drop.fromSequence(), drop.toSequence());
                var before = named.getOrDefault(drop.stream(), RangeSet.EMPTY);
                assertThat(before.intersect(gone).isEmpty()).as("%s named once", gone).isTrue();
                named.put(drop.stream(), before.union(gone));
                if (drop.cause().equals("thinned")) {
                    checkSpan(drop);
                } else {
                    given.add(drop);
                }
                byCause.merge(drop.cause(), drop.samples(), Long::sum);
                assertThat(drop.detail().isEmpty()).isEqualTo(!drop.cause().equals("thinned"));
            }
        }
        for (var kind : StoreCore.SAMPLE_STREAMS) {
            var gone = named.getOrDefault(kind, RangeSet.EMPTY);
            assertThat(view.held(kind).intersect(gone).isEmpty()).isTrue();
            long last = view.last(kind);
            if (last > 0 && !acknowledges) {
                assertThat(view.held(kind).union(gone)).isEqualTo(RangeSet.of(1, last));
            }
        }
        view.counters()
                .dropped()
                .forEach((cause, n) -> assertThat(byCause).containsEntry(cause.text(), n));
    }

    /** So that, when the envelopes go in their turn, what they stood for is named. */
    private void checkSpan(Drop drop) {
        var span = enveloped.get(drop.stream().text() + drop.fromSequence());
        if (span != null) {
            assertThat(span.first).as("%s", drop).isEqualTo(drop.firstTime());
            assertThat(span.last).as("%s", drop).isEqualTo(drop.lastTime());
        }
    }

    long thinned() {
        return store.counters().dropped().getOrDefault(DropCause.THINNED, 0L);
    }

    long droppedFull() {
        return store.counters().dropped().getOrDefault(DropCause.STORE_FULL, 0L);
    }
}
