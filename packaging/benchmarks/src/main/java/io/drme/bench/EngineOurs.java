package io.drme.bench;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import io.drme.stream.Pipelines;
import io.drme.time.Hlc;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Our engine as a library. */
final class EngineOurs implements EngineSide {
    private static final String[] FUNCTIONS = {"avg", "max", "stddev"};
    private final Batch in = new Batch(EngineWork.ALL_TAGS);
    private final Batch derived = new Batch(EngineWork.ALL_TAGS * 4);

    /** The word of a case. */
    public static void main(String... arguments) throws Exception {
        EngineRun.of(new EngineOurs(), arguments[0], System.out);
    }

    private static Pipelines pipelines(EngineWork.Case work) {
        return switch (work) {
            case PANES, EXACT -> windows(work);
            case LIMITS -> Pipelines.of(limits(), tags("press"));
            case JOIN ->
                    Pipelines.of(
                            """
                            pipelines:
                              loss:
                                from: "left/*"
                                steps: [{join: {with: {other: "right/{path}"}, within: %dms, give: "value - other", unmatched: drop}}]
                                to: "loss/{path}"
                            """
                                    .formatted(EngineWork.WITHIN_MILLIS),
                            Stream.of(tags("left"), tags("right"))
                                    .flatMap(Stream::of)
                                    .toArray(Tag[]::new));
            case PATTERN ->
                    Pipelines.of(
                            """
                            pipelines:
                              drop:
                                from: "press/*"
                                steps: [{pattern: {when: "value > %s", then: "value < %s", within: %dms}}]
                                to: "drop/{path}"
                            """
                                    .formatted(
                                            EngineWork.HIGH,
                                            EngineWork.LOW,
                                            EngineWork.WITHIN_MILLIS),
                            tags("press"));
        };
    }

    private static Tag[] tags(String device) {
        return IntStream.range(0, EngineWork.ALL_TAGS)
                .mapToObj(i -> Tag.of(device + "/" + i, ValueType.FLOAT64))
                .toArray(Tag[]::new);
    }

    private static String limits() {
        var rows =
                IntStream.range(0, EngineWork.TAGS)
                        .mapToObj(i ->
                                "press/%d: {high: %s, target: %s}"
                                        .formatted(i, EngineWork.limit(i), EngineWork.target(i)))
                        .collect(Collectors.joining(", "));
        return """
        pipelines:
          limits:
            from: "press/*"
            steps:
              - filter: "value >= 0.0"
              - lookup: {table: {%s}, keep: "value > high", give: "value - target"}
            to: "over/{path}"
        """
                .formatted(rows);
    }

    private static Pipelines windows(EngineWork.Case work) {
        return Pipelines.of(
                """
                pipelines:
                  health:
                    from: "press/*"
                    steps:
                      - filter: "value >= 0 && quality == 'good'"
                      - map: "value * %s + %s"
                      - aggregate: {window: %dms, every: %dms, functions: [avg, max, stddev]}
                    to: "health/{path}/{function}"
                """
                        .formatted(
                                EngineWork.FACTOR,
                                EngineWork.OFFSET,
                                EngineWork.WINDOW_MILLIS,
                                work.everyMillis()),
                tags("press"));
    }

    @Override
    public EngineTotals run(EngineWork.Case work, long scans) {
        return work.isOfWindows() ? windows(work, scans) : each(work, scans);
    }

    private EngineTotals each(EngineWork.Case work, long scans) {
        var pipelines = pipelines(work);
        var totals = new EngineTotals(work, scans);
        boolean isJoin = work == EngineWork.Case.JOIN;
        for (long scan = 0; scan < scans; scan++) {
            long millis = EngineWork.millis(work, scan);
            int first = isJoin && !EngineWork.isLeft(scan) ? EngineWork.ALL_TAGS : 0;
            in.begin(0, Hlc.of(millis, 0));
            for (int tag = 0; tag < EngineWork.ALL_TAGS; tag++) {
                double value = EngineWork.value(work, tag, scan);
                in.addDouble(first + tag, millis * 1_000_000, value, Quality.GOOD);
            }
            derived.begin(0, in.gatewayTime());
            pipelines.process(in, derived);
            boolean isNumber = work != EngineWork.Case.PATTERN;
            for (int i = 0; i < derived.size(); i++) {
                totals.add(
                        derived.sourceTimes()[i] / 1_000_000,
                        isNumber ? derived.doubleAt(i) : derived.bits()[i]);
            }
        }
        return totals;
    }

    private EngineTotals windows(EngineWork.Case work, long scans) {
        var pipelines = pipelines(work);
        var functions = functions(pipelines);
        var totals = new EngineTotals(work, scans);
        for (long scan = 0; scan < scans; scan++) {
            fill(in, scan);
            derived.begin(0, in.gatewayTime());
            pipelines.process(in, derived);
            for (int i = 0; i < derived.size(); i++) {
                totals.add(
                        derived.sourceTimes()[i] / 1_000_000,
                        functions[derived.tags()[i]],
                        derived.doubleAt(i));
            }
        }
        return totals;
    }

    static void fill(Batch in, long scan) {
        long millis = EngineWork.millis(scan);
        in.begin(0, Hlc.of(millis, 0));
        for (int tag = 0; tag < EngineWork.ALL_TAGS; tag++) {
            in.addDouble(tag, millis * 1_000_000, EngineWork.value(tag, scan), Quality.GOOD);
        }
    }

    /** By index of the tag which of the functions it is. */
    private static int[] functions(Pipelines pipelines) {
        var table = pipelines.table();
        var functions = new int[table.size()];
        for (int i = EngineWork.ALL_TAGS; i < functions.length; i++) {
            var name = table.get(i).name().text();
            for (int f = 0; f < FUNCTIONS.length; f++) {
                functions[i] = name.endsWith("/" + FUNCTIONS[f]) ? f : functions[i];
            }
        }
        return functions;
    }
}
