package io.drme.edge.acquisition;

import java.util.List;
import java.util.stream.Collectors;

/**
 * How a start found pipelines and alarms, and what became of it. Immutable.
 *
 * @param snapshotNanos when the snapshot was taken that they go on from, nanoseconds since 1970
 *     UTC; 0 where there was none to go on from
 * @param fromNanos what was recorded after it was gone through, nanoseconds since 1970 UTC; 0 where
 *     nothing was
 * @param batches that were gone through
 * @param ticks that were made again
 * @param results that were not on record, and were recorded at the start
 * @param tookNanos how long it took
 * @param lost a line for each step, or for all of it, that does not go on where it was
 */
public record Restart(
        long snapshotNanos,
        long fromNanos,
        long batches,
        long ticks,
        long results,
        long tookNanos,
        List<String> lost) {
    /** Nothing was kept, and there was nothing to go on with. */
    public static final Restart NONE = new Restart(0, 0, 0, 0, 0, 0, List.of());

    private static final int MOST_NAMED = 10;

    /** What was lost as an event says it; empty where that is nothing. */
    public String words() {
        return words(lost);
    }

    /** Lines of what begins anew as an event says them; empty where there are none. */
    public static String words(List<String> lost) {
        return lost.isEmpty()
                ? ""
                : ": "
                        + lost.stream().limit(MOST_NAMED).collect(Collectors.joining("; "))
                        + (lost.size() > MOST_NAMED
                                ? "; and %d more".formatted(lost.size() - MOST_NAMED)
                                : "");
    }
}
