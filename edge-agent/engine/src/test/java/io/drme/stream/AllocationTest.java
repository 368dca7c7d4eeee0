package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.drme.alarm.AlarmConfig;
import io.drme.alarm.Alarms;
import io.drme.alarm.Transition;
import io.drme.config.Problems;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import io.drme.time.Hlc;
import io.drme.time.SystemClock;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The hot path allocates next to nothing a sample: a gateway runs for years in 96 MB. */
class AllocationTest {
    private static final int TAGS = 200;
    private static final int ROUNDS = 600;
    private static final double MAX_BYTES_A_SAMPLE = 8;

    private static final String FILE =
            """
            pipelines:
              health:
                from: ["press-*/**"]
                steps:
                  - filter: "quality == 'good' && value > -1000 || tag.startsWith('x')"
                  - scale: {factor: 0.1, offset: -5}
                  - map: "abs(value) * 2 + 1"
                  - aggregate: {window: 10s, every: 1s, functions: [avg, min, max, stddev, last]}
                to: ["health/{tag}/{function}"]
            alarms:
              hot: {tag: "press-*/**", high: 80, deadband: 2, on-delay: 2s}
              high: {tag: "health/**/avg", when: "value > 1000 && quality != 'bad'"}
            """;

    /** Of each operator with state of its own one pipeline. */
    private static final String EACH =
            """
            pipelines:
              percentiles:
                from: ["press-*/**"]
                steps:
                  - aggregate: {window: 10s, every: 5s, functions: [median, p95, time-avg, integral]}
                to: ["percentiles/{tag}/{function}"]
              session:
                from: ["press-*/**"]
                steps: [{aggregate: {session: {gap: 5s, max: 20s}, functions: [avg, p99]}}]
                to: ["session/{tag}/{function}"]
              count:
                from: ["press-*/**"]
                steps: [{aggregate: {count: 20, functions: [stddev, delta]}}]
                to: ["count/{tag}/{function}"]
              rate:
                from: ["press-*/**"]
                steps: [{smooth: {median: 5}}, {smooth: {time-constant: 5s}}, {rate: {over: 10s}}]
                to: ["rate/{tag}"]
              counter:
                from: ["press-*/**"]
                steps: [{counter: {bits: 8, max-rate: 60}}]
                to: ["counter/{tag}/{function}"]
              duration:
                from: ["press-*/**"]
                steps: [{duration: {while: "value > 30", reset-every: 1m}}]
                to: ["duration/{tag}/{function}"]
              states:
                from: ["press-*/**"]
                steps: [{states: {of: {low: "value < 10", high: "value > 50"}, window: 30s}}]
                to: ["states/{tag}/{function}"]
              grid:
                from: ["press-*/**"]
                steps: [{changes: {by: 3}}, {throttle: {every: 2s}}, {resample: {every: 500ms}}]
                to: ["grid/{tag}"]
              line:
                from: ["press-*/**"]
                steps: [{resample: {every: 500ms, fill: linear}}]
                to: ["line/{tag}"]
            """;

    @Test
    void aSampleThroughEachOperatorAllocatesNextToNothing() {
        allocatesNextToNothing(EACH);
    }

    @Test
    void aSampleThroughPipelinesAndAlarmsAllocatesNextToNothing() {
        allocatesNextToNothing(FILE);
    }

    private static void allocatesNextToNothing(String file) {
        var tags = new ArrayList<Tag>();
        for (int i = 0; i < TAGS; i++) {
            var type = i % 2 == 0 ? ValueType.FLOAT64 : ValueType.INT64;
            tags.add(Tag.of("press-" + i + "/value", type));
        }
        var problems = new Problems();
        var top = Rig.top(file, problems);
        var pipelines = Pipelines.compile(PipelineConfig.readAll(top), tags, problems);
        var alarms = Alarms.compile(AlarmConfig.readAll(top), "gw", pipelines, problems);
        assertThat(problems.list()).isEmpty();
        var transitions = new ArrayList<Transition>();
        var schedule = new Schedule(pipelines, EngineBudget.usual(), new SystemClock());

        run(schedule, alarms, 0, transitions::add); // compiles, and grows the batches
        long before = threads().getCurrentThreadAllocatedBytes();
        run(schedule, alarms, ROUNDS, transitions::add);
        long allocated = threads().getCurrentThreadAllocatedBytes() - before;

        double samples = (double) TAGS * ROUNDS;
        assertThat(allocated / samples).isLessThan(MAX_BYTES_A_SAMPLE);
        assertThat(transitions).isEmpty();
    }

    private static ThreadMXBean threads() {
        return (ThreadMXBean) ManagementFactory.getThreadMXBean();
    }

    private static void run(
            Schedule schedule, Alarms alarms, int firstRound, Consumer<Transition> sink) {
        var in = new Batch(TAGS);
        var derived = new Batch(TAGS * 8);
        BooleanSupplier behind = () -> false;
        long results = 0;
        for (int round = firstRound; round < firstRound + ROUNDS; round++) {
            long now = Rig.START + round * 1_000_000_000L;
            in.begin(0, Hlc.of(now / 1_000_000, 0));
            for (int tag = 0; tag < TAGS; tag++) {
                if (tag % 2 == 0) {
                    in.addDouble(tag, now, (round * 7 + tag) % 70, Quality.GOOD);
                } else {
                    in.addInt(tag, now, (round * 7 + tag) % 70, Quality.GOOD);
                }
            }
            derived.begin(0, in.gatewayTime());
            schedule.process(in, derived, behind);
            alarms.process(in, sink);
            alarms.process(derived, sink);
            results += derived.size();
            derived.begin(0, in.gatewayTime());
            schedule.tick(now + 500_000_000L, derived, behind);
            alarms.tick(now + 500_000_000L, sink);
        }
        assertThat(results).isGreaterThan((ROUNDS - 2L) * TAGS * 5);
    }

    private static final String SEVERAL =
            """
            pipelines:
              combined: {from: "a/*", steps: [{combine: {with: {b: "b/{path}"}, give: "value / b", max-age: 10s}}], to: "combined/{path}"}
              as-of: {from: "a/*", steps: [{as-of: {with: {b: "b/{path}"}, give: "value - b", lateness: 2s}}], to: "as-of/{path}"}
              joined: {from: "a/*", steps: [{join: {with: {b: "b/{path}"}, give: "value - b", within: 3s}}], to: "joined/{path}"}
              looked: {from: "a/*", steps: [{lookup: {table: {0: {high: 80}, 1: {high: 90}}, key: path, keep: "value < high || quality == 'good'", give: "value - high"}}], to: "looked/{path}"}
              pattern: {from: "a/*", steps: [{pattern: {with: {b: "b/{path}"}, when: "value > 3", times: 3, within: 1m, lasts: 1s}}], to: "pattern/{path}"}
              split: {from: "a/*", steps: [{split: {high: "value > 40", otherwise: low}}], to: "split/{path}/{function}"}
              merged: {from: ["a/*", "b/*"], steps: [{merge: {by: path}}], to: "merged/{path}"}
              best: {from: ["a/*", "b/*"], steps: [{merge: {by: path, prefer: ["a/*", "b/*"]}}], to: "best/{path}"}
              voted: {from: ["a/*", "b/*"], steps: [{merge: {by: path, take: median}}], to: "voted/{path}"}
            """;

    @Test
    void aSampleThroughWhatReadsSeveralTagsAllocatesNextToNothing() {
        var tags = new ArrayList<Tag>();
        for (int i = 0; i < TAGS; i++) {
            tags.add(Tag.of((i % 2 == 0 ? "a/" : "b/") + i / 2, ValueType.FLOAT64));
        }
        var problems = new Problems();
        var configs = PipelineConfig.readAll(Rig.top(SEVERAL, problems));
        var pipelines = Pipelines.compile(configs, tags, problems);
        assertThat(problems.list()).isEmpty();

        runSeveral(pipelines, 0);
        long before = threads().getCurrentThreadAllocatedBytes();
        runSeveral(pipelines, ROUNDS);
        long allocated = threads().getCurrentThreadAllocatedBytes() - before;

        assertThat(allocated / ((double) TAGS * ROUNDS)).isLessThan(MAX_BYTES_A_SAMPLE);
    }

    private static void runSeveral(Pipelines pipelines, int firstRound) {
        var in = new Batch(TAGS);
        var derived = new Batch(TAGS * 16);
        long results = 0;
        for (int round = firstRound; round < firstRound + ROUNDS; round++) {
            long now = Rig.START + round * 1_000_000_000L;
            in.begin(0, Hlc.of(now / 1_000_000, 0));
            for (int tag = 0; tag < TAGS; tag++) {
                in.addDouble(tag, now, (round * 7 + tag) % 70, Quality.GOOD);
            }
            derived.begin(0, in.gatewayTime());
            pipelines.process(in, derived);
            results += derived.size();
            derived.begin(0, in.gatewayTime());
            pipelines.tick(now + 500_000_000L, derived);
            results += derived.size();
        }
        assertThat(results).isGreaterThan((ROUNDS - 5L) * TAGS * 4);
    }

    @Test
    void theMeasureSeesAnAllocation() {
        long before = threads().getCurrentThreadAllocatedBytes();
        var list = new ArrayList<List<Integer>>();
        for (int i = 0; i < 1_000; i++) {
            list.add(List.of(i + 1_000_000));
        }
        assertThat(list).hasSize(1_000);
        assertThat(threads().getCurrentThreadAllocatedBytes() - before).isGreaterThan(16_000);
    }
}
