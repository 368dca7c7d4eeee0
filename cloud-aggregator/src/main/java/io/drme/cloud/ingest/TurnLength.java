package io.drme.cloud.ingest;

/**
 * How many bytes of blocks are stored before events have their turn again: as many as take {@link
 * #WANTED_NANOS}, as the last turns showed. What a block costs depends on its series and on the
 * machine, so no fixed number of bytes is right: on a slow one an alarm would wait for seconds.
 * What another writer of the database takes meanwhile counts, too: an alarm waits for it as well.
 *
 * <p>Confined to its owner thread.
 */
final class TurnLength {
    /** An alarm that comes meanwhile waits no longer than about this; a commit costs a tenth. */
    static final long WANTED_NANOS = 30_000_000;

    /** Less is one block, and that is always taken. */
    private static final long LEAST_BYTES = 1 << 10;

    /** A program that just started is slow. */
    private static final long FIRST_BYTES = 16 << 10;

    private static final double LEAST_FACTOR = 0.25;
    private static final double MOST_FACTOR = 2;

    private final long mostBytes;
    private long bytes;

    TurnLength(long mostBytes) {
        this.mostBytes = mostBytes;
        this.bytes = Math.min(FIRST_BYTES, mostBytes);
    }

    /** Blocks are taken until so many bytes are reached. */
    long bytes() {
        return bytes;
    }

    /** Learns from a turn; one that was not full says nothing of longer ones. */
    void took(long turnBytes, long nanos) {
        boolean isLong = nanos > WANTED_NANOS;
        if (turnBytes > 0 && (isLong || turnBytes >= bytes)) {
            double factor = (double) WANTED_NANOS / Math.max(1, nanos);
            double wanted =
                    Math.min(bytes, turnBytes) * Math.clamp(factor, LEAST_FACTOR, MOST_FACTOR);
            bytes = Math.clamp((long) wanted, LEAST_BYTES, mostBytes);
        }
    }
}
