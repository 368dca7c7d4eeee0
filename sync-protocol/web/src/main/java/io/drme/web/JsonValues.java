package io.drme.web;

import io.drme.model.Value;
import org.jspecify.annotations.Nullable;

/** Turns values into what JSON can hold without loss. */
public final class JsonValues {
    /** Up to here, both signs, every integer survives a JSON reader that uses doubles. */
    public static final long MAX_SAFE_INTEGER = 1L << 53;

    private JsonValues() {}

    /**
     * What stands for a value in a {@code JsonObject}: a boolean, a number, or a text. Integers
     * beyond ±2^53 come as text, as do the doubles that JSON has no number for ({@code "NaN"},
     * {@code "Infinity"}, {@code "-Infinity"}). Null stays null.
     */
    public static @Nullable Object of(@Nullable Value value) {
        return switch (value) {
            case null -> null;
            case Value.Bool(boolean b) -> b;
            case Value.Int(long i) -> of(i);
            case Value.Real(double d) -> of(d);
            case Value.Text(String text) -> text;
        };
    }

    /** An integer as a number, or as text beyond ±2^53. */
    public static Object of(long value) {
        boolean safe = value >= -MAX_SAFE_INTEGER && value <= MAX_SAFE_INTEGER;
        return safe ? (Object) value : Long.toString(value);
    }

    /** A double as a number, or as text where it is not finite. */
    public static Object of(double value) {
        return Double.isFinite(value) ? (Object) value : Double.toString(value);
    }
}
