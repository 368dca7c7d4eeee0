package io.drme.stream;

import java.util.Arrays;

/**
 * The passes that some pipeline has still to make, oldest first: each is one batch, or one tick.
 * Their numbers go up by one. Confined.
 */
final class Passes {
    private long[] nows = new long[64];
    private long[] arrivals = new long[64];
    private long first;
    private int size;

    /** The numbers of those that are ticks. */
    private long[] ticks = new long[64];

    private long firstTick;
    private int tickCount;

    /**
     * Adds a pass.
     *
     * @param now its gateway time, nanoseconds since 1970 UTC
     * @param arrivedNanos when it came, by the clock's {@code nanoTime}
     * @return its number
     */
    long add(long now, long arrivedNanos) {
        if (size == nows.length) {
            nows = Arrays.copyOf(nows, size * 2);
            arrivals = Arrays.copyOf(arrivals, size * 2);
        }
        nows[size] = now;
        arrivals[size] = arrivedNanos;
        return first + size++;
    }

    /** Adds a tick; as {@link #add}. */
    long addTick(long now, long arrivedNanos) {
        if (tickCount == ticks.length) {
            ticks = Arrays.copyOf(ticks, tickCount * 2);
        }
        long pass = add(now, arrivedNanos);
        ticks[tickCount++] = pass;
        return pass;
    }

    /** Gateway time of a pass. */
    long now(long pass) {
        return nows[(int) (pass - first)];
    }

    /** When a pass came. */
    long arrived(long pass) {
        return arrivals[(int) (pass - first)];
    }

    /** The pass of the tick with an ordinal, or {@link Waiting#NONE} where it did not come yet. */
    long tick(long ordinal) {
        int at = (int) (ordinal - firstTick);
        return at < tickCount ? ticks[at] : Waiting.NONE;
    }

    /** The ordinal of the next tick that comes. */
    long nextTick() {
        return firstTick + tickCount;
    }

    int size() {
        return size;
    }

    /** The oldest. */
    long first() {
        return first;
    }

    /** The newest. */
    long last() {
        return first + size - 1;
    }

    /** Forgets those before a pass, which all pipelines have made. */
    void forgetBefore(long pass) {
        int gone = (int) (Math.min(pass, first + size) - first);
        System.arraycopy(nows, gone, nows, 0, size - gone);
        System.arraycopy(arrivals, gone, arrivals, 0, size - gone);
        first += gone;
        size -= gone;
        int goneTicks = 0;
        while (goneTicks < tickCount && ticks[goneTicks] < first) {
            goneTicks++;
        }
        System.arraycopy(ticks, goneTicks, ticks, 0, tickCount - goneTicks);
        firstTick += goneTicks;
        tickCount -= goneTicks;
    }
}
