package io.drme.model;

import org.jspecify.annotations.Nullable;

/** Turns the bits of the hot path into values and back. */
public final class Values {
    private Values() {}

    /**
     * The value that these bits stand for.
     *
     * @param text the text where {@code type} is {@link ValueType#TEXT}, otherwise ignored
     */
    public static Value of(ValueType type, long bits, @Nullable String text) {
        return switch (type) {
            case BOOLEAN -> new Value.Bool(bits != 0);
            case INT64 -> new Value.Int(bits);
            case FLOAT64 -> new Value.Real(Double.longBitsToDouble(bits));
            case TEXT -> new Value.Text(text == null ? "" : text);
        };
    }

    /** The bits that stand for a value; 0 for a text. */
    public static long bits(Value value) {
        return switch (value) {
            case Value.Bool(boolean b) -> b ? 1 : 0;
            case Value.Int(long i) -> i;
            case Value.Real(double d) -> Double.doubleToRawLongBits(d);
            case Value.Text _ -> 0;
        };
    }

    /** The bits as a double, for arithmetic over any numeric type; a text gives NaN. */
    public static double asDouble(ValueType type, long bits) {
        return switch (type) {
            case BOOLEAN -> bits != 0 ? 1 : 0;
            case INT64 -> bits;
            case FLOAT64 -> Double.longBitsToDouble(bits);
            case TEXT -> Double.NaN;
        };
    }
}
