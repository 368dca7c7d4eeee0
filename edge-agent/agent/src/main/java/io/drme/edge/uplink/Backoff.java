package io.drme.edge.uplink;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: twice as long each time, and spread, so that a fleet does
 * not come back at the same moment.
 */
final class Backoff {
    /** A line that was cut is mostly back at once. */
    static final Duration FIRST = Duration.ofMillis(500);

    /** Backfill should begin within half a minute of the line's return. */
    static final Duration MOST = Duration.ofSeconds(20);

    /** Until another member is tried: spread, so that the next one is not run over. */
    static final Duration SOON = Duration.ofMillis(250);

    private final RandomGenerator random;
    private long nanos = FIRST.toNanos();

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** The next wait: from half to the whole of a time that doubles. */
    Duration next() {
        long wait = nanos / 2 + random.nextLong(nanos / 2 + 1);
        nanos = Math.min(nanos * 2, MOST.toNanos());
        return Duration.ofNanos(wait);
    }

    /** A short wait that does not grow, for the next member of several. */
    Duration soon() {
        return Duration.ofNanos(random.nextLong(SOON.toNanos() + 1));
    }

    void reset() {
        nanos = FIRST.toNanos();
    }
}
