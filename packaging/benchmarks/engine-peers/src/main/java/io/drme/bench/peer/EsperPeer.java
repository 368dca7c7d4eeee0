package io.drme.bench.peer;

import com.espertech.esper.common.client.EventBean;
import com.espertech.esper.common.client.configuration.Configuration;
import com.espertech.esper.compiler.client.CompilerArguments;
import com.espertech.esper.compiler.client.EPCompilerProvider;
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

    private int runs;

    /** The word of a case. */
    public static void main(String... arguments) throws Exception {
        EngineRun.of(new EsperPeer(), arguments[0], System.out);
        System.exit(0);
    }

    @Override
    public EngineTotals run(EngineWork.Case work, long scans) throws Exception {
        if (work != EngineWork.Case.EXACT) {
            throw new IllegalArgumentException("Esper has no windows by panes: " + work);
        }
        var totals = new EngineTotals(scans);
        var configuration = new Configuration();
        configuration.getRuntime().getThreading().setInternalTimerEnabled(false);
        var text =
                """
                @public @buseventtype create objectarray schema Samples (tag int, ts long, value double);
                insert into Mapped select tag, ts, value * %s + %s as value from Samples(value >= 0.0);
                @name('results') select tag, ts, avg(value) as average, max(value) as highest,
                  stddev(value) as deviation from Mapped#ext_timed(ts, %d milliseconds) group by tag;
                """
                        .formatted(EngineWork.FACTOR, EngineWork.OFFSET, EngineWork.WINDOW_MILLIS);
        var compiled =
                EPCompilerProvider.getCompiler()
                        .compile(text, new CompilerArguments(configuration));
        var runtime = EPRuntimeProvider.getRuntime("bench-" + runs++, configuration);
        var deployed = runtime.getDeploymentService().deploy(compiled);
        runtime.getDeploymentService()
                .getStatement(deployed.getDeploymentId(), "results")
                .addListener((added, _, _, _) -> add(added, totals));
        var events = runtime.getEventService();
        for (long scan = 0; scan < scans; scan++) {
            long millis = EngineWork.millis(scan);
            for (int tag = 0; tag < EngineWork.ALL_TAGS; tag++) {
                events.sendEventObjectArray(
                        new Object[] {tag, millis, EngineWork.value(tag, scan)}, "Samples");
            }
        }
        runtime.destroy();
        return totals;
    }

    private static void add(EventBean[] results, EngineTotals totals) {
        for (var result : results) {
            var deviation = (Double) result.get("deviation");
            totals.add(
                    (long) result.get("ts") + EngineWork.SCAN_MILLIS,
                    (double) result.get("average"),
                    (double) result.get("highest"),
                    deviation == null ? 0 : deviation * TO_POPULATION);
        }
    }
}
