package io.drme.sync;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How long the backlog still takes, by how it shrank lately: new items count against it. Says
 * nothing where it does not shrink, or is not watched for long enough, rather than a wrong number.
 */
final class DrainGauge {
    private static final int MOST_MARKS = 13;
    private static final long LEAST_WATCHED_NANOS = 10_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Deque<Mark> marks = new ArrayDeque<>();

    private record Mark(long atNanos, long pending) {}

    /** The line was down: what was measured before says nothing of now. */
    void forget() {
        marks.clear();
    }

    /** Notes how many items wait; to be called at each status. */
    void note(long nowNanos, long pending) {
        marks.addLast(new Mark(nowNanos, pending));
        if (marks.size() > MOST_MARKS) {
            marks.removeFirst();
        }
    }

    /** Milliseconds until nothing waits; -1 where that is not known. */
    long millis() {
        var last = marks.peekLast();
        var first = marks.peekFirst();
        if (last == null || first == null) {
            return -1;
        }
        if (last.pending() == 0) {
            return 0;
        }
        long watched = last.atNanos() - first.atNanos();
        long shrunk = first.pending() - last.pending();
        if (watched < LEAST_WATCHED_NANOS || shrunk <= 0) {
            return -1;
        }
        return (long) ((double) last.pending() * watched / shrunk / NANOS_PER_MILLI);
    }
}
