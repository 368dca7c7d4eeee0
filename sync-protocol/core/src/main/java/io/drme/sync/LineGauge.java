package io.drme.sync;

/**
 * Finds out, from when items were handed to the line and when their receipts came, how much may be
 * under way so that no more than {@link #MOST_QUEUED_NANOS} of the line's rate waits in it: in
 * buffers of sockets, modems and routers, where an alarm would have to wait behind it.
 *
 * <p>What an item takes beyond the quickest one seen is taken for waiting. While it waits little,
 * more may go; while it waits long, less. So a line that is fast or far is filled, and a slow one
 * keeps its queue short whatever its buffers would hold.
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

    private static final long MOST_BYTES = 64L << 20;

    /** The quickest item is forgotten after two of these: lines change. */
    private static final long MEMORY_NANOS = 300_000_000_000L;

    private long limitBytes = 4 * LEAST_BYTES;
    private long quickestNanos = Long.MAX_VALUE;
    private long quickestBefore = Long.MAX_VALUE;
    private long memoryFrom;
    private long changedAt;
    private long landed;
    private long latencySum;
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
        landed = 0;
        latencySum = 0;
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

    /** A receipt came for an item. */
    void landed(long sentAtNanos, long nowNanos) {
        long latency = Math.max(1, nowNanos - sentAtNanos);
        if (nowNanos - memoryFrom > MEMORY_NANOS) {
            memoryFrom = nowNanos;
            quickestBefore = quickestNanos;
            quickestNanos = latency;
        }
        quickestNanos = Math.min(quickestNanos, latency);
        // What was sent under the limit before says nothing about this one.
        if (sentAtNanos - changedAt >= 0) {
            landed++;
            latencySum += latency;
        }
    }

    /** Judges what landed since the limit changed. */
    void judge(long nowNanos) {
        if (landed == 0) {
            return;
        }
        long quickest = Math.min(quickestNanos, quickestBefore);
        long mean = latencySum / landed;
        boolean isLong = mean - quickest > MOST_QUEUED_NANOS;
        boolean isShort = full && mean - quickest < WANTED_QUEUED_NANOS;
        if (isLong || isShort) {
            double factor = (double) (quickest + WANTED_QUEUED_NANOS) / mean;
            double step = Math.clamp(factor, LEAST_FACTOR, MOST_FACTOR);
            limitBytes = Math.clamp((long) (limitBytes * step), LEAST_BYTES, MOST_BYTES);
        }
        changedAt = nowNanos;
        landed = 0;
        latencySum = 0;
        full = false;
    }
}
