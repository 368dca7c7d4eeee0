package io.drme.stream;

/** The terms that are numbers. What leaves the whole numbers of 64 bits is unknown, never wrong. */
final class Arithmetic {
    private Arithmetic() {}

    /** An operator between two numbers of one type. */
    enum Operator {
        PLUS,
        MINUS,
        TIMES,
        OVER,
        MODULO,
        LEAST,
        GREATEST
    }

    static final class Ints extends Term.Int {
        private final Operator operator;
        private final Term left;
        private final Term right;

        Ints(Operator operator, Term left, Term right) {
            this.operator = operator;
            this.left = left;
            this.right = right;
        }

        @Override
        long integer(Frame f) {
            long a = left.integer(f);
            long b = right.integer(f);
            return switch (operator) {
                case PLUS -> {
                    long sum = a + b;
                    f.failed |= ((a ^ sum) & (b ^ sum)) < 0;
                    yield sum;
                }
                case MINUS -> {
                    long difference = a - b;
                    f.failed |= ((a ^ b) & (a ^ difference)) < 0;
                    yield difference;
                }
                case TIMES -> {
                    long product = a * b;
                    f.failed |= Math.multiplyHigh(a, b) != product >> 63;
                    yield product;
                }
                case OVER -> {
                    boolean undefined = b == 0 || (a == Long.MIN_VALUE && b == -1);
                    f.failed |= undefined;
                    yield undefined ? 0 : a / b;
                }
                case MODULO -> {
                    boolean undefined = b == 0 || (a == Long.MIN_VALUE && b == -1);
                    f.failed |= undefined;
                    yield undefined ? 0 : a % b;
                }
                case LEAST -> Math.min(a, b);
                case GREATEST -> Math.max(a, b);
            };
        }
    }

    static final class Reals extends Term.Real {
        private final Operator operator;
        private final Term left;
        private final Term right;

        Reals(Operator operator, Term left, Term right) {
            this.operator = operator;
            this.left = left;
            this.right = right;
        }

        @Override
        double real(Frame f) {
            double a = left.real(f);
            double b = right.real(f);
            return switch (operator) {
                case PLUS -> a + b;
                case MINUS -> a - b;
                case TIMES -> a * b;
                case OVER -> a / b;
                case MODULO -> a % b;
                case LEAST -> Math.min(a, b);
                case GREATEST -> Math.max(a, b);
            };
        }
    }

    static final class NegateInt extends Term.Int {
        private final Term operand;

        NegateInt(Term operand) {
            this.operand = operand;
        }

        @Override
        long integer(Frame f) {
            long value = operand.integer(f);
            f.failed |= value == Long.MIN_VALUE;
            return -value;
        }
    }

    static final class NegateReal extends Term.Real {
        private final Term operand;

        NegateReal(Term operand) {
            this.operand = operand;
        }

        @Override
        double real(Frame f) {
            return -operand.real(f);
        }
    }

    static final class AbsInt extends Term.Int {
        private final Term operand;

        AbsInt(Term operand) {
            this.operand = operand;
        }

        @Override
        long integer(Frame f) {
            long value = operand.integer(f);
            f.failed |= value == Long.MIN_VALUE;
            return value < 0 ? -value : value;
        }
    }

    static final class AbsReal extends Term.Real {
        private final Term operand;

        AbsReal(Term operand) {
            this.operand = operand;
        }

        @Override
        double real(Frame f) {
            return Math.abs(operand.real(f));
        }
    }

    static final class ToReal extends Term.Real {
        private final Term operand;

        ToReal(Term operand) {
            this.operand = operand;
        }

        @Override
        double real(Frame f) {
            return operand.real(f);
        }
    }

    /** Cuts the fraction off; unknown for NaN and beyond 64 bits. */
    static final class ToInt extends Term.Int {
        private final Term operand;

        ToInt(Term operand) {
            this.operand = operand;
        }

        @Override
        long integer(Frame f) {
            double value = operand.real(f);
            f.failed |= !(value > -0x1p63 && value < 0x1p63);
            return (long) value;
        }
    }
}
