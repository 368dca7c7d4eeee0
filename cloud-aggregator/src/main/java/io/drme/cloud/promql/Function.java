package io.drme.cloud.promql;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The functions that are supported, with what they take and give. */
enum Function {
    RATE(Expr.Type.MATRIX),
    INCREASE(Expr.Type.MATRIX),
    DELTA(Expr.Type.MATRIX),
    IRATE(Expr.Type.MATRIX),
    IDELTA(Expr.Type.MATRIX),
    CHANGES(Expr.Type.MATRIX),
    RESETS(Expr.Type.MATRIX),
    AVG_OVER_TIME(Expr.Type.MATRIX),
    MIN_OVER_TIME(Expr.Type.MATRIX),
    MAX_OVER_TIME(Expr.Type.MATRIX),
    SUM_OVER_TIME(Expr.Type.MATRIX),
    COUNT_OVER_TIME(Expr.Type.MATRIX),
    LAST_OVER_TIME(Expr.Type.MATRIX),
    PRESENT_OVER_TIME(Expr.Type.MATRIX),
    STDDEV_OVER_TIME(Expr.Type.MATRIX),
    STDVAR_OVER_TIME(Expr.Type.MATRIX),
    QUANTILE_OVER_TIME(Expr.Type.SCALAR, Expr.Type.MATRIX),
    ABS(Expr.Type.VECTOR),
    CEIL(Expr.Type.VECTOR),
    FLOOR(Expr.Type.VECTOR),
    SQRT(Expr.Type.VECTOR),
    EXP(Expr.Type.VECTOR),
    LN(Expr.Type.VECTOR),
    LOG2(Expr.Type.VECTOR),
    LOG10(Expr.Type.VECTOR),
    SGN(Expr.Type.VECTOR),
    ROUND(1, Expr.Type.VECTOR, Expr.Type.SCALAR),
    CLAMP(Expr.Type.VECTOR, Expr.Type.SCALAR, Expr.Type.SCALAR),
    CLAMP_MIN(Expr.Type.VECTOR, Expr.Type.SCALAR),
    CLAMP_MAX(Expr.Type.VECTOR, Expr.Type.SCALAR),
    SORT(Expr.Type.VECTOR),
    SORT_DESC(Expr.Type.VECTOR),
    SCALAR(Expr.Type.VECTOR),
    VECTOR(Expr.Type.SCALAR),
    TIME(),
    PI();

    private final int least;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<Expr.Type> takes;

    Function(Expr.Type... takes) {
        this(takes.length, takes);
    }

    Function(int least, Expr.Type... takes) {
        this.least = least;
        this.takes = List.of(takes);
    }

    /** Finds a function by its name. */
    static Optional<Function> of(String name) {
        for (var function : values()) {
            if (function.text().equals(name)) {
                return Optional.of(function);
            }
        }
        return Optional.empty();
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** How many arguments it needs. */
    int least() {
        return least;
    }

    List<Expr.Type> takes() {
        return takes;
    }

    Expr.Type gives() {
        return switch (this) {
            case SCALAR, TIME, PI -> Expr.Type.SCALAR;
            default -> Expr.Type.VECTOR;
        };
    }

    /** Whether it looks at the samples of a span. */
    boolean isOverTime() {
        return takes.contains(Expr.Type.MATRIX);
    }
}
