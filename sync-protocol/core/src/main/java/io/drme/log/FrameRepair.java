package io.drme.log;

import java.nio.ByteBuffer;
import java.util.function.Predicate;

/**
 * Puts right a frame in which one bit has flipped. The checksum tells which bit that would have to
 * be, as each one changes it in its own way; so it would for a part of all frames in which more is
 * wrong, and then right bytes would be made wrong. Therefore what a frame carries must have a proof
 * of its own, by another checksum: two agree on a wrong frame once in 2<sup>32</sup> tries of the
 * first, which are as many as the frame has bits.
 *
 * <p>Stale bytes of an earlier use of the file are not taken for a frame: a position is put right
 * only where the checksum, which covers it, then fits.
 */
final class FrameRepair {
    /** CRC32C, bits in reverse order. */
    private static final int POLYNOMIAL = 0x82F63B78;

    private static final int LENGTH_AT = 4;
    private static final int POSITION_AT = 8;
    private static final int LENGTH_BITS = 32;

    private FrameRepair() {}

    /** Sees to it that so many bytes from the frame's start on can be read. */
    interface Window {
        /** The bytes with the frame's start, or null where the file ends before. */
        @org.jspecify.annotations.Nullable
        ByteBuffer with(int bytes) throws DiskException;
    }

    /**
     * Looks for the one bit, and flips it back in the window.
     *
     * @param window of which position 0 is where the frame should start
     * @param position that the frame should have
     * @param proof whether a payload is what somebody wrote
     * @return the payload's length, or -1 where the frame can't be put right
     */
    static int repair(Window window, long position, Predicate<ByteBuffer> proof)
            throws DiskException {
        var head = window.with(Frame.HEADER_BYTES);
        if (head == null) {
            return -1;
        }
        long seen = head.getLong(POSITION_AT);
        int length = head.getInt(LENGTH_AT);
        int wrongBits = Long.bitCount(seen ^ position);
        if (wrongBits > 1) {
            return -1;
        }
        if (wrongBits == 1) {
            return withPosition(window, length, position, proof);
        }
        int found = withPayload(window, length, proof);
        for (int bit = 0; bit < LENGTH_BITS && found < 0; bit++) {
            found = withLength(window, length, length ^ 1 << bit, proof);
        }
        return found;
    }

    private static boolean can(int length) {
        return length > 0 && length <= Frame.MAX_PAYLOAD_BYTES;
    }

    private static int proven(ByteBuffer in, int length, Predicate<ByteBuffer> proof) {
        return proof.test(in.slice(Frame.HEADER_BYTES, length).order(in.order())) ? length : -1;
    }

    private static int withPosition(
            Window window, int length, long position, Predicate<ByteBuffer> proof)
            throws DiskException {
        var in = can(length) ? window.with(Frame.HEADER_BYTES + length) : null;
        if (in == null) {
            return -1;
        }
        in.putLong(POSITION_AT, position);
        return Frame.isIntact(in, 0, length) ? proven(in, length, proof) : -1;
    }

    private static int withLength(Window window, int seen, int length, Predicate<ByteBuffer> proof)
            throws DiskException {
        var in = can(length) ? window.with(Frame.HEADER_BYTES + length) : null;
        if (in == null) {
            return -1;
        }
        in.putInt(LENGTH_AT, length);
        int found = Frame.isIntact(in, 0, length) ? proven(in, length, proof) : -1;
        if (found < 0) {
            in.putInt(LENGTH_AT, seen);
        }
        return found;
    }

    /** The bit is in the payload, or in the checksum itself. */
    private static int withPayload(Window window, int length, Predicate<ByteBuffer> proof)
            throws DiskException {
        var in = can(length) ? window.with(Frame.HEADER_BYTES + length) : null;
        if (in == null) {
            return -1;
        }
        int difference = Frame.checksum(in, 0, length) ^ in.getInt(0);
        if (Integer.bitCount(difference) == 1) {
            return proven(in, length, proof);
        }
        int change = POLYNOMIAL;
        for (int at = Frame.HEADER_BYTES + length - 1; at >= Frame.HEADER_BYTES; at--) {
            for (int bit = 7; bit >= 0; bit--) {
                if (change == difference) {
                    in.put(at, (byte) (in.get(at) ^ 1 << bit));
                    int found = proven(in, length, proof);
                    if (found < 0) {
                        in.put(at, (byte) (in.get(at) ^ 1 << bit));
                    }
                    return found;
                }
                change = (change >>> 1) ^ ((change & 1) == 0 ? 0 : POLYNOMIAL);
            }
        }
        return -1;
    }
}
