package io.drme.stream;

import static io.drme.stream.OperatorsTest.NUMBERS;
import static io.drme.stream.OperatorsTest.programs;

import io.drme.config.Where;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Nested;

/** Every operator that reads one input, and remembers something of it, passes the contract. */
class OneInputOperatorsTest {
    @Nested
    class Rate implements OperatorContract {
        @Override
        public Subject subject(Random random) {
            var step =
                    new RateStep(
                            random.nextBoolean() ? PerTime.MIN : PerTime.D,
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
