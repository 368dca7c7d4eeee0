package io.drme.testing.independent;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.block.BlockReader;
import io.drme.log.DiskException;
import io.drme.log.DropCause;
import io.drme.log.Intake;
import io.drme.log.SmallStore;
import io.drme.log.Store;
import io.drme.log.StoreConfig;
import io.drme.log.StoreSetup;
import io.drme.log.StoreView;
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
import io.drme.testing.Seeds;
import io.drme.testing.SimulatedDisk;
import io.drme.time.HybridClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * docs/log.md and docs/events.md are enough to read the files of a store: what is on disk after a
 * commit, while the store is open as after a crash, is what the store says that it holds.
 */
class IndependentLogTest {
    private static final long ROOMY_BYTES = 64 << 20;
    private static final long TIGHT_BYTES = SmallStore.LEAST_BYTES;
    private static final TagTable TABLE =
            TagTable.EMPTY.with(
                    List.of(
                            Tag.of("press/temperature", ValueType.FLOAT64),
                            Tag.of("press/count", ValueType.INT64),
                            Tag.of("press/running", ValueType.BOOLEAN),
                            local("press/operator", ValueType.TEXT)));

    private static final TreeSet<String> MET = new TreeSet<>();

    private static Tag local(String name, ValueType type) {
        return new Tag(new TagName(name), type, "", 0, new SyncMode.Local());
    }

    /** A store that a seed drives, and what was committed to it. */
    private static final class World {
        final Random random;
        final ManualClock clock = new ManualClock();
        final SimulatedDisk disk;
        final long maxBytes;
        final List<String> samples = new ArrayList<>();
        final List<String> localSamples = new ArrayList<>();
        final List<EventBytes.Event> events = new ArrayList<>();
        Store store;
        HybridClock stamps;

        World(long seed, long maxBytes) throws DiskException {
            random = new Random(seed);
            disk = new SimulatedDisk(random);
            this.maxBytes = maxBytes;
            store = open();
            stamps = store.stamps();
        }

        Store open() throws DiskException {
            var config =
                    new StoreConfig(
                            StoreConfig.DEFAULT_DIRECTORY,
                            maxBytes,
                            Duration.ofDays(7),
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(60),
                            StoreConfig.WhenFull.THIN);
            return SmallStore.open(
                    new StoreSetup(disk, config, new GatewayId("press-line-1"), clock, random));
        }

        void step() throws DiskException {
            for (int i = random.nextInt(12); i >= 0; i--) {
                poll();
                clock.advance(Duration.ofSeconds(1));
            }
            if (random.nextInt(3) == 0) {
                appendEvent();
            }
            store.commit();
            if (random.nextInt(20) == 0) {
                store.close();
                store = open();
                stamps = store.stamps();
            }
            if (random.nextInt(4) == 0) {
                long last = store.view().last(StreamKind.DATA);
                if (last > 0) {
                    var more = RangeSet.of(1, 1 + random.nextLong(last));
                    store.acknowledged(
                            StreamKind.DATA,
                            store.view().acknowledged(StreamKind.DATA).union(more));
                }
            }
            store.sealIfDue();
            store.commit();
        }

        private void poll() {
            var batch = new Batch();
            batch.begin(0, stamps.next());
            if (random.nextInt(30) == 0) {
                batch.failed(Reason.TIMEOUT);
            }
            long time = clock.epochNanos();
            for (int tag = 0; tag < TABLE.size() && random.nextInt(30) > 0; tag++) {
                byte quality =
                        random.nextInt(9) == 0 ? Quality.uncertain(Reason.STALE) : Quality.GOOD;
                switch (TABLE.get(tag).type()) {
                    case BOOLEAN -> batch.addBoolean(tag, time, random.nextBoolean(), quality);
                    case INT64 -> batch.addInt(tag, time, random.nextLong() >> 40, quality);
                    case FLOAT64 -> batch.addDouble(tag, time, random.nextInt(900) / 10.0, quality);
                    case TEXT -> batch.addText(tag, time, "shift " + random.nextInt(3), quality);
                }
            }
            for (int i = 0; i < batch.size(); i++) {
                var tag = TABLE.get(batch.tags()[i]);
                (tag.sync().stream() == StreamKind.LOCAL ? localSamples : samples)
                        .add(sample(batch, i, tag.name().text() + ":" + tag.type()));
            }
            store.append(new Intake(batch.size() + 1, 0, 1), List.of(batch), TABLE);
        }

        private void appendEvent() {
            var payload = new byte[random.nextInt(40)];
            random.nextBytes(payload);
            var event =
                    store.appendEvent(
                                    new Event(
                                            stamps.next(),
                                            "custom",
                                            99,
                                            2,
                                            payload,
                                            Map.of("site", "acme", "by", "ü")))
                            .orElseThrow();
            events.add(of(event));
        }

        DataDirectory read() {
            var files = new HashMap<String, byte[]>();
            disk.paths().forEach(path -> files.put(path, disk.bytes(path)));
            return new DataDirectory(files);
        }
    }

    private static EventBytes.Event of(Event event) {
        return new EventBytes.Event(
                event.time(),
                event.type(),
                event.schemaId(),
                event.schemaVersion(),
                HexFormat.of().formatHex(event.payload()),
                new TreeMap<>(event.metadata()));
    }

    private static String sample(Batch batch, int at, String tag) {
        var line = new TickLine(batch.group(), batch.gatewayTime(), Quality.GOOD);
        line.add(
                tag,
                batch.sourceTimes()[at],
                batch.qualities()[at],
                batch.bits()[at],
                batch.text(at));
        return line.toString();
    }

    /** Each sample of some ticks as a line of its own. */
    private static List<String> samples(List<String> ticks) {
        var samples = new ArrayList<String>();
        for (var tick : ticks) {
            var head = tick.substring(0, tick.indexOf('!')) + "!0:";
            var rest = tick.substring(tick.indexOf(':') + 1);
            for (var one : rest.split(";", -1)) {
                if (!one.isEmpty()) {
                    samples.add(head + one + ";");
                }
            }
        }
        return samples;
    }

    private static List<String> product(byte[] block) throws Exception {
        var reader = BlockReader.open(block);
        var samples = new ArrayList<String>();
        var cursor = reader.batches();
        var batch = new Batch();
        while (cursor.next(batch)) {
            for (int i = 0; i < batch.size(); i++) {
                var series = reader.series().get(batch.tags()[i]);
                samples.add(sample(batch, i, series.tag() + ":" + series.type()));
            }
        }
        return samples;
    }

    // Nothing is dropped: so all that was put in is there, in order, in blocks and behind them in
    // the journal.
    @Test
    void whatWasCommittedIsReadFromTheFilesAlone() {
        overSeeds(
                ROOMY_BYTES,
                world -> {
                    var directory = world.read();
                    assertThat(held(directory, "data")).isEqualTo(world.samples);
                    assertThat(held(directory, "local")).isEqualTo(world.localSamples);
                    assertThat(
                                    events(directory).stream()
                                            .filter(e -> e.type().equals("custom"))
                                            .toList())
                            .isEqualTo(world.events);
                    assertThat(journalEvents(directory)).isNotEmpty();
                });
    }

    // The store is full: the oldest is thinned to envelopes, and drop events say so.
    @Test
    void whatAFullStoreHoldsIsReadFromTheFilesAlone() {
        overSeeds(
                TIGHT_BYTES,
                world -> {
                    for (int i = 0; i < 120; i++) {
                        world.step();
                    }
                    compare(world);
                });
        assertThat(MET).contains("envelopes", "drop thinned", "footer", "sets");
    }

    private interface Check {
        void run(World world) throws Exception;
    }

    private static void overSeeds(long maxBytes, Check check) {
        Seeds.of(8, 500)
                .forEach(seed -> {
                    try {
                        var world = new World(seed, maxBytes);
                        for (int i = 0; i < 60; i++) {
                            world.step();
                            if (i % 20 == 0) {
                                compare(world);
                            }
                        }
                        check.run(world);
                    } catch (Throwable e) {
                        throw new AssertionError("seed " + seed + ": " + e, e);
                    }
                });
    }

    private static List<String> held(DataDirectory directory, String stream) {
        var samples = new ArrayList<String>();
        long covers = 0;
        for (var item : directory.items(stream).values()) {
            var block = Block.read(item.bytes());
            samples.addAll(samples(block.lines()));
            covers = Math.max(covers, item.covers());
        }
        samples.addAll(tail(directory, stream, covers));
        return samples;
    }

    private static List<String> tail(DataDirectory directory, String stream, long covers) {
        var samples = new ArrayList<String>();
        for (var commit : directory.journal.commits) {
            if (commit.position() >= covers) {
                samples.addAll(samples(stream.equals("local") ? commit.local() : commit.data()));
            }
        }
        return samples;
    }

    private static List<EventBytes.Event> events(DataDirectory directory) {
        var bySequence = new TreeMap<Long, EventBytes>();
        for (var item : directory.items("events").values()) {
            bySequence.put(item.sequence(), EventBytes.read(item.bytes()));
        }
        for (var event : journalEvents(directory)) {
            bySequence.putIfAbsent(event.sequence(), event);
        }
        return bySequence.values().stream().map(EventBytes::event).toList();
    }

    private static List<EventBytes> journalEvents(DataDirectory directory) {
        return directory.journal.commits.stream().flatMap(c -> c.events().stream()).toList();
    }

    private static void compare(World world) throws Exception {
        var directory = world.read();
        var view = world.store.view();
        assertThat(directory.epoch).isEqualTo(view.epoch().toString());
        for (var kind : StreamKind.values()) {
            compareItems(directory, view, kind);
        }
        for (var kind : List.of(StreamKind.DATA, StreamKind.LOCAL)) {
            var name = kind == StreamKind.LOCAL ? "local" : "data";
            var covers =
                    directory.items(name).values().stream()
                            .mapToLong(SegmentFile.Item::covers)
                            .max();
            var mark = Objects.requireNonNull(directory.mark).streams().get(kind.code() - 1);
            var tail = world.store.tail(kind);
            assertThat(tail(directory, name, Math.max(covers.orElse(0), mark.covers())))
                    .isEqualTo(tail.isEmpty() ? List.of() : product(tail.get()));
        }
        directory.segments.forEach(IndependentLogTest::compareFooter);
        compareFigures(directory, world.store);
    }

    private static void compareItems(DataDirectory directory, StoreView view, StreamKind kind)
            throws Exception {
        var items = directory.items(kind.name().toLowerCase(java.util.Locale.ROOT));
        for (var range : view.held(kind).ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                var item = items.get(n);
                if (item == null) {
                    assertThat(kind).as("%d waits in the journal", n).isEqualTo(StreamKind.EVENTS);
                    var bytes = view.read(kind, n).orElseThrow();
                    assertThat(journalEvents(directory)).contains(EventBytes.read(bytes));
                    continue;
                }
                assertThat(item.bytes()).isEqualTo(view.read(kind, n).orElseThrow());
                var before = items.get(n - 1);
                if (kind == StreamKind.EVENTS) {
                    var event = EventBytes.read(item.bytes());
                    assertThat(event.sequence()).isEqualTo(n);
                    compareChain(before, event.previous());
                    if (event.event().type().equals("drop")) {
                        MET.add("drop " + EventBytes.drop(event.event()).cause());
                    }
                } else {
                    compareBlock(item, before);
                }
            }
        }
    }

    private static void compareBlock(SegmentFile.Item item, SegmentFile.@Nullable Item before)
            throws Exception {
        var block = Block.read(item.bytes());
        assertThat(samples(block.lines())).isEqualTo(product(item.bytes()));
        assertThat(block.header.sequence()).isEqualTo(item.sequence());
        assertThat(block.header.firstOrdinal()).isEqualTo(item.ordinal());
        assertThat(block.header.count()).isEqualTo(item.samples());
        compareChain(before, block.header.previous());
        var envelope =
                Optional.ofNullable(BlockReader.open(item.bytes()).header().seal().envelope());
        assertThat(block.header.envelopes())
                .isEqualTo(
                        envelope.map(e ->
                                        List.of(
                                                e.fromSequence(),
                                                e.toSequence(),
                                                e.samples(),
                                                e.intervalNanos()))
                                .orElse(List.of()));
        if (envelope.isPresent()) {
            MET.add("envelopes");
        }
    }

    private static void compareChain(SegmentFile.@Nullable Item before, String previous) {
        if (before != null) {
            assertThat(previous).isEqualTo(Block.hash(before.bytes()));
        }
    }

    private static void compareFooter(SegmentFile segment) {
        var footer = segment.footer;
        if (footer == null || segment.items.isEmpty()) {
            return;
        }
        MET.add("footer");
        var last = segment.items.getLast();
        assertThat(footer.samples())
                .isEqualTo(segment.items.stream().mapToLong(SegmentFile.Item::samples).sum());
        assertThat(footer.lastHash()).isEqualTo(Block.hash(last.bytes()));
        assertThat(footer.endOrdinal()).isEqualTo(last.ordinal() + last.samples());
        assertThat(footer.lastTime())
                .isEqualTo(
                        segment.items.stream()
                                .map(SegmentFile.Item::lastTime)
                                .max(Comparator.naturalOrder())
                                .orElseThrow());
        var held =
                segment.items.stream()
                        .map(i -> Long.toString(i.sequence()))
                        .collect(Collectors.joining(","));
        assertThat(footer.held().toString()).isEqualTo(RangeSet.parse(held).toString());
        footer.index()
                .forEach((sequence, offset) ->
                        assertThat(segment.items)
                                .anyMatch(i -> i.sequence() == sequence && i.offset() == offset));
    }

    private static void compareFigures(DataDirectory directory, Store store) {
        var newest =
                directory.journal.commits.isEmpty()
                        ? Objects.requireNonNull(directory.mark).figures()
                        : directory.journal.commits.getLast().figures();
        var counters = store.counters();
        assertThat(newest.read()).isEqualTo(counters.read());
        assertThat(newest.filtered()).isEqualTo(counters.filtered());
        assertThat(newest.acceptedData() + newest.acceptedLocal()).isEqualTo(counters.accepted());
        assertThat(newest.bootCount()).isEqualTo(store.view().bootCount());
        assertThat(newest.acknowledged()).isEqualTo(counters.acknowledged());
        for (var cause : DropCause.values()) {
            long dropped =
                    newest.droppedData().getOrDefault(cause.code(), 0L)
                            + newest.droppedLocal().getOrDefault(cause.code(), 0L);
            assertThat(dropped).isEqualTo(counters.dropped().getOrDefault(cause, 0L));
        }
        Optional<List<StoreSets>> sets =
                directory.journal.commits.stream()
                        .map(JournalFiles.Commit::sets)
                        .filter(Objects::nonNull)
                        .reduce((_, later) -> later);
        if (sets.isPresent()) {
            MET.add("sets");
            assertThat(sets.get().get(StreamKind.DATA.code() - 1).acknowledged().toString())
                    .isEqualTo(store.view().acknowledged(StreamKind.DATA).toString());
        }
    }
}
