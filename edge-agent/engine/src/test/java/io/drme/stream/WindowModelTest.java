package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.drme.model.Batch;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sliding windows equal the definition, computed from all samples at once: of polled tags sample by
 * sample, of held tags by sampling the step function finely.
 *
 * <p>Planted and caught: a pane cleared one step too late; a deviation put together without the
 * distance of the means; a held value that is not carried over the end of a pane.
 */
class WindowModelTest {
    private static final long SECOND = 1_000_000_000L;
    private static final List<WindowFunction> FUNCTIONS = List.of(WindowFunction.values());

    private record Point(long time, double value) {}

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void polledTagsEqualTheDefinition(long seed) {
        var random = new Random(seed);
        long every = SECOND * (1 + random.nextInt(3));
        int panes = 1 + random.nextInt(6);
        var points = points(random, SECOND, 80);

        var results = run(points, every, panes, false);

        for (var end : results.keySet()) {
            var inside =
                    points.stream()
                            .filter(p -> p.time >= end - every * panes && p.time < end)
                            .toList();
            check(results.getOrDefault(end, new double[0]), inside, seed + " at " + end);
        }
        assertThat(results).hasSizeGreaterThan(5);
    }

    private static void check(double[] result, List<Point> inside, String what) {
        var values = new DoubleSummaryStatistics();
        inside.forEach(p -> values.accept(p.value));
        double squares =
                inside.stream().mapToDouble(p -> Math.pow(p.value - values.getAverage(), 2)).sum();
        assertThat(result[index(WindowFunction.COUNT)])
                .as(what)
                .isEqualTo((double) values.getCount());
        assertThat(result[index(WindowFunction.MIN)]).as(what).isEqualTo(values.getMin());
        assertThat(result[index(WindowFunction.MAX)]).as(what).isEqualTo(values.getMax());
        assertThat(result[index(WindowFunction.SUM)]).isCloseTo(values.getSum(), within(1e-9));
        assertThat(result[index(WindowFunction.AVG)]).isCloseTo(values.getAverage(), within(1e-9));
        assertThat(result[index(WindowFunction.STDDEV)])
                .as(what)
                .isCloseTo(Math.sqrt(squares / values.getCount()), within(1e-9));
        assertThat(result[index(WindowFunction.FIRST)]).isEqualTo(inside.getFirst().value);
        assertThat(result[index(WindowFunction.LAST)]).isEqualTo(inside.getLast().value);
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void heldTagsEqualTheStepFunction(long seed) {
        var random = new Random(seed);
        long grain = SECOND / 4;
        long every = SECOND * (1 + random.nextInt(3));
        int panes = 1 + random.nextInt(6);
        var points = points(random, 3 * SECOND, 50);
        points.replaceAll(p -> new Point(p.time / grain * grain, p.value)); // on the fine grid
        for (int i = points.size() - 1; i > 0; i--) {
            if (points.get(i).time == points.get(i - 1).time) {
                points.remove(i); // of two at one time, which is first is another question
            }
        }

        var results = run(points, every, panes, true);

        for (var end : results.keySet()) {
            long from = Math.max(end - every * panes, points.getFirst().time);
            var values = new ArrayList<Double>();
            for (long t = from; t < end; t += grain) {
                values.add(valueAt(points, t));
            }
            double mean = values.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
            double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
            var result = results.getOrDefault(end, new double[0]);
            assertThat(result[index(WindowFunction.AVG)])
                    .as("seed %d at %d", seed, end)
                    .isCloseTo(mean, within(1e-6));
            assertThat(result[index(WindowFunction.STDDEV)])
                    .as("seed %d at %d", seed, end)
                    .isCloseTo(Math.sqrt(squares / values.size()), within(1e-6));
            assertThat(result[index(WindowFunction.FIRST)]).isEqualTo(values.getFirst());
            assertThat(result[index(WindowFunction.LAST)]).isEqualTo(values.getLast());
        }
        assertThat(results).hasSizeGreaterThan(5);
    }

    /** The last of several at the same time counts. */
    private static double valueAt(List<Point> points, long time) {
        int at = points.size() - 1;
        while (points.get(at).time > time) {
            at--;
        }
        return points.get(at).value;
    }

    private static List<Point> points(Random random, long spacing, int count) {
        var points = new ArrayList<Point>();
        long time = OperatorContract.START + random.nextLong(100 * SECOND);
        for (int i = 0; i < count; i++) {
            points.add(new Point(time, random.nextInt(-400, 400) / 8.0));
            time += 1 + random.nextLong(spacing);
        }
        return points;
    }

    private static int index(WindowFunction function) {
        return FUNCTIONS.indexOf(function);
    }

    private static SortedMap<Long, double[]> run(
            List<Point> points, long every, int panes, boolean hold) {
        var lanes = List.of(new Lane("a/x", "", ValueType.FLOAT64, hold));
        var step =
                new AggregateStep(
                        Duration.ofNanos(every * panes),
                        Duration.ofNanos(every),
                        FUNCTIONS,
                        Duration.ZERO,
                        Optional.empty());
        var operator = new AggregateOperator(lanes, step);
        var results = new TreeMap<Long, double[]>();
        var in = new Batch();
        var out = new Batch();
        for (var point : points) {
            in.begin(0, 0);
            in.addDouble(0, point.time, point.value, (byte) 0);
            out.begin(0, 0);
            operator.process(in, point.time, out);
            for (int i = 0; i < out.size(); i++) {
                int function = out.tags()[i];
                boolean isCount = FUNCTIONS.get(function) == WindowFunction.COUNT;
                results.computeIfAbsent(out.sourceTimes()[i], _ -> new double[FUNCTIONS.size()])[
                                function] =
                        isCount ? (double) out.bits()[i] : out.doubleAt(i);
            }
        }
        return results;
    }
}
