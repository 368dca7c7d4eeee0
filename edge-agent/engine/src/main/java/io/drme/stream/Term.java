package io.drme.stream;

import io.drme.model.ValueType;

/**
 * One node of a compiled expression. Of the four ways to ask, a term answers the one of its type;
 * whole numbers also answer as doubles. None allocates.
 *
 * <p>Truth is three-valued: where a number or text is unknown, {@link Frame#failed} is set and what
 * compares it is {@link #UNKNOWN}. So {@code value > 80 || quality == 'bad'} is true of a bad
 * sample, as in CEL, where errors are absorbed the same way.
 */
abstract sealed class Term {
    static final int FALSE = 0;
    static final int TRUE = 1;
    static final int UNKNOWN = 2;

    private final ValueType type;

    private Term(ValueType type) {
        this.type = type;
    }

    ValueType type() {
        return type;
    }

    int truth(Frame f) {
        throw new IllegalStateException("not true or false: " + type);
    }

    long integer(Frame f) {
        throw new IllegalStateException("not a whole number: " + type);
    }

    double real(Frame f) {
        throw new IllegalStateException("not a number: " + type);
    }

    String text(Frame f) {
        throw new IllegalStateException("not a text: " + type);
    }

    /** True, false or unknown. */
    abstract static non-sealed class Bool extends Term {
        Bool() {
            super(ValueType.BOOLEAN);
        }

        @Override
        abstract int truth(Frame f);
    }

    /** A whole number of 64 bits. */
    abstract static non-sealed class Int extends Term {
        Int() {
            super(ValueType.INT64);
        }

        @Override
        abstract long integer(Frame f);

        @Override
        double real(Frame f) {
            return integer(f);
        }
    }

    /** A double. */
    abstract static non-sealed class Real extends Term {
        Real() {
            super(ValueType.FLOAT64);
        }

        @Override
        abstract double real(Frame f);
    }

    /** A string. */
    abstract static non-sealed class Text extends Term {
        Text() {
            super(ValueType.TEXT);
        }

        @Override
        abstract String text(Frame f);
    }

    /** {@code condition ? yes : no}, of any type. */
    static final class Choice extends Term {
        private final Term condition;
        private final Term yes;
        private final Term no;

        Choice(ValueType type, Term condition, Term yes, Term no) {
            super(type);
            this.condition = condition;
            this.yes = yes;
            this.no = no;
        }

        @Override
        int truth(Frame f) {
            int chosen = condition.truth(f);
            return chosen == UNKNOWN ? UNKNOWN : chosen == TRUE ? yes.truth(f) : no.truth(f);
        }

        @Override
        long integer(Frame f) {
            int chosen = condition.truth(f);
            f.failed |= chosen == UNKNOWN;
            return chosen == UNKNOWN ? 0 : chosen == TRUE ? yes.integer(f) : no.integer(f);
        }

        @Override
        double real(Frame f) {
            int chosen = condition.truth(f);
            f.failed |= chosen == UNKNOWN;
            return chosen == UNKNOWN ? 0 : chosen == TRUE ? yes.real(f) : no.real(f);
        }

        @Override
        String text(Frame f) {
            int chosen = condition.truth(f);
            f.failed |= chosen == UNKNOWN;
            return chosen == UNKNOWN ? "" : chosen == TRUE ? yes.text(f) : no.text(f);
        }
    }
}
