package io.drme.cloud.store;

import io.drme.block.BlockBuilder;
import io.drme.block.BlockHash;
import io.drme.block.BlockSeal;
import io.drme.log.EventItem;
import io.drme.model.Batch;
import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.Reading;
import io.drme.model.Reason;
import io.drme.model.StreamKind;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.schema.Payload;
import io.drme.schema.Payloads;
import io.drme.schema.TagCatalogue;
import io.drme.sync.ChainHash;
import io.drme.sync.Item;
import io.drme.testing.ManualClock;
import io.drme.time.Hlc;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Makes real blocks and events of one gateway from a seed, and remembers every sample, so that a
 * test can hold what the centre answers against a plain list.
 */
public final class FakeGateway {
    /** What was put into blocks, in order. */
    public record Made(
            String tag, long sourceTime, long gatewayTime, Reading reading, long sequence) {}

    private static final long SECOND = 1_000_000_000L;

    private final GatewayId id;
    private final EpochId epoch;
    private final Random random;
    private final TagTable tags;
    private final List<Made> made = new ArrayList<>();
    private final Map<StreamKind, BlockHash> lastHash = new HashMap<>();
    private final Map<StreamKind, Long> lastSequence = new HashMap<>();
    private long nowNanos = ManualClock.START_EPOCH_NANOS;
    private long ordinal;
    private int counter;
    private int group;

    public FakeGateway(String id, EpochId epoch, long seed, int tagCount) {
        this.id = new GatewayId(id);
        this.epoch = epoch;
        this.random = new Random(seed);
        var list = new ArrayList<Tag>();
        for (int i = 0; i < tagCount; i++) {
            list.add(Tag.of("device-%d/tag-%d".formatted(i % 3, i), ValueType.ofCode(1 + i % 4)));
        }
        this.tags = TagTable.EMPTY.with(list);
    }

    /** Begins where another epoch of the same gateway ended. */
    public void startAt(long epochNanos) {
        nowNanos = epochNanos;
    }

    public GatewayId id() {
        return id;
    }

    public EpochId epoch() {
        return epoch;
    }

    public TagTable tags() {
        return tags;
    }

    /** Every sample so far, in the order in which blocks hold them. */
    public List<Made> made() {
        return made;
    }

    public long nowNanos() {
        return nowNanos;
    }

    /** A block of some polls, a second apart. */
    public Item block(int polls) {
        return block(polls, polls);
    }

    /** A block within which a new configuration puts all tags into another poll group. */
    public Item blockOverReload(int pollsBefore, int pollsAfter) {
        return block(pollsBefore + pollsAfter, pollsBefore);
    }

    private Item block(int polls, int reloadAt) {
        long sequence = lastSequence.getOrDefault(StreamKind.DATA, 0L) + 1;
        try (var builder = new BlockBuilder()) {
            for (int i = 0; i < polls; i++) {
                group += i == reloadAt ? 1 : 0;
                builder.add(poll(sequence), tags);
            }
            int samples = builder.samples();
            var seal =
                    new BlockSeal(
                            id,
                            epoch,
                            StreamKind.DATA,
                            sequence,
                            ordinal,
                            lastHash.getOrDefault(StreamKind.DATA, BlockHash.NONE),
                            1,
                            1,
                            sequence);
            ordinal += samples;
            return item(StreamKind.DATA, samples, builder.seal(seal));
        }
    }

    private Batch poll(long sequence) {
        nowNanos += SECOND;
        long stamp = stamp();
        var batch = new Batch();
        batch.begin(group, stamp);
        for (int tag = 0; tag < tags.size(); tag++) {
            if (random.nextInt(4) != 0) {
                add(batch, tag);
            }
        }
        for (int i = 0; i < batch.size(); i++) {
            var tag = tags.get(batch.tags()[i]);
            made.add(
                    new Made(
                            tag.name().text(),
                            batch.sourceTimes()[i],
                            stamp,
                            batch.readingAt(i, tag.type()),
                            sequence));
        }
        return batch;
    }

    private void add(Batch batch, int tag) {
        // now and then a device's clock is late: order must not come from it
        long time = nowNanos - (random.nextInt(10) == 0 ? random.nextLong(5 * SECOND) : 0);
        if (random.nextInt(8) == 0) {
            batch.addBad(tag, time, random.nextBoolean() ? Reason.TIMEOUT : Reason.COMMS_LOST);
            return;
        }
        switch (tags.get(tag).type()) {
            case BOOLEAN -> batch.addBoolean(tag, time, random.nextBoolean(), (byte) 0);
            case INT64 -> batch.addInt(tag, time, random.nextLong(), (byte) 0);
            case FLOAT64 -> batch.addDouble(tag, time, random.nextInt(1000) / 10.0, (byte) 0);
            case TEXT -> batch.addText(tag, time, "text-" + random.nextInt(5), (byte) 0);
        }
    }

    private long stamp() {
        return Hlc.of(nowNanos / 1_000_000, counter++ % 7);
    }

    /** An event, a second after what came before. */
    public Item event(Payload payload, Map<String, String> metadata) {
        nowNanos += SECOND;
        var event = Payloads.event(stamp(), payload, metadata);
        var framed =
                new EventItem(
                        id,
                        epoch,
                        lastSequence.getOrDefault(StreamKind.EVENTS, 0L) + 1,
                        lastHash.getOrDefault(StreamKind.EVENTS, BlockHash.NONE),
                        event);
        return item(StreamKind.EVENTS, 0, framed.encode());
    }

    /** The catalogue of its tags, which also says where it stands. */
    public Item catalogue(String site, Map<String, String> labels) {
        return catalogue(site, labels, 0);
    }

    /** The same, all tags with a deadband: their averages are weighted by time. */
    public Item catalogue(String site, Map<String, String> labels, double deadband) {
        var entries = new ArrayList<TagCatalogue.Entry>();
        for (var tag : tags.tags()) {
            var device = new TagName(tag.name().text()).device();
            entries.add(
                    new TagCatalogue.Entry(
                            tag.name().text(),
                            tag.type(),
                            "Cel",
                            deadband,
                            SECOND,
                            tag.sync(),
                            "modbus",
                            device,
                            null,
                            null));
        }
        var metadata = new HashMap<String, String>();
        metadata.put("site", site);
        labels.forEach((key, value) -> metadata.put("label." + key, value));
        return event(TagCatalogue.parts(1, entries).getFirst(), metadata);
    }

    private Item item(StreamKind stream, int samples, byte[] bytes) {
        long sequence = lastSequence.merge(stream, 1L, Long::sum);
        var previous = lastHash.getOrDefault(stream, BlockHash.NONE);
        var hash = BlockHash.of(bytes);
        lastHash.put(stream, hash);
        return new Item(epoch, stream, sequence, samples, chain(previous), chain(hash), bytes);
    }

    private static ChainHash chain(BlockHash hash) {
        var bytes = ByteBuffer.allocate(BlockHash.LENGTH_BYTES);
        hash.putInto(bytes);
        return ChainHash.of(bytes.array());
    }
}
