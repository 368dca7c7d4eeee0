package io.drme.stream;

import io.drme.model.ValueType;
import java.util.Random;

/** Makes random expressions, each as we write it and as CEL does. */
final class RandomExpression {
    /** The same expression in both languages. */
    record Pair(String ours, String cel) {
        static Pair same(String text) {
            return new Pair(text, text);
        }
    }

    private static final long[] INTS = {
        0, 1, -1, 2, 7, -3, 80, 1000, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 53, (1L << 53) + 1
    };
    private static final double[] REALS = {
        0, 1, -1, 0.5, 80, 80.5, -3.25, 1e9, 1e300, -1e300, 1e-9, 9007199254740992.0
    };
    private static final String[] TEXTS = {"", "a", "press", "press-3", "oil", "Z", "ä", "good"};
    private static final String[] RELATIONS = {"==", "!=", "<", "<=", ">", ">="};

    private static final String[] TESTS = {"isNaN", "isInf", "isFinite"};
    // Not trunc and round: CEL for Java sends them through whole numbers of 64 bits.
    private static final String[] OF_REAL = {"floor", "ceil", "sqrt", "sign"};

    private final Random random;
    private final ValueType valueType;

    RandomExpression(Random random, ValueType valueType) {
        this.random = random;
        this.valueType = valueType;
    }

    static long anInt(Random random) {
        return random.nextInt(4) == 0 ? random.nextInt(-100, 100) : pick(random, INTS);
    }

    private static long pick(Random random, long[] from) {
        return from[random.nextInt(from.length)];
    }

    static double aReal(Random random) {
        return random.nextInt(4) == 0
                ? random.nextInt(-1000, 1000) / 8.0
                : REALS[random.nextInt(REALS.length)];
    }

    static String aText(Random random) {
        return TEXTS[random.nextInt(TEXTS.length)];
    }

    /** An expression of a type, at most so deep. */
    Pair next(ValueType type, int depth) {
        if (depth == 0 || random.nextInt(6) == 0) {
            return leaf(type);
        }
        if (random.nextInt(6) == 0) {
            return join(
                    "(%s ? %s : %s)",
                    next(ValueType.BOOLEAN, depth - 1),
                    next(type, depth - 1),
                    next(type, depth - 1));
        }
        return switch (type) {
            case BOOLEAN -> condition(depth - 1);
            case INT64 -> integer(depth - 1);
            case FLOAT64 -> real(depth - 1);
            case TEXT ->
                    random.nextBoolean()
                            ? leaf(type)
                            : join("(%s + %s)", next(ValueType.TEXT, depth - 1), leaf(type));
        };
    }

    private Pair leaf(ValueType type) {
        if (type == valueType && random.nextInt(3) > 0) {
            return Pair.same("value");
        }
        return switch (type) {
            case BOOLEAN -> Pair.same(String.valueOf(random.nextBoolean()));
            case INT64 -> Pair.same(integerLiteral());
            case FLOAT64 -> Pair.same("(" + aReal(random) + ")");
            case TEXT ->
                    Pair.same(
                            switch (random.nextInt(3)) {
                                case 0 -> "tag";
                                case 1 -> "quality";
                                default -> "'" + aText(random) + "'";
                            });
        };
    }

    private String integerLiteral() {
        return "(" + anInt(random) + ")";
    }

    private Pair condition(int depth) {
        return switch (random.nextInt(9)) {
            case 8 -> math(TESTS[random.nextInt(TESTS.length)], next(ValueType.FLOAT64, depth));
            case 0 -> join("!(%s)", next(ValueType.BOOLEAN, depth));
            case 1, 2 -> both("&&", ValueType.BOOLEAN, depth);
            case 3 -> both("||", ValueType.BOOLEAN, depth);
            case 4 -> both(RELATIONS[random.nextInt(2)], ValueType.BOOLEAN, depth);
            case 5 -> textCondition(depth);
            case 6 -> comparison(ValueType.INT64, depth);
            default -> comparison(ValueType.FLOAT64, depth);
        };
    }

    private Pair comparison(ValueType type, int depth) {
        var relation = RELATIONS[random.nextInt(RELATIONS.length)];
        var left = next(type, depth);
        boolean ordered = relation.length() == 1 || relation.equals("<=") || relation.equals(">=");
        if (type == ValueType.INT64 && ordered && random.nextInt(3) == 0) {
            // CEL for Java rounds large whole numbers to doubles here, which we don't.
            var small = Pair.same("(" + random.nextInt(-100, 100) + ")");
            return join("(%s " + relation + " %s)", small, next(ValueType.FLOAT64, depth));
        }
        if (type == ValueType.FLOAT64 && random.nextInt(3) == 0) {
            int literal = random.nextInt(200);
            return new Pair( // a literal takes the type of the other side
                    "(%s %s %d)".formatted(left.ours(), relation, literal),
                    "(%s %s %d.0)".formatted(left.cel(), relation, literal));
        }
        return join("(%s " + relation + " %s)", left, next(type, depth));
    }

    private Pair textCondition(int depth) {
        return switch (random.nextInt(5)) {
            case 0 -> join("%s.startsWith('pre')", leaf(ValueType.TEXT));
            case 1 -> join("%s.endsWith('oil')", leaf(ValueType.TEXT));
            case 2 -> join("%s.contains('s')", leaf(ValueType.TEXT));
            case 3 -> join("(%s in ['a', 'press', 'good'])", Pair.same("tag"));
            default -> join("(%s < %s)", next(ValueType.TEXT, depth), Pair.same("'press'"));
        };
    }

    private Pair integer(int depth) {
        return switch (random.nextInt(11)) {
            case 8 -> join("size(%s)", next(ValueType.TEXT, depth));
            case 9 -> math("sign", next(ValueType.INT64, depth));
            case 0 -> both("+", ValueType.INT64, depth);
            case 1 -> both("-", ValueType.INT64, depth);
            case 2 -> both("*", ValueType.INT64, depth);
            case 3 -> both("/", ValueType.INT64, depth);
            case 4 -> both("%", ValueType.INT64, depth);
            case 5 -> join("-(%s)", next(ValueType.INT64, depth));
            case 6 -> math("abs", next(ValueType.INT64, depth));
            case 7 -> join("int(%s)", next(ValueType.FLOAT64, depth));
            default -> extreme(ValueType.INT64, depth);
        };
    }

    private Pair real(int depth) {
        return switch (random.nextInt(10)) {
            case 7, 8 ->
                    math(OF_REAL[random.nextInt(OF_REAL.length)], next(ValueType.FLOAT64, depth));
            case 0 -> both("+", ValueType.FLOAT64, depth);
            case 1 -> both("-", ValueType.FLOAT64, depth);
            case 2 -> both("*", ValueType.FLOAT64, depth);
            case 3 -> both("/", ValueType.FLOAT64, depth);
            case 4 -> join("-(%s)", next(ValueType.FLOAT64, depth));
            case 5 -> math("abs", next(ValueType.FLOAT64, depth));
            case 6 -> join("double(%s)", next(ValueType.INT64, depth));
            default -> extreme(ValueType.FLOAT64, 0); // of NaN, CEL's depends on the order
        };
    }

    private Pair extreme(ValueType type, int depth) {
        boolean least = random.nextBoolean();
        var a = next(type, depth);
        var b = next(type, depth);
        return new Pair(
                "%s(%s, %s)".formatted(least ? "min" : "max", a.ours(), b.ours()),
                "math.%s(%s, %s)".formatted(least ? "least" : "greatest", a.cel(), b.cel()));
    }

    private static Pair math(String function, Pair operand) {
        return new Pair(
                "%s(%s)".formatted(function, operand.ours()),
                "math.%s(%s)".formatted(function, operand.cel()));
    }

    private Pair both(String operator, ValueType type, int depth) {
        // % is one of the operators, so this is no format.
        var left = next(type, depth);
        var right = next(type, depth);
        return new Pair(
                "(" + left.ours() + " " + operator + " " + right.ours() + ")",
                "(" + left.cel() + " " + operator + " " + right.cel() + ")");
    }

    private static Pair join(String format, Pair... parts) {
        var ours = new Object[parts.length];
        var cel = new Object[parts.length];
        for (int i = 0; i < parts.length; i++) {
            ours[i] = parts[i].ours();
            cel[i] = parts[i].cel();
        }
        return new Pair(String.format(format, ours), String.format(format, cel));
    }
}
