package io.drme.stream;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * A bounded summary of weighted values that tells percentiles: at most {@code capacity} points in
 * the order of their values. Exact as long as there are no more different values than points.
 * Beyond, neighbours are put together to half as many, finely at both ends and coarsely in the
 * middle (the t-digest of Dunning and Ertl, with its scale k1).
 *
 * <p>A point that is one value, however heavy, stays that value; one that was put together is a
 * stretch, and percentiles go along it in a straight line.
 *
 * <p>{@code QuantilesTest} says how far off ranks are.
 */
final class Quantiles {
    private static final int FIRST_CAPACITY = 8;

    private final int capacity;
    private final double compression;
    private double[] values = {};
    private double[] weights = {};
    private boolean[] together = {};
    private int size;

    /** Makes an empty summary of at most so many points, 16 or more. */
    Quantiles(int capacity) {
        this.capacity = capacity;
        // Any two neighbours left are wider than 1 on a scale that is half this long, so at most
        // half the capacity is left.
        this.compression = capacity / 2.0 - 1;
    }

    /** The most memory that one takes, in bytes. */
    static long bytes(int capacity) {
        return capacity * (8L + 8 + 1) + 112;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void clear() {
        size = 0;
    }

    /** Adds a finite value with a weight above zero. */
    void add(double value, double weight) {
        add(value, weight, false);
    }

    /** Adds all of another. */
    void addAll(Quantiles other) {
        for (int i = 0; i < other.size; i++) {
            add(other.values[i], other.weights[i], other.together[i]);
        }
    }

    private void add(double value, double weight, boolean isTogether) {
        int found = Arrays.binarySearch(values, 0, size, value);
        if (found >= 0 && together[found] == isTogether) {
            weights[found] += weight;
            return;
        }
        if (size == values.length && !grow()) {
            compress();
            found = Arrays.binarySearch(values, 0, size, value);
        }
        int at = found >= 0 ? found : -found - 1;
        System.arraycopy(values, at, values, at + 1, size - at);
        System.arraycopy(weights, at, weights, at + 1, size - at);
        System.arraycopy(together, at, together, at + 1, size - at);
        values[at] = value;
        weights[at] = weight;
        together[at] = isTogether;
        size++;
    }

    private boolean grow() {
        if (size == capacity) {
            return false;
        }
        resize(Math.min(capacity, Math.max(FIRST_CAPACITY, size * 2)));
        return true;
    }

    private void resize(int room) {
        values = Arrays.copyOf(values, room);
        weights = Arrays.copyOf(weights, room);
        together = Arrays.copyOf(together, room);
    }

    private void compress() {
        double total = total();
        double before = 0;
        int kept = 0;
        for (int i = 1; i < size; i++) {
            double until = before + weights[kept] + weights[i];
            if (scale(until / total) - scale(before / total) <= 1) {
                double weight = weights[kept] + weights[i];
                values[kept] += (values[i] - values[kept]) * weights[i] / weight;
                weights[kept] = weight;
                together[kept] = true;
            } else {
                before += weights[kept];
                kept++;
                values[kept] = values[i];
                weights[kept] = weights[i];
                together[kept] = together[i];
            }
        }
        size = kept + 1;
    }

    private double scale(double share) {
        return compression / (2 * Math.PI) * Math.asin(2 * Math.min(share, 1) - 1);
    }

    private double total() {
        double total = 0;
        for (int i = 0; i < size; i++) {
            total += weights[i];
        }
        return total;
    }

    /**
     * The least value that at least so many percent of the weight do not exceed; the middle of two
     * where exactly so many lie below. There is at least one value.
     *
     * @param percent above 0, below 100
     */
    double at(double percent) {
        double target = percent * total() / 100;
        double before = 0;
        int i = 0;
        while (i < size - 1 && before + weights[i] < target) {
            before += weights[i];
            i++;
        }
        if (i < size - 1 && before + weights[i] == target) {
            return edge(i);
        }
        if (!together[i]) {
            return values[i];
        }
        double way = (target - before) / weights[i];
        double left = i == 0 ? values[i] : edge(i - 1);
        double right = i == size - 1 ? values[i] : edge(i);
        return way < 0.5
                ? left + (values[i] - left) * 2 * way
                : values[i] + (right - values[i]) * (2 * way - 1);
    }

    /** Between a point and the next one. */
    private double edge(int at) {
        return values[at] + (values[at + 1] - values[at]) / 2;
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(size);
        for (int i = 0; i < size; i++) {
            out.writeDouble(values[i]);
            out.writeDouble(weights[i]);
            out.writeBoolean(together[i]);
        }
    }

    void load(DataInput in) throws IOException {
        size = in.readInt();
        if (size > values.length) {
            resize(size);
        }
        for (int i = 0; i < size; i++) {
            values[i] = in.readDouble();
            weights[i] = in.readDouble();
            together[i] = in.readBoolean();
        }
    }
}
