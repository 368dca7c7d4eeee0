package io.drme.bench;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import io.drme.stream.Pipelines;
import io.drme.time.Hlc;
import java.util.stream.IntStream;

/** Our engine as a library. */
final class EngineOurs implements EngineSide {
    private static final String[] FUNCTIONS = {"avg", "max", "stddev"};
    private final Batch in = new Batch(EngineWork.ALL_TAGS);
    private final Batch derived = new Batch(EngineWork.ALL_TAGS * 4);

    /** The word of a case. */
    public static void main(String... arguments) throws Exception {
        EngineRun.of(new EngineOurs(), arguments[0], System.out);
    }

    static Pipelines pipelines(EngineWork.Case work) {
        var tags =
                IntStream.range(0, EngineWork.ALL_TAGS)
                        .mapToObj(i -> Tag.of("press/" + i, ValueType.FLOAT64))
                        .toArray(Tag[]::new);
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
                tags);
    }

    @Override
    public EngineTotals run(EngineWork.Case work, long scans) {
        var pipelines = pipelines(work);
        var functions = functions(pipelines);
        var totals = new EngineTotals(scans);
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
