package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * as-of and join equal the definition, computed from all samples at once, in whatever order samples
 * come within the lateness.
 *
 * <p>Planted and caught: a pair that is certain one lateness too early; a sample beside that is
 * forgotten while one that waits still wants it; a nearest that is only looked for behind; a sample
 * of the same time that makes a pair certain while older ones are under way.
 */
class PairModelTest {
    private static final long MILLI = 1_000_000L;
    private static final int MAIN = 0;

    private record Point(int lane, long time, double value, long arrival) {}

    /**
     * Every sample is under way for less than the lateness, each for a time of its own. Where it is
     * not 0, samples of several lanes and of one may have the same time.
     */
    private static List<Point> points(Random random, long lateness) {
        var points = new ArrayList<Point>();
        long time = OperatorContract.START;
        for (int i = 0; i < 150; i++) {
            boolean isTogether = lateness > 0 && random.nextInt(3) == 0;
            time += isTogether ? 0 : 1 + random.nextLong(300 * MILLI);
            int lane = random.nextInt(3);
            long underWay = lateness == 0 ? 0 : random.nextLong(lateness);
            points.add(new Point(lane, time, i, time + underWay));
        }
        points.sort(Comparator.comparingLong(Point::arrival));
        return points;
    }

    private static PairStep step(PairStep.By by, long reach, long lateness, boolean drops) {
        var templates = Map.of("a", "m/a");
        return new PairStep(
                by,
                new Beside(templates),
                Expression.of("value * 1000 + a", new Where("test", 1, 1), "key"),
                Duration.ofNanos(reach),
                Duration.ofNanos(lateness),
                EventClock.SOURCE,
                drops,
                256);
    }

    private static Making making() {
        var main = List.of(lane("m/x"), lane("m/other"));
        return new Making(
                main, List.of(List.of(lane("m/a"))), new Where("test", 1, 1), "k", new Problems());
    }

    private static Lane lane(String name) {
        return new Lane(name, "", ValueType.FLOAT64, false);
    }

    private static List<String> run(PairStep step, List<Point> points) {
        var operator = step.make(making()).orElseThrow();
        var lines = new ArrayList<String>();
        var in = new Batch();
        var out = new Batch();
        long now = 0;
        for (var point : points) {
            now = point.arrival;
            in.begin(0, 0);
            in.addDouble(point.lane, point.time, point.value, Quality.GOOD);
            out.begin(0, 0);
            operator.process(in, now, out);
            lines(out, lines);
        }
        out.begin(0, 0);
        operator.tick(now + 20_000 * MILLI, out);
        lines(out, lines);
        assertThat(operator.late()).isZero();
        return lines;
    }

    /** Of the lane that is looked at; the second main lane is there so that sides are shared. */
    private static void lines(Batch out, List<String> lines) {
        for (int i = 0; i < out.size(); i++) {
            if (out.tags()[i] == MAIN) {
                byte quality = out.qualities()[i];
                lines.add(
                        out.sourceTimes()[i]
                                + " "
                                + (Quality.isBad(quality)
                                        ? Quality.reason(quality)
                                        : out.doubleAt(i)));
            }
        }
    }

    private static List<String> model(List<Point> points, PairStep step) {
        long reach = step.reach().toNanos();
        var sides = points.stream().filter(p -> p.lane == 2).toList();
        return points.stream()
                .filter(p -> p.lane == MAIN)
                .sorted(Comparator.comparingLong(Point::time))
                .map(p -> {
                    var partner =
                            sides.stream()
                                    .filter(s -> Math.abs(s.time - p.time) <= reach)
                                    .filter(s ->
                                            step.by() == PairStep.By.NEAREST || s.time <= p.time)
                                    .min(order(p.time));
                    return partner.map(s -> p.time + " " + (p.value * 1000 + s.value))
                            .orElse(step.dropsUnmatched() ? "" : p.time + " " + Reason.STALE);
                })
                .filter(line -> !line.isEmpty())
                .collect(Collectors.toList());
    }

    /** The nearest, the older of two as near, and of one time the one that came last. */
    private static Comparator<Point> order(long time) {
        return Comparator.<Point>comparingLong(s -> Math.abs(s.time - time))
                .thenComparingLong(Point::time)
                .thenComparing(Comparator.comparingLong(Point::arrival).reversed());
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void eachSampleMeetsTheNewestThatIsNotNewer(long seed) {
        var random = random(seed);
        long lateness = random.nextInt(4) * 400L * MILLI;
        long maxAge = random.nextBoolean() ? LaneClocks.MAX_TIME_NANOS : 700 * MILLI;
        var step = step(PairStep.By.AS_OF, maxAge, lateness, random.nextBoolean());
        var points = points(random, lateness);

        assertThat(run(step, points)).isEqualTo(model(points, step));
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void eachSampleMeetsTheNearestBeforeOrBehind(long seed) {
        var random = random(seed);
        long lateness = random.nextInt(4) * 400L * MILLI;
        long within = random.nextInt(1_000) * MILLI;
        var step = step(PairStep.By.NEAREST, within, lateness, random.nextBoolean());
        var points = points(random, lateness);

        assertThat(run(step, points)).isEqualTo(model(points, step));
    }

    private static final String JOIN =
            """
            pipelines:
              pair:
                from: "m/x"
                steps: [{join: {with: {a: n/a}, within: 500ms, max-waiting: 16, give: "value - a"}}]
                to: "pair"
            """;
    private static final Tag X = Tag.of("m/x", ValueType.FLOAT64);
    private static final Tag A = Tag.of("n/a", ValueType.FLOAT64);

    @Test
    void qualityOfEitherSideGoesIntoTheResult() {
        var rig = new Rig(JOIN, X, A);

        rig.uncertain("n/a", 1, 1).real("m/x", 1, 5);
        rig.bad("n/a", 2, Reason.COMMS_LOST).real("m/x", 2, 5);
        rig.bad("m/x", 3, Reason.TIMEOUT).real("n/a", 3, 1);

        assertThat(rig.lines())
                .containsExactly(
                        "1s pair 4.0 uncertain device-uncertain",
                        "2s pair bad comms-lost",
                        "3s pair bad timeout");
    }

    /** At a hundred a second, 16 can't wait for half a second: they go on before their time. */
    @Test
    void whatFindsNoRoomToWaitGoesOnAndNothingIsLost() {
        var rig = new Rig(JOIN, X, A);

        for (int i = 0; i < 40; i++) {
            rig.real("m/x", 1 + i / 100.0, i);
        }
        assertThat(rig.results()).hasSize(24);
        rig.ticks(2, 4);
        assertThat(rig.results()).hasSize(16);
    }

    @Test
    void aSideThatIsTooBusyForItsRoomCountsWhatItForgets() {
        var rig = new Rig(JOIN, X, A);
        rig.real("m/x", 1, 0);

        for (int i = 0; i < 40; i++) {
            rig.real("n/a", 0.6 + i / 1_000.0, i);
        }

        assertThat(rig.pipelines().late()).isEqualTo(24);
    }

    @Test
    void devicesWhoseClocksDifferArePairedByTheGatewaysClock() {
        var yaml = JOIN.replace("within:", "clock: gateway, within:");
        var rig = new Rig(yaml, X, A);

        rig.realAt("n/a", 1, 3600, 1).realAt("m/x", 1.2, 1.1, 5).ticks(2, 4);

        assertThat(rig.lines()).containsExactly("1.1s pair 4.0");
    }

    @Test
    void tooMuchMemoryIsRefusedWithTheArithmetic() {
        var tags = new Tag[2_001];
        for (int i = 0; i < 2_000; i++) {
            tags[i] = Tag.of("m/" + i, ValueType.FLOAT64);
        }
        tags[2_000] = A;

        assertThat(Rig.problems(JOIN.replace("m/x", "m/*").replace("16", "8192"), tags))
                .singleElement()
                .asString()
                .contains(
                        "pipelines.pair.steps[0].join: would take 906 MiB for 2000 tags; at most 256 MiB are allowed: choose a smaller 'max-waiting'");
    }

    @Test
    void whatIsWrongIsTold() {
        assertThat(
                        Rig.problems(
                                """
                                pipelines:
                                  a: {from: "m/x", steps: [{join: {with: {a: n/a}, give: "value - a"}}], to: "a"}
                                  b: {from: "m/x", steps: [{as-of: {with: {a: n/a}, lateness: 2h, unmatched: keep}}], to: "b"}
                                  c: {from: "m/x", steps: [{as-of: {give: "value", within: 1s}}], to: "c"}
                                """,
                                X,
                                A))
                .containsExactly(
                        "gateway.yaml:2: pipelines.a.steps[0].join.within: is missing; give a time such as 500ms",
                        "gateway.yaml:3: pipelines.b.steps[0].as-of.give: is missing; give an expression over value and the names of 'with'",
                        "gateway.yaml:3: pipelines.b.steps[0].as-of.lateness: 2h is outside 0s to 1h; give one within",
                        "gateway.yaml:3: pipelines.b.steps[0].as-of.unmatched: 'keep' is not known; allowed: bad, drop",
                        "gateway.yaml:4: pipelines.c.steps[0].as-of.within: is not a known key (did you mean 'with'?)");
    }

    /** The first numbers of small seeds are much alike. */
    private static Random random(long seed) {
        var random = new Random(seed);
        random.nextLong();
        return random;
    }
}
