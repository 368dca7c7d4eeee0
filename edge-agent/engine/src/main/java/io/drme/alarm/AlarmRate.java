package io.drme.alarm;

import java.util.Arrays;

/**
 * How many alarms came in the last 24 hours, in slots of ten seconds. Times are gateway time in
 * nanoseconds since 1970 UTC, and don't go back; one that does counts for the newest slot.
 */
final class AlarmRate {
    static final long SLOT_NANOS = 10_000_000_000L;
    static final int SLOTS = 24 * 60 * 6;
    static final int SLOTS_OF_TEN_MINUTES = 60;

    private final int[] counts = new int[SLOTS];
    private long newest = Long.MIN_VALUE;
    private long total;
    private long lastTenMinutes;

    /** Lets go what is a day old by then. */
    void passTo(long nanos) {
        long slot = Math.floorDiv(nanos, SLOT_NANOS);
        if (newest == Long.MIN_VALUE) {
            newest = slot;
        }
        if (slot - newest >= SLOTS) {
            Arrays.fill(counts, 0);
            newest = slot;
            total = 0;
            lastTenMinutes = 0;
        }
        while (newest < slot) {
            newest++;
            lastTenMinutes -= counts[index(newest - SLOTS_OF_TEN_MINUTES)];
            total -= counts[index(newest)];
            counts[index(newest)] = 0;
        }
    }

    void add(long nanos) {
        passTo(nanos);
        counts[index(newest)]++;
        total++;
        lastTenMinutes++;
    }

    long total() {
        return total;
    }

    /** Of the last ten minutes, exact to ten seconds. */
    long lastTenMinutes() {
        return lastTenMinutes;
    }

    /** The most within ten minutes, and when those ended. */
    LoadFigures.Peak peak() {
        long inTen = 0;
        var peak = new LoadFigures.Peak(0, 0);
        for (long slot = newest - SLOTS + 1; total > 0 && slot <= newest; slot++) {
            inTen += counts[index(slot)];
            if (slot - SLOTS_OF_TEN_MINUTES > newest - SLOTS) {
                inTen -= counts[index(slot - SLOTS_OF_TEN_MINUTES)];
            }
            if (inTen > peak.alarms()) {
                peak = new LoadFigures.Peak(inTen, (slot + 1) * SLOT_NANOS);
            }
        }
        return peak;
    }

    private static int index(long slot) {
        return Math.floorMod(slot, SLOTS);
    }
}
