package io.drme.stream;

import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.model.ValueType;
import io.drme.stream.OperatorContract.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;

/** The operators that read several inputs pass the contract too. */
class SeveralInputsTest {
    private static final Where HERE = new Where("test", 1, 1);

    private static List<Lane> lanes(ValueType type, String... tags) {
        var lanes = new ArrayList<Lane>();
        for (var tag : tags) {
            lanes.add(new Lane(tag, "", type, false));
        }
        return lanes;
    }

    private static ValueType numbers(Random random) {
        return random.nextBoolean() ? ValueType.FLOAT64 : ValueType.INT64;
    }

    private static LaneGroups groups(List<Lane> lanes, Random random) {
        var order = new ArrayList<>(IntStream.range(0, lanes.size()).boxed().toList());
        Collections.shuffle(order, random);
        return LaneGroups.of(
                lanes, random.nextBoolean() ? LaneGroups.By.ALL : LaneGroups.By.DEVICE, order);
    }

    private static Optional<Duration> age(Random random) {
        return random.nextBoolean() ? Optional.empty() : Optional.of(Duration.ofSeconds(3));
    }

    private static MergeStep merge(MergeStep.Take take, Random random) {
        return new MergeStep(
                LaneGroups.By.ALL,
                take,
                Duration.ofMillis(random.nextInt(4) * 800L),
                random.nextInt(4) == 0 ? EventClock.GATEWAY : EventClock.SOURCE,
                List.of(),
                random.nextInt(3),
                random.nextInt(4) == 0 ? 2 : 256,
                age(random));
    }

    /** A main lane on each of two devices, one beside on each, and one that both share. */
    private static Making making(Random random) {
        var main = lanes(numbers(random), "a/x", "b/x");
        var sides =
                List.of(
                        lanes(ValueType.FLOAT64, "a/y"),
                        lanes(ValueType.FLOAT64, "b/y"),
                        lanes(numbers(random), "c/z"));
        return new Making(main, sides, HERE, "step", new Problems());
    }

    private static Beside beside() {
        var templates = new LinkedHashMap<String, String>();
        templates.put("y", "{device}/y");
        templates.put("z", "c/z");
        return new Beside(templates);
    }

    private static Subject subject(Making making, Step step) {
        return new Subject(making.input(), () -> step.make(making).orElseThrow());
    }

    @Nested
    class Combine implements OperatorContract {
        @Override
        public boolean takesMoments() {
            return true;
        }

        @Override
        public Subject subject(Random random) {
            var give = random.nextBoolean() ? "value + y - z" : "value > y ? 'high' : 'low'";
            var on = List.of("any", "all", "value", "z").get(random.nextInt(4));
            var step = new CombineStep(beside(), Expression.of(give, HERE, "key"), on, age(random));
            return SeveralInputsTest.subject(making(random), step);
        }
    }

    private static PairStep pair(PairStep.By by, Random random) {
        var give = random.nextBoolean() ? "value + y - z" : "value > y ? 'high' : 'low'";
        return new PairStep(
                by,
                beside(),
                Expression.of(give, HERE, "key"),
                Duration.ofMillis(random.nextInt(3_000)),
                Duration.ofMillis(random.nextInt(3) * 900L),
                random.nextInt(4) == 0 ? EventClock.GATEWAY : EventClock.SOURCE,
                random.nextBoolean(),
                random.nextInt(4) == 0 ? 4 : 256);
    }

    @Nested
    class AsOf implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            return SeveralInputsTest.subject(making(random), pair(PairStep.By.AS_OF, random));
        }
    }

    @Nested
    class Join implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            return SeveralInputsTest.subject(making(random), pair(PairStep.By.NEAREST, random));
        }
    }

    @Nested
    class Lookup implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            var lanes = lanes(ValueType.INT64, "a/x", "a/y", "b/x");
            var yaml =
                    "lookup: {table: {a/x: {high: 3, low: 0.5}, b/x: {low: 1}, 5: {high: 2}}, missing: "
                            + (random.nextBoolean() ? "bad" : "drop")
                            + (random.nextBoolean() ? ", keep: value > high" : "")
                            + (random.nextBoolean() ? ", key: value" : "")
                            + ", give: value * low}";
            var step = LookupStep.read(Rig.top(yaml, new Problems())).orElseThrow();
            var making = new Making(lanes, List.of(), HERE, "step", new Problems());
            return SeveralInputsTest.subject(making, step);
        }
    }

    private static PatternStep pattern(Duration lateness, Random random) {
        var kind = List.of(PatternStep.Kind.values()).get(random.nextInt(3));
        var other =
                kind == PatternStep.Kind.TIMES
                        ? Optional.<Expression>empty()
                        : Optional.of(Expression.of("y > 0 || z > 30", HERE, "key"));
        return new PatternStep(
                beside(),
                Expression.of("value > 0", HERE, "key"),
                kind,
                other,
                2 + random.nextInt(3),
                Duration.ofMillis(1 + random.nextInt(15_000)),
                lateness,
                random.nextInt(4) == 0 ? 2 : 256,
                age(random));
    }

    @Nested
    class Pattern implements OperatorContract {
        @Override
        public boolean takesMoments() {
            return true;
        }

        @Override
        public Subject subject(Random random) {
            return SeveralInputsTest.subject(making(random), pattern(Duration.ZERO, random));
        }
    }

    @Nested
    class TimedPattern implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            var lateness = Duration.ofMillis(1 + random.nextInt(3_000));
            return SeveralInputsTest.subject(making(random), pattern(lateness, random));
        }
    }

    @Nested
    class Split implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            var lanes = lanes(numbers(random), "a/x", "a/y");
            boolean rest = random.nextBoolean();
            var names = rest ? List.of("hot", "late", "rest") : List.of("hot", "late");
            return new Subject(
                    lanes,
                    () ->
                            new SplitOperator(
                                    lanes,
                                    names,
                                    new Program[][] {
                                        programs("value > 10", lanes),
                                        programs("7 / int(value) > 1 || tag == 'a/y'", lanes)
                                    },
                                    rest));
        }

        private static Program[] programs(String text, List<Lane> lanes) {
            var expression = Expression.of(text, HERE, "key");
            return lanes.stream()
                    .map(lane ->
                            expression
                                    .program(lane.type(), lane.source(), true, new Problems())
                                    .orElseThrow())
                    .toArray(Program[]::new);
        }
    }

    @Nested
    class Merge implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            var lanes =
                    lanes(
                            random.nextInt(4) == 0 ? ValueType.TEXT : numbers(random),
                            "a/x",
                            "a/y",
                            "b/x");
            var groups = groups(lanes, random);
            var step = merge(MergeStep.Take.EVERY, random);
            return new Subject(lanes, () -> new MergeOperator(lanes, groups, step));
        }
    }

    @Nested
    class Preferred implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            var lanes =
                    lanes(
                            random.nextInt(4) == 0 ? ValueType.TEXT : numbers(random),
                            "a/x",
                            "a/y",
                            "b/x");
            var groups = groups(lanes, random);
            long age = MaxAge.nanos(age(random));
            return new Subject(lanes, () -> new PreferOperator(lanes, groups, age));
        }
    }

    @Nested
    class Median implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            var lanes =
                    lanes(
                            random.nextInt(4) == 0 ? ValueType.BOOLEAN : numbers(random),
                            "a/x",
                            "a/y",
                            "b/x");
            var groups = groups(lanes, random);
            var step = merge(MergeStep.Take.MEDIAN, random);
            return new Subject(lanes, () -> new VoteOperator(lanes, groups, step));
        }
    }
}
