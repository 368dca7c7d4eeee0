package io.drme.log;

import io.drme.time.Clock;
import java.time.Duration;

/**
 * The time by which what is stored grows old, for {@code keep}. It runs with the steady clock, so
 * that a date set wrong does not make everything too old to be kept, and goes on at each start
 * where the log left off: up to the wall clock, but by no more than a day.
 *
 * <p>Confined to the store's thread.
 */
final class AgeClock {
    private static final long MOST_BETWEEN_LIVES = Duration.ofDays(1).toNanos();

    private final Clock clock;
    private final long begin;
    private final long steadyBegin;

    private AgeClock(Clock clock, long begin) {
        this.clock = clock;
        this.begin = begin;
        this.steadyBegin = clock.nanoTime();
    }

    /** The clock of a store that holds nothing yet. */
    static AgeClock first(Clock clock) {
        return new AgeClock(clock, clock.epochNanos());
    }

    /** The clock of a store whose newest item was written then, by this clock in its last life. */
    static AgeClock after(Clock clock, long newest) {
        return new AgeClock(
                clock, Math.clamp(clock.epochNanos(), newest, newest + MOST_BETWEEN_LIVES));
    }

    /** Now; near nanoseconds since 1970 UTC where all is well. */
    long now() {
        return begin + (clock.nanoTime() - steadyBegin);
    }
}
