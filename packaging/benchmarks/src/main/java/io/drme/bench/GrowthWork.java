package io.drme.bench;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import io.drme.stream.Pipelines;
import io.drme.time.Hlc;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a rule costs beside how many others, and what a sample costs beside how many other tags; in
 * a process of its own. Prints a line a size: the CPU of a unit in nanoseconds, the best of a few
 * rounds in turn, and whether all results came and are right.
 */
public final class GrowthWork {
    /** Rules, each a pipeline of its own over a tag of its own. */
    static final List<Integer> RULES = List.of(1, 10, 100, 1_000, 8_000);

    /** Tags of one pipeline. */
    static final List<Integer> TAGS = List.of(100, 1_000, 10_000, 100_000);

    private static final int ROUNDS = 6;
    private static final int UNITS_A_ROUND = 4_000_000;
    private static final int SCAN_MILLIS = 1_000;
    private static final double FACTOR = 2;

    private GrowthWork() {}

    /** No arguments. */
    public static void main(String... arguments) {
        measure("rules", RULES.stream().map(GrowthWork::rules).toList());
        measure("tags", TAGS.stream().map(GrowthWork::tags).toList());
    }

    /** Pipelines over so many tags, and what they were measured at. */
    private static final class Side {
        private final int size;
        private final Pipelines pipelines;
        private final boolean isMapped;
        private final Batch in;
        private final Batch derived;
        private long scan;
        private boolean isRight = true;
        private double best = Double.MAX_VALUE;

        /** Compiles; {@code isMapped} where each sample gives one result at once. */
        private Side(int size, String yaml, boolean isMapped) {
            this.size = size;
            this.isMapped = isMapped;
            this.in = new Batch(size);
            this.derived = new Batch(size);
            this.pipelines =
                    Pipelines.of(
                            yaml,
                            IntStream.range(0, size)
                                    .mapToObj(i -> Tag.of("press/" + i, ValueType.FLOAT64))
                                    .toArray(Tag[]::new));
        }

        private void round() {
            long scans = Math.max(1, UNITS_A_ROUND / size);
            long cpu = cpu();
            for (long end = scan + scans; scan < end; scan++) {
                long millis = EngineWork.START_MILLIS + scan * SCAN_MILLIS;
                in.begin(0, Hlc.of(millis, 0));
                for (int tag = 0; tag < size; tag++) {
                    in.addDouble(tag, millis * 1_000_000, tag + scan % 100, Quality.GOOD);
                }
                derived.begin(0, in.gatewayTime());
                pipelines.process(in, derived);
                check();
            }
            best = Math.min(best, (double) (cpu() - cpu) / scans / size);
        }

        /** A sample a tag and scan; or a result of each window, one of which ends with each. */
        private void check() {
            isRight &= derived.size() == (isMapped || scan > 0 ? size : 0);
            if (isMapped && isRight) {
                int last = size - 1;
                isRight = derived.doubleAt(last) == (last + scan % 100) * FACTOR;
            }
        }
    }

    private static Side rules(int rules) {
        var yaml =
                IntStream.range(0, rules)
                        .mapToObj(i ->
                                "  rule-%d: {from: press/%d, steps: [{filter: 'value >= 0.0'}, {map: 'value * 2.0'}], to: 'rule-%d/{path}'}\n"
                                        .formatted(i, i, i))
                        .collect(Collectors.joining("", "pipelines:\n", ""));
        return new Side(rules, yaml, true);
    }

    private static Side tags(int tags) {
        return new Side(
                tags,
                """
                pipelines:
                  health:
                    from: "press/*"
                    steps:
                      - filter: "value >= 0.0"
                      - map: "value * 2.0"
                      - aggregate: {window: 10s, every: 1s, functions: [avg]}
                    to: "health/{path}"
                """,
                false);
    }

    private static void measure(String what, List<Side> sides) {
        for (int round = 0; round < ROUNDS; round++) {
            for (var side : new ArrayList<>(sides)) {
                side.round();
            }
        }
        for (var side : sides) {
            System.out.printf(
                    "growth %s %d nanos %.2f right %b%n", what, side.size, side.best, side.isRight);
        }
    }

    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
