package io.drme.log;

import java.nio.ByteBuffer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Walks the frames of a file from an offset on, over damage: behind a frame that is not intact it
 * looks at every aligned offset for the next one whose position and checksum fit.
 *
 * <p>Memory is bounded by a window, and by the longest frame.
 */
final class FrameScan {
    private static final int WINDOW_BYTES = 256 << 10;

    /** Is told what the scan meets, in the order of the file. */
    interface Visitor {
        /**
         * An intact frame.
         *
         * @param offset where it begins
         * @param payload valid until this returns, little endian
         */
        void frame(long offset, ByteBuffer payload) throws DiskException;

        /**
         * Bytes between intact frames that are none.
         *
         * @param from first offset
         * @param to offset behind the last
         */
        void damage(long from, long to) throws DiskException;

        /** A frame in which a bit had flipped was put right, and is told next. */
        default void repaired(long offset) {}
    }

    private final DiskFile file;
    private final long base;
    private final @Nullable Predicate<ByteBuffer> proof;
    private final long limit;
    private ByteBuffer window = Frame.buffer(WINDOW_BYTES).limit(0);
    private long windowStart;

    /**
     * Prepares a scan.
     *
     * @param base position of the file's first byte
     */
    FrameScan(DiskFile file, long base) throws DiskException {
        this(file, base, null);
    }

    /**
     * Prepares a scan that puts single flipped bits right.
     *
     * @param proof whether a payload is what somebody wrote; see {@link FrameRepair}
     */
    FrameScan(DiskFile file, long base, @Nullable Predicate<ByteBuffer> proof)
            throws DiskException {
        this.file = file;
        this.base = base;
        this.proof = proof;
        this.limit = file.size();
    }

    /**
     * Walks the file.
     *
     * @return where the frames end: behind the last intact one
     */
    long run(long from, Visitor visitor) throws DiskException {
        long end = from;
        long at = from;
        while (at + Frame.HEADER_BYTES <= limit) {
            int length = intactAt(at);
            if (length < 0 && at == end && proof != null) {
                // Only where a frame should stand: elsewhere nothing tells that there was one.
                length = repairedAt(at, proof);
                if (length >= 0) {
                    visitor.repaired(at);
                }
            }
            if (length < 0) {
                at += Frame.ALIGNMENT;
                continue;
            }
            if (at > end) {
                visitor.damage(end, at);
            }
            int start = (int) (at - windowStart) + Frame.HEADER_BYTES;
            visitor.frame(at, window.slice(start, length).order(window.order()));
            at += Frame.sizeOf(length);
            end = at;
        }
        return end;
    }

    private int repairedAt(long at, Predicate<ByteBuffer> proves) throws DiskException {
        return FrameRepair.repair(
                bytes -> {
                    if (!load(at, bytes)) {
                        return null;
                    }
                    int start = (int) (at - windowStart);
                    return window.slice(start, bytes).order(window.order());
                },
                base + at,
                proves);
    }

    /** The payload's length of the intact frame at an offset, or -1. */
    private int intactAt(long at) throws DiskException {
        if (!load(at, Frame.HEADER_BYTES)) {
            return -1;
        }
        int length = Frame.lengthAt(window, (int) (at - windowStart), base + at);
        if (length < 0 || !load(at, Frame.HEADER_BYTES + length)) {
            return -1;
        }
        return Frame.isIntact(window, (int) (at - windowStart), length) ? length : -1;
    }

    /** Sees to it that these bytes are in the window; false where the file ends before. */
    private boolean load(long at, int bytes) throws DiskException {
        if (at >= windowStart && at + bytes <= windowStart + window.limit()) {
            return true;
        }
        if (at + bytes > limit) {
            return false;
        }
        if (bytes > window.capacity()) {
            window = Frame.buffer(Math.max(bytes, WINDOW_BYTES));
        }
        window.clear();
        window.limit((int) Math.min(window.capacity(), limit - at));
        int read = file.read(at, window);
        window.position(0).limit(read);
        windowStart = at;
        return bytes <= read;
    }

    /** Whether nothing but zeros stands where the next frame would begin. */
    boolean endsInOrder(long end) throws DiskException {
        int bytes = (int) Math.min(Frame.TERMINATOR_BYTES, limit - end);
        var tail = ByteBuffer.allocate(Math.max(bytes, 0));
        file.read(end, tail);
        for (byte b : tail.array()) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }
}
