package io.drme.history;

import io.drme.model.Value;
import org.jspecify.annotations.Nullable;

/**
 * One step of a roll-up. What was not asked for, or has no value, is null.
 *
 * @param time begin of the step, nanoseconds since 1970 UTC
 * @param count samples with a value; 0 where only a value from before holds, and then only {@code
 *     avg} is given
 * @param min smallest value
 * @param max largest value
 * @param first earliest value
 * @param last latest value
 * @param avg mean
 * @param sum sum
 * @param stddev standard deviation
 * @param p95 95th percentile
 */
public record RollUpRow(
        long time,
        long count,
        @Nullable Value min,
        @Nullable Value max,
        @Nullable Value first,
        @Nullable Value last,
        @Nullable Double avg,
        @Nullable Double sum,
        @Nullable Double stddev,
        @Nullable Double p95) {

    /** The value of a function; null where it was not asked for or has none. */
    public @Nullable Value value(RollUpFunction function) {
        return switch (function) {
            case MIN -> min;
            case MAX -> max;
            case FIRST -> first;
            case LAST -> last;
            case COUNT -> new Value.Int(count);
            case AVG -> real(avg);
            case SUM -> real(sum);
            case STDDEV -> real(stddev);
            case P95 -> real(p95);
        };
    }

    private static @Nullable Value real(@Nullable Double number) {
        return number == null ? null : new Value.Real(number);
    }
}
