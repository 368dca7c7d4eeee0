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

    /** Below this, more may go. */
    private static final long LITTLE_QUEUED_NANOS = MOST_QUEUED_NANOS / 2;

    /** What may be under way at first, and at least, in bytes: less would not fill a packet. */
    private static final long LEAST_BYTES = 16 << 10;

    private static final long MOST_BYTES = 64L << 20;

    /** The quickest item is forgotten after two of these: lines change. */
    private static final long MEMORY_NANOS = 300_000_000_000L;

    private long limitBytes = 4 * LEAST_BYTES;
    private long quickestNanos = Long.MAX_VALUE;
    private long quickestBefore = Long.MAX_VALUE;
    private long memoryFrom;
    private long judgedAt;
    private long landed;
    private long latencySum;
    private boolean full;

    LineGauge(long nowNanos) {
        memoryFrom = nowNanos;
        judgedAt = nowNanos;
    }

    /** Another line: what was known of the last one is not known of this one. */
    void begin(long nowNanos) {
        limitBytes = 4 * LEAST_BYTES;
        quickestNanos = Long.MAX_VALUE;
        quickestBefore = Long.MAX_VALUE;
        memoryFrom = nowNanos;
        judgedAt = nowNanos;
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
        landed++;
        latencySum += latency;
    }

    /**
     * Judges what landed since the last time, where that is long enough ago for a change to have
     * shown.
     */
    void judge(long nowNanos) {
        long quickest = Math.min(quickestNanos, quickestBefore);
        if (landed == 0 || nowNanos - judgedAt < Math.min(quickest, MOST_QUEUED_NANOS)) {
            return;
        }
        long queued = latencySum / landed - quickest;
        if (queued > MOST_QUEUED_NANOS) {
            double less = Math.max(0.5, (double) MOST_QUEUED_NANOS / queued);
            limitBytes = Math.max(LEAST_BYTES, (long) (limitBytes * less));
        } else if (full && queued < LITTLE_QUEUED_NANOS) {
            limitBytes = Math.min(MOST_BYTES, limitBytes * 2);
        }
        judgedAt = nowNanos;
        landed = 0;
        latencySum = 0;
        full = false;
    }
}
