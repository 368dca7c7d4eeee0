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
 * <p>Planted and caught: a pane cleared one step too late; one left out where panes are put
 * together beforehand; a deviation put together without the distance of the means; a held value
 * that is not carried over the end of a pane.
 */
class WindowModelTest {
    private static final long SECOND = 1_000_000_000L;
    private static final List<WindowFunction> FUNCTIONS = WindowFunction.USUAL;

    private record Point(long time, double value) {}

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void polledTagsEqualTheDefinition(long seed) {
        var random = OperatorContract.random(seed);
        long every = SECOND * (1 + random.nextInt(3));
        int panes = 1 + random.nextInt(12);
        var points = points(random, SECOND, 80);

        var results = run(points, time(every, panes), false);

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
        assertThat(result[index("count")]).as(what).isEqualTo((double) values.getCount());
        assertThat(result[index("min")]).as(what).isEqualTo(values.getMin());
        assertThat(result[index("max")]).as(what).isEqualTo(values.getMax());
        assertThat(result[index("sum")]).isCloseTo(values.getSum(), within(1e-9));
        assertThat(result[index("avg")]).isCloseTo(values.getAverage(), within(1e-9));
        assertThat(result[index("stddev")])
                .as(what)
                .isCloseTo(Math.sqrt(squares / values.getCount()), within(1e-9));
        assertThat(result[index("first")]).isEqualTo(inside.getFirst().value);
        assertThat(result[index("last")]).isEqualTo(inside.getLast().value);
        assertThat(result[index("range")]).isEqualTo(values.getMax() - values.getMin());
        assertThat(result[index("delta")])
                .isEqualTo(inside.getLast().value - inside.getFirst().value);
        var sorted = inside.stream().mapToDouble(p -> p.value).sorted().toArray();
        for (var function : List.of("median", "p50", "p90", "p95", "p99")) {
            assertThat(result[index(function)])
                    .as(what + " " + function)
                    .isEqualTo(percentile(sorted, percent(function)));
        }
    }

    private static int percent(String function) {
        return function.equals("median") ? 50 : Integer.parseInt(function.substring(1));
    }

    /** The least value that so many percent do not exceed; the middle where two may be meant. */
    private static double percentile(double[] sorted, int percent) {
        int hundredths = percent * sorted.length;
        double above = sorted[Math.min(hundredths / 100, sorted.length - 1)];
        return hundredths % 100 == 0 ? (sorted[hundredths / 100 - 1] + above) / 2 : above;
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void heldTagsEqualTheStepFunction(long seed) {
        var random = OperatorContract.random(seed);
        long grain = SECOND / 4;
        long every = SECOND * (1 + random.nextInt(3));
        int panes = 1 + random.nextInt(12);
        var points = points(random, 3 * SECOND, 50);
        points.replaceAll(p -> new Point(p.time / grain * grain, p.value)); // on the fine grid
        for (int i = points.size() - 1; i > 0; i--) {
            if (points.get(i).time == points.get(i - 1).time) {
                points.remove(i); // of two at one time, which is first is another question
            }
        }

        var results = run(points, time(every, panes), true);

        for (var end : results.keySet()) {
            long from = Math.max(end - every * panes, points.getFirst().time);
            var values = new ArrayList<Double>();
            for (long t = from; t < end; t += grain) {
                values.add(valueAt(points, t));
            }
            double mean = values.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
            double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
            var result = results.getOrDefault(end, new double[0]);
            assertThat(result[index("avg")])
                    .as("seed %d at %d", seed, end)
                    .isCloseTo(mean, within(1e-6));
            assertThat(result[index("stddev")])
                    .as("seed %d at %d", seed, end)
                    .isCloseTo(Math.sqrt(squares / values.size()), within(1e-6));
            assertThat(result[index("first")]).isEqualTo(values.getFirst());
            assertThat(result[index("last")]).isEqualTo(values.getLast());
            assertThat(result[index("time-avg")]).isCloseTo(mean, within(1e-6));
            assertThat(result[index("integral")])
                    .isCloseTo(mean * values.size() * grain / SECOND, within(1e-6));
            var sorted = values.stream().mapToDouble(v -> v).sorted().toArray();
            assertThat(result[index("median")]).isEqualTo(percentile(sorted, 50));
            assertThat(result[index("p95")]).isEqualTo(percentile(sorted, 95));
        }
        assertThat(results).hasSizeGreaterThan(5);
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void sessionsEqualTheDefinition(long seed) {
        var random = OperatorContract.random(seed);
        long gap = SECOND * (1 + random.nextInt(3));
        long most = gap * (2 + random.nextInt(8));
        var points = points(random, 2 * gap, 80);
        var expected = new TreeMap<Long, List<Point>>();
        for (int from = 0, i = 1; i < points.size(); i++) {
            long end = Math.min(points.get(i - 1).time + gap, points.get(from).time + most);
            if (points.get(i).time >= end) {
                expected.put(end, points.subList(from, i));
                from = i;
            }
        }

        var results =
                run(
                        points,
                        new Windows.Session(Duration.ofNanos(gap), Duration.ofNanos(most)),
                        random.nextBoolean());

        assertThat(results.keySet()).isEqualTo(expected.keySet());
        expected.forEach((end, inside) -> checkOpen(results, end, inside, seed));
        assertThat(results).hasSizeGreaterThan(5);
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void countsEqualTheDefinition(long seed) {
        var random = OperatorContract.random(seed);
        int count = 1 + random.nextInt(12);
        var points = points(random, SECOND, 80);
        var expected = new TreeMap<Long, List<Point>>();
        for (int i = count; i <= points.size(); i += count) {
            expected.put(points.get(i - 1).time, points.subList(i - count, i));
        }

        var results = run(points, new Windows.Count(count), random.nextBoolean());

        assertThat(results.keySet()).isEqualTo(expected.keySet());
        expected.forEach((end, inside) -> checkOpen(results, end, inside, seed));
    }

    private static void checkOpen(
            SortedMap<Long, double[]> results, long end, List<Point> inside, long seed) {
        var result = results.getOrDefault(end, new double[0]);
        check(result, inside, seed + " at " + end);
        double area = 0;
        for (int i = 1; i < inside.size(); i++) {
            area += inside.get(i - 1).value * (inside.get(i).time - inside.get(i - 1).time);
        }
        double nanos = inside.getLast().time - inside.getFirst().time;
        assertThat(result[index("integral")]).isCloseTo(area / SECOND, within(1e-6));
        assertThat(result[index("time-avg")])
                .isCloseTo(nanos > 0 ? area / nanos : inside.getFirst().value, within(1e-6));
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

    private static Windows time(long every, int panes) {
        return new Windows.Time(Duration.ofNanos(every * panes), Duration.ofNanos(every));
    }

    private static int index(String function) {
        return FUNCTIONS.indexOf(WindowFunction.of(function).orElseThrow());
    }

    /**
     * With percentiles each window is put together from all of its panes, without them from what
     * was put together before; both must say the same, and the latter is what is compared.
     */
    private static SortedMap<Long, double[]> run(
            List<Point> points, Windows windows, boolean hold) {
        var results = run(points, windows, hold, FUNCTIONS);
        var others =
                FUNCTIONS.stream().filter(f -> f.kind() != WindowFunction.Kind.PERCENTILE).toList();
        var prepared = run(points, windows, hold, others);
        assertThat(prepared.keySet()).isEqualTo(results.keySet());
        prepared.forEach((end, values) -> {
            var result = results.getOrDefault(end, values);
            for (var function : others) {
                int at = FUNCTIONS.indexOf(function);
                assertThat(values[at]).as(function.text()).isCloseTo(result[at], within(1e-6));
                result[at] = values[at];
            }
        });
        return results;
    }

    private static SortedMap<Long, double[]> run(
            List<Point> points, Windows windows, boolean hold, List<WindowFunction> functions) {
        var lanes = List.of(new Lane("a/x", "", ValueType.FLOAT64, hold));
        var step =
                new AggregateStep(windows, functions, Duration.ZERO, Optional.empty(), PerTime.S);
        var operator = step.operator(lanes);
        var results = new TreeMap<Long, double[]>();
        var in = new Batch();
        var out = new Batch();
        for (var point : points) {
            in.begin(0, 0);
            in.addDouble(0, point.time, point.value, (byte) 0);
            out.begin(0, 0);
            operator.process(in, point.time, out);
            for (int i = 0; i < out.size(); i++) {
                var function = functions.get(out.tags()[i]);
                boolean isCount = function.equals(WindowFunction.COUNT);
                results.computeIfAbsent(out.sourceTimes()[i], _ -> new double[FUNCTIONS.size()])[
                                FUNCTIONS.indexOf(function)] =
                        isCount ? (double) out.bits()[i] : out.doubleAt(i);
            }
        }
        return results;
    }
}
