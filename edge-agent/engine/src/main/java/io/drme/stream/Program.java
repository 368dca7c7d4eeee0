package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.ValueType;

/**
 * An expression compiled for inputs of certain types. It reads them from consecutive samples of a
 * batch: input 0 is sample {@code at}, the next one the sample behind it. So a filter looks at a
 * batch as it is, and a join puts what belongs together side by side into one. It evaluates without
 * allocating, but for texts that it joins; confined to its owner thread.
 */
public abstract class Program {
    /** The expression is false. */
    public static final int FALSE = 0;

    /** The expression is true. */
    public static final int TRUE = 1;

    /** It can't be told: the sample is bad, or a number divided by zero. */
    public static final int UNKNOWN = 2;

    private final Shape shape;

    /** Whether the last evaluation had a result. */
    boolean known;

    /** What is compiled holds on to its shape, so that others of it find it. */
    Program(Shape shape) {
        this.shape = shape;
    }

    /** The type of the result. */
    public final ValueType type() {
        return shape.type();
    }

    /**
     * Asks whether it is true of a sample, or of several side by side.
     *
     * @param at of input 0
     * @param tag what the name {@code tag} stands for
     * @return {@link #TRUE}, {@link #FALSE} or {@link #UNKNOWN}
     */
    public int test(Batch batch, int at, String tag) {
        throw new IllegalStateException("not true or false: " + type());
    }

    /** Evaluates a number or boolean; ask {@link #isKnown} before the result is used. */
    long bits(Batch batch, int at, String tag) {
        int truth = test(batch, at, tag);
        known = truth != UNKNOWN;
        return truth == TRUE ? 1 : 0;
    }

    /** Evaluates a text; ask {@link #isKnown} before the result is used. */
    String text(Batch batch, int at, String tag) {
        throw new IllegalStateException("not a text: " + type());
    }

    /** Whether the last evaluation had a result. */
    final boolean isKnown() {
        return known;
    }
}
