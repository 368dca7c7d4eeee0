package io.drme.log;

import io.drme.block.BlockHash;
import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.sync.Item;
import io.drme.sync.RangeSet;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a store held at one moment. Immutable, and safe for use from any thread: it reads through
 * handles of its own. An item that was dropped since then reads as absent, one that is damaged too.
 */
public final class StoreView {
    private final Disk disk;
    private final EpochId epoch;
    private final long bootCount;
    private final Counters counters;
    private final Origins origins;
    private final Map<StreamKind, Stream> streams = new EnumMap<>(StreamKind.class);

    private record Stream(
            long last,
            BlockHash lastHash,
            RangeSet held,
            RangeSet acknowledged,
            RangeSet reported,
            List<Segment> segments) {}

    StoreView(StoreCore core) {
        disk = core.setup.disk();
        epoch = core.epoch;
        bootCount = core.state.bootCount;
        counters = StoreFigures.counters(core);
        origins = core.origins;
        for (var kind : StreamKind.values()) {
            var state = core.state.stream(kind);
            var log = core.log(kind);
            streams.put(
                    kind,
                    new Stream(
                            state.last,
                            state.lastHash,
                            log.held(),
                            state.acknowledged,
                            state.reported,
                            log.snapshot()));
        }
    }

    private Stream stream(StreamKind kind) {
        var stream = streams.get(kind);
        if (stream == null) {
            throw new IllegalStateException("there is no stream " + kind);
        }
        return stream;
    }

    /** The epoch. */
    public EpochId epoch() {
        return epoch;
    }

    /** How often the store was opened, from 1. */
    public long bootCount() {
        return bootCount;
    }

    /** The counters of the last commit. */
    public Counters counters() {
        return counters;
    }

    /** The greatest sequence ever given, also where its item is gone; 0 where none was. */
    public long last(StreamKind kind) {
        return stream(kind).last;
    }

    /** What can be read, all of it synced. */
    public RangeSet held(StreamKind kind) {
        return stream(kind).held;
    }

    /** What receipts cover. */
    public RangeSet acknowledged(StreamKind kind) {
        return stream(kind).acknowledged;
    }

    /**
     * Of what receipts cover, what {@link Counters#acknowledged} counts: not what was given up, and
     * counted as dropped, before the receipt for it came.
     */
    public RangeSet counted(StreamKind kind) {
        return stream(kind).acknowledged.minus(stream(kind).reported);
    }

    /** The bytes of an item; nothing where it is gone or damaged, or the disk fails. */
    public Optional<byte[]> read(StreamKind kind, long sequence) {
        return found(kind, sequence).map(SegmentReader.Found::bytes);
    }

    /** What is known of an item that can be read. */
    public Optional<StoredItem> find(StreamKind kind, long sequence) {
        return found(kind, sequence).map(f -> f.head().item(f.bytes().length));
    }

    private Optional<SegmentReader.Found> found(StreamKind kind, long sequence) {
        var stream = stream(kind);
        var segment = SegmentLog.find(stream.segments, sequence);
        if (segment.isEmpty() || !stream.held.contains(sequence)) {
            return Optional.empty();
        }
        try (var file = disk.open(segment.get().path)) {
            return new SegmentReader(file, segment.get()).read(sequence);
        } catch (DiskException _) {
            return Optional.empty();
        }
    }

    /** Where an item's samples were first framed, if that was in an epoch before. */
    public Optional<Item.Origin> origin(StreamKind kind, long sequence) {
        return origins.of(kind, sequence);
    }

    /** The hash of an item that can be read, and of the stream's last one even where it is gone. */
    public Optional<BlockHash> hash(StreamKind kind, long sequence) {
        var stream = stream(kind);
        if (sequence == stream.last && sequence > 0) {
            return Optional.of(stream.lastHash);
        }
        return read(kind, sequence).map(BlockHash::of);
    }

    /**
     * Items that were held, but of which not even the heads can be read.
     *
     * @param fromNanos last moment known before them, nanoseconds since 1970
     * @param toNanos first moment known behind them
     */
    public record Unlisted(long fromSequence, long toSequence, long fromNanos, long toNanos) {}

    /**
     * What {@link #overlapping} has to leave out because its heads are damaged; where they stood in
     * time is known from their neighbours only.
     */
    public List<Unlisted> unlisted(StreamKind kind, long fromNanos, long toNanos) {
        var stream = stream(kind);
        var all = new ArrayList<Unlisted>();
        for (var segment : stream.segments) {
            if (segment.isEmpty() || segment.firstTime >= toNanos || segment.lastTime < fromNanos) {
                continue;
            }
            try (var file = disk.open(segment.path)) {
                var items = new SegmentReader(file, segment).items(segment.first(), segment.last());
                unlisted(segment, stream.held, items, all);
            } catch (DiskException _) {
                // Dropped since the view was taken: no longer history.
            }
        }
        return all;
    }

    private static void unlisted(
            Segment segment, RangeSet held, List<StoredItem> items, List<Unlisted> all) {
        long sequence = segment.first();
        long time = segment.firstTime;
        for (var item : items) {
            addUnlisted(
                    segment,
                    held,
                    new Unlisted(sequence, item.sequence() - 1, time, item.firstTime()),
                    all);
            sequence = item.sequence() + 1;
            time = item.lastTime();
        }
        addUnlisted(
                segment, held, new Unlisted(sequence, segment.last(), time, segment.lastTime), all);
    }

    private static void addUnlisted(
            Segment segment, RangeSet held, Unlisted between, List<Unlisted> all) {
        if (between.fromSequence() > between.toSequence()) {
            return;
        }
        var asked = RangeSet.of(between.fromSequence(), between.toSequence());
        if (!segment.held.intersect(held).intersect(asked).isEmpty()) {
            all.add(between);
        }
    }

    /**
     * The items that overlap a span of source time, ascending by sequence. It walks the segments
     * whose span overlaps, reading no item.
     *
     * @param fromNanos first moment, nanoseconds since 1970
     * @param toNanos the moment behind the last
     */
    public List<StoredItem> overlapping(StreamKind kind, long fromNanos, long toNanos) {
        var stream = stream(kind);
        var items = new ArrayList<StoredItem>();
        for (var segment : stream.segments) {
            if (segment.isEmpty() || segment.firstTime >= toNanos || segment.lastTime < fromNanos) {
                continue;
            }
            try (var file = disk.open(segment.path)) {
                var reader = new SegmentReader(file, segment);
                for (var item : reader.items(segment.first(), segment.last())) {
                    if (item.firstTime() < toNanos
                            && item.lastTime() >= fromNanos
                            && stream.held.contains(item.sequence())) {
                        items.add(item);
                    }
                }
            } catch (DiskException _) {
                // Dropped since the view was taken: no longer history.
            }
        }
        return items;
    }
}
