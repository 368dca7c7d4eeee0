package io.drme.model;

/** The four types of value that a tag can have. The codes go on disk and wire: never reuse one. */
public enum ValueType {
    /** True or false. */
    BOOLEAN(1),
    /** A signed integer of 64 bits; it never passes through a double. */
    INT64(2),
    /** A double; a float32 source keeps its shortest decimal. */
    FLOAT64(3),
    /** A string of at most {@link #MAX_TEXT_LENGTH} characters. */
    TEXT(4);

    /** The longest text value, in characters. */
    public static final int MAX_TEXT_LENGTH = 4_096;

    private static final ValueType[] BY_CODE = {BOOLEAN, INT64, FLOAT64, TEXT};

    private final int code;

    ValueType(int code) {
        this.code = code;
    }

    /** The number that stands for this type on disk and wire; 1 to 4. */
    public int code() {
        return code;
    }

    /**
     * Finds a type by its code.
     *
     * @throws IllegalArgumentException when no type has that code
     */
    public static ValueType ofCode(int code) {
        if (code < 1 || code > BY_CODE.length) {
            throw new IllegalArgumentException("no value type has the code " + code);
        }
        return BY_CODE[code - 1];
    }
}
