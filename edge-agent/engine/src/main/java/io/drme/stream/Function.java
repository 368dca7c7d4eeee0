package io.drme.stream;

import io.drme.model.ValueType;
import java.util.List;

/**
 * What an expression can compute. Each is a static method; one that has no result for some operands
 * has a second method beside it, which is asked first.
 */
enum Function {
    PLUS_INTS("plus", "sumOverflows", 1, ValueType.INT64, ValueType.INT64, ValueType.INT64),
    MINUS_INTS(
            "minus", "differenceOverflows", 1, ValueType.INT64, ValueType.INT64, ValueType.INT64),
    TIMES_INTS("times", "productOverflows", 1, ValueType.INT64, ValueType.INT64, ValueType.INT64),
    OVER_INTS("over", "isUndivided", 1, ValueType.INT64, ValueType.INT64, ValueType.INT64),
    MODULO_INTS("modulo", "isUndivided", 1, ValueType.INT64, ValueType.INT64, ValueType.INT64),
    MIN_INTS("min", "", 1, ValueType.INT64, ValueType.INT64, ValueType.INT64),
    MAX_INTS("max", "", 1, ValueType.INT64, ValueType.INT64, ValueType.INT64),
    NEGATE_INT("negate", "isLeast", 1, ValueType.INT64, ValueType.INT64),
    ABS_INT("abs", "isLeast", 1, ValueType.INT64, ValueType.INT64),
    SIGN_INT("sign", "", 1, ValueType.INT64, ValueType.INT64),

    PLUS_REALS("plus", "", 1, ValueType.FLOAT64, ValueType.FLOAT64, ValueType.FLOAT64),
    MINUS_REALS("minus", "", 1, ValueType.FLOAT64, ValueType.FLOAT64, ValueType.FLOAT64),
    TIMES_REALS("times", "", 1, ValueType.FLOAT64, ValueType.FLOAT64, ValueType.FLOAT64),
    OVER_REALS("over", "", 1, ValueType.FLOAT64, ValueType.FLOAT64, ValueType.FLOAT64),
    MIN_REALS("min", "", 1, ValueType.FLOAT64, ValueType.FLOAT64, ValueType.FLOAT64),
    MAX_REALS("max", "", 1, ValueType.FLOAT64, ValueType.FLOAT64, ValueType.FLOAT64),
    NEGATE_REAL("negate", "", 1, ValueType.FLOAT64, ValueType.FLOAT64),
    ABS_REAL("abs", "", 1, ValueType.FLOAT64, ValueType.FLOAT64),
    SIGN_REAL("sign", "", 1, ValueType.FLOAT64, ValueType.FLOAT64),
    ROUND("round", "", 2, ValueType.FLOAT64, ValueType.FLOAT64),
    FLOOR("floor", "", 2, ValueType.FLOAT64, ValueType.FLOAT64),
    CEIL("ceil", "", 2, ValueType.FLOAT64, ValueType.FLOAT64),
    TRUNC("trunc", "", 2, ValueType.FLOAT64, ValueType.FLOAT64),
    SQRT("sqrt", "", 5, ValueType.FLOAT64, ValueType.FLOAT64),
    EXP("exp", "", 10, ValueType.FLOAT64, ValueType.FLOAT64),
    LOG("log", "", 10, ValueType.FLOAT64, ValueType.FLOAT64),
    LOG10("log10", "", 10, ValueType.FLOAT64, ValueType.FLOAT64),
    POW("pow", "", 20, ValueType.FLOAT64, ValueType.FLOAT64, ValueType.FLOAT64),
    IS_NAN("isNaN", "", 1, ValueType.BOOLEAN, ValueType.FLOAT64),
    IS_INF("isInf", "", 1, ValueType.BOOLEAN, ValueType.FLOAT64),
    IS_FINITE("isFinite", "", 1, ValueType.BOOLEAN, ValueType.FLOAT64),

    SAME_BOOLS("same", "", 1, ValueType.BOOLEAN, ValueType.BOOLEAN, ValueType.BOOLEAN),
    TO_REAL("real", "", 0, ValueType.FLOAT64, ValueType.INT64),
    TO_INT("whole", "isBeyondWhole", 1, ValueType.INT64, ValueType.FLOAT64),

    STARTS_WITH("startsWith", "", 10, ValueType.BOOLEAN, ValueType.TEXT, ValueType.TEXT),
    ENDS_WITH("endsWith", "", 10, ValueType.BOOLEAN, ValueType.TEXT, ValueType.TEXT),
    CONTAINS("contains", "", 50, ValueType.BOOLEAN, ValueType.TEXT, ValueType.TEXT),
    SIZE("size", "", 20, ValueType.INT64, ValueType.TEXT),
    JOIN("join", "isTooLong", 20, ValueType.TEXT, ValueType.TEXT, ValueType.TEXT),
    BOOL_TO_TEXT("text", "", 5, ValueType.TEXT, ValueType.BOOLEAN),
    INT_TO_TEXT("text", "", 20, ValueType.TEXT, ValueType.INT64),

    FULL_YEAR("fullYear", 10),
    MONTH("month", 15),
    DAY_OF_MONTH("dayOfMonth", 20),
    DATE("date", 20),
    DAY_OF_WEEK("dayOfWeek", 2),
    DAY_OF_YEAR("dayOfYear", 10),
    HOURS("hours", 2),
    MINUTES("minutes", 2),
    SECONDS("seconds", 2),
    MILLISECONDS("milliseconds", 2),
    EPOCH_SECONDS("epochSeconds", 2);

    private final Class<?> owner;
    private final String method;
    private final String failure;
    private final int cost;
    private final ValueType result;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<ValueType> parameters;

    Function(String method, String failure, int cost, ValueType result, ValueType... parameters) {
        this.owner = Functions.class;
        this.method = method;
        this.failure = failure;
        this.cost = cost;
        this.result = result;
        this.parameters = List.of(parameters);
    }

    /** Of a time. */
    Function(String method, int cost) {
        this.owner = Times.class;
        this.method = method;
        this.failure = "";
        this.cost = cost;
        this.result = ValueType.INT64;
        this.parameters = List.of(ValueType.INT64);
    }

    /** The class that has the static methods. */
    Class<?> owner() {
        return owner;
    }

    /** The static method. */
    String method() {
        return method;
    }

    /** The static method that tells whether there is no result for these operands, or empty. */
    String failure() {
        return failure;
    }

    boolean canFail() {
        return !failure.isEmpty();
    }

    /** Steps, as docs/expressions.md counts them: one is about a nanosecond. */
    int cost() {
        return cost;
    }

    ValueType result() {
        return result;
    }

    List<ValueType> parameters() {
        return parameters;
    }
}
