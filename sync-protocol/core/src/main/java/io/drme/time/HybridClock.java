package io.drme.time;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Gives stamps that strictly increase on this node, whatever the wall clock does, also over a
 * restart: the owner persists {@link #reserve}'s mark before it uses stamps up to it, and starts
 * the next life above it.
 *
 * <p>Where the wall clock was set back, stamps run on with the steady clock, by a sixteenth slower
 * so that it catches up: they can still be read as times, as {@link #changes} tells which stamp
 * stands for which.
 *
 * <p>A remote stamp moves the clock ahead, but by no more than {@link #MAX_DRIFT_MILLIS} beyond the
 * wall clock: a remote time further ahead is refused, so that one wrong node can't drag the fleet.
 *
 * <p>Safe for use from any thread; never blocks for long.
 */
public final class HybridClock {
    /** How far ahead of the wall clock a remote stamp may be to be followed: one minute. */
    public static final long MAX_DRIFT_MILLIS = 60_000;

    /** Stamps so far ahead of the wall clock just count on; it is as good as there. */
    private static final long BEHIND_MILLIS = ClockWatch.STEP_NANOS / 1_000_000;

    /** Changes that nobody took; more would mean that nobody ever will. */
    private static final int MAX_CHANGES = 10_000;

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long MAX_MILLIS = (1L << 48) - 1;

    private final ReentrantLock lock = new ReentrantLock();
    private final Clock clock;
    private final ClockWatch watch;
    private final List<ClockChange> changes = new ArrayList<>();
    private long last;
    private @Nullable Run run;

    /** Where stamps began to run with the steady clock. */
    private record Run(long millis, long steadyNanos) {
        long millisAt(long steady) {
            return millis + Hlc.slowed(steady - steadyNanos) / NANOS_PER_MILLI;
        }
    }

    /**
     * Makes a clock.
     *
     * @param highWater no stamp up to and including this one is given; 0 on a new node
     */
    public HybridClock(Clock clock, long highWater) {
        this.clock = clock;
        this.watch = new ClockWatch(clock);
        this.last = highWater;
    }

    /** The next stamp: greater than every stamp before it. */
    public long next() {
        lock.lock();
        try {
            long wall = clock.epochNanos();
            long steady = clock.nanoTime();
            if (watch.look(wall, steady)) {
                note(wall, advance(wall, steady));
            }
            return advance(wall, steady);
        } finally {
            lock.unlock();
        }
    }

    private void note(long wall, long stamp) {
        if (changes.size() == MAX_CHANGES) {
            changes.removeFirst();
        }
        var told = watch.told();
        changes.add(
                new ClockChange(
                        stamp, wall, watch.jumpNanos(), told.uncertaintyNanos(), told.isSynced()));
    }

    private long advance(long wall, long steady) {
        long millis = millis(wall);
        if (millis < Hlc.millis(last) - BEHIND_MILLIS) {
            if (run == null) {
                run = new Run(Hlc.millis(last), steady);
            }
            millis = Math.min(run.millisAt(steady), MAX_MILLIS);
        } else {
            run = null;
        }
        last = Math.max(Hlc.of(millis, 0), last + 1);
        return last;
    }

    /**
     * Takes what became of the wall clock since this was last asked, oldest first. Every stamp from
     * a change's on was given with the clock as that change says.
     */
    public List<ClockChange> changes() {
        lock.lock();
        try {
            if (changes.isEmpty()) {
                return List.of();
            }
            var taken = List.copyOf(changes);
            changes.clear();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** The newest stamp given, or the high-water mark of the start. */
    public long last() {
        lock.lock();
        try {
            return last;
        } finally {
            lock.unlock();
        }
    }

    /** What the next stamp's milliseconds will be at least; gives none. */
    public long nowMillis() {
        lock.lock();
        try {
            var behind = run;
            long wall = millis(clock.epochNanos());
            return Math.max(
                    Hlc.millis(last),
                    behind == null ? wall : Math.max(wall, behind.millisAt(clock.nanoTime())));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Moves on past a remote stamp.
     *
     * @return false when the stamp is so far ahead that it was not followed; its data is still good
     */
    public boolean observe(long remote) {
        lock.lock();
        try {
            if (Hlc.millis(remote) > millis(clock.epochNanos()) + MAX_DRIFT_MILLIS) {
                return false;
            }
            last = Math.max(last, remote);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * A mark to put on disk before stamps up to it are used.
     *
     * @param aheadMillis how long the mark should do, in milliseconds
     */
    public long reserve(long aheadMillis) {
        lock.lock();
        try {
            return Hlc.of(Math.min(nowMillis() + aheadMillis, MAX_MILLIS), 0);
        } finally {
            lock.unlock();
        }
    }

    /** The wall clock, held to what fits into a stamp: before 1970 counts as 1970. */
    private static long millis(long wallNanos) {
        return Math.clamp(wallNanos / NANOS_PER_MILLI, 0, MAX_MILLIS);
    }
}
