package io.drme.driver.gpio;

/**
 * Finds by their numbers the edges of a line that were lost on the way: the kernel numbers them
 * from 1 and drops the oldest when its buffer is full. Confined to the thread that hears them.
 */
final class LineNumbers {
    /** A jump beyond it is no loss that we can count: the numbers began anew, or are wrong. */
    static final long MOST_LOST = 1_000_000;

    /** Nobody knows how many were lost. */
    static final long UNKNOWN = -1;

    private static final long UNSIGNED = 0xFFFF_FFFFL;

    private int last;

    /**
     * Takes the number of the next edge that was heard.
     *
     * @param number unsigned; goes on at 0 after 2^32 - 1
     * @return how many were lost before it, or {@link #UNKNOWN}
     */
    long lostBefore(int number) {
        long lost = (number - last - 1) & UNSIGNED;
        last = number;
        return lost <= MOST_LOST ? lost : UNKNOWN;
    }
}
