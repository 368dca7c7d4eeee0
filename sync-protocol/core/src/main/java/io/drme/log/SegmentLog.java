package io.drme.log;

import io.drme.block.BlockHash;
import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.sync.RangeSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The items of one stream, in append-only segments: numbered, framed, never changed, deleted a
 * segment at a time.
 *
 * <p>An item is durable when the {@link #sync} after its {@link #append} returns. What is not
 * synced stays in memory as well: after a failed write or sync nothing is known about the file, so
 * it is left as it is, and the items are written anew into the next segment, whose first number
 * takes precedence over what an older segment holds from that number on.
 *
 * <p>A life never appends to a segment of the life before. Confined to the store's thread.
 */
final class SegmentLog {
    private final Disk disk;
    private final StreamKind stream;
    private final EpochId epoch;
    private final String directory;
    private final int segmentBytes;
    private final SpaceKeeper space;

    private final List<Segment> segments;
    private final List<Waiting> unsynced = new ArrayList<>();
    private @Nullable DiskFile tailFile;
    private boolean rewrite;
    private long nextNumber = 1;
    private long nextBase;
    private ByteBuffer buffer = Frame.buffer(64 << 10);
    private long bytesWritten;

    /** An item in memory until it is synced. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    private record Waiting(ItemHead head, byte[] item, BlockHash hash) {}

    /** Takes over recovered segments, ascending; see {@link SegmentRecovery}. */
    SegmentLog(
            Disk disk,
            StreamKind stream,
            EpochId epoch,
            int segmentBytes,
            SpaceKeeper space,
            List<Segment> recovered) {
        this.disk = disk;
        this.stream = stream;
        this.epoch = epoch;
        this.directory = directory(epoch, stream);
        this.segmentBytes = segmentBytes;
        this.space = space;
        this.segments = new ArrayList<>(recovered);
    }

    static String directory(EpochId epoch, StreamKind stream) {
        return epoch + "/" + stream.text();
    }

    /**
     * Adds an item. Where it can't be written now, it waits in memory for {@link #sync}, which
     * tells.
     */
    void append(ItemHead head, byte[] item) {
        var waiting = new Waiting(head, item, BlockHash.of(item));
        if (!rewrite) {
            try {
                write(waiting);
            } catch (DiskException _) {
                rewrite = true;
            }
        }
        unsynced.add(waiting);
    }

    /** Makes all items durable; does nothing where they are. */
    void sync() throws DiskException {
        if (unsynced.isEmpty()) {
            return;
        }
        if (rewrite) {
            writeAnew();
        }
        try {
            if (tailFile != null) {
                tailFile.sync();
            }
        } catch (DiskException e) {
            rewrite = true;
            throw e;
        }
        unsynced.clear();
    }

    /** How many bytes wait in memory to be synced. */
    long unsyncedBytes() {
        return unsynced.stream().mapToLong(w -> w.item.length).sum();
    }

    boolean isSynced() {
        return unsynced.isEmpty();
    }

    /** Numbers of items that wait to be synced: not held for certain, and not gone either. */
    RangeSet waiting() {
        return unsynced.isEmpty()
                ? RangeSet.EMPTY
                : RangeSet.of(
                        unsynced.getFirst().head.sequence(), unsynced.getLast().head.sequence());
    }

    private void writeAnew() throws DiskException {
        abandonTail();
        var again = List.copyOf(unsynced);
        unsynced.clear();
        for (int i = 0; i < again.size(); i++) {
            try {
                write(again.get(i));
            } catch (DiskException e) {
                unsynced.addAll(again.subList(i, again.size()));
                throw e;
            }
            unsynced.add(again.get(i));
        }
        rewrite = false;
    }

    /** Leaves the tail as it is, but for the items that are not known to be in it. */
    private void abandonTail() throws DiskException {
        if (tailFile == null) {
            return;
        }
        tailFile.close();
        tailFile = null;
        var tail = segments.getLast();
        long from = unsynced.getFirst().head.sequence();
        long lost =
                unsynced.stream()
                        .filter(w -> tail.held.contains(w.head.sequence()))
                        .mapToLong(w -> w.head.samples())
                        .sum();
        tail.cut(from, tail.end, lost);
        if (tail.isEmpty()) {
            segments.removeLast();
            disk.delete(tail.path);
        }
    }

    private void write(Waiting waiting) throws DiskException {
        int frameBytes = Frame.sizeOf(ItemHead.BYTES + waiting.item.length);
        if (tailFile == null || !fits(segments.getLast(), frameBytes)) {
            roll(frameBytes);
        }
        var tail = segments.getLast();
        var out = cleared(frameBytes + Frame.TERMINATOR_BYTES);
        waiting.head.putInto(out, 0, tail.base + tail.end, waiting.item.length);
        out.put(waiting.item);
        Frame.seal(out, 0, tail.base + tail.end);
        out.putLong(0).putLong(0).flip();
        file().write(tail.end, out);
        bytesWritten += out.limit();
        tail.note(waiting.head, tail.end, tail.end + frameBytes, waiting.hash);
    }

    private static boolean fits(Segment tail, int frameBytes) {
        long needed = tail.end + frameBytes + Frame.TERMINATOR_BYTES + tail.footerBytes();
        return needed <= tail.fileBytes;
    }

    private DiskFile file() {
        if (tailFile == null) {
            throw new IllegalStateException("no tail segment is open");
        }
        return tailFile;
    }

    private ByteBuffer cleared(int bytes) {
        if (buffer.capacity() < bytes) {
            buffer = Frame.buffer(bytes);
        }
        return buffer.clear();
    }

    /** Ends the tail and begins a segment with room for a frame of this size. */
    private void roll(int frameBytes) throws DiskException {
        endTail();
        long number = segments.isEmpty() ? nextNumber : segments.getLast().number + 1;
        long base = segments.isEmpty() ? nextBase : endOf(segments.getLast());
        var segment =
                new Segment(directory, Math.max(number, nextNumber), Math.max(base, nextBase));
        long room =
                Math.max(
                        segmentBytes,
                        Segment.HEADER_BYTES
                                + frameBytes
                                + Frame.TERMINATOR_BYTES
                                + 2L * segment.footerBytes());
        space.admit(room);
        var file = create(segment, room);
        try {
            file.write(0, segment.header(stream, epoch));
            disk.syncDirectory(directory);
        } catch (DiskException e) {
            file.close();
            disk.delete(segment.path);
            throw e;
        } finally {
            nextNumber = segment.number + 1;
            nextBase = segment.base + room;
        }
        segment.fileBytes = room;
        segments.add(segment);
        tailFile = file;
    }

    private static long endOf(Segment segment) {
        return segment.base + Math.max(segment.fileBytes, segment.end);
    }

    private DiskFile create(Segment segment, long room) throws DiskException {
        while (true) {
            try {
                return disk.create(segment.path, room, Disk.Room.RESERVED);
            } catch (DiskException.Full e) {
                if (!space.makeRoom()) {
                    throw e;
                }
            }
        }
    }

    /** Seals the tail with its footer, so that recovery need not scan it. */
    void endTail() throws DiskException {
        if (tailFile == null) {
            return;
        }
        var tail = segments.getLast();
        var footer = tail.footer();
        long size = tail.end + footer.limit();
        tailFile.write(tail.end, footer);
        tailFile.truncate(size);
        tailFile.sync();
        unsynced.clear();
        tailFile.close();
        tailFile = null;
        tail.fileBytes = size;
        tail.hasFooter = true;
    }

    /** The segments as of now, for readers of other threads. */
    List<Segment> snapshot() {
        var list = new ArrayList<Segment>(segments.size());
        for (var segment : segments) {
            if (!segment.givenUp) {
                list.add(tail().filter(t -> t == segment).map(Segment::copy).orElse(segment));
            }
        }
        return list;
    }

    /** The segments, ascending; the live list. */
    List<Segment> segments() {
        return segments;
    }

    /** The segment that items go to, if one is open. */
    Optional<Segment> tail() {
        return tailFile == null ? Optional.empty() : Optional.of(segments.getLast());
    }

    /** Deletes a segment that is not the tail. */
    void delete(Segment segment) throws DiskException {
        nextNumber = Math.max(nextNumber, segments.getLast().number + 1);
        nextBase = Math.max(nextBase, endOf(segments.getLast()));
        segments.remove(segment);
        disk.delete(segment.path);
        disk.syncDirectory(directory);
    }

    /** What is in the files: on {@code events} also what only the journal makes durable yet. */
    RangeSet held() {
        var held = RangeSet.EMPTY;
        for (var segment : segments) {
            held = segment.givenUp ? held : held.union(segment.held);
        }
        if (stream != StreamKind.EVENTS && !unsynced.isEmpty()) {
            long from = unsynced.getFirst().head.sequence();
            held = held.minus(RangeSet.of(from, Long.MAX_VALUE - 1));
        }
        return held;
    }

    /** The segment that holds an item. */
    Optional<Segment> segmentOf(long sequence) {
        return find(segments, sequence);
    }

    static Optional<Segment> find(List<Segment> segments, long sequence) {
        int low = 0;
        int high = segments.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            var segment = segments.get(middle);
            if (segment.isEmpty() || sequence > segment.last()) {
                low = middle + 1;
            } else if (sequence < segment.first()) {
                high = middle - 1;
            } else {
                return segment.held.contains(sequence) ? Optional.of(segment) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** Reads an item; nothing where it is not held, or found damaged. */
    Optional<SegmentReader.Found> read(long sequence) throws DiskException {
        var segment = segmentOf(sequence);
        if (segment.isEmpty()) {
            return Optional.empty();
        }
        try (var file = disk.open(segment.get().path)) {
            return new SegmentReader(file, segment.get()).read(sequence);
        }
    }

    /** The items held with these numbers, without their bytes. */
    List<StoredItem> items(RangeSet wanted) throws DiskException {
        var items = new ArrayList<StoredItem>();
        for (var segment : segments) {
            var here = segment.held.intersect(wanted);
            if (here.isEmpty()) {
                continue;
            }
            try (var file = disk.open(segment.path)) {
                var reader = new SegmentReader(file, segment);
                for (var range : here.ranges()) {
                    items.addAll(reader.items(range.from(), range.to()));
                }
            }
        }
        return items;
    }

    /** How far the stream reaches with an item that is held. */
    StreamTip tip(Segment segment, long sequence) throws DiskException {
        if (sequence == segment.lastItem) {
            return new StreamTip(sequence, segment.lastHash, segment.endOrdinal, segment.covers);
        }
        return read(sequence)
                .map(SegmentReader.Found::tip)
                .orElseGet(() -> new StreamTip(sequence, BlockHash.NONE, 0, 0));
    }

    /** How many samples the items held with these numbers have. */
    long samplesIn(RangeSet wanted) throws DiskException {
        long samples = 0;
        var partial = RangeSet.EMPTY;
        for (var segment : segments) {
            var here = segment.held.intersect(wanted);
            if (here.equals(segment.held)) {
                samples += segment.samples;
            } else {
                partial = partial.union(here);
            }
        }
        for (var item : items(partial)) {
            samples += item.samples();
        }
        return samples;
    }

    /** Notes that an item was found damaged and is held no more. */
    void forget(long sequence, int samples) {
        var segment = segmentOf(sequence);
        if (segment.isPresent()) {
            // Views share segments that are complete, so a changed one takes its place.
            boolean isTail = tail().equals(segment);
            var changed = isTail ? segment.get() : segment.get().copy();
            changed.held = changed.held.minus(RangeSet.of(sequence, sequence));
            changed.samples -= samples;
            segments.set(segments.indexOf(segment.get()), changed);
        }
    }

    /**
     * Forgets items that are given up for good, while others of their segments stay; a segment of
     * which nothing is left is deleted.
     */
    void trim(RangeSet gone) throws DiskException {
        for (var segment : List.copyOf(segments)) {
            var here = segment.held.intersect(gone);
            if (here.isEmpty()) {
                continue;
            }
            if (here.equals(segment.held)) {
                delete(segment);
                continue;
            }
            var changed = segment.copy(); // views share the other one
            changed.samples -= samplesIn(here);
            changed.held = segment.held.minus(here);
            segments.set(segments.indexOf(segment), changed);
        }
    }

    /** How many bytes the files take. */
    long sizeBytes() {
        return segments.stream().mapToLong(s -> s.fileBytes).sum();
    }

    /** How many bytes were written in this life, frames and terminators. */
    long bytesWritten() {
        return bytesWritten;
    }

    /** Closes the file, syncing nothing. */
    void abandon() {
        if (tailFile != null) {
            tailFile.close();
            tailFile = null;
        }
    }
}
