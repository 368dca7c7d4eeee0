package io.drme.stream;

import io.drme.model.Quality;
import io.drme.model.Value;
import io.drme.model.ValueType;
import io.drme.stream.Environment.Part;
import java.util.List;

/**
 * One node of an expression whose types are known. {@link Assembler} makes straight code of it.
 *
 * <p>Truth is three-valued: a term that has no value (of a bad sample, divided by zero, beyond 64
 * bits) is unknown, what is computed from it is unknown too, and so is a comparison; only and, or
 * and a choice can do without it. So {@code value > 80 || quality == 'bad'} is true of a bad
 * sample, as in CEL, where errors are absorbed the same way.
 */
sealed interface Term {
    /** What it gives. */
    ValueType type();

    /** Its operands. */
    List<Term> operands();

    /** Whether it can be unknown. */
    default boolean canFail() {
        for (var operand : operands()) {
            if (operand.canFail()) {
                return true;
            }
        }
        return false;
    }

    /** A value that stands in the text. */
    record Literal(Value value) implements Term {
        @Override
        public ValueType type() {
            return value.type();
        }

        @Override
        public List<Term> operands() {
            return List.of();
        }
    }

    /** A literal that was lifted out, so that expressions which differ in it share their code. */
    record Constant(ValueType type, int index) implements Term {
        @Override
        public List<Term> operands() {
            return List.of();
        }
    }

    /** An input's value; unknown where the sample is bad. */
    record Input(ValueType type, int input) implements Term {
        @Override
        public List<Term> operands() {
            return List.of();
        }

        @Override
        public boolean canFail() {
            return true;
        }
    }

    /** What else is known of an input: a text, or its time in nanoseconds since 1970 UTC. */
    record Told(Part part, int input) implements Term {
        @Override
        public ValueType type() {
            return part == Part.TIME ? ValueType.INT64 : ValueType.TEXT;
        }

        @Override
        public List<Term> operands() {
            return List.of();
        }
    }

    /** Whether an input has this severity. */
    record SeverityIs(int input, Quality.Severity severity) implements Term {
        @Override
        public ValueType type() {
            return ValueType.BOOLEAN;
        }

        @Override
        public List<Term> operands() {
            return List.of();
        }
    }

    /** Whether an input has the reason with this code; 0 is that of a good one. */
    record ReasonIs(int input, int code) implements Term {
        @Override
        public ValueType type() {
            return ValueType.BOOLEAN;
        }

        @Override
        public List<Term> operands() {
            return List.of();
        }
    }

    /** {@code !operand}. */
    record Not(Term operand) implements Term {
        @Override
        public ValueType type() {
            return ValueType.BOOLEAN;
        }

        @Override
        public List<Term> operands() {
            return List.of(operand);
        }
    }

    /** {@code left && right}. */
    record And(Term left, Term right) implements Term {
        @Override
        public ValueType type() {
            return ValueType.BOOLEAN;
        }

        @Override
        public List<Term> operands() {
            return List.of(left, right);
        }
    }

    /** {@code left || right}. */
    record Or(Term left, Term right) implements Term {
        @Override
        public ValueType type() {
            return ValueType.BOOLEAN;
        }

        @Override
        public List<Term> operands() {
            return List.of(left, right);
        }
    }

    /**
     * A comparison: of two whole numbers, two doubles, a whole number (left) with a double by their
     * exact values, or two texts by Unicode code points.
     */
    record Compare(Relation relation, Term left, Term right) implements Term {
        @Override
        public ValueType type() {
            return ValueType.BOOLEAN;
        }

        @Override
        public List<Term> operands() {
            return List.of(left, right);
        }
    }

    /** A function or an arithmetic operator. */
    record Call(Function function, List<Term> operands) implements Term {
        Call(Function function, Term... operands) {
            this(function, List.of(operands));
        }

        @Override
        public ValueType type() {
            return function.result();
        }

        @Override
        public boolean canFail() {
            return function.canFail() || Term.super.canFail();
        }
    }

    /** {@code condition ? yes : no}; both results are of its type. */
    record Choice(Term condition, Term yes, Term no) implements Term {
        @Override
        public ValueType type() {
            return yes.type();
        }

        @Override
        public List<Term> operands() {
            return List.of(condition, yes, no);
        }
    }
}
