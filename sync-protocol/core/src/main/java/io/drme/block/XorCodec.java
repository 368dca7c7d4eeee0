package io.drme.block;

/**
 * Doubles as the exclusive-or with the one before (after Pelkonen and others, Gorilla, 2015): one
 * bit for a repeat, otherwise the bits between the leading and the trailing zeros, in the window of
 * the number before or a new one. Bits fill each byte from the lowest.
 *
 * <p>Confined to its owner.
 */
final class XorCodec {
    private static final int LEADING_BITS = 6;
    private static final int LENGTH_BITS = 6;

    private ByteSink sink = new ByteSink();
    private ByteSource source = new ByteSource();
    private long open;
    private int openBits;

    /** Appends at least one value. */
    void encode(long[] bits, int count, ByteSink out) {
        sink = out;
        open = 0;
        openBits = 0;
        out.putLong(bits[0]);
        int leading = -1;
        int length = 0;
        for (int i = 1; i < count; i++) {
            long xor = bits[i] ^ bits[i - 1];
            if (xor == 0) {
                put(0, 1);
                continue;
            }
            int zeros = Long.numberOfLeadingZeros(xor);
            int trailing = Long.numberOfTrailingZeros(xor);
            boolean fits = leading >= 0 && zeros >= leading && trailing >= 64 - leading - length;
            if (fits && length <= 64 - zeros - trailing + LEADING_BITS + LENGTH_BITS) {
                put(0b01, 2);
            } else {
                leading = zeros;
                length = 64 - zeros - trailing;
                put(0b11, 2);
                put(leading, LEADING_BITS);
                put(length - 1L, LENGTH_BITS);
            }
            put(xor >>> (64 - leading - length), length);
        }
        if (openBits > 0) {
            out.putByte((int) open);
        }
    }

    /** Appends the low {@code count} bits; there are no others in {@code value}. */
    private void put(long value, int count) {
        open |= value << openBits;
        int total = openBits + count;
        if (total >= 64) {
            sink.putLong(open);
            total -= 64;
            open = total == 0 ? 0 : value >>> (count - total);
        }
        while (total >= 8) {
            sink.putByte((int) open);
            open >>>= 8;
            total -= 8;
        }
        openBits = total;
    }

    /** Reads what {@link #encode} wrote. */
    void decode(ByteSource in, long[] bits, int count) throws BadBlockException {
        source = in;
        open = 0;
        openBits = 0;
        long value = in.takeLong();
        bits[0] = value;
        int leading = -1;
        int length = 0;
        for (int i = 1; i < count; i++) {
            if (take(1) != 0) {
                if (take(1) != 0) {
                    leading = (int) take(LEADING_BITS);
                    length = (int) take(LENGTH_BITS) + 1;
                    if (leading + length > 64) {
                        throw ByteSource.malformed("a window of exclusive-or exceeds 64 bits");
                    }
                } else if (leading < 0) {
                    throw ByteSource.malformed("exclusive-or reuses a window before the first");
                }
                value ^= take(length) << (64 - leading - length);
            }
            bits[i] = value;
        }
    }

    private long take(int count) throws BadBlockException {
        long value = 0;
        int have = 0;
        while (have < count) {
            if (openBits == 0) {
                open = source.takeByte();
                openBits = 8;
            }
            int take = Math.min(count - have, openBits);
            value |= (open & ((1L << take) - 1)) << have;
            open >>>= take;
            openBits -= take;
            have += take;
        }
        return value;
    }
}
