package io.drme.stream;

import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Nested;

/** Every operator passes the contract. */
class OperatorsTest {
    static final List<Lane> NUMBERS =
            List.of(
                    new Lane("a/x", "", ValueType.FLOAT64, false),
                    new Lane("a/y", "", ValueType.FLOAT64, true),
                    new Lane("a/n", "", ValueType.INT64, false));

    static Program[] programs(String text, List<Lane> lanes, boolean condition) {
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
    class MapValues implements OperatorContract {
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
                            random.nextBoolean() ? PerTime.S : PerTime.H);
            return new Subject(lanes, () -> step.operator(lanes));
        }

        private static Windows windows(Random random, Duration every) {
            return switch (random.nextInt(4)) {
                case 0 -> new Windows.Session(every, every.multipliedBy(1 + random.nextInt(9)));
                case 1 -> new Windows.Count(1 + random.nextInt(6));
                default -> new Windows.Time(every.multipliedBy(1 + random.nextInt(9)), every);
            };
        }
    }
}
