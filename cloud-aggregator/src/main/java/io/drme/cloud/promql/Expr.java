package io.drme.cloud.promql;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A query as its parser understood it. */
sealed interface Expr {
    /** What an expression gives. */
    enum Type {
        SCALAR("scalar"),
        VECTOR("instant vector"),
        MATRIX("range vector"),
        STRING("string");

        private final String text;

        Type(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    Type type();

    /** A number. */
    record Literal(double value) implements Expr {
        @Override
        public Type type() {
            return Type.SCALAR;
        }
    }

    /** A text. */
    record Text(String value) implements Expr {
        @Override
        public Type type() {
            return Type.STRING;
        }
    }

    /**
     * Series by their labels.
     *
     * @param rangeMillis how far back a range vector goes; 0 for an instant vector
     */
    record Selector(List<Matcher> matchers, long rangeMillis, long offsetMillis) implements Expr {
        @Override
        public Type type() {
            return rangeMillis > 0 ? Type.MATRIX : Type.VECTOR;
        }
    }

    /** A sign. */
    record Negated(Expr of) implements Expr {
        @Override
        public Type type() {
            return of.type();
        }
    }

    /** A function. */
    record Call(Function function, List<Expr> arguments) implements Expr {
        @Override
        public Type type() {
            return function.gives();
        }
    }

    /** An aggregation over series. */
    record Aggregate(
            Aggregation by, Expr of, @Nullable Expr parameter, List<String> labels, boolean without)
            implements Expr {
        @Override
        public Type type() {
            return Type.VECTOR;
        }
    }

    /**
     * Two sides.
     *
     * @param on whether {@code labels} are those to match by, or those to leave out
     */
    record Binary(
            Operator operator, Expr left, Expr right, boolean bool, boolean on, List<String> labels)
            implements Expr {
        @Override
        public Type type() {
            return left.type() == Type.SCALAR && right.type() == Type.SCALAR
                    ? Type.SCALAR
                    : Type.VECTOR;
        }
    }
}
