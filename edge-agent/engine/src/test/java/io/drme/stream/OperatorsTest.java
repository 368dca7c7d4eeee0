package io.drme.stream;

import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Nested;

/** Every operator passes the contract. */
class OperatorsTest {
    private static final List<Lane> NUMBERS =
            List.of(
                    new Lane("a/x", "", ValueType.FLOAT64, false),
                    new Lane("a/y", "", ValueType.FLOAT64, true),
                    new Lane("a/n", "", ValueType.INT64, false));

    private static Program[] programs(String text, List<Lane> lanes, boolean condition) {
        var expression = Expression.of(text, new Where("test", 1, 1), "key");
        return lanes.stream()
                .map(lane ->
                        expression
                                .program(lane.type(), lane.source(), condition, new Problems())
                                .orElseThrow())
                .toArray(Program[]::new);
    }

    @Nested
    class Filter implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            var text =
                    random.nextBoolean()
                            ? "value > 10 || tag == 'a/y'"
                            : "quality != 'bad' && 7 / int(value) > 1";
            return new Subject(
                    NUMBERS, () -> new FilterOperator(NUMBERS, programs(text, NUMBERS, true)));
        }
    }

    @Nested
    class Map implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            var text = random.nextBoolean() ? "value * 2 + 1" : "quality == 'good'";
            return new Subject(
                    NUMBERS, () -> new MapOperator(NUMBERS, programs(text, NUMBERS, false)));
        }
    }

    @Nested
    class Scale implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            return new Subject(NUMBERS, () -> new ScaleOperator(NUMBERS, 0.1, -5));
        }
    }

    @Nested
    class Aggregate implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            boolean texts = random.nextInt(4) == 0;
            var lanes = new ArrayList<>(NUMBERS);
            if (texts) {
                lanes.add(new Lane("a/t", "", ValueType.TEXT, false));
                lanes.add(new Lane("a/u", "", ValueType.TEXT, true));
            }
            var functions = new ArrayList<>(WindowFunction.USUAL);
            functions.removeIf(f -> texts && !f.takes(ValueType.TEXT));
            Collections.shuffle(functions, random);
            var every = Duration.ofMillis(500L + random.nextInt(3_000));
            var step =
                    new AggregateStep(
                            windows(random, every),
                            functions.subList(0, 1 + random.nextInt(functions.size())),
                            Duration.ofMillis(random.nextInt(3) * 700L),
                            switch (random.nextInt(4)) {
                                case 0 -> Optional.of(true);
                                case 1 -> Optional.of(false);
                                default -> Optional.empty();
                            },
                            PerTime.values()[random.nextInt(4)]);
            return new Subject(lanes, () -> step.operator(lanes));
        }

        private static Windows windows(Random random, Duration every) {
            return switch (random.nextInt(4)) {
                case 0 -> new Windows.Session(every, every.multipliedBy(1 + random.nextInt(9)));
                case 1 -> new Windows.Count(1 + random.nextInt(6));
                default -> new Windows.Time(every.multipliedBy(1 + random.nextInt(5)), every);
            };
        }
    }

    @Nested
    class Rate implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            var step =
                    new RateStep(
                            PerTime.values()[random.nextInt(4)],
                            random.nextBoolean()
                                    ? Optional.of(Duration.ofMillis(1 + random.nextInt(9_000)))
                                    : Optional.empty(),
                            Duration.ofMillis(1_000 + random.nextInt(9_000)));
            return new Subject(NUMBERS, () -> new RateOperator(NUMBERS, step));
        }
    }

    @Nested
    class Counter implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            var step =
                    new CounterStep(
                            List.of(CounterStep.Result.TOTAL, CounterStep.Result.RATE)
                                    .subList(0, 1 + random.nextInt(2)),
                            random.nextBoolean() ? Optional.of(64.0) : Optional.empty(),
                            random.nextBoolean() ? Optional.of(20.0) : Optional.empty(),
                            PerTime.S,
                            Duration.ofSeconds(1 + random.nextInt(20)));
            return new Subject(NUMBERS, () -> new CounterOperator(NUMBERS, step));
        }
    }

    private static List<Expression> conditions(String... texts) {
        return Arrays.stream(texts)
                .map(t -> Expression.of(t, new Where("test", 1, 1), "key"))
                .toList();
    }

    @Nested
    class States implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            var step =
                    new StatesStep(
                            List.of("low", "odd"),
                            conditions("value < 0", "int(value) % 2 == 1 && 10 / int(value) < 3"),
                            List.of(StatesStep.Result.values()),
                            Duration.ofMillis(1_000 + random.nextInt(9_000)),
                            Duration.ofMillis(random.nextInt(1_000)),
                            random.nextBoolean()
                                    ? Optional.of(Duration.ofMillis(500 + random.nextInt(9_000)))
                                    : Optional.empty());
            return new Subject(
                    NUMBERS,
                    () -> {
                        var programs =
                                step.conditions().stream()
                                        .map(c -> programs(c.text(), NUMBERS, true))
                                        .toArray(Program[][]::new);
                        return new StatesOperator(NUMBERS, programs, step);
                    });
        }
    }

    @Nested
    class DurationOf implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            var step =
                    new DurationStep(
                            conditions("value > 5").getFirst(),
                            List.of(DurationStep.Result.values()),
                            Duration.ofMillis(1_000 + random.nextInt(9_000)),
                            random.nextBoolean()
                                    ? Optional.of(Duration.ofSeconds(5 + random.nextInt(60)))
                                    : Optional.empty(),
                            Duration.ofMillis(random.nextInt(1_000)),
                            random.nextBoolean()
                                    ? Optional.of(Duration.ofMillis(500 + random.nextInt(9_000)))
                                    : Optional.empty());
            return new Subject(
                    NUMBERS,
                    () ->
                            new DurationOperator(
                                    NUMBERS, programs("value > 5", NUMBERS, true), step));
        }
    }

    private static List<Lane> withTexts() {
        var lanes = new ArrayList<>(NUMBERS);
        lanes.add(new Lane("a/t", "", ValueType.TEXT, false));
        lanes.add(new Lane("a/b", "", ValueType.BOOLEAN, true));
        return lanes;
    }

    @Nested
    class LowPass implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            var constant = Duration.ofMillis(1 + random.nextInt(9_000));
            var gap = Duration.ofMillis(1_000 + random.nextInt(9_000));
            return new Subject(NUMBERS, () -> new LowPassOperator(NUMBERS, constant, gap));
        }
    }

    @Nested
    class Median implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            int length = 3 + 2 * random.nextInt(5);
            var gap = Duration.ofMillis(1_000 + random.nextInt(9_000));
            return new Subject(NUMBERS, () -> new MedianOperator(NUMBERS, length, gap));
        }
    }

    @Nested
    class Resample implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            boolean isLine = random.nextBoolean();
            var lanes = isLine ? NUMBERS : withTexts();
            var step =
                    new ResampleStep(
                            Duration.ofMillis(100 + random.nextInt(3_000)),
                            isLine ? ResampleStep.Fill.LINEAR : ResampleStep.Fill.HOLD,
                            random.nextBoolean()
                                    ? Optional.of(Duration.ofMillis(500 + random.nextInt(9_000)))
                                    : Optional.empty());
            return new Subject(lanes, () -> new ResampleOperator(lanes, step));
        }
    }

    @Nested
    class Changes implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            var step =
                    new ChangesStep(
                            random.nextInt(3) * 10,
                            random.nextBoolean()
                                    ? Optional.of(Duration.ofMillis(500 + random.nextInt(9_000)))
                                    : Optional.empty());
            var lanes = withTexts();
            return new Subject(lanes, () -> new ChangesOperator(lanes, step));
        }
    }

    @Nested
    class Throttle implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            var step = new ThrottleStep(Duration.ofMillis(500 + random.nextInt(9_000)));
            var lanes = withTexts();
            return new Subject(lanes, () -> new ThrottleOperator(lanes, step));
        }
    }
}
