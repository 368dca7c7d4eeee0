package io.drme.sync;

/**
 * Items of a stream that a side holds without a hole, with the hash at each end: what hello and
 * welcome tell. As items are chained, an equal hash at an end means equal items below it too.
 *
 * @param from the first sequence, from 1
 * @param to the last
 * @param fromHash hash of item {@code from}; {@link ChainHash#NONE} where it is not known
 * @param toHash hash of item {@code to}; {@link ChainHash#NONE} where it is not known
 */
public record HeldRange(long from, long to, ChainHash fromHash, ChainHash toHash) {
    /** Rejects an empty range and numbers below 1. */
    public HeldRange {
        if (from < 1 || to < from || to == Long.MAX_VALUE) {
            throw new IllegalArgumentException("no range: " + from + " to " + to);
        }
    }
}
