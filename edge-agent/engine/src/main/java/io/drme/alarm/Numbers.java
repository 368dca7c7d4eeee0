package io.drme.alarm;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.ValueType;

/** Numbers of samples. */
final class Numbers {
    private Numbers() {}

    static boolean isNumber(ValueType type) {
        return type == ValueType.INT64 || type == ValueType.FLOAT64;
    }

    /** A sample's value as a decimal; NaN where it is bad. */
    static double of(Batch batch, int at, ValueType type) {
        if (Quality.isBad(batch.qualities()[at])) {
            return Double.NaN;
        }
        long bits = batch.bits()[at];
        return type == ValueType.FLOAT64 ? Double.longBitsToDouble(bits) : bits;
    }
}
