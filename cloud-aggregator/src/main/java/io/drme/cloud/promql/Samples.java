package io.drme.cloud.promql;

import java.util.Arrays;

/**
 * Samples of one series, by time: each millisecond once. Filled by one thread and then only read.
 */
final class Samples {
    private static final int FIRST_CAPACITY = 256;

    private long[] millis = new long[FIRST_CAPACITY];
    private double[] values = new double[FIRST_CAPACITY];
    private int size;

    /**
     * Adds a sample, which may be older than those before it; of one millisecond the last stays.
     */
    void add(long atMillis, double value) {
        int at = size;
        while (at > 0 && millis[at - 1] > atMillis) {
            at--;
        }
        if (at > 0 && millis[at - 1] == atMillis) {
            values[at - 1] = value;
            return;
        }
        if (size == millis.length) {
            millis = Arrays.copyOf(millis, 2 * size);
            values = Arrays.copyOf(values, 2 * size);
        }
        System.arraycopy(millis, at, millis, at + 1, size - at);
        System.arraycopy(values, at, values, at + 1, size - at);
        millis[at] = atMillis;
        values[at] = value;
        size++;
    }

    int size() {
        return size;
    }

    long millis(int index) {
        return millis[index];
    }

    double value(int index) {
        return values[index];
    }
}
