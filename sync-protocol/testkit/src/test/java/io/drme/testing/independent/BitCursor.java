package io.drme.testing.independent;

/** Fields of bits, lowest first, from the lowest bit of a byte on. */
final class BitCursor {
    private final Cursor in;
    private int open;
    private int openBits;

    BitCursor(Cursor in) {
        this.in = in;
    }

    long take(int bits) {
        long value = 0;
        for (int i = 0; i < bits; i++) {
            if (openBits == 0) {
                open = in.u8();
                openBits = 8;
            }
            value |= (long) (open & 1) << i;
            open >>= 1;
            openBits--;
        }
        return value;
    }
}
