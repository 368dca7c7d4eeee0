package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Merged tags equal a plain model: all samples sorted, and for redundant sensors what is usable now
 * looked up anew at each sample.
 *
 * <p>Planted and caught: a sample that waits for the wrong tags; a median that counts bad ones; a
 * tag that stays chosen when it turns bad.
 */
class MergeModelTest {
    private static final long MILLI = 1_000_000L;
    private static final int LANES = 3;

    private record Point(int lane, long time, double value, byte quality) {}

    /** Each tag in its own order; the time of one lags behind that of another by up to a second. */
    private static List<Point> points(Random random, boolean distinct) {
        var points = new ArrayList<Point>();
        long time = OperatorContract.START;
        for (int i = 0; i < 120; i++) {
            time += 1 + random.nextLong(500 * MILLI);
            byte quality =
                    switch (random.nextInt(8)) {
                        case 0, 1 -> Quality.bad(Reason.TIMEOUT);
                        case 2 -> Quality.uncertain(Reason.DEVICE_UNCERTAIN);
                        default -> Quality.GOOD;
                    };
            double value = distinct ? i : random.nextInt(-20, 20) / 4.0;
            points.add(new Point(random.nextInt(LANES), time, value, quality));
        }
        return points;
    }

    private static List<Lane> lanes() {
        return IntStream.range(0, LANES)
                .mapToObj(i -> new Lane("a/" + i, "", ValueType.FLOAT64, false))
                .toList();
    }

    private static LaneGroups all(List<Lane> lanes) {
        return LaneGroups.of(lanes, LaneGroups.By.ALL, List.of(0, 1, 2));
    }

    private static MergeStep step(MergeStep.Take take, Duration lateness, int atLeast) {
        return new MergeStep(
                LaneGroups.By.ALL,
                take,
                lateness,
                EventClock.SOURCE,
                List.of(),
                atLeast,
                256,
                Optional.empty());
    }

    /** The results as one line each; {@code delays} is how much later than its time each comes. */
    private static List<String> run(Operator operator, List<Point> arrivals) {
        var lines = new ArrayList<String>();
        var in = new Batch();
        var out = new Batch();
        long now = OperatorContract.START;
        for (var point : arrivals) {
            now += MILLI;
            in.begin(0, 0);
            in.add(
                    point.lane,
                    point.time,
                    Quality.isBad(point.quality) ? 0 : Double.doubleToRawLongBits(point.value),
                    point.quality);
            out.begin(0, 0);
            operator.process(in, now, out);
            lines(out, lines);
        }
        out.begin(0, 0);
        operator.tick(now + 10_000 * MILLI, out);
        lines(out, lines);
        return lines;
    }

    private static void lines(Batch out, List<String> lines) {
        for (int i = 0; i < out.size(); i++) {
            lines.add(line(out.sourceTimes()[i], out.doubleAt(i), out.qualities()[i]));
        }
    }

    private static String line(long time, double value, byte quality) {
        return (time - OperatorContract.START)
                + " "
                + (Quality.isBad(quality)
                        ? "bad " + Quality.reason(quality)
                        : value + " " + quality);
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void mergedSamplesAreThoseOfAllTagsInOrderWhicheverTagLags(long seed) {
        var random = random(seed);
        var points = points(random, true);
        long[] lag = {0, random.nextLong(900 * MILLI), random.nextLong(900 * MILLI)};
        var arrivals = new ArrayList<>(points);
        arrivals.sort(Comparator.comparingLong(p -> p.time + lag[p.lane]));
        var operator =
                new MergeOperator(
                        lanes(),
                        all(lanes()),
                        step(MergeStep.Take.EVERY, Duration.ofSeconds(1), 0));

        var results = run(operator, arrivals);

        assertThat(results)
                .isEqualTo(
                        points.stream()
                                .sorted(Comparator.comparingLong(Point::time))
                                .map(p -> line(p.time, p.value, p.quality))
                                .toList());
        assertThat(operator.late()).isZero();
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void whateverComesWhenMergedSamplesStayInOrderAndNoneIsUncounted(long seed) {
        var random = random(seed);
        var points = points(random, true);
        var arrivals = new ArrayList<>(points);
        arrivals.sort(Comparator.comparingLong(Point::time));
        for (int i = arrivals.size() - 1; i > 0; i--) {
            if (random.nextInt(3) == 0) {
                arrivals.add(
                        Math.min(i + random.nextInt(12), arrivals.size() - 1), arrivals.remove(i));
            }
        }
        var operator =
                new MergeOperator(
                        lanes(),
                        all(lanes()),
                        step(MergeStep.Take.EVERY, Duration.ofMillis(random.nextInt(900)), 0));

        var results = run(operator, arrivals);

        assertThat(results).isSortedAccordingTo(Comparator.comparingLong(MergeModelTest::time));
        assertThat(results.size() + operator.late()).isEqualTo(points.size());
    }

    private static long time(String line) {
        return Long.parseLong(line.substring(0, line.indexOf(' ')));
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void theMedianIsOfWhatIsUsableAtEachSample(long seed) {
        var random = random(seed);
        var points = points(random, false);
        int atLeast = 1 + random.nextInt(LANES);
        var operator =
                new VoteOperator(
                        lanes(), all(lanes()), step(MergeStep.Take.MEDIAN, Duration.ZERO, atLeast));

        assertThat(run(operator, points)).isEqualTo(medians(points, atLeast));
    }

    private static List<String> medians(List<Point> points, int atLeast) {
        var expected = new ArrayList<String>();
        var newest = new Point[LANES];
        for (var point : points) {
            newest[point.lane] = point;
            var here = IntStream.range(0, LANES).filter(i -> newest[i] != null).count();
            var good = values(newest, false);
            var usable = values(newest, true);
            if (here >= atLeast) {
                expected.add(
                        good.size() >= atLeast
                                ? line(point.time, middle(good), Quality.GOOD)
                                : usable.size() >= atLeast
                                        ? line(
                                                point.time,
                                                middle(usable),
                                                Quality.uncertain(Reason.INPUT_NOT_GOOD))
                                        : line(point.time, 0, Quality.bad(Reason.INPUT_NOT_GOOD)));
            }
        }
        return expected;
    }

    private static List<Double> values(Point[] newest, boolean uncertainToo) {
        return IntStream.range(0, LANES)
                .filter(i ->
                        newest[i] != null
                                && !Quality.isBad(newest[i].quality)
                                && (uncertainToo || Quality.isGood(newest[i].quality)))
                .mapToObj(i -> newest[i].value)
                .sorted()
                .toList();
    }

    private static double middle(List<Double> sorted) {
        int size = sorted.size();
        return (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void thePreferredTagIsTheBestThatIsUsableAtEachSample(long seed) {
        var points = points(random(seed), true);
        var operator = new PreferOperator(lanes(), all(lanes()), Long.MAX_VALUE);

        assertThat(run(operator, points)).isEqualTo(preferred(points));
    }

    private static List<String> preferred(List<Point> points) {
        var expected = new ArrayList<String>();
        var newest = new Point[LANES];
        int before = -1;
        for (var point : points) {
            newest[point.lane] = point;
            int best =
                    IntStream.range(0, LANES)
                            .filter(i -> newest[i] != null && !Quality.isBad(newest[i].quality))
                            .boxed()
                            .min(
                                    Comparator.<Integer, Boolean>comparing(
                                                    i -> !Quality.isGood(newest[i].quality))
                                            .thenComparing(i -> i))
                            .orElse(-1);
            if (best >= 0 && (best == point.lane || best != before)) {
                expected.add(line(point.time, newest[best].value, newest[best].quality));
            } else if (best < 0 && (before >= 0 || point.lane == 0)) {
                expected.add(line(point.time, 0, point.quality));
            }
            before = best;
        }
        return expected;
    }

    /** The first numbers of small seeds are much alike. */
    private static Random random(long seed) {
        var random = new Random(seed);
        random.nextLong();
        return random;
    }
}
