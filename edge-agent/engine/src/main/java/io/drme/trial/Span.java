package io.drme.trial;

/**
 * A stretch of a test's time, both ends included.
 *
 * @param from nanoseconds since the test began
 * @param to nanoseconds since the test began, not before {@code from}
 */
record Span(long from, long to) {
    boolean holds(long nanos) {
        return nanos >= from && nanos <= to;
    }

    boolean isMoment() {
        return from == to;
    }

    /** As in {@code 10s}, or {@code 10s to 14s}. */
    String text() {
        return isMoment() ? TestTime.text(from) : TestTime.text(from) + " to " + TestTime.text(to);
    }
}
