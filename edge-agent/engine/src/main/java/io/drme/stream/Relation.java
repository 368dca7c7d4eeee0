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

    /** The sign of a comparison with NaN, which is unequal to all: one that makes it false. */
    int signOfNaN() {
        return this == LESS || this == AT_MOST ? 1 : -1;
    }
}
