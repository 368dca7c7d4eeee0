package io.drme.sync;

/**
 * Finds out, from when items were handed to the line and when their receipts came, how much may be
 * under way so that no more than {@link #MOST_QUEUED_NANOS} of the line's rate waits in it: in
 * buffers of sockets, modems and routers, where an alarm would have to wait behind it.
 *
 * <p>What an item takes beyond the quickest one seen, and beyond what the centre says it took, is
 * taken for waiting: a centre that is slow to store is no full line. While it waits little, more
 * may go; while it waits long, less. So a line that is fast or far is filled, and a slow one keeps
 * its queue short whatever its buffers would hold.
 */
final class LineGauge {
    /** An alarm waits no longer than this behind blocks, beside the one that is being sent. */
    static final long MOST_QUEUED_NANOS = 100_000_000;

    /** What the limit is set for: below it more may go. */
    private static final long WANTED_QUEUED_NANOS = MOST_QUEUED_NANOS / 4 * 3;

    private static final double LEAST_FACTOR = 0.25;
    private static final double MOST_FACTOR = 2;

    /** What may be under way at first, and at least, in bytes: less would not fill a packet. */
    private static final long LEAST_BYTES = 16 << 10;

    /** What 100 Mbit/s carries in 300 ms; a gateway's memory is small. */
    private static final long MOST_BYTES = 4L << 20;

    /** The quickest item is forgotten after two of these: lines change. */
    private static final long MEMORY_NANOS = 300_000_000_000L;

    private long limitBytes = 4 * LEAST_BYTES;
    private long quickestNanos = Long.MAX_VALUE;
    private long quickestBefore = Long.MAX_VALUE;
    private long memoryFrom;
    private long changedAt;
    private boolean full;

    LineGauge(long nowNanos) {
        memoryFrom = nowNanos;
        changedAt = nowNanos;
    }

    /** Another line: what was known of the last one is not known of this one. */
    void begin(long nowNanos) {
        limitBytes = 4 * LEAST_BYTES;
        quickestNanos = Long.MAX_VALUE;
        quickestBefore = Long.MAX_VALUE;
        memoryFrom = nowNanos;
        changedAt = nowNanos;
    }

    /** Whether no more may be under way than this; one item always may. */
    boolean isFull(long bytesUnderWay) {
        boolean reached = bytesUnderWay >= limitBytes;
        full |= reached;
        return reached;
    }

    /** How many bytes may be under way. */
    long limitBytes() {
        return limitBytes;
    }

    /**
     * A receipt came: what it says of the line sets how much may be under way from now on.
     *
     * @param sentAtNanos when the last of its items was handed to the line
     * @param waitedNanos how long the centre had that item
     */
    void landed(long sentAtNanos, long waitedNanos, long nowNanos) {
        long latency = Math.max(1, nowNanos - sentAtNanos - waitedNanos);
        if (nowNanos - memoryFrom > MEMORY_NANOS) {
            memoryFrom = nowNanos;
            quickestBefore = quickestNanos;
            quickestNanos = latency;
        }
        quickestNanos = Math.min(quickestNanos, latency);
        // What was sent under the limit before says nothing about this one.
        if (sentAtNanos - changedAt >= 0) {
            judge(latency);
            changedAt = nowNanos;
            full = false;
        }
    }

    private void judge(long latency) {
        long quickest = Math.min(quickestNanos, quickestBefore);
        boolean isLong = latency - quickest > MOST_QUEUED_NANOS;
        boolean isShort = full && latency - quickest < WANTED_QUEUED_NANOS;
        if (isLong || isShort) {
            double factor = (double) (quickest + WANTED_QUEUED_NANOS) / latency;
            double step = Math.clamp(factor, LEAST_FACTOR, MOST_FACTOR);
            limitBytes = Math.clamp((long) (limitBytes * step), LEAST_BYTES, MOST_BYTES);
        }
    }
}
