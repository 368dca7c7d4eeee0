package io.drme.bench.peer;

import com.espertech.esper.common.client.EventBean;
import com.espertech.esper.common.client.configuration.Configuration;
import com.espertech.esper.compiler.client.CompilerArguments;
import com.espertech.esper.compiler.client.EPCompilerProvider;
import com.espertech.esper.runtime.client.EPEventService;
import com.espertech.esper.runtime.client.EPRuntimeProvider;
import io.drme.bench.EngineRun;
import io.drme.bench.EngineSide;
import io.drme.bench.EngineTotals;
import io.drme.bench.EngineWork;

/** Esper: the same statements as of Siddhi, with events as arrays. */
public final class EsperPeer implements EngineSide {
    /** Its deviation is that of a sample, ours and the others' that of the population. */
    private static final double TO_POPULATION =
            Math.sqrt(1 - 1.0 * EngineWork.SCAN_MILLIS / EngineWork.WINDOW_MILLIS);

    private static final String SAMPLES =
            "@public @buseventtype create objectarray schema Samples (tag int, ts long, value double);\n";

    private int runs;

    /** The word of a case. */
    public static void main(String... arguments) throws Exception {
        EngineRun.of(new EsperPeer(), arguments[0], System.out);
        System.exit(0);
    }

    @Override
    public EngineTotals run(EngineWork.Case work, long scans) throws Exception {
        var totals = new EngineTotals(work, scans);
        var configuration = new Configuration();
        configuration.getRuntime().getThreading().setInternalTimerEnabled(false);
        var compiled =
                EPCompilerProvider.getCompiler()
                        .compile(text(work), new CompilerArguments(configuration));
        var runtime = EPRuntimeProvider.getRuntime("bench-" + runs++, configuration);
        var events = runtime.getEventService();
        events.advanceTime(EngineWork.START_MILLIS);
        var deployed = runtime.getDeploymentService().deploy(compiled);
        runtime.getDeploymentService()
                .getStatement(deployed.getDeploymentId(), "results")
                .addListener((added, _, _, _) -> add(work, added, totals));
        if (work == EngineWork.Case.LIMITS) {
            addLimits(events);
        }
        for (long scan = 0; scan < scans; scan++) {
            long millis = EngineWork.millis(work, scan);
            if (work == EngineWork.Case.PATTERN) {
                events.advanceTime(millis);
            }
            var stream =
                    work == EngineWork.Case.JOIN
                            ? EngineWork.isLeft(scan) ? "LeftSide" : "RightSide"
                            : "Samples";
            for (int tag = 0; tag < EngineWork.ALL_TAGS; tag++) {
                events.sendEventObjectArray(
                        new Object[] {tag, millis, EngineWork.value(work, tag, scan)}, stream);
            }
        }
        runtime.destroy();
        return totals;
    }

    private static String text(EngineWork.Case work) {
        return switch (work) {
            case PANES ->
                    throw new IllegalArgumentException("Esper has no windows by panes: " + work);
            case EXACT ->
                    SAMPLES
                            + """
                            insert into Mapped select tag, ts, value * %s + %s as value from Samples(value >= 0.0);
                            @name('results') select tag, ts, avg(value) as average, max(value) as highest,
                              stddev(value) as deviation from Mapped#ext_timed(ts, %d milliseconds) group by tag;
                            """
                                    .formatted(
                                            EngineWork.FACTOR,
                                            EngineWork.OFFSET,
                                            EngineWork.WINDOW_MILLIS);
            case LIMITS ->
                    SAMPLES
                            + """
                            @public @buseventtype create objectarray schema Rows (tag int, high double, target double);
                            create table Limits (tag int primary key, high double, target double);
                            insert into Limits select tag, high, target from Rows;
                            @name('results') select s.ts as ts, s.value - l.target as given
                              from Samples(value >= 0.0) as s unidirectional, Limits as l
                              where s.tag = l.tag and s.value > l.high;
                            """;
            case JOIN ->
                    """
                    @public @buseventtype create objectarray schema LeftSide (tag int, ts long, value double);
                    @public @buseventtype create objectarray schema RightSide (tag int, ts long, value double);
                    @name('results') select l.ts as ts, l.value - r.value as given
                      from LeftSide#ext_timed(ts, %1$d milliseconds) as l, RightSide#ext_timed(ts, %1$d milliseconds) as r
                      where l.tag = r.tag and r.ts - l.ts <= %1$d and l.ts - r.ts <= %1$d;
                    """
                            .formatted(EngineWork.WITHIN_MILLIS);
            case PATTERN ->
                    SAMPLES
                            + """
                            @name('results') select b.ts as ts, 1.0 as given from pattern [
                              every a=Samples(value > %s) -> (b=Samples(tag = a.tag, value < %s) where timer:within(%d milliseconds))];
                            """
                                    .formatted(
                                            EngineWork.HIGH,
                                            EngineWork.LOW,
                                            EngineWork.WITHIN_MILLIS);
        };
    }

    private static void addLimits(EPEventService events) {
        for (int tag = 0; tag < EngineWork.TAGS; tag++) {
            events.sendEventObjectArray(
                    new Object[] {tag, EngineWork.limit(tag), EngineWork.target(tag)}, "Rows");
        }
    }

    private static void add(EngineWork.Case work, EventBean[] results, EngineTotals totals) {
        for (var result : results) {
            long millis = (long) result.get("ts");
            if (!work.isOfWindows()) {
                totals.add(millis, (double) result.get("given"));
                continue;
            }
            var deviation = (Double) result.get("deviation");
            totals.add(
                    millis + EngineWork.SCAN_MILLIS,
                    (double) result.get("average"),
                    (double) result.get("highest"),
                    deviation == null ? 0 : deviation * TO_POPULATION);
        }
    }
}
