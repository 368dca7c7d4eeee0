package io.drme.cloud.promql;

/** What stands between two sides; a higher strength binds closer. */
enum Operator {
    OR("or", 1),
    AND("and", 2),
    UNLESS("unless", 2),
    EQUAL("==", 3),
    NOT_EQUAL("!=", 3),
    LESS_OR_EQUAL("<=", 3),
    GREATER_OR_EQUAL(">=", 3),
    LESS("<", 3),
    GREATER(">", 3),
    PLUS("+", 4),
    MINUS("-", 4),
    TIMES("*", 5),
    DIVIDED("/", 5),
    MODULO("%", 5),
    ATAN2("atan2", 5),
    POWER("^", 6);

    private static final int SET_STRENGTH = 2;
    private static final int COMPARISON_STRENGTH = 3;

    /** What a sign binds like: closer than a sum, and less than a power. */
    static final int SIGN_STRENGTH = 5;

    private final String text;
    private final int strength;

    Operator(String text, int strength) {
        this.text = text;
        this.strength = strength;
    }

    String text() {
        return text;
    }

    int strength() {
        return strength;
    }

    boolean isSet() {
        return strength <= SET_STRENGTH;
    }

    boolean isComparison() {
        return strength == COMPARISON_STRENGTH;
    }

    boolean isRightAssociative() {
        return this == POWER;
    }

    boolean holds(double left, double right) {
        return switch (this) {
            case EQUAL -> left == right;
            case NOT_EQUAL -> left != right;
            case LESS_OR_EQUAL -> left <= right;
            case GREATER_OR_EQUAL -> left >= right;
            case LESS -> left < right;
            case GREATER -> left > right;
            default -> throw new IllegalStateException(text + " compares nothing");
        };
    }

    double apply(double left, double right) {
        return switch (this) {
            case PLUS -> left + right;
            case MINUS -> left - right;
            case TIMES -> left * right;
            case DIVIDED -> left / right;
            case MODULO -> left % right;
            case ATAN2 -> Math.atan2(left, right);
            case POWER -> Math.pow(left, right);
            default -> holds(left, right) ? 1 : 0;
        };
    }
}
