package io.drme.block;

/** Appends numbers of 0 to 64 bits, each with its lowest bit first. Confined to its owner. */
final class BitWriter {
    private ByteSink sink = new ByteSink();
    private long open;
    private int openBits;

    /** Begins at the end of a sink. */
    void begin(ByteSink out) {
        sink = out;
        open = 0;
        openBits = 0;
    }

    /** Appends the low {@code count} bits of a number that has no others. */
    void put(long value, int count) {
        open |= value << openBits;
        int total = openBits + count;
        if (total >= Long.SIZE) {
            sink.putLong(open);
            total -= Long.SIZE;
            open = total == 0 ? 0 : value >>> (count - total);
        }
        openBits = total;
    }

    /** Fills up the last byte with zeros. */
    void end() {
        for (int bits = openBits; bits > 0; bits -= 8) {
            sink.putByte((int) open);
            open >>>= 8;
        }
        open = 0;
        openBits = 0;
    }
}
