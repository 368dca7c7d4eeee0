package io.drme.log;

import io.drme.model.EpochId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A ring of preallocated segments that takes one frame a commit. Its positions run on without end;
 * what lies below {@link #release}'s position may be overwritten.
 *
 * <p>After a failed write or sync nothing is known about the segment: {@link #abandon} leaves it as
 * it is, and the next segment begins at the position of the last commit, which takes precedence
 * over what the older one holds from there on.
 *
 * <p>Confined to the store's thread.
 */
final class Journal {
    private static final byte HEADER_KIND = 1;
    private static final int MAGIC = 0x4a4d5244; // "DRMJ", little endian
    private static final byte VERSION = 1;

    /** This part of the last free segment is kept for urgent frames. */
    private static final int KEPT_FRACTION = 4;

    /**
     * Segments beyond the ring that notes of what is dropped may take; each that holds one has made
     * room, so that few are ever needed.
     */
    private static final int MOST_SPARE = 4;

    private static final int HEADER_PAYLOAD_BYTES = 1 + 4 + 1 + 16 + 8;
    private static final int HEADER_BYTES = Frame.sizeOf(HEADER_PAYLOAD_BYTES);

    /** The header stands twice, so that one damaged bit does not cost the segment. */
    static final int FIRST_FRAME = 2 * HEADER_BYTES;

    private final Disk disk;
    private final EpochId epoch;
    private final String directory;
    private final int segmentBytes;
    private final int segments;
    private final List<Slot> slots = new ArrayList<>();
    private @Nullable Slot active;
    private ByteBuffer out = Frame.buffer(64 << 10);
    private long ordinal;
    private long end;
    private long written;
    private long synced;

    /** One file of the ring. */
    private static final class Slot {
        final String path;
        @Nullable DiskFile file;
        long ordinal;
        long base;
        long end;

        Slot(String path) {
            this.path = path;
        }

        boolean isUsed() {
            return ordinal > 0;
        }
    }

    /** Is told what a replay meets, in order of position. */
    interface Visitor {
        /** A segment begins: its first frame stands alone. */
        void segment();

        /** A frame, whose last byte is before {@code end}. */
        void frame(long position, long end, ByteBuffer payload) throws DiskException;

        /** Synced frames between two positions are gone. */
        void hole(long from, long to);
    }

    /** Opens the ring with what is there. */
    Journal(Disk disk, EpochId epoch, Sizes sizes) throws DiskException {
        this.disk = disk;
        this.epoch = epoch;
        this.directory = epoch + "/journal";
        this.segmentBytes = sizes.journalSegmentBytes();
        this.segments = sizes.journalSegments();
        for (int i = 0; i < segments || disk.exists(path(i)); i++) {
            var slot = new Slot(path(i));
            slots.add(slot);
            if (disk.exists(slot.path)) {
                slot.file = disk.open(slot.path);
                readHeader(slot, slot.file);
                ordinal = Math.max(ordinal, slot.ordinal);
            }
        }
    }

    private String path(int slot) {
        return "%s/%d.ring".formatted(directory, slot);
    }

    /** Makes the files that are not there, so that a commit never asks the disk for room. */
    void createMissing() throws DiskException {
        for (var slot : slots) {
            if (slot.file == null || slot.file.size() < segmentBytes) {
                slot.file = disk.create(slot.path, segmentBytes, Disk.Room.WRITTEN);
                slot.ordinal = 0;
            }
        }
        disk.syncDirectory(directory);
    }

    private void readHeader(Slot slot, DiskFile file) throws DiskException {
        for (int at = 0; at < FIRST_FRAME; at += HEADER_BYTES) {
            var in = Frame.buffer(HEADER_BYTES);
            if (file.read(at, in) < HEADER_BYTES) {
                return;
            }
            long position = in.getLong(8);
            boolean good =
                    Frame.lengthAt(in, 0, position) == HEADER_PAYLOAD_BYTES
                            && Frame.isIntact(in, 0, HEADER_PAYLOAD_BYTES)
                            && in.get(16) == HEADER_KIND
                            && in.getInt(17) == MAGIC
                            && in.get(21) == VERSION
                            && in.getLong(22) == epoch.high()
                            && in.getLong(30) == epoch.low();
            if (good) {
                slot.base = position - at;
                slot.ordinal = in.getLong(38);
                slot.end = Long.MAX_VALUE;
                return;
            }
        }
    }

    /**
     * Looks at all frames before any is told: up to where the journal was synced, and how far the
     * items reach that were given up.
     */
    void survey(StoreState state) throws DiskException {
        for (var slot : slots) {
            if (!slot.isUsed()) {
                continue;
            }
            new FrameScan(file(slot), slot.base, JournalFrame::isProven)
                    .run(
                            FIRST_FRAME,
                            new FrameScan.Visitor() {
                                @Override
                                public void frame(long offset, ByteBuffer payload) {
                                    synced = Math.max(synced, JournalFrame.synced(payload));
                                    JournalFrame.readTips(payload, state);
                                }

                                @Override
                                public void damage(long from, long to) {
                                    // Met again, and told, by the replay.
                                }
                            });
        }
    }

    /**
     * Tells all frames from a position on, oldest segment first, over damage; after {@link
     * #survey}. A hole that was never synced, as after a power cut, ends it.
     *
     * @param from what lies below is of no interest but as the reference of later frames
     */
    void replay(long from, Quarantine quarantine, Visitor visitor) throws DiskException {
        var used =
                slots.stream()
                        .filter(Slot::isUsed)
                        .sorted(Comparator.comparingLong(s -> s.ordinal));
        var ordered = used.toList();
        synced = Math.max(from, synced);
        long at = from;
        boolean stopped = false;
        for (int i = 0; i < ordered.size(); i++) {
            var slot = ordered.get(i);
            slot.end = precededFrom(ordered, i);
            if (stopped || slot.end <= from || slot.end <= slot.base) {
                slot.end = Math.min(slot.end, from);
                continue;
            }
            if (slot.base > at) {
                if (at >= synced) {
                    stopped = true;
                    slot.end = from;
                    continue;
                }
                visitor.hole(at, slot.base);
            }
            visitor.segment();
            var walk =
                    new Walk(slot, Math.max(at, slot.base), slot.end, synced, quarantine, visitor);
            at = walk.run();
            slot.end = at;
            stopped = walk.stopped;
        }
        end = Math.max(at, from);
        if (at < synced) {
            visitor.hole(at, synced);
            end = synced;
        }
    }

    /** From this position on a later segment takes precedence over segment {@code i}. */
    private static long precededFrom(List<Slot> ordered, int i) {
        long from = Long.MAX_VALUE;
        for (var later : ordered.subList(i + 1, ordered.size())) {
            from = Math.min(from, later.base);
        }
        return from;
    }

    private static DiskFile file(Slot slot) {
        if (slot.file == null) {
            throw new IllegalStateException("journal segment " + slot.path + " is not open");
        }
        return slot.file;
    }

    /** The second walk over one segment. */
    private static final class Walk implements FrameScan.Visitor {
        private final Slot slot;
        private final long limit;
        private final long synced;
        private final Quarantine quarantine;
        private final Visitor visitor;
        private long at;
        private boolean stopped;

        Walk(Slot slot, long at, long limit, long synced, Quarantine quarantine, Visitor visitor) {
            this.slot = slot;
            this.at = at;
            this.limit = limit;
            this.synced = synced;
            this.quarantine = quarantine;
            this.visitor = visitor;
        }

        long run() throws DiskException {
            var scan = new FrameScan(file(slot), slot.base, JournalFrame::isProven);
            scan.run(FIRST_FRAME, this);
            long offset = Math.max(at - slot.base, FIRST_FRAME);
            if (!stopped && limit == Long.MAX_VALUE && !scan.endsInOrder(offset)) {
                quarantine.note(
                        "%s: ends in unfinished or damaged bytes at %d"
                                .formatted(slot.path, offset));
            }
            return at;
        }

        @Override
        public void frame(long offset, ByteBuffer payload) throws DiskException {
            long position = slot.base + offset;
            if (!stopped && position < limit) {
                long end = position + Frame.sizeOf(payload.remaining());
                visitor.frame(position, end, payload);
                at = Math.max(at, end);
            }
        }

        @Override
        public void repaired(long offset) {
            if (!stopped && slot.base + offset < limit) {
                quarantine.note(
                        "%s: a bit of the frame at %d had flipped; it was put right, nothing is lost"
                                .formatted(slot.path, offset));
            }
        }

        @Override
        public void damage(long from, long to) {
            if (stopped || slot.base + from >= limit) {
                return;
            }
            quarantine.keep(file(slot), slot.path, from, to);
            if (slot.base + from >= synced) {
                stopped = true;
            } else {
                visitor.hole(slot.base + from, slot.base + to);
            }
        }
    }

    /** Begins to write behind what was replayed, in a segment of its own. */
    void startAt(long position) {
        end = Math.max(end, position);
        written = end;
        active = null;
    }

    /** The position behind the last frame written. */
    long written() {
        return written;
    }

    /** The position behind the last synced frame. */
    long end() {
        return end;
    }

    /**
     * Sees to it that a payload of so many bytes fits.
     *
     * @param urgent whether it may take the room that is kept for notes of what is dropped, without
     *     which a full store could make no room
     * @return whether it will be the first frame of a segment, which stands alone
     * @throws DiskException.Full when all segments are in use; sealing frees them
     */
    boolean prepare(int payloadBytes, boolean urgent) throws DiskException {
        long frameBytes = (long) Frame.sizeOf(payloadBytes) + Frame.TERMINATOR_BYTES;
        long kept = urgent || hasFreeSegment() ? 0 : segmentBytes / KEPT_FRACTION;
        if (active != null && written - active.base + frameBytes <= segmentBytes - kept) {
            return written - active.base == FIRST_FRAME;
        }
        // A bound beyond a whole segment gets one for itself; what is written is mostly far less.
        roll(urgent);
        return true;
    }

    /** Whether a segment is free beside the one in use. */
    boolean hasFreeSegment() {
        return slots.stream().anyMatch(s -> !s.isUsed());
    }

    /** Whether an urgent frame of the usual size still fits. */
    boolean hasRoomForNotes() {
        return hasFreeSegment()
                || (active != null
                        && written - active.base + segmentBytes / (2 * KEPT_FRACTION)
                                <= segmentBytes);
    }

    private void roll(boolean urgent) throws DiskException {
        var slot = slots.stream().filter(s -> !s.isUsed()).findFirst().orElse(null);
        if (slot == null && urgent && slots.size() < segments + MOST_SPARE) {
            slot = spare();
        }
        if (slot == null) {
            throw new DiskException.Full(
                    "all %d segments of the journal are in use; they wait for blocks to be sealed"
                            .formatted(slots.size()),
                    null);
        }
        if (active != null && written > end) {
            // A commit goes on in the next segment; it counts only when that is synced as well.
            file(active).sync();
        }
        slot.base = written;
        out.clear();
        ordinal++;
        putHeader(slot);
        putHeader(slot);
        file(slot).write(0, out.flip());
        slot.ordinal = ordinal;
        slot.end = Long.MAX_VALUE;
        if (active != null) {
            active.end = written;
        }
        active = slot;
        written += FIRST_FRAME;
    }

    /**
     * One more segment for a while. Where the disk failed in the last one, the room that was kept
     * in it is lost; a full store could then make no room, and without room seal no block, and so
     * never free a segment again.
     */
    private Slot spare() throws DiskException {
        var slot = new Slot(path(slots.size()));
        var file = disk.create(slot.path, segmentBytes, Disk.Room.WRITTEN);
        try {
            disk.syncDirectory(directory);
        } catch (DiskException e) {
            file.close();
            throw e;
        }
        slot.file = file;
        slots.add(slot); // only now: a file whose name is not durable holds nothing that is
        return slot;
    }

    private void putHeader(Slot slot) {
        int start = out.position();
        out.position(start + Frame.HEADER_BYTES);
        out.put(HEADER_KIND).putInt(MAGIC).put(VERSION);
        out.putLong(epoch.high()).putLong(epoch.low()).putLong(ordinal);
        Frame.seal(out, start, slot.base + start);
    }

    /** A buffer to put a payload into, for {@link #append}; at least so large. */
    ByteBuffer payload(int bytes) {
        int size = Frame.sizeOf(bytes) + Frame.TERMINATOR_BYTES;
        if (out.capacity() < size) {
            out = Frame.buffer(size);
        }
        return out.clear().position(Frame.HEADER_BYTES);
    }

    /**
     * Writes the payload that {@link #payload}'s buffer now holds, in the segment prepared for it.
     */
    void append() throws DiskException {
        if (active == null) {
            throw new IllegalStateException("no journal segment was prepared");
        }
        Frame.seal(out, 0, written);
        int frameBytes = out.position();
        out.putLong(0).putLong(0).flip();
        long offset = written - active.base;
        if (offset + out.limit() > segmentBytes) {
            throw new IllegalStateException(
                    "a frame of %d bytes does not fit into a journal segment of %d"
                            .formatted(out.limit(), segmentBytes));
        }
        file(active).write(offset, out);
        written += frameBytes;
    }

    /** Makes the frames written durable. */
    void sync() throws DiskException {
        if (active != null && written > end) {
            file(active).sync();
            end = written;
        }
    }

    /**
     * Takes back what was written and not synced: the next frame goes to another segment, from the
     * last synced position. Where nothing was written, nothing changes.
     */
    void abandon() {
        if (written > end) {
            for (var slot : slots) {
                if (slot.isUsed() && slot.base >= end) {
                    slot.ordinal = 0; // nothing in it counts
                } else if (slot == active || slot.end == Long.MAX_VALUE || slot.end > end) {
                    slot.end = end;
                }
            }
            active = null;
        }
        written = end;
    }

    /** Lets what lies below a position be overwritten, and spare segments go. */
    void release(long position) throws DiskException {
        for (var slot : slots) {
            if (slot != active && slot.isUsed() && slot.end <= position) {
                slot.ordinal = 0;
            }
        }
        while (slots.size() > segments && slots.getLast() != active && !slots.getLast().isUsed()) {
            var spare = slots.removeLast();
            file(spare).close();
            disk.delete(spare.path);
        }
    }

    long sizeBytes() {
        return slots.stream().filter(s -> s.file != null).count() * (long) segmentBytes;
    }

    void close() {
        for (var slot : slots) {
            if (slot.file != null) {
                slot.file.close();
                slot.file = null;
            }
        }
    }
}
