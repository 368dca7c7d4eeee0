package io.drme.time;

/**
 * A hybrid logical clock stamp is a long: 48 bits of milliseconds since 1970 UTC and 16 bits of
 * counter (Kulkarni and others, 2014). Stamps of one node compare as longs.
 */
public final class Hlc {
    private static final int COUNTER_BITS = 16;
    private static final long COUNTER_MASK = (1L << COUNTER_BITS) - 1;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long CATCH_UP = 16;

    private Hlc() {}

    /** The stamp with these milliseconds, 0 to 2^48 - 1, and this counter, 0 to 65,535. */
    public static long of(long millis, int counter) {
        return millis << COUNTER_BITS | counter;
    }

    /** Milliseconds since 1970 UTC. */
    public static long millis(long stamp) {
        return stamp >>> COUNTER_BITS;
    }

    /** The counter, 0 to 65,535. */
    public static int counter(long stamp) {
        return (int) (stamp & COUNTER_MASK);
    }

    /** Nanoseconds since 1970 UTC of the stamp's millisecond; the counter is left out. */
    public static long epochNanos(long stamp) {
        return millis(stamp) * NANOS_PER_MILLI;
    }

    /**
     * How far stamps run in so many nanoseconds where they are ahead of the wall clock: by a
     * sixteenth less, so that it catches up.
     */
    public static long slowed(long nanos) {
        return nanos - nanos / CATCH_UP;
    }

    /** In how many nanoseconds stamps run so far; the inverse of {@link #slowed}. */
    public static long unslowed(long nanos) {
        return nanos + nanos / (CATCH_UP - 1);
    }
}
