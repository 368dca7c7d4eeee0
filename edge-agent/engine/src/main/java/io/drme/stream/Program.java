package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.ValueType;

/**
 * An expression compiled for inputs of certain types. It reads them from consecutive samples of a
 * batch: input 0 is sample {@code at}, the next one the sample behind it. So a filter looks at a
 * batch as it is, and a join puts what belongs together side by side into one. It evaluates without
 * allocating; confined to its owner thread.
 */
public final class Program {
    /** The expression is false. */
    public static final int FALSE = Term.FALSE;

    /** The expression is true. */
    public static final int TRUE = Term.TRUE;

    /** It can't be told: the sample is bad, or a number divided by zero. */
    public static final int UNKNOWN = Term.UNKNOWN;

    private final Term term;
    private final Frame frame = new Frame();

    Program(Term term) {
        this.term = term;
    }

    /** The type of the result. */
    public ValueType type() {
        return term.type();
    }

    /**
     * Asks whether it is true of a sample, or of several side by side.
     *
     * @param at of input 0
     * @param tag what the name {@code tag} stands for
     * @return {@link #TRUE}, {@link #FALSE} or {@link #UNKNOWN}
     */
    public int test(Batch batch, int at, String tag) {
        frame.load(batch, at, tag);
        return term.truth(frame);
    }

    /** Evaluates a number or boolean; ask {@link #isKnown} before the result is used. */
    long bits(Batch batch, int at, String tag) {
        frame.load(batch, at, tag);
        return switch (term.type()) {
            case INT64 -> term.integer(frame);
            case FLOAT64 -> Double.doubleToRawLongBits(term.real(frame));
            case BOOLEAN -> {
                int truth = term.truth(frame);
                frame.failed = truth == UNKNOWN;
                yield truth == TRUE ? 1 : 0;
            }
            case TEXT -> 0;
        };
    }

    /** Evaluates a text; ask {@link #isKnown} before the result is used. */
    String text(Batch batch, int at, String tag) {
        frame.load(batch, at, tag);
        return term.text(frame);
    }

    /** Whether the last evaluation had a result. */
    boolean isKnown() {
        return !frame.failed;
    }
}
