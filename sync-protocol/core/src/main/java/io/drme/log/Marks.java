package io.drme.log;

import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The store's state at the last seal, kept apart from journal and log, in two files that take
 * turns: a torn write spoils one, and the other still stands.
 *
 * <p>Confined to the store's thread.
 */
final class Marks {
    private static final int MAGIC = 0x4d4d5244; // "DRMM", little endian
    private static final byte VERSION = 1;

    private final Disk disk;
    private final String directory;
    private long generation;

    /** By file and stream: the greatest number of which it tells; 0 where that is not known. */
    private final long[][] told = new long[2][StreamKind.values().length];

    /** Which of the files have a name that a power cut leaves, as far as this life knows. */
    private final boolean[] isNamed = new boolean[2];

    Marks(Disk disk, EpochId epoch) {
        this.disk = disk;
        this.directory = epoch.toString();
    }

    /**
     * A state and what goes with it.
     *
     * @param position journal position: what lies below is in blocks and events
     * @param clean whether the store was closed in order after it
     */
    record Mark(StoreState state, long position, boolean clean) {}

    /** Up to this number of a stream both files tell, whichever is damaged. */
    long floor(StreamKind kind) {
        return Math.min(told[0][kind.code() - 1], told[1][kind.code() - 1]);
    }

    private void tells(int slot, @Nullable StoreState state) {
        for (var kind : StreamKind.values()) {
            told[slot][kind.code() - 1] = state == null ? 0 : state.stream(kind).last;
        }
    }

    private String path(long slot) {
        return "%s/marks-%d".formatted(directory, slot);
    }

    /** The newest intact mark. */
    Optional<Mark> read(Quarantine quarantine) throws DiskException {
        Optional<Mark> newest = Optional.empty();
        for (int slot = 0; slot < 2; slot++) {
            if (!disk.exists(path(slot))) {
                continue;
            }
            var bytes = readAll(path(slot));
            int length = bytes.limit() < Frame.HEADER_BYTES ? -1 : bytes.getInt(4);
            boolean intact =
                    length > 0
                            && length <= bytes.limit() - Frame.HEADER_BYTES
                            && Frame.isIntact(bytes, 0, length);
            var mark = intact ? parse(bytes) : Optional.<Mark>empty();
            tells(slot, mark.map(Mark::state).orElse(null));
            if (mark.isEmpty()) {
                quarantine.note(path(slot) + ": is unfinished or damaged; the other one is used");
            } else if (bytes.getLong(8) > generation) {
                generation = bytes.getLong(8);
                newest = mark;
            }
        }
        return newest;
    }

    private ByteBuffer readAll(String path) throws DiskException {
        try (var file = disk.open(path)) {
            var bytes = Frame.buffer((int) Math.min(file.size(), Frame.MAX_PAYLOAD_BYTES));
            file.read(0, bytes);
            return bytes.flip();
        }
    }

    private static Optional<Mark> parse(ByteBuffer frame) {
        var in = frame.duplicate().order(frame.order()).position(Frame.HEADER_BYTES);
        try {
            if (in.getInt() != MAGIC || in.get() != VERSION) {
                return Optional.empty();
            }
            boolean clean = in.get() != 0;
            long position = in.getLong();
            var state = new StoreState();
            state.getFigures(in);
            state.getSets(in);
            state.getMarks(in);
            return Optional.of(new Mark(state, position, clean));
        } catch (BufferUnderflowException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Writes a mark durably, over the older of the two. */
    void write(Mark mark) throws DiskException {
        long next = generation + 1;
        int slot = (int) (next % 2);
        var path = path(slot);
        var out = Frame.buffer(Frame.sizeOf(64 + mark.state.maxBytes()));
        out.position(Frame.HEADER_BYTES);
        out.putInt(MAGIC).put(VERSION).put((byte) (mark.clean ? 1 : 0)).putLong(mark.position);
        mark.state.putFigures(out);
        mark.state.putSets(out);
        mark.state.putMarks(out);
        Frame.seal(out, 0, next);
        out.flip();
        tells(slot, null);
        boolean isThere = disk.exists(path);
        try (var file = isThere ? disk.open(path) : disk.create(path, 0, Disk.Room.RESERVED)) {
            file.write(0, out);
            file.sync();
        }
        if (!isNamed[slot]) {
            disk.syncDirectory(directory);
            isNamed[slot] = true;
        }
        generation = next;
        tells(slot, mark.state);
    }
}
