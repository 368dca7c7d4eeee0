package io.drme.alarm;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How often one alarm came in the last 24 hours, and whether it chatters: comes and goes so fast
 * that it tells nobody anything. Times are gateway time in nanoseconds since 1970 UTC.
 */
final class AlarmTally {
    /** So many changes of the plant within {@link #CHATTER_NANOS} are chattering. */
    static final int CHATTER_CHANGES = 3;

    static final long CHATTER_NANOS = 60_000_000_000L;
    static final int HOURS = 24;
    private static final long HOUR_NANOS = 3_600_000_000_000L;

    /** Changes that are counted within one minute; more are told as this many. */
    private static final int MOST_CHANGES = 100;

    final String name;
    final String tag;
    private final int[] byHour = new int[HOURS];
    private long hour = Long.MIN_VALUE;
    private final Deque<Long> changes = new ArrayDeque<>();
    private boolean isChattering;

    private long bursts;
    private int most;
    private long lastAt;

    AlarmTally(String name, String tag) {
        this.name = name;
        this.tag = tag;
    }

    /** It came. */
    void raised(long nanos) {
        passTo(nanos);
        byHour[Math.floorMod(hour, HOURS)]++;
    }

    /** It came or went by itself. */
    void changed(long nanos) {
        passTo(nanos);
        changes.addLast(nanos);
        if (changes.size() > MOST_CHANGES) {
            changes.removeFirst();
        }
        if (changes.size() >= CHATTER_CHANGES) {
            bursts += isChattering ? 0 : 1;
            isChattering = true;
            most = Math.max(most, changes.size());
            lastAt = nanos;
        }
    }

    void passTo(long nanos) {
        while (!changes.isEmpty() && nanos - changes.getFirst() >= CHATTER_NANOS) {
            changes.removeFirst();
        }
        isChattering &= changes.size() >= CHATTER_CHANGES;
        long now = Math.floorDiv(nanos, HOUR_NANOS);
        long from = Math.max(hour + 1, now - HOURS + 1);
        for (long h = hour == Long.MIN_VALUE ? now : from; h <= now; h++) {
            byHour[Math.floorMod(h, HOURS)] = 0;
        }
        hour = Math.max(hour, now);
        if (lastAt != 0 && nanos - lastAt > HOURS * HOUR_NANOS) {
            bursts = 0;
            most = 0;
            lastAt = 0;
        }
    }

    /** How often it came, by whole hours: the one that runs and the 23 before. */
    long count() {
        long sum = 0;
        for (int n : byHour) {
            sum += n;
        }
        return sum;
    }

    boolean isChattering() {
        return isChattering;
    }

    /** How often it began to chatter; it counts as the same until it is quiet for a minute. */
    long bursts() {
        return bursts;
    }

    /** The most changes within a minute. */
    int most() {
        return most;
    }

    /** When it chattered last; 0 where it did not. */
    long lastAt() {
        return lastAt;
    }
}
