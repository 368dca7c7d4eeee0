package io.drme.log;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The envelope of everything the log writes, little endian:
 *
 * <pre>
 * 0  u32  CRC32C of all that follows, up to the payload's end
 * 4  u32  length of the payload, at least 1
 * 8  u64  position: base of the file plus offset of the frame
 * 16      payload, then zeros up to a multiple of 8
 * </pre>
 *
 * <p>The position tells a frame from stale bytes of an earlier use of the same file and from a copy
 * that went astray. Behind the last frame stand {@link #TERMINATOR_BYTES} zeros, which the next one
 * overwrites: anything else there is a frame that was torn, or damaged.
 */
final class Frame {
    /** What stands before the payload. */
    static final int HEADER_BYTES = 16;

    /** Zeros behind the last frame. */
    static final int TERMINATOR_BYTES = 16;

    /** Frames begin at multiples of this. */
    static final int ALIGNMENT = 8;

    /** The longest payload that a reader takes memory for. */
    static final int MAX_PAYLOAD_BYTES = 9 << 20;

    private static final int CRC_FROM = 4;

    private Frame() {}

    /** A buffer of this order for frames. */
    static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The room that a payload of this length takes with its envelope. */
    static int sizeOf(int payloadBytes) {
        return (HEADER_BYTES + payloadBytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /**
     * Fills in the envelope of a payload that stands between {@code start + HEADER_BYTES} and the
     * buffer's position, and pads it; the position is then behind the frame.
     */
    static void seal(ByteBuffer out, int start, long position) {
        int end = out.position();
        int length = end - start - HEADER_BYTES;
        out.putInt(start + 4, length).putLong(start + 8, position);
        out.putInt(start, crc(out, start + CRC_FROM, end));
        while (out.position() < start + sizeOf(length)) {
            out.put((byte) 0);
        }
    }

    /**
     * The payload's length in the header at {@code start}, or -1 where no frame can stand there.
     */
    static int lengthAt(ByteBuffer in, int start, long position) {
        int length = in.getInt(start + 4);
        boolean can =
                length > 0 && length <= MAX_PAYLOAD_BYTES && in.getLong(start + 8) == position;
        return can ? length : -1;
    }

    /** Whether a frame of this payload length, all of it in the buffer, is as it was written. */
    static boolean isIntact(ByteBuffer in, int start, int length) {
        return checksum(in, start, length) == in.getInt(start);
    }

    /** What the frame's first field should be. */
    static int checksum(ByteBuffer in, int start, int length) {
        return crc(in, start + CRC_FROM, start + HEADER_BYTES + length);
    }

    private static int crc(ByteBuffer bytes, int from, int to) {
        var crc = new CRC32C();
        crc.update(bytes.duplicate().limit(to).position(from));
        return (int) crc.getValue();
    }
}
