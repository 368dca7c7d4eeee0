package io.drme.stream;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The line through the samples of the last while that fits best, for each of some lanes. A window
 * is put together from {@link #PARTS} parts and one that is begun, so that its memory does not
 * depend on how many samples there are. Of each part there are means and sums of squared
 * differences (as in Chan and others 1983), which large values and times do not wash out.
 */
final class SlopeWindow {
    /** So many parts a window has. */
    static final int PARTS = 32;

    /** The memory of a lane. */
    static final long BYTES = (PARTS + 1) * 6L * 8;

    private static final int RING = PARTS + 1;

    private final long part;
    private final long[] numbers;
    private final double[] counts;
    private final double[] times;
    private final double[] values;
    private final double[] timeSquares;
    private final double[] products;

    SlopeWindow(int lanes, long lengthNanos) {
        part = Math.max(1, lengthNanos / PARTS);
        int all = lanes * RING;
        numbers = new long[all];
        counts = new double[all];
        times = new double[all];
        values = new double[all];
        timeSquares = new double[all];
        products = new double[all];
    }

    /** Adds a sample, no older than those before. */
    void add(int lane, long time, double value) {
        long number = time / part;
        int slot = lane * RING + (int) (number % RING);
        if (numbers[slot] != number || counts[slot] == 0) {
            numbers[slot] = number;
            counts[slot] = 0;
            times[slot] = 0;
            values[slot] = 0;
            timeSquares[slot] = 0;
            products[slot] = 0;
        }
        double at = time - number * part; // within the part, so that no digits are lost
        counts[slot]++;
        double timeOff = at - times[slot];
        double valueOff = value - values[slot];
        times[slot] += timeOff / counts[slot];
        values[slot] += valueOff / counts[slot];
        timeSquares[slot] += timeOff * (at - times[slot]);
        products[slot] += timeOff * (value - values[slot]);
    }

    /** Value a nanosecond, over what is newer than a window before {@code time}; NaN without. */
    double slope(int lane, long time) {
        long last = time / part;
        double count = 0;
        double meanTime = 0;
        double meanValue = 0;
        double squares = 0;
        double product = 0;
        for (int slot = lane * RING; slot < (lane + 1) * RING; slot++) {
            if (counts[slot] > 0 && numbers[slot] >= last - PARTS && numbers[slot] <= last) {
                double at = (numbers[slot] - last) * (double) part + times[slot];
                double all = count + counts[slot];
                double timeOff = at - meanTime;
                double valueOff = values[slot] - meanValue;
                double weight = count * counts[slot] / all;
                squares += timeSquares[slot] + timeOff * timeOff * weight;
                product += products[slot] + timeOff * valueOff * weight;
                meanTime += timeOff * counts[slot] / all;
                meanValue += valueOff * counts[slot] / all;
                count = all;
            }
        }
        return squares > 0 ? product / squares : Double.NaN;
    }

    /** Forgets a lane. */
    void clear(int lane) {
        for (int slot = lane * RING; slot < (lane + 1) * RING; slot++) {
            counts[slot] = 0;
        }
    }

    void saveLane(int lane, DataOutput out) throws IOException {
        for (int slot = lane * RING; slot < (lane + 1) * RING; slot++) {
            out.writeLong(numbers[slot]);
            out.writeDouble(counts[slot]);
            out.writeDouble(times[slot]);
            out.writeDouble(values[slot]);
            out.writeDouble(timeSquares[slot]);
            out.writeDouble(products[slot]);
        }
    }

    void loadLane(int lane, DataInput in) throws IOException {
        for (int slot = lane * RING; slot < (lane + 1) * RING; slot++) {
            numbers[slot] = in.readLong();
            counts[slot] = in.readDouble();
            times[slot] = in.readDouble();
            values[slot] = in.readDouble();
            timeSquares[slot] = in.readDouble();
            products[slot] = in.readDouble();
        }
    }
}
