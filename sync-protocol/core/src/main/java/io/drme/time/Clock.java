package io.drme.time;

import java.time.Duration;

/**
 * The only source of time, and the only one that waits. Nothing else in the code base may ask the
 * system for either. Safe for use from any thread.
 */
public interface Clock {

    /**
     * Wall-clock time in nanoseconds since 1970 UTC, for stamping. It can jump in either direction,
     * so never subtract it.
     */
    long epochNanos();

    /**
     * Nanoseconds from an arbitrary origin, for time limits and back-off. It never runs backwards.
     */
    long nanoTime();

    /**
     * Waits; returns at once where {@code time} is zero or negative.
     *
     * @throws InterruptedException when the thread is asked to stop
     */
    void sleep(Duration time) throws InterruptedException;

    /** Whether something keeps the wall clock right. Cheap, but not free: ask once a second. */
    default ClockSync sync() {
        return ClockSync.UNKNOWN;
    }
}
