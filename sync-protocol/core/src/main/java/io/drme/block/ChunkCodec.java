package io.drme.block;

import java.util.Arrays;

/**
 * Unsigned numbers in chunks of 128, each as wide as its numbers need; the few that are wider than
 * the rest of their chunk are patched. Confined to its owner, as it holds scratch arrays.
 */
final class ChunkCodec {
    static final int CHUNK = 128;

    private static final int PATCHED_FLAG = 0x80;

    /** Chunks with more than one wide number in eight are packed wide as a whole. */
    private static final int MAX_PATCHES = CHUNK / 8;

    private final int[] widths = new int[65];

    /** How long {@link #encode} gets, in bytes. */
    long lengthBytes(long[] numbers, int from, int to) {
        long length = 0;
        for (int at = from; at < to; at += CHUNK) {
            length += plan(numbers, at, Math.min(CHUNK, to - at)) >>> 8;
        }
        return length;
    }

    /** The cheapest way to pack a chunk: its length in bytes × 256 + its width. */
    private long plan(long[] numbers, int from, int count) {
        Arrays.fill(widths, 0);
        for (int i = from; i < from + count; i++) {
            widths[64 - Long.numberOfLeadingZeros(numbers[i])]++;
        }
        return plan(widths, count);
    }

    /** The same, by how many numbers have which width. */
    static long plan(int[] widths, int count) {
        int widest = 64;
        while (widest > 0 && widths[widest] == 0) {
            widest--;
        }
        long best = ((1L + BitPacking.lengthBytes(count, widest)) << 8) | widest;
        int wider = 0;
        for (int width = widest - 1; width >= 0; width--) {
            wider += widths[width + 1];
            if (wider > MAX_PATCHES) {
                break;
            }
            long length = 2L + BitPacking.lengthBytes(count, width) + wider;
            for (int w = width + 1; w <= widest; w++) {
                length += (long) widths[w] * ((w - width + 6) / 7);
            }
            if (length < best >>> 8) {
                best = (length << 8) | width;
            }
        }
        return best;
    }

    void encode(long[] numbers, int from, int to, ByteSink out) {
        for (int at = from; at < to; at += CHUNK) {
            int count = Math.min(CHUNK, to - at);
            int width = (int) (plan(numbers, at, count) & 0xFF);
            int wider = 0;
            for (int w = width + 1; w <= 64; w++) {
                wider += widths[w];
            }
            out.putByte(wider == 0 ? width : width | PATCHED_FLAG);
            if (wider > 0) {
                out.putByte(wider);
            }
            BitPacking.pack(numbers, at, count, width, out);
            for (int i = 0; i < count && wider > 0; i++) {
                long rest = width == 64 ? 0 : numbers[at + i] >>> width;
                if (rest != 0) {
                    out.putByte(i);
                    out.putVarint(rest);
                }
            }
        }
    }

    /** Reads as many numbers as {@link #encode} was given. */
    static void decode(ByteSource in, long[] numbers, int from, int to) throws BadBlockException {
        for (int at = from; at < to; at += CHUNK) {
            int count = Math.min(CHUNK, to - at);
            int head = in.takeByte();
            int width = head & ~PATCHED_FLAG;
            if (width > 64) {
                throw ByteSource.malformed("a chunk of integers is " + width + " bits wide");
            }
            int wider = (head & PATCHED_FLAG) == 0 ? 0 : in.takeByte();
            int packed = in.skip(BitPacking.lengthBytes(count, width));
            BitPacking.unpack(in.array(), packed, width, numbers, at, count);
            for (int i = 0; i < wider; i++) {
                int index = in.takeByte();
                if (index >= count || width == 64) {
                    throw ByteSource.malformed("a patch lies outside its chunk");
                }
                numbers[at + index] |= in.takeVarint() << width;
            }
        }
    }
}
