package io.drme.stream;

import io.drme.model.Value;
import io.drme.model.ValueType;

/** The terms without operands: literals, and what a sample consists of. */
final class Leaves {
    private Leaves() {}

    static Term literal(Value value) {
        return switch (value) {
            case Value.Bool(boolean b) -> new BoolLiteral(b);
            case Value.Int(long i) -> new IntLiteral(i);
            case Value.Real(double d) -> new RealLiteral(d);
            case Value.Text(String s) -> new TextLiteral(s);
        };
    }

    /** The sample's value; unknown where the sample is bad. */
    static Term value(ValueType type, int input) {
        return switch (type) {
            case BOOLEAN -> new BoolValue(input);
            case INT64 -> new IntValue(input);
            case FLOAT64 -> new RealValue(input);
            case TEXT -> new TextValue(input);
        };
    }

    static final class BoolLiteral extends Term.Bool {
        private final int truth;

        BoolLiteral(boolean value) {
            this.truth = value ? TRUE : FALSE;
        }

        @Override
        int truth(Frame f) {
            return truth;
        }
    }

    static final class IntLiteral extends Term.Int {
        final long value;

        IntLiteral(long value) {
            this.value = value;
        }

        @Override
        long integer(Frame f) {
            return value;
        }
    }

    static final class RealLiteral extends Term.Real {
        final double value;

        RealLiteral(double value) {
            this.value = value;
        }

        @Override
        double real(Frame f) {
            return value;
        }
    }

    static final class TextLiteral extends Term.Text {
        final String value;

        TextLiteral(String value) {
            this.value = value;
        }

        @Override
        String text(Frame f) {
            return value;
        }
    }

    private static final class BoolValue extends Term.Bool {
        private final int input;

        BoolValue(int input) {
            this.input = input;
        }

        @Override
        int truth(Frame f) {
            return f.isBad(input) ? UNKNOWN : f.bits(input) != 0 ? TRUE : FALSE;
        }
    }

    private static final class IntValue extends Term.Int {
        private final int input;

        IntValue(int input) {
            this.input = input;
        }

        @Override
        long integer(Frame f) {
            f.failed |= f.isBad(input);
            return f.bits(input);
        }
    }

    private static final class RealValue extends Term.Real {
        private final int input;

        RealValue(int input) {
            this.input = input;
        }

        @Override
        double real(Frame f) {
            f.failed |= f.isBad(input);
            return Double.longBitsToDouble(f.bits(input));
        }
    }

    private static final class TextValue extends Term.Text {
        private final int input;

        TextValue(int input) {
            this.input = input;
        }

        @Override
        String text(Frame f) {
            f.failed |= f.isBad(input);
            var text = f.text(input);
            return text == null ? "" : text;
        }
    }

    static final class QualityText extends Term.Text {
        private final int input;

        QualityText(int input) {
            this.input = input;
        }

        @Override
        String text(Frame f) {
            return f.severity(input);
        }
    }

    static final class ReasonText extends Term.Text {
        private final int input;

        ReasonText(int input) {
            this.input = input;
        }

        @Override
        String text(Frame f) {
            return f.reason(input);
        }
    }

    static final class TagText extends Term.Text {
        @Override
        String text(Frame f) {
            return f.tag;
        }
    }
}
