package io.drme.stream;

/** How two values can be compared. */
enum Relation {
    EQUAL("=="),
    UNEQUAL("!="),
    LESS("<"),
    AT_MOST("<="),
    GREATER(">"),
    AT_LEAST(">=");

    private final String symbol;

    Relation(String symbol) {
        this.symbol = symbol;
    }

    /** The relation with this symbol, which must be one of the six. */
    static Relation of(String symbol) {
        for (var relation : values()) {
            if (relation.symbol.equals(symbol)) {
                return relation;
            }
        }
        throw new IllegalArgumentException("no relation: " + symbol);
    }

    /** Whether it asks only for the same or not the same. */
    boolean isEquality() {
        return this == EQUAL || this == UNEQUAL;
    }

    /** The same relation seen from the other side. */
    Relation flipped() {
        return switch (this) {
            case LESS -> GREATER;
            case AT_MOST -> AT_LEAST;
            case GREATER -> LESS;
            case AT_LEAST -> AT_MOST;
            case EQUAL, UNEQUAL -> this;
        };
    }

    /** Whether it holds, given the sign of a comparison. */
    boolean holds(int sign) {
        return switch (this) {
            case EQUAL -> sign == 0;
            case UNEQUAL -> sign != 0;
            case LESS -> sign < 0;
            case AT_MOST -> sign <= 0;
            case GREATER -> sign > 0;
            case AT_LEAST -> sign >= 0;
        };
    }

    /** Whether it holds between doubles by IEEE 754: NaN is unequal to all, and -0.0 is 0.0. */
    @SuppressWarnings("FloatingPointEquality") // exactly what the language defines
    boolean holds(double left, double right) {
        return switch (this) {
            case EQUAL -> left == right;
            case UNEQUAL -> left != right;
            case LESS -> left < right;
            case AT_MOST -> left <= right;
            case GREATER -> left > right;
            case AT_LEAST -> left >= right;
        };
    }

    /** Whether it holds between a whole number and a double, by their exact values. */
    boolean holds(long left, double right) {
        if (Double.isNaN(right)) {
            return this == UNEQUAL;
        }
        return holds(compare(left, right));
    }

    private static int compare(long left, double right) {
        if (right >= 0x1p63) {
            return -1;
        }
        if (right < -0x1p63) {
            return 1;
        }
        long whole = (long) right;
        return left == whole ? Double.compare(whole - right + 0.0, 0.0) : Long.compare(left, whole);
    }
}
