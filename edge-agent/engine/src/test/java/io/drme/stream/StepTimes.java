package io.drme.stream;

import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.ValueType;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Measures what steps take of a processor: the program behind the figures of {@link StepCost}. It
 * is no test, as what it prints depends on the machine. For each step it takes scans of 1,000 tags
 * (and of those beside) through the operator alone, one scan a second of their own time with ten
 * ticks behind each, and prints the thread's CPU nanoseconds a sample, and a tick and lane: the
 * median of the rounds.
 *
 * <p>All steps warm up first, in one process, so that code that they share is compiled for all of
 * them. Run it with the engine's test classes on the class path; a word leaves out the steps that
 * do not have it.
 */
final class StepTimes {
    static final int TAGS = 1_000;

    private static final Where HERE = new Where("times", 1, 1);
    private static final long SECOND = 1_000_000_000L;
    private static final int SCANS = 200;
    private static final int ROUNDS = 9;
    private static final int TICKS = 10;

    /** The steps that are measured, as a file has them; each kind is there. */
    static final List<String> STEPS =
            List.of(
                    "filter: 'value > 50'",
                    "map: 'value * 2.0 + 1.0'",
                    "scale: {factor: 2.0, offset: 1}",
                    "aggregate: {window: 10s, functions: [avg]}",
                    "aggregate: {window: 10s, functions: [avg, max, stddev]}",
                    "aggregate: {window: 10s, every: 1s, functions: [avg]}",
                    "aggregate: {window: 10s, every: 1s, functions: [p95]}",
                    "aggregate: {session: {gap: 30s, max: 10s}, functions: [avg]}",
                    "aggregate: {count: 10, functions: [avg]}",
                    "split: {hot: 'value > 80', cold: 'value < 20', otherwise: rest}",
                    "merge: {by: device}",
                    "merge: {by: device, take: preferred, prefer: ['*/x', '*/y']}",
                    "merge: {by: device, take: median}",
                    "combine: {with: {y: '{device}/y'}, give: 'value - y'}",
                    "rate: {per: s}",
                    "rate: {per: s, over: 60s}",
                    "counter: {results: [total, rate], bits: 16}",
                    "as-of: {with: {y: '{device}/y'}, give: 'value - y', lateness: 1s}",
                    "join: {with: {y: '{device}/y'}, within: 500ms, give: 'value - y'}",
                    "lookup: {table: {d1/x: {high: 3.0}, d2/x: {high: 50.0}}, keep: 'value > high'}",
                    "duration: {while: 'value > 50', every: 10s}",
                    "states: {of: {low: 'value < 20', high: 'value > 80'}, window: 10s}",
                    "smooth: {time-constant: 10s}",
                    "smooth: {median: 5}",
                    "resample: {every: 1s}",
                    "resample: {every: 1s, fill: linear}",
                    "resample: {every: 100ms}",
                    "changes: {by: 1}",
                    "throttle: {every: 5s}",
                    "pattern: {with: {y: '{device}/y'}, when: 'value > 90', then: 'y > 90', within: 10s}",
                    "pattern: {with: {y: '{device}/y'}, when: 'value > 90', then: 'y > 90', within: 10s, lateness: 1s}",
                    "pattern: {when: 'value > 50', times: 3, within: 10s}");

    private final Operator operator;
    private final Batch[] scans;
    private final Batch out = new Batch();
    private long now = OperatorContract.START;
    private long samples;
    private long results;

    private StepTimes(String step, int tags) {
        var problems = new Problems();
        var section = Rig.top(step, problems);
        var kind = StepKind.read(section).orElseThrow();
        var lanes = new ArrayList<>(lanes("x", tags));
        boolean isMerged = step.startsWith("merge");
        if (isMerged) {
            lanes.addAll(lanes("y", tags));
        }
        boolean counts = step.startsWith("counter");
        lanes.replaceAll(l -> counts ? l.of(ValueType.INT64) : l);
        var sides = kind.sides(lanes).isEmpty() ? List.<Lane>of() : lanes("y", tags);
        var making =
                new Making(lanes, sides.stream().map(List::of).toList(), HERE, "step", problems);
        operator = kind.make(making).orElseThrow(() -> new IllegalStateException(step));
        scans = scans(making.input().size(), counts);
    }

    /** The steps of a kind that are measured. */
    static List<Step> stepsOf(String key) {
        return STEPS.stream()
                .filter(s -> s.startsWith(key + ":"))
                .map(s -> StepKind.read(Rig.top(s, new Problems())).orElseThrow())
                .toList();
    }

    /** The classes of the operators of a kind, as far as they are measured. */
    static List<Class<?>> operatorsOf(String key) {
        return STEPS.stream()
                .filter(s -> s.startsWith(key + ":"))
                .<Class<?>>map(s -> new StepTimes(s, 2).operator.getClass())
                .toList();
    }

    private static List<Lane> lanes(String path, int tags) {
        return IntStream.range(0, tags)
                .mapToObj(i -> new Lane("d" + i + "/" + path, "", ValueType.FLOAT64, false))
                .toList();
    }

    /** Values between 0 and 100, one time a scan; the times are set when a scan is taken. */
    private static Batch[] scans(int lanes, boolean counts) {
        var random = new Random(1);
        var made = new Batch[32];
        for (int s = 0; s < made.length; s++) {
            made[s] = new Batch();
            for (int lane = 0; lane < lanes; lane++) {
                if (counts) {
                    made[s].addInt(lane, 0, s * 100L + random.nextInt(100), Quality.GOOD);
                } else {
                    made[s].addDouble(lane, 0, random.nextInt(1_000) / 10.0, Quality.GOOD);
                }
            }
        }
        return made;
    }

    /** Nanoseconds a sample, and a tick and lane. */
    private double[] round() {
        long processing = 0;
        long ticking = 0;
        samples = 0;
        results = 0;
        for (int s = 0; s < SCANS; s++) {
            var scan = scans[s % scans.length];
            now += SECOND / 2;
            int size = scan.size();
            for (int i = 0; i < size; i++) {
                scan.sourceTimes()[i] = now;
            }
            long begun = cpu();
            operator.process(scan, now, out);
            processing += cpu() - begun;
            samples += size;
            results += out.size();
            out.begin(0, 0);
            begun = cpu();
            for (int tick = 0; tick < TICKS; tick++) {
                operator.tick(now + tick * SECOND / 2 / TICKS, out);
            }
            ticking += cpu() - begun;
            results += out.size();
            out.begin(0, 0);
            now += SECOND / 2;
        }
        return new double[] {
            (double) processing / samples, (double) ticking / ((long) SCANS * TICKS * TAGS)
        };
    }

    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private String measure() {
        var process = new double[ROUNDS];
        var tick = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            var found = round();
            process[i] = found[0];
            tick[i] = found[1];
        }
        return String.format(
                Locale.ROOT,
                "%7.1f %7.1f %7.2f",
                median(process),
                median(tick),
                (double) results / samples);
    }

    private static double median(double[] rounds) {
        Arrays.sort(rounds);
        return rounds[rounds.length / 2];
    }

    /** Prints the table. */
    public static void main(String[] arguments) {
        var word = arguments.length > 0 ? arguments[0] : "";
        var all = STEPS.stream().map(s -> new StepTimes(s, TAGS)).toList();
        for (int warm = 0; warm < 6; warm++) {
            all.forEach(StepTimes::round);
        }
        System.out.println("ns/sample ns/tick results/sample");
        for (int i = 0; i < all.size(); i++) {
            if (STEPS.get(i).contains(word)) {
                System.out.println(all.get(i).measure() + "  " + STEPS.get(i));
            }
        }
    }
}
