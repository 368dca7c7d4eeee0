package io.drme.cloud.job;

import io.drme.block.BlockBuilder;
import io.drme.block.BlockHash;
import io.drme.block.BlockSeal;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.FleetRows.FleetKey;
import io.drme.cloud.store.FleetStore;
import io.drme.cloud.store.FleetStore.Chunk;
import io.drme.cloud.store.FleetStore.ResultBlock;
import io.drme.config.Problems;
import io.drme.model.Batch;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.model.SyncMode;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.stream.PipelineConfig;
import io.drme.stream.Pipelines;
import io.drme.stream.Snapshot;
import io.drme.time.Hlc;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The engine over one key of a fleet pipeline, chunk after chunk of source time, as a gateway's
 * over its own time: what is there of a chunk in the order of time, and a tick every second. What
 * comes of a chunk depends on the state at its begin and on its samples alone.
 *
 * <p>A tag takes part from the chunk on in which it has its first sample. Confined to its owner.
 */
final class KeyRun {
    /** Tells of tags what their gateways' catalogues say. */
    @FunctionalInterface
    interface Catalogue {
        /** A tag by its full name; its type is not used. */
        Tag of(String name) throws DatabaseException;
    }

    private static final int MAGIC = 0x44464B31; // "DFK1"
    private static final long TICK_NANOS = 1_000_000_000L;
    private static final int NANOS_A_MILLI = 1_000_000;
    private static final int GROUP = 1;

    private final FleetKey key;
    private final long every;
    private final PipelineConfig config;
    private final Catalogue described;
    private final TreeMap<String, Tag> tags = new TreeMap<>();

    /** Tags that do not fit into the pipeline, and why. */
    private final TreeMap<String, String> leftOut = new TreeMap<>();

    private Pipelines pipelines;
    private TagTable results = TagTable.EMPTY;
    private boolean[] isNamed = {};
    private final Map<String, Integer> indexes = new HashMap<>();
    private final Batch in = new Batch();
    private final Batch derived = new Batch();
    private final Batch named = new Batch();
    private long stamp;
    private boolean isTold;

    /** The newest chunk that had too many samples; empty where none had. */
    private String skipped = "";

    /**
     * Begins without state.
     *
     * @param every length of chunks, nanoseconds
     * @param described tells units and deadbands
     */
    KeyRun(FleetKey key, long every, PipelineConfig config, Catalogue described) {
        this.key = key;
        this.every = every;
        this.config = config;
        this.described = described;
        this.pipelines = compiled(tags.values(), new Problems());
        name();
    }

    private Pipelines compiled(Collection<Tag> sources, Problems problems) {
        var names = sources.stream().map(Tag::name).toList();
        return Pipelines.compile(
                List.of(config),
                TagTable.EMPTY.with(sources),
                names,
                problems,
                (_, _, _, _) -> {
                    // it may come with a later block
                });
    }

    /** Goes on from a state. */
    void restore(byte[] state) {
        var body = Snapshot.open(MAGIC, state);
        if (body.isEmpty()) {
            throw new IllegalStateException(
                    "the state of %s is damaged or of another release".formatted(key));
        }
        tags.clear();
        try (var bytes = body.get()) {
            readTags(bytes);
            pipelines = compiled(tags.values(), new Problems());
            pipelines.restore(bytes.readNBytes(bytes.readInt()));
        } catch (IOException e) {
            throw new UncheckedIOException("the state of " + key + " can't be read", e);
        }
        name();
    }

    private void readTags(DataInputStream bytes) throws IOException {
        for (int left = bytes.readInt(); left > 0; left--) {
            var name = bytes.readUTF();
            var type = ValueType.ofCode(bytes.readByte());
            var unit = bytes.readUTF();
            tags.put(
                    name,
                    new Tag(new TagName(name), type, unit, bytes.readDouble(), new SyncMode.Raw()));
        }
    }

    /** The state after the last chunk, the same bytes for the same state. */
    byte[] state() {
        return Snapshot.seal(MAGIC, this::write);
    }

    private void write(DataOutputStream out) throws IOException {
        out.writeInt(tags.size());
        for (var tag : tags.values()) {
            out.writeUTF(tag.name().text());
            out.writeByte(tag.type().code());
            out.writeUTF(tag.unit());
            out.writeDouble(tag.deadband());
        }
        var snapshot = pipelines.snapshot();
        out.writeInt(snapshot.length);
        out.write(snapshot);
    }

    /** What is left out and why; empty while all is well. */
    String trouble() {
        return leftOut.isEmpty() || !skipped.isEmpty()
                ? skipped
                : "%d of %d tags are left out, such as %s: %s"
                        .formatted(
                                leftOut.size(),
                                leftOut.size() + tags.size(),
                                leftOut.firstKey(),
                                leftOut.firstEntry().getValue());
    }

    /**
     * All tags that results may have, by their names below {@link FleetStore#GATEWAY}; none where
     * they were {@link #told}.
     */
    List<Tag> addedResults() {
        var found = new ArrayList<Tag>();
        for (int i = 0; i < isNamed.length && !isTold; i++) {
            if (isNamed[i]) {
                found.add(results.get(i));
            }
        }
        return found;
    }

    /** Says that the catalogue has the tags of results. */
    void told() {
        isTold = true;
    }

    /** Runs a chunk and gives what comes of it. */
    Chunk run(ChunkSamples samples) throws DatabaseException {
        if (samples.isTooMany()) {
            skipped =
                    "the chunk of %s has more samples than fit into memory (%d) and counts as empty; let the pipeline read fewer tags, compute by site or gateway, or make jobs.every shorter"
                            .formatted(Instant.ofEpochSecond(0, samples.from()), ChunkSamples.MOST);
        }
        var sorted = samples.sorted();
        admit(sorted);
        stamp = 0;
        try (var builder = new BlockBuilder()) {
            var blocks = new Blocks(builder, samples.from());
            int at = 0;
            for (long tick = samples.from(); tick < samples.until(); ) {
                tick = Math.min(tick + TICK_NANOS, samples.until());
                while (at < sorted.size() && sorted.get(at).time() < tick) {
                    at = moment(sorted, at, blocks);
                }
                derived.begin(0, stamp(tick));
                pipelines.tick(tick, derived);
                blocks.take(named());
            }
            blocks.seal();
            return new Chunk(
                    samples.from(),
                    samples.until(),
                    blocks.firstSequence(),
                    List.copyOf(blocks.sealed),
                    state());
        }
    }

    /** All samples of one time are one batch. */
    private int moment(List<ChunkSamples.One> sorted, int from, Blocks blocks) {
        long time = sorted.get(from).time();
        long at = stamp(time);
        in.begin(GROUP, at);
        int next = from;
        while (next < sorted.size() && sorted.get(next).time() == time) {
            add(sorted.get(next++));
        }
        derived.begin(0, at);
        pipelines.process(in, derived);
        blocks.take(named());
        return next;
    }

    private void add(ChunkSamples.One sample) {
        var index = indexes.get(sample.tag());
        if (index == null || pipelines.table().type(index) != sample.type()) {
            return;
        }
        if (sample.text() == null) {
            in.add(index, sample.time(), sample.bits(), sample.quality());
        } else {
            in.addText(index, sample.time(), sample.text(), sample.quality());
        }
    }

    /** Stamps are as unique and in order as those of a gateway. */
    private long stamp(long nanos) {
        stamp = Math.max(Hlc.of(Math.floorDiv(nanos, NANOS_A_MILLI), 0), stamp + 1);
        return stamp;
    }

    /** What was derived, less what can't be named. */
    private Batch named() {
        named.begin(0, derived.gatewayTime());
        for (int i = 0; i < derived.size(); i++) {
            if (isNamed[derived.tags()[i]]) {
                named.addFrom(derived, i);
            }
        }
        return named;
    }

    /** Takes tags in that are here for the first time, or with another type. */
    private void admit(List<ChunkSamples.One> sorted) throws DatabaseException {
        var added = new HashMap<String, Tag>();
        for (var one : sorted) {
            var known = tags.get(one.tag());
            if (known == null || known.type() != one.type()) {
                var tag = described.of(one.tag());
                added.put(
                        one.tag(),
                        new Tag(tag.name(), one.type(), tag.unit(), tag.deadband(), tag.sync()));
            }
        }
        if (added.isEmpty()) {
            return;
        }
        var before = pipelines.snapshot();
        leftOut.keySet().removeAll(added.keySet());
        takeIn(List.copyOf(new TreeMap<>(added).values()));
        pipelines = compiled(tags.values(), new Problems());
        pipelines.restore(before);
        name();
    }

    /** Takes all that fit together; what does not is found by halves. */
    private void takeIn(List<Tag> added) {
        var all = new TreeMap<>(tags);
        added.forEach(tag -> all.put(tag.name().text(), tag));
        var problems = new Problems();
        var _ = compiled(all.values(), problems);
        if (problems.none()) {
            tags.putAll(all);
        } else if (added.size() == 1) {
            var name = added.getFirst().name().text();
            tags.remove(name);
            leftOut.put(name, problems.list().getFirst().message());
        } else {
            int half = added.size() / 2;
            takeIn(added.subList(0, half));
            takeIn(added.subList(half, added.size()));
        }
    }

    /** Gives results the names under which they are found. */
    private void name() {
        var table = pipelines.table();
        var present = pipelines.present();
        isNamed = new boolean[table.size()];
        isTold = false;
        indexes.clear();
        var all = new ArrayList<Tag>();
        for (int i = 0; i < table.size(); i++) {
            var tag = table.get(i);
            var source = tag.name().text();
            if (tags.containsKey(source)) {
                indexes.put(source, i);
                all.add(Tag.of("source/" + i, tag.type()));
                continue;
            }
            var name = Reads.prefix(key) + source;
            isNamed[i] = present.get(i) && TagName.isValid(name);
            if (!isNamed[i]) {
                leftOut.put(name, "is no name of a tag: at most 128 of a-z 0-9 - _ . /");
            }
            var shown = isNamed[i] ? new TagName(name) : new TagName("unnamed/" + i);
            all.add(new Tag(shown, tag.type(), tag.unit(), 0, new SyncMode.Raw()));
        }
        results = TagTable.EMPTY.with(all);
    }

    /** Seals results into blocks. */
    private final class Blocks {
        private final BlockBuilder builder;
        private final long chunk;
        private final List<ResultBlock> sealed = new ArrayList<>();

        Blocks(BlockBuilder builder, long chunk) {
            this.builder = builder;
            this.chunk = chunk;
        }

        /** From 1, as 1970 is no time of a sample. */
        long firstSequence() {
            return Math.floorDiv(chunk, every) * FleetStore.MOST_BLOCKS + 1;
        }

        void take(Batch batch) {
            if (batch.size() == 0) {
                return;
            }
            if (!builder.hasRoomFor(batch)) {
                seal();
            }
            builder.add(batch, results);
        }

        void seal() {
            if (builder.isEmpty()) {
                return;
            }
            if (sealed.size() == FleetStore.MOST_BLOCKS) {
                builder.clear();
                leftOut.put("(results)", "a chunk has more than a thousand blocks of results");
                return;
            }
            long sequence = firstSequence() + sealed.size();
            int samples = builder.samples();
            var seal =
                    new BlockSeal(
                            new GatewayId(FleetStore.GATEWAY),
                            FleetStore.epochOf(key, every),
                            StreamKind.DATA,
                            sequence,
                            0,
                            BlockHash.NONE,
                            1,
                            1,
                            0);
            sealed.add(new ResultBlock(sequence, samples, builder.seal(seal)));
        }
    }
}
