package io.drme.model;

/** One value as a person or an edge of the system sees it; the hot path carries bits instead. */
public sealed interface Value {

    /** True or false. */
    record Bool(boolean value) implements Value {}

    /** A signed integer of 64 bits. */
    record Int(long value) implements Value {}

    /** A double; NaN and the infinities are values too. */
    record Real(double value) implements Value {}

    /** A string. */
    record Text(String value) implements Value {}

    /** The type that carries this value. */
    default ValueType type() {
        return switch (this) {
            case Bool _ -> ValueType.BOOLEAN;
            case Int _ -> ValueType.INT64;
            case Real _ -> ValueType.FLOAT64;
            case Text _ -> ValueType.TEXT;
        };
    }
}
