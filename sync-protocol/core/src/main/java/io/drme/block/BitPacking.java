package io.drme.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Numbers of 0 to 64 bits side by side, each with its lowest bit first. */
final class BitPacking {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Up to this width a number and the up to 7 bits before it fit into one long. */
    private static final int MAX_SINGLE_BITS = 56;

    private BitPacking() {}

    static int lengthBytes(int count, int width) {
        return (int) (((long) count * width + 7) >>> 3);
    }

    /** Appends the low {@code width} bits of each number. */
    static void pack(long[] values, int from, int count, int width, ByteSink out) {
        if (width == 0) {
            return;
        }
        out.reserve(lengthBytes(count, width) + Long.BYTES);
        long open = 0;
        int openBits = 0;
        long mask = width == 64 ? -1L : (1L << width) - 1;
        for (int i = from; i < from + count; i++) {
            long value = values[i] & mask;
            open |= value << openBits;
            int total = openBits + width;
            if (total >= 64) {
                out.putLong(open);
                total -= 64;
                open = total == 0 ? 0 : value >>> (width - total);
            }
            openBits = total;
        }
        for (int bits = openBits; bits > 0; bits -= 8) {
            out.putByte((int) open);
            open >>>= 8;
        }
    }

    /**
     * Reads what {@link #pack} wrote at {@code at}; the caller has checked that it is all there.
     */
    static void unpack(byte[] bytes, int at, int width, long[] values, int from, int count) {
        if (width == 0) {
            Arrays.fill(values, from, from + count, 0);
            return;
        }
        long mask = width == 64 ? -1L : (1L << width) - 1;
        long bit = (long) at << 3;
        for (int i = from; i < from + count; i++) {
            values[i] = bitsAt(bytes, bit, width) & mask;
            bit += width;
        }
    }

    private static long bitsAt(byte[] bytes, long bit, int width) {
        int at = (int) (bit >>> 3);
        int shift = (int) (bit & 7);
        if (at + Long.BYTES < bytes.length) {
            long low = (long) LONGS.get(bytes, at) >>> shift;
            return width <= MAX_SINGLE_BITS || shift == 0
                    ? low
                    : low | (long) bytes[at + Long.BYTES] << (64 - shift);
        }
        long value = 0;
        for (int i = 0, from = -shift; from < width; i++, from += 8) {
            long b = bytes[at + i] & 0xFFL;
            value |= from < 0 ? b >>> -from : b << from;
        }
        return value;
    }
}
