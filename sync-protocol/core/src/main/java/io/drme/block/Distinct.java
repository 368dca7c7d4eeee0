package io.drme.block;

import java.util.Arrays;

/**
 * The different numbers of a column, where these are few. A hash table with open addressing, so
 * that nothing is boxed. Reused; confined to its owner.
 */
final class Distinct {
    /** Most different numbers that are looked for. */
    static final int MAX = 4_096;

    private static final int SLOTS = 4 * MAX;

    /** A number must come so often on average, or a dictionary can't pay. */
    private static final int REPEATS = 8;

    private final long[] keys = new long[SLOTS];
    private final int[] owners = new int[SLOTS];
    private final int[] ranks = new int[SLOTS];
    private final long[] sorted = new long[MAX];
    private long[] places = {};
    private int size;
    private int round;

    /** Whether the values have few different numbers, too far apart to be seen as small steps. */
    boolean collect(long[] values, int count) {
        size = 0;
        round++;
        int limit = Math.min(MAX, count / REPEATS);
        long min = values[0];
        long max = values[0];
        for (int i = 0; i < count; i++) {
            long value = values[i];
            int slot = slot(value);
            if (owners[slot] != round) {
                if (size == limit) {
                    return false;
                }
                owners[slot] = round;
                keys[slot] = value;
                sorted[size++] = value;
                min = Math.min(min, value);
                max = Math.max(max, value);
            }
        }
        Arrays.sort(sorted, 0, size);
        long range = max - min;
        return size > 1 && (range < 0 || range > 4L * size);
    }

    private int slot(long value) {
        int slot = (int) ((value * 0x9E3779B97F4A7C15L) >>> 50);
        while (owners[slot] == round && keys[slot] != value) {
            slot = slot + 1 & SLOTS - 1;
        }
        return slot;
    }

    int size() {
        return size;
    }

    /** The different numbers, ascending; the first {@link #size} count. */
    long[] sorted() {
        return sorted;
    }

    /** The place of each value among {@link #sorted}. */
    long[] places(long[] values, int count) {
        if (places.length < count) {
            places = new long[count];
        }
        for (int i = 0; i < size; i++) {
            ranks[slot(sorted[i])] = i;
        }
        for (int i = 0; i < count; i++) {
            places[i] = ranks[slot(values[i])];
        }
        return places;
    }
}
