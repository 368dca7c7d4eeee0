package io.drme.sim.modbus;

/**
 * In which order the bytes of a value are sent, written for four bytes of which A is the highest.
 */
enum Order {
    ABCD,
    BADC,
    CDAB,
    DCBA;

    /** Puts bytes, highest first, into this order in place; the length is even. */
    void apply(byte[] bytes) {
        boolean wordsReversed = this == CDAB || this == DCBA;
        boolean bytesSwapped = this == BADC || this == DCBA;
        var source = bytes.clone();
        int words = bytes.length / 2;
        for (int w = 0; w < words; w++) {
            int from = wordsReversed ? words - 1 - w : w;
            bytes[2 * w] = source[2 * from + (bytesSwapped ? 1 : 0)];
            bytes[2 * w + 1] = source[2 * from + (bytesSwapped ? 0 : 1)];
        }
    }
}
