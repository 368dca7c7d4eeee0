package io.drme.time;

/**
 * Gives stamps that strictly increase on this node, whatever the wall clock does, also over a
 * restart: the owner persists {@link #reserve}'s mark before it uses stamps up to it, and starts
 * the next life above it.
 *
 * <p>A remote stamp moves the clock ahead, but by no more than {@link #MAX_DRIFT_MILLIS} beyond the
 * wall clock: a remote time further ahead is refused, so that one wrong node can't drag the fleet.
 *
 * <p>Confined to its owner thread.
 */
public final class HybridClock {
    /** How far ahead of the wall clock a remote stamp may be to be followed: one minute. */
    public static final long MAX_DRIFT_MILLIS = 60_000;

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long MAX_MILLIS = (1L << 48) - 1;

    private final Clock clock;
    private long last;

    /**
     * Makes a clock.
     *
     * @param highWater no stamp up to and including this one is given; 0 on a new node
     */
    public HybridClock(Clock clock, long highWater) {
        this.clock = clock;
        this.last = highWater;
    }

    /** The next stamp: greater than every stamp before it. */
    public long next() {
        long wall = Hlc.of(wallMillis(), 0);
        last = wall > last ? wall : last + 1;
        return last;
    }

    /** The newest stamp given, or the high-water mark of the start. */
    public long last() {
        return last;
    }

    /**
     * Moves on past a remote stamp.
     *
     * @return false when the stamp is so far ahead that it was not followed; its data is still good
     */
    public boolean observe(long remote) {
        if (Hlc.millis(remote) > wallMillis() + MAX_DRIFT_MILLIS) {
            return false;
        }
        last = Math.max(last, remote);
        return true;
    }

    /**
     * A mark to put on disk before stamps up to it are used.
     *
     * @param aheadMillis how long the mark should do, in milliseconds
     */
    public long reserve(long aheadMillis) {
        return Hlc.of(
                Math.min(
                        Hlc.millis(Math.max(last, Hlc.of(wallMillis(), 0))) + aheadMillis,
                        MAX_MILLIS),
                0);
    }

    /** The wall clock, held to what fits into a stamp: before 1970 counts as 1970. */
    private long wallMillis() {
        return Math.clamp(clock.epochNanos() / NANOS_PER_MILLI, 0, MAX_MILLIS);
    }
}
