package io.drme.bench.peer;

import io.drme.bench.EngineRun;
import io.drme.bench.EngineSide;
import io.drme.bench.EngineTotals;
import io.drme.bench.EngineWork;
import io.siddhi.core.SiddhiManager;
import io.siddhi.core.event.Event;
import io.siddhi.core.stream.output.StreamCallback;

/** Siddhi: a filter, a projection and a sliding window by event time, grouped by tag. */
public final class SiddhiPeer implements EngineSide {
    /** The word of a case. */
    public static void main(String... arguments) throws Exception {
        EngineRun.of(new SiddhiPeer(), arguments[0], System.out);
        System.exit(0);
    }

    @Override
    public EngineTotals run(EngineWork.Case work, long scans) throws Exception {
        if (work != EngineWork.Case.EXACT) {
            throw new IllegalArgumentException("Siddhi has no windows by panes: " + work);
        }
        var totals = new EngineTotals(scans);
        var manager = new SiddhiManager();
        var app =
                manager.createSiddhiAppRuntime(
                        """
                        define stream Samples (tag int, ts long, value double);
                        from Samples[value >= 0.0] select tag, ts, value * %s + %s as value insert into Mapped;
                        from Mapped#window.externalTime(ts, %d milliseconds)
                        select tag, ts, avg(value) as average, max(value) as highest, stdDev(value) as deviation
                        group by tag insert into Results;
                        """
                                .formatted(
                                        EngineWork.FACTOR,
                                        EngineWork.OFFSET,
                                        EngineWork.WINDOW_MILLIS));
        app.addCallback(
                "Results",
                new StreamCallback() {
                    @Override
                    public void receive(Event[] events) {
                        for (var event : events) {
                            add(event.getData(), totals);
                        }
                    }
                });
        app.start();
        var input = app.getInputHandler("Samples");
        for (long scan = 0; scan < scans; scan++) {
            long millis = EngineWork.millis(scan);
            var events = new Event[EngineWork.ALL_TAGS];
            for (int tag = 0; tag < events.length; tag++) {
                events[tag] =
                        new Event(millis, new Object[] {tag, millis, EngineWork.value(tag, scan)});
            }
            input.send(events);
        }
        app.shutdown();
        manager.shutdown();
        return totals;
    }

    private static void add(Object[] result, EngineTotals totals) {
        totals.add(
                (long) result[1] + EngineWork.SCAN_MILLIS,
                (double) result[2],
                (double) result[3],
                (double) result[4]);
    }
}
