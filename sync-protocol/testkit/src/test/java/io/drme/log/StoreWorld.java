package io.drme.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.block.BlockHash;
import io.drme.block.BlockReader;
import io.drme.model.Batch;
import io.drme.model.Event;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.StreamKind;
import io.drme.model.SyncMode;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.sync.RangeSet;
import io.drme.testing.ManualClock;
import io.drme.testing.SimulatedDisk;
import io.drme.time.HybridClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * A store on a simulated disk, driven by a seed, beside a model of what it promised: what was
 * committed, what waits, and what a reader was shown. {@link #check} compares the two.
 */
final class StoreWorld {
    /** Small, so that a short run rolls segments, ring and blocks. */
    static final Sizes SIZES = new Sizes(16 << 10, 8 << 10, 4, 2 << 10, 1 << 10, 6 << 10, 3_000);

    private static final List<Tag> TAGS =
            List.of(
                    Tag.of("press/temperature", ValueType.FLOAT64),
                    Tag.of("press/count", ValueType.INT64),
                    Tag.of("press/running", ValueType.BOOLEAN),
                    Tag.of("press/state", ValueType.TEXT),
                    local("press/operator", ValueType.TEXT),
                    local("press/pulse", ValueType.INT64));

    /** With room in the journal for all that a longer trouble keeps in it. */
    static final Sizes LONG_JOURNAL =
            new Sizes(16 << 10, 8 << 10, 16, 2 << 10, 1 << 10, 6 << 10, 3_000);

    final Random random;
    Sizes sizes = SIZES;
    final ManualClock clock = new ManualClock();
    final StoreConfig config;
    SimulatedDisk disk;
    Store store;

    /** Between store and disk: where a planted bug sits. */
    UnaryOperator<Disk> wrap = disk -> disk;

    /** Samples of each stream in order, those committed and behind them those that wait. */
    private final Map<StreamKind, List<String>> samples = new EnumMap<>(StreamKind.class);

    /** How many of them a commit accepted. */
    private final Map<StreamKind, Integer> committed = new EnumMap<>(StreamKind.class);

    /** What a reader on another thread was shown: the hash of each item. */
    private final Map<String, BlockHash> shown = new HashMap<>();

    /** With the journal's end damaged and the clock set back at once, nothing knows the stamps. */
    boolean damaged;

    private HybridClock stamps;
    private TagTable table = TagTable.EMPTY.with(TAGS);
    private long newestStamp;
    private long lastTime;

    @SuppressWarnings("NullAway.Init") // the store and its clock are there from open() on
    StoreWorld(long seed, long maxSizeBytes, StoreConfig.WhenFull whenFull) {
        random = new Random(seed);
        disk = new SimulatedDisk(random);
        config =
                new StoreConfig(
                        StoreConfig.DEFAULT_DIRECTORY,
                        maxSizeBytes,
                        Duration.ofDays(7),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(60),
                        whenFull);
        for (var kind : StreamKind.values()) {
            samples.put(kind, new ArrayList<>());
            committed.put(kind, 0);
        }
    }

    private static Tag local(String name, ValueType type) {
        return new Tag(new TagName(name), type, "", 0, new SyncMode.Local());
    }

    List<String> samples(StreamKind kind) {
        return Objects.requireNonNull(samples.get(kind));
    }

    int committed(StreamKind kind) {
        return Objects.requireNonNull(committed.get(kind));
    }

    StoreSetup setup() {
        return new StoreSetup(
                wrap.apply(disk), config, new GatewayId("press-line-1"), clock, random);
    }

    void open() throws DiskException {
        // A restart may find the clock set back, and the tags in another order.
        clock.jump(Duration.ofSeconds(random.nextInt(20) - 15));
        var shuffled = new ArrayList<>(TAGS);
        Collections.shuffle(shuffled, random);
        table = TagTable.EMPTY.with(shuffled);
        store = Store.open(setup(), sizes);
        if (!damaged) {
            assertThat(store.stamps().last())
                    .as("no stamp is given twice")
                    .isGreaterThanOrEqualTo(newestStamp);
        }
        stamps = store.stamps();
    }

    /** Does one of the things that an agent does. */
    void step() throws DiskException {
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3, 4, 5 -> append(random.nextInt(random.nextInt(5) == 0 ? 90 : 12));
            case 6, 7 -> appendEvent();
            case 8, 9, 10 -> commit();
            case 11 -> store.sealIfDue();
            case 12 -> {
                if (random.nextInt(3) == 0) {
                    store.seal();
                    wasCommitted();
                }
            }
            case 13 -> acknowledge();
            case 14 -> show();
            default -> clock.advance(Duration.ofMillis(random.nextInt(20_000)));
        }
    }

    void append(int size) {
        var batch = new Batch();
        batch.begin(random.nextInt(2), stamp());
        if (random.nextInt(20) == 0) {
            batch.failed(Reason.TIMEOUT);
            size = 0;
        }
        for (int i = 0; i < size; i++) {
            add(batch);
        }
        int filtered = random.nextInt(3);
        int derived = random.nextInt(size + 1);
        var noted = new EnumMap<StreamKind, List<String>>(StreamKind.class);
        for (int i = 0; i < batch.size(); i++) {
            var tag = table.get(batch.tags()[i]);
            noted.computeIfAbsent(tag.sync().stream(), _ -> new ArrayList<>())
                    .add(text(batch, i, tag.name(), tag.type()));
        }
        boolean isTaken = store.accepting();
        store.append(
                new Intake(size + filtered - derived, derived, filtered), List.of(batch), table);
        if (isTaken) {
            noted.forEach((kind, texts) -> samples(kind).addAll(texts));
        }
    }

    private long stamp() {
        long stamp = stamps.next();
        // The contract of hlcLimit: beyond it a stamp may not be used, and so may be given again.
        if (stamp <= store.hlcLimit()) {
            newestStamp = Math.max(newestStamp, stamp);
        }
        return stamp;
    }

    private void add(Batch batch) {
        int tag = random.nextInt(TAGS.size());
        long time = ++lastTime * 1_000_000 + random.nextInt(1_000);
        byte quality = random.nextInt(9) == 0 ? Quality.uncertain(Reason.STALE) : Quality.GOOD;
        switch (table.get(tag).type()) {
            case BOOLEAN -> batch.addBoolean(tag, time, random.nextBoolean(), quality);
            case INT64 -> batch.addInt(tag, time, random.nextLong() >> random.nextInt(64), quality);
            case FLOAT64 -> batch.addDouble(tag, time, random.nextInt(900) / 10.0, quality);
            case TEXT -> batch.addText(tag, time, "state " + random.nextInt(5), quality);
        }
        if (random.nextInt(11) == 0) {
            batch.truncate(batch.size() - 1);
            batch.addBad(tag, time, Reason.COMMS_LOST);
        }
    }

    private static String text(Batch batch, int at, TagName tag, ValueType type) {
        // Not by format: there are millions.
        return tag.text()
                + " @"
                + batch.sourceTimes()[at]
                + " ("
                + batch.gatewayTime()
                + "): "
                + batch.readingAt(at, type);
    }

    void appendEvent() {
        var payload = new byte[8 + random.nextInt(32)];
        random.nextBytes(payload);
        var event = new Event(stamp(), "custom", 1, 1, payload, Map.of());
        store.appendEvent(event).ifPresent(e -> samples(StreamKind.EVENTS).add(text(e)));
    }

    private static String text(Event event) {
        return event.type() + " " + HexFormat.of().formatHex(event.payload());
    }

    void commit() throws DiskException {
        store.commit();
        wasCommitted();
    }

    void wasCommitted() {
        samples.forEach((kind, all) -> committed.put(kind, all.size()));
        newestStamp = Math.max(newestStamp, stamps.last());
    }

    private void acknowledge() throws DiskException {
        var kind = random.nextBoolean() ? StreamKind.DATA : StreamKind.EVENTS;
        var view = store.view();
        var held = view.held(kind);
        if (held.isEmpty()) {
            return;
        }
        long last = held.last().orElseThrow();
        long from = 1 + random.nextLong(last);
        var more = held.intersect(RangeSet.of(from, from + random.nextInt(5)));
        store.acknowledged(kind, view.acknowledged(kind).union(more));
        if (random.nextInt(10) == 0) {
            // The centre was restored: it holds less, and what is not here either is reported.
            store.acknowledged(kind, more);
            store.missing(kind, RangeSet.of(1, last).minus(more));
        }
    }

    /** Notes what a sender would have sent by now. */
    void show() {
        var view = store.view();
        for (var kind : StreamKind.values()) {
            for (var range : view.held(kind).ranges()) {
                for (long n = range.from(); n <= range.to(); n++) {
                    var bytes = view.read(kind, n);
                    assertThat(bytes).as("%s/%d is held", kind, n).isPresent();
                    shown.put(kind + "/" + n, BlockHash.of(bytes.orElseThrow()));
                }
            }
        }
    }

    /**
     * After a start: everything committed is there, of what waited a beginning at most, each once
     * and in order; the counters say so; the chains hold; what was shown is still the same.
     */
    void check() throws Exception {
        assertThat(store.recovery().dropped()).isEmpty();
        var view = store.view();
        long found = 0;
        for (var kind : StreamKind.values()) {
            var read = read(view, kind);
            var all = samples(kind);
            assertThat(read.size())
                    .as("%s: committed is there", kind)
                    .isGreaterThanOrEqualTo(committed(kind));
            assertThat(read).as("%s: a prefix", kind).isEqualTo(all.subList(0, read.size()));
            samples.put(kind, new ArrayList<>(read));
            found += kind == StreamKind.EVENTS ? 0 : read.size();
        }
        wasCommittedAsFound();
        var counters = view.counters();
        assertThat(counters.accepted()).as("counters are exact").isEqualTo(found);
        assertThat(counters.balanced()).as("%s", counters).isTrue();
        assertThat(counters.dropped()).isEmpty();
        shown.forEach((item, hash) -> {
            var kind = StreamKind.valueOf(item.substring(0, item.indexOf('/')));
            long n = Long.parseLong(item.substring(item.indexOf('/') + 1));
            assertThat(view.hash(kind, n)).as("%s as it was shown", item).contains(hash);
        });
    }

    /** What a reader was shown is still the same, or no longer here: never something else. */
    void assertShownAsItWas() throws DiskException {
        var view = store.view();
        for (var entry : shown.entrySet()) {
            var item = entry.getKey();
            var kind = StreamKind.valueOf(item.substring(0, item.indexOf('/')));
            long n = Long.parseLong(item.substring(item.indexOf('/') + 1));
            assertThat(n).as("%s was given", item).isLessThanOrEqualTo(view.last(kind));
            if (view.held(kind).contains(n)) {
                assertThat(view.hash(kind, n))
                        .as("%s as it was shown", item)
                        .contains(entry.getValue());
            }
        }
    }

    private void wasCommittedAsFound() {
        samples.forEach((kind, all) -> committed.put(kind, all.size()));
    }

    /** Everything of a stream, its chain checked. */
    List<String> read(StoreView view, StreamKind kind) throws Exception {
        var texts = new ArrayList<String>();
        var previous = BlockHash.NONE;
        long last = view.last(kind);
        assertThat(view.held(kind)).isEqualTo(last == 0 ? RangeSet.EMPTY : RangeSet.of(1, last));
        long ordinal = 0;
        long lastEvent = 0;
        for (long n = 1; n <= last; n++) {
            var bytes = view.read(kind, n).orElseThrow();
            if (kind == StreamKind.EVENTS) {
                var item = EventItem.decode(bytes).orElseThrow();
                assertThat(item.previous()).isEqualTo(previous);
                assertThat(item.event().time()).isGreaterThan(lastEvent);
                lastEvent = item.event().time();
                texts.add(text(item.event()));
            } else {
                var reader = BlockReader.open(bytes);
                var header = reader.header();
                assertThat(header.previous()).as("%s/%d chain", kind, n).isEqualTo(previous);
                assertThat(header.seal().firstOrdinal()).isEqualTo(ordinal);
                ordinal += header.count();
                texts.addAll(texts(reader));
            }
            previous = BlockHash.of(bytes);
        }
        return texts;
    }

    /** The samples of a block. */
    private static List<String> texts(BlockReader reader) throws Exception {
        var texts = new ArrayList<String>();
        var cursor = reader.batches();
        var batch = new Batch();
        while (cursor.next(batch)) {
            for (int i = 0; i < batch.size(); i++) {
                var series = reader.series().get(batch.tags()[i]);
                texts.add(text(batch, i, series.tag(), series.type()));
            }
        }
        return texts;
    }

    /** Everything that can be read, by stream; damaged items are left out. */
    List<String> readable(StoreView view, StreamKind kind) throws Exception {
        var texts = new ArrayList<String>();
        for (var range : view.held(kind).ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                var bytes = view.read(kind, n);
                if (bytes.isPresent() && kind == StreamKind.EVENTS) {
                    texts.add(text(EventItem.decode(bytes.get()).orElseThrow().event()));
                } else if (bytes.isPresent()) {
                    texts.addAll(texts(BlockReader.open(bytes.get())));
                }
            }
        }
        return texts;
    }
}
