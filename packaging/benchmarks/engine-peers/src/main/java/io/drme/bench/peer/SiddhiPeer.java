package io.drme.bench.peer;

import io.drme.bench.EngineRun;
import io.drme.bench.EngineSide;
import io.drme.bench.EngineTotals;
import io.drme.bench.EngineWork;
import io.siddhi.core.SiddhiAppRuntime;
import io.siddhi.core.SiddhiManager;
import io.siddhi.core.event.Event;
import io.siddhi.core.stream.output.StreamCallback;
import java.util.function.Consumer;

/**
 * Siddhi: a sliding window by event time, grouped by tag; a join with a table that has an index; a
 * join of windows and a pattern, each partitioned by tag, without which every sample would be
 * compared with those of all tags.
 */
public final class SiddhiPeer implements EngineSide {
    private static final String SAMPLES =
            "define stream Samples (tag int, ts long, value double);\n";

    /** The word of a case. */
    public static void main(String... arguments) throws Exception {
        EngineRun.of(new SiddhiPeer(), arguments[0], System.out);
        System.exit(0);
    }

    @Override
    public EngineTotals run(EngineWork.Case work, long scans) throws Exception {
        var totals = new EngineTotals(work, scans);
        var manager = new SiddhiManager();
        var app = manager.createSiddhiAppRuntime(text(work));
        app.addCallback(
                "Results",
                new StreamCallback() {
                    private final Consumer<Object[]> adder = adder(work, totals);

                    @Override
                    public void receive(Event[] events) {
                        for (var event : events) {
                            adder.accept(event.getData());
                        }
                    }
                });
        app.start();
        if (work == EngineWork.Case.LIMITS) {
            addLimits(app);
        }
        var left = app.getInputHandler(work == EngineWork.Case.JOIN ? "LeftSide" : "Samples");
        var right = work == EngineWork.Case.JOIN ? app.getInputHandler("RightSide") : left;
        for (long scan = 0; scan < scans; scan++) {
            long millis = EngineWork.millis(work, scan);
            var events = new Event[EngineWork.ALL_TAGS];
            for (int tag = 0; tag < events.length; tag++) {
                double value = EngineWork.value(work, tag, scan);
                events[tag] = new Event(millis, new Object[] {tag, millis, value});
            }
            (EngineWork.isLeft(scan) ? left : right).send(events);
        }
        app.shutdown();
        manager.shutdown();
        return totals;
    }

    private static String text(EngineWork.Case work) {
        return switch (work) {
            case PANES ->
                    throw new IllegalArgumentException("Siddhi has no windows by panes: " + work);
            case EXACT ->
                    SAMPLES
                            + """
                            from Samples[value >= 0.0] select tag, ts, value * %s + %s as value insert into Mapped;
                            from Mapped#window.externalTime(ts, %d milliseconds)
                            select tag, ts, avg(value) as average, max(value) as highest, stdDev(value) as deviation
                            group by tag insert into Results;
                            """
                                    .formatted(
                                            EngineWork.FACTOR,
                                            EngineWork.OFFSET,
                                            EngineWork.WINDOW_MILLIS);
            case LIMITS ->
                    SAMPLES
                            + """
                            define stream Rows (tag int, high double, target double);
                            @PrimaryKey('tag') define table Limits (tag int, high double, target double);
                            from Rows insert into Limits;
                            from Samples[value >= 0.0] as s join Limits as l on l.tag == s.tag
                            select s.ts as ts, s.value as value, l.high as high, l.target as target insert into Found;
                            from Found[value > high] select ts, value - target as over insert into Results;
                            """;
            case JOIN ->
                    """
                    define stream LeftSide (tag int, ts long, value double);
                    define stream RightSide (tag int, ts long, value double);
                    partition with (tag of LeftSide, tag of RightSide) begin
                    from LeftSide#window.externalTime(ts, %1$d milliseconds) as l
                    join RightSide#window.externalTime(ts, %1$d milliseconds) as r
                    on r.ts - l.ts <= %1$dL and l.ts - r.ts <= %1$dL
                    select l.ts as ts, l.value - r.value as loss insert into Results;
                    end;
                    """
                            .formatted(EngineWork.WITHIN_MILLIS);
            case PATTERN ->
                    SAMPLES
                            + """
                            partition with (tag of Samples) begin
                            from every e1=Samples[value > %s] -> e2=Samples[value < %s] within %d milliseconds
                            select e2.ts as ts, 1.0 as one insert into Results;
                            end;
                            """
                                    .formatted(
                                            EngineWork.HIGH,
                                            EngineWork.LOW,
                                            EngineWork.WITHIN_MILLIS);
        };
    }

    private static void addLimits(SiddhiAppRuntime app) throws InterruptedException {
        var rows = app.getInputHandler("Rows");
        for (int tag = 0; tag < EngineWork.TAGS; tag++) {
            rows.send(new Object[] {tag, EngineWork.limit(tag), EngineWork.target(tag)});
        }
    }

    private static Consumer<Object[]> adder(EngineWork.Case work, EngineTotals totals) {
        return work.isOfWindows()
                ? result ->
                        totals.add(
                                (long) result[1] + EngineWork.SCAN_MILLIS,
                                (double) result[2],
                                (double) result[3],
                                (double) result[4])
                : result -> totals.add((long) result[0], (double) result[1]);
    }
}
