package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.Value;
import io.drme.model.ValueType;
import io.drme.stream.Environment.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes random terms over inputs of given types, and samples for them. */
final class RandomTerm {
    private static final long[] INTS = {
        0, 1, -1, 2, 7, -3, 80, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 53, (1L << 53) + 1, 1L << 32
    };
    private static final double[] REALS = {
        0,
        -0.0,
        1,
        -1,
        0.5,
        2.5,
        -3.25,
        80,
        1e300,
        -1e300,
        0x1p63,
        -0x1p63,
        0x1p53,
        0.49999999999999994,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY
    };
    private static final String[] TEXTS = {
        "", "a", "press", "press-3", "oil", "ä", "\uD83D\uDE00", "\uFFFD", "good"
    };

    private final Random random;
    private final List<ValueType> inputs;

    RandomTerm(Random random, List<ValueType> inputs) {
        this.random = random;
        this.inputs = inputs;
    }

    static <T> T oneOf(Random random, T[] from) {
        return from[random.nextInt(from.length)];
    }

    /** Types of three inputs. */
    static List<ValueType> inputs(Random random) {
        var types = ValueType.values();
        return List.of(oneOf(random, types), oneOf(random, types), oneOf(random, types));
    }

    /** Names for messages; the first sample is no input. */
    static TagTable table(List<ValueType> inputs) {
        var tags = new ArrayList<Tag>();
        tags.add(Tag.of("none/none", ValueType.INT64));
        for (int i = 0; i < inputs.size(); i++) {
            tags.add(Tag.of("input/" + i, inputs.get(i)));
        }
        return TagTable.EMPTY.with(tags);
    }

    /** One sample that is no input, and one an input. */
    static Batch samples(Random random, List<ValueType> inputs) {
        var batch = new Batch();
        batch.addInt(0, 5, 5, Quality.GOOD);
        for (int i = 0; i < inputs.size(); i++) {
            long time = random.nextLong(-2L << 60, 2L << 60);
            if (random.nextInt(5) == 0) {
                batch.addBad(i + 1, time, oneOf(random, Reason.values()));
                continue;
            }
            byte quality =
                    random.nextBoolean()
                            ? Quality.GOOD
                            : Quality.uncertain(oneOf(random, Reason.values()));
            switch (value(random, inputs.get(i))) {
                case Value.Bool(boolean b) -> batch.addBoolean(i + 1, time, b, quality);
                case Value.Int(long v) -> batch.addInt(i + 1, time, v, quality);
                case Value.Real(double d) -> batch.addDouble(i + 1, time, d, quality);
                case Value.Text(String s) -> batch.addText(i + 1, time, s, quality);
            }
        }
        return batch;
    }

    private static Value value(Random random, ValueType type) {
        return switch (type) {
            case BOOLEAN -> new Value.Bool(random.nextBoolean());
            case INT64 ->
                    new Value.Int(
                            random.nextBoolean()
                                    ? random.nextInt(-100, 100)
                                    : INTS[random.nextInt(INTS.length)]);
            case FLOAT64 ->
                    new Value.Real(
                            random.nextBoolean()
                                    ? random.nextInt(-1000, 1000) / 8.0
                                    : REALS[random.nextInt(REALS.length)]);
            case TEXT -> new Value.Text(oneOf(random, TEXTS));
        };
    }

    /** A term of a type, at most so deep. */
    Term next(ValueType type, int depth) {
        if (depth == 0 || random.nextInt(8) == 0) {
            return leaf(type);
        }
        if (random.nextInt(8) == 0) {
            return new Term.Choice(
                    next(ValueType.BOOLEAN, depth - 1),
                    next(type, depth - 1),
                    next(type, depth - 1));
        }
        if (type == ValueType.BOOLEAN && random.nextInt(4) > 0) {
            return condition(depth - 1);
        }
        return call(type, depth - 1);
    }

    private Term leaf(ValueType type) {
        if (random.nextInt(3) > 0) {
            int first = random.nextInt(inputs.size());
            for (int i = 0; i < inputs.size(); i++) {
                int input = (first + i) % inputs.size();
                if (inputs.get(input) == type) {
                    return new Term.Input(type, input);
                }
            }
        }
        int input = random.nextInt(inputs.size());
        if (type == ValueType.TEXT && random.nextInt(3) == 0) {
            return new Term.Told(
                    oneOf(random, new Part[] {Part.QUALITY, Part.REASON, Part.TAG}), input);
        }
        if (type == ValueType.BOOLEAN && random.nextInt(3) > 0) {
            return random.nextBoolean()
                    ? new Term.SeverityIs(input, oneOf(random, Quality.Severity.values()))
                    : new Term.ReasonIs(input, random.nextInt(Reason.values().length + 1));
        }
        return new Term.Literal(value(random, type));
    }

    private Term condition(int depth) {
        return switch (random.nextInt(6)) {
            case 0 -> new Term.Not(next(ValueType.BOOLEAN, depth));
            case 1, 2 ->
                    new Term.And(next(ValueType.BOOLEAN, depth), next(ValueType.BOOLEAN, depth));
            case 3 -> new Term.Or(next(ValueType.BOOLEAN, depth), next(ValueType.BOOLEAN, depth));
            default -> comparison(depth);
        };
    }

    private Term comparison(int depth) {
        var relation = oneOf(random, Relation.values());
        var left =
                oneOf(random, new ValueType[] {ValueType.INT64, ValueType.FLOAT64, ValueType.TEXT});
        boolean mixed = left == ValueType.INT64 && random.nextInt(3) == 0;
        return new Term.Compare(
                relation, next(left, depth), next(mixed ? ValueType.FLOAT64 : left, depth));
    }

    private Term call(ValueType type, int depth) {
        var function = oneOf(random, Function.values());
        while (function.result() != type) {
            function = oneOf(random, Function.values());
        }
        if (function.owner() == Times.class) {
            int input = random.nextInt(inputs.size());
            return new Term.Call(function, new Term.Told(Part.TIME, input));
        }
        var operands = new ArrayList<Term>();
        function.parameters().forEach(parameter -> operands.add(next(parameter, depth)));
        return new Term.Call(function, List.copyOf(operands));
    }
}
