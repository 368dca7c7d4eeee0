package io.drme.cloud.promql;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a function says of the samples in a window, both of whose ends belong to it; as Prometheus
 * 2.42 does it (promql/functions.go).
 */
final class OverTime {
    private static final double MILLIS_PER_SECOND = 1e3;

    /** A gap at an end of the window up to so many pauses between samples is bridged. */
    private static final double BRIDGED_PAUSES = 1.1;

    private final Function function;
    private final Samples samples;
    private final long rangeMillis;

    OverTime(Function function, Samples samples, long rangeMillis) {
        this.function = function;
        this.samples = samples;
        this.rangeMillis = rangeMillis;
    }

    /**
     * The value over samples {@code from} to {@code to}, exclusive; null where there are too few.
     *
     * @param endMillis of the window
     */
    @Nullable Double of(int from, int to, long endMillis, double parameter) {
        int count = to - from;
        if (count == 0) {
            return null;
        }
        return switch (function) {
            case RATE, INCREASE, DELTA -> count < 2 ? null : extrapolated(from, to, endMillis);
            case IRATE, IDELTA -> count < 2 ? null : instant(to);
            case CHANGES -> (double) changes(from, to);
            case RESETS -> (double) resets(from, to);
            case AVG_OVER_TIME -> sum(from, to) / count;
            case SUM_OVER_TIME -> sum(from, to);
            case MIN_OVER_TIME -> extreme(from, to, -1);
            case MAX_OVER_TIME -> extreme(from, to, 1);
            case COUNT_OVER_TIME -> (double) count;
            case LAST_OVER_TIME -> samples.value(to - 1);
            case PRESENT_OVER_TIME -> 1.0;
            case STDVAR_OVER_TIME -> variance(from, to);
            case STDDEV_OVER_TIME -> Math.sqrt(variance(from, to));
            case QUANTILE_OVER_TIME -> quantile(parameter, values(from, to));
            default -> throw new IllegalStateException(function + " is not over time");
        };
    }

    private double extrapolated(int from, int to, long endMillis) {
        double first = samples.value(from);
        double change = samples.value(to - 1) - first;
        boolean counter = function != Function.DELTA;
        if (counter) {
            for (int i = from + 1; i < to; i++) {
                if (samples.value(i) < samples.value(i - 1)) {
                    change += samples.value(i - 1);
                }
            }
        }
        double toStart = (samples.millis(from) - (endMillis - rangeMillis)) / MILLIS_PER_SECOND;
        double toEnd = (endMillis - samples.millis(to - 1)) / MILLIS_PER_SECOND;
        double sampled = (samples.millis(to - 1) - samples.millis(from)) / MILLIS_PER_SECOND;
        double pause = sampled / (to - from - 1);
        if (counter && change > 0 && first >= 0) {
            // A counter is never below zero, so it is not extrapolated to before that.
            toStart = Math.min(toStart, sampled * (first / change));
        }
        double threshold = pause * BRIDGED_PAUSES;
        double whole =
                sampled
                        + (toStart < threshold ? toStart : pause / 2)
                        + (toEnd < threshold ? toEnd : pause / 2);
        double factor = whole / sampled;
        if (function == Function.RATE) {
            factor /= rangeMillis / MILLIS_PER_SECOND;
        }
        return change * factor;
    }

    private @Nullable Double instant(int to) {
        double last = samples.value(to - 1);
        double before = samples.value(to - 2);
        double seconds = (samples.millis(to - 1) - samples.millis(to - 2)) / MILLIS_PER_SECOND;
        if (function == Function.IDELTA) {
            return last - before;
        }
        return (last < before ? last : last - before) / seconds;
    }

    private int changes(int from, int to) {
        int changes = 0;
        for (int i = from + 1; i < to; i++) {
            double now = samples.value(i);
            double before = samples.value(i - 1);
            changes += now != before && !(Double.isNaN(now) && Double.isNaN(before)) ? 1 : 0;
        }
        return changes;
    }

    private int resets(int from, int to) {
        int resets = 0;
        for (int i = from + 1; i < to; i++) {
            resets += samples.value(i) < samples.value(i - 1) ? 1 : 0;
        }
        return resets;
    }

    /** By Kahan and Neumaier, as long as the sum is finite. */
    private double sum(int from, int to) {
        double sum = 0;
        double lost = 0;
        for (int i = from; i < to; i++) {
            double value = samples.value(i);
            double next = sum + value;
            if (Double.isFinite(next)) {
                lost +=
                        Math.abs(sum) >= Math.abs(value)
                                ? (sum - next) + value
                                : (value - next) + sum;
            }
            sum = next;
        }
        return Double.isFinite(sum) ? sum + lost : sum;
    }

    private double extreme(int from, int to, int sign) {
        double extreme = samples.value(from);
        for (int i = from + 1; i < to; i++) {
            double value = samples.value(i);
            if (sign * value > sign * extreme || Double.isNaN(extreme)) {
                extreme = value;
            }
        }
        return extreme;
    }

    private double variance(int from, int to) {
        double mean = 0;
        double squares = 0;
        for (int i = from; i < to; i++) {
            double delta = samples.value(i) - mean;
            mean += delta / (i - from + 1);
            squares += delta * (samples.value(i) - mean);
        }
        return squares / (to - from);
    }

    private double[] values(int from, int to) {
        var values = new double[to - from];
        for (int i = from; i < to; i++) {
            values[i - from] = samples.value(i);
        }
        return values;
    }

    /** A quantile, between two values in proportion. Sorts the values; NaN is the least of all. */
    static double quantile(double share, double[] values) {
        if (values.length == 0 || Double.isNaN(share)) {
            return Double.NaN;
        }
        if (share < 0 || share > 1) {
            return share < 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        Arrays.sort(values);
        int strange = 0;
        while (strange < values.length && Double.isNaN(values[values.length - 1 - strange])) {
            strange++;
        }
        double rank = share * (values.length - 1);
        int lower = (int) Math.floor(rank);
        int upper = Math.min(values.length - 1, lower + 1);
        double weight = rank - lower;
        return ranked(values, lower, strange) * (1 - weight)
                + ranked(values, upper, strange) * weight;
    }

    private static double ranked(double[] sorted, int rank, int strange) {
        return rank < strange ? Double.NaN : sorted[rank - strange];
    }
}
