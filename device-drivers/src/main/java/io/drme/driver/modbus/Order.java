package io.drme.driver.modbus;

/**
 * In which order a device sends the bytes of a value, written for four bytes of which A is the
 * highest; it acts the same on values of any length.
 */
enum Order {
    /** As the protocol sends registers: highest first. */
    ABCD(false, false),
    /** The two bytes of each register swapped. */
    BADC(false, true),
    /** The registers in reverse. */
    CDAB(true, false),
    /** All bytes in reverse. */
    DCBA(true, true);

    private final boolean wordsReversed;
    private final boolean bytesSwapped;

    Order(boolean wordsReversed, boolean bytesSwapped) {
        this.wordsReversed = wordsReversed;
        this.bytesSwapped = bytesSwapped;
    }

    /**
     * Where byte {@code at} of a value, counted from the highest, stands among the bytes sent.
     *
     * @param length of the value in bytes, even
     */
    int position(int at, int length) {
        int word = at >> 1;
        int from = wordsReversed ? length / 2 - 1 - word : word;
        int half = at & 1;
        return 2 * from + (bytesSwapped ? 1 - half : half);
    }
}
