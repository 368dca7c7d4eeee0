package io.drme.sync;

/**
 * Keeps what is handed to the line within its rate: at most {@link #BURST_NANOS} of the rate may be
 * unsent. What is greater than that goes too, once the bucket is full, and leaves a debt.
 */
final class TokenBucket {
    /** 100 ms: an alarm on the same line waits no longer than this behind blocks. */
    static final long BURST_NANOS = 100_000_000;

    private static final double NANOS_PER_SECOND = 1e9;

    private final double bytesPerNano;
    private final double most;
    private double tokens;
    private long filledAt;

    /**
     * Makes a full bucket.
     *
     * @param bytesPerSecond 0 is without limit
     */
    TokenBucket(long bytesPerSecond, long nowNanos) {
        bytesPerNano = bytesPerSecond / NANOS_PER_SECOND;
        most = Math.max(1, bytesPerNano * BURST_NANOS);
        tokens = most;
        filledAt = nowNanos;
    }

    /** Whether something may go now. */
    boolean open(long nowNanos) {
        if (bytesPerNano == 0) {
            return true;
        }
        tokens = Math.min(most, tokens + (nowNanos - filledAt) * bytesPerNano);
        filledAt = nowNanos;
        return tokens > 0;
    }

    /** Counts what went. */
    void took(int bytes) {
        if (bytesPerNano > 0) {
            tokens -= bytes;
        }
    }

    /** How long until something may go, in nanoseconds. */
    long waitNanos() {
        return bytesPerNano == 0 || tokens > 0 ? 0 : (long) (-tokens / bytesPerNano) + 1;
    }
}
