package io.drme.block;

import io.drme.model.Quality;
import io.drme.model.ValueType;
import io.drme.model.Values;

/** Computes the statistics of one series. Reused; confined to its owner. */
final class Summary {
    private static final double NANOS_PER_SECOND = 1e9;

    long firstTime;
    long lastTime;
    int badCount;
    boolean complete;
    long firstBits;
    long lastBits;
    long minBits;
    long maxBits;
    double sum;
    double integral;
    long coveredNanos;

    /** The exact sum of integers; only where {@link #longSumFits}. */
    long longSum;

    boolean longSumFits;

    private double error;

    /** Looks at the first {@code count} samples, at least one. */
    void compute(ValueType type, long[] times, long[] bits, byte[] qualities, int count) {
        clear();
        firstTime = times[0];
        lastTime = times[0];
        boolean inOrder = true;
        boolean finite = true;
        for (int i = 0; i < count; i++) {
            long time = times[i];
            inOrder &= i == 0 || time >= times[i - 1];
            firstTime = Math.min(firstTime, time);
            lastTime = Math.max(lastTime, time);
            badCount += Quality.isBad(qualities[i]) ? 1 : 0;
            finite &=
                    type != ValueType.FLOAT64 || Double.isFinite(Double.longBitsToDouble(bits[i]));
        }
        complete = type != ValueType.TEXT && badCount < count && inOrder && finite;
        if (complete) {
            numbers(type, times, bits, qualities, count);
        }
    }

    private void clear() {
        badCount = 0;
        firstBits = 0;
        lastBits = 0;
        minBits = 0;
        maxBits = 0;
        sum = 0;
        error = 0;
        integral = 0;
        coveredNanos = 0;
        longSum = 0;
        longSumFits = true;
    }

    private void numbers(ValueType type, long[] times, long[] bits, byte[] qualities, int count) {
        boolean any = false;
        for (int i = 0; i < count; i++) {
            if (Quality.isBad(qualities[i])) {
                continue;
            }
            long value = bits[i];
            if (!any) {
                firstBits = value;
                minBits = value;
                maxBits = value;
                any = true;
            }
            lastBits = value;
            minBits = compare(type, value, minBits) < 0 ? value : minBits;
            maxBits = compare(type, value, maxBits) > 0 ? value : maxBits;
            double number = Values.asDouble(type, value);
            addToSum(number);
            if (type != ValueType.FLOAT64) {
                long next = longSum + value;
                longSumFits &= ((longSum ^ next) & (value ^ next)) >= 0;
                longSum = next;
            }
            if (i + 1 < count) {
                long held = times[i + 1] - times[i];
                integral += number * (held / NANOS_PER_SECOND);
                coveredNanos += held;
            }
        }
        sum = type != ValueType.FLOAT64 && longSumFits ? longSum : sum + error;
        // A sum beyond the largest double leaves the compensation undefined, and no statistics.
        complete = Double.isFinite(sum) && Double.isFinite(integral) && lastTime - firstTime >= 0;
        if (!complete) {
            int bad = badCount;
            clear();
            badCount = bad;
        }
    }

    /** Neumaier's compensated sum. */
    private void addToSum(double value) {
        double next = sum + value;
        error += Math.abs(sum) >= Math.abs(value) ? (sum - next) + value : (value - next) + sum;
        sum = next;
    }

    private static int compare(ValueType type, long a, long b) {
        return type == ValueType.FLOAT64
                ? Double.compare(Double.longBitsToDouble(a), Double.longBitsToDouble(b))
                : Long.compare(a, b);
    }

    SeriesStats toStats(int count) {
        return new SeriesStats(
                count,
                badCount,
                firstTime,
                lastTime,
                complete,
                firstBits,
                lastBits,
                minBits,
                maxBits,
                sum,
                integral,
                coveredNanos);
    }
}
