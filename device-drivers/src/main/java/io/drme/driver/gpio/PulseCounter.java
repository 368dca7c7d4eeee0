package io.drme.driver.gpio;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Counts the edges of one line, and says when the count is to be told: after a change, at most once
 * an interval.
 *
 * <p><b>Threads.</b> {@link #add} is called by the thread on which edges are heard, {@link
 * #reading} by any, the rest by the device's owner.
 */
final class PulseCounter {
    /**
     * How far the count has got.
     *
     * @param timeNanos of the last edge, nanoseconds since 1970; 0 where there was none yet
     */
    record Reading(long count, long timeNanos) {}

    private final long intervalNanos;
    private final AtomicReference<Reading> reading;
    private final AtomicBoolean untold = new AtomicBoolean();
    private long nextNanos;

    /**
     * Goes on from a count.
     *
     * @param interval the least time between two samples
     * @param nowNanos by the clock that {@link #waitNanos} is asked with
     */
    PulseCounter(long count, Duration interval, long nowNanos) {
        this.intervalNanos = interval.toNanos();
        this.reading = new AtomicReference<>(new Reading(count, 0));
        this.nextNanos = nowNanos;
    }

    /**
     * Counts.
     *
     * @param edges that which was heard, and those lost before it
     * @param timeNanos of the one that was heard
     * @return whether everything before it was told already
     */
    boolean add(long edges, long timeNanos) {
        reading.updateAndGet(r -> new Reading(r.count() + edges, timeNanos));
        return !untold.getAndSet(true);
    }

    /** How long until there is something to tell; the greatest time there is where nothing is. */
    long waitNanos(long nowNanos) {
        return untold.get() ? Math.max(0, nextNanos - nowNanos) : Long.MAX_VALUE;
    }

    /** What to tell now; the next change waits for an interval. */
    Reading tell(long nowNanos) {
        untold.set(false); // first: an edge from here on is untold, even if it is in the reading
        nextNanos = nowNanos + intervalNanos;
        return reading.get();
    }

    /** The count. */
    Reading reading() {
        return reading.get();
    }
}
