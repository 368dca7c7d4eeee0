package io.drme.log;

import io.drme.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.OptionalDouble;

/**
 * Rates of what only grows, over a window of up to a day. Time is the monotonic one, so that a step
 * of the wall clock changes no rate.
 *
 * <p>Confined to the store's thread. Memory: a mark every five minutes, 289 at most.
 */
final class WearGauge {
    /** Before this a rate would be that of the start, with its preparations. */
    static final Duration LEAST_WINDOW = Duration.ofMinutes(1);

    private static final Duration WINDOW = Duration.ofDays(1);
    private static final Duration BETWEEN_MARKS = Duration.ofMinutes(5);
    private static final double HOUR_NANOS = Duration.ofHours(1).toNanos();
    private static final double DAY_NANOS = WINDOW.toNanos();

    private final Clock clock;
    private final ArrayDeque<Mark> marks = new ArrayDeque<>();

    private record Mark(long nanos, long written, long stored) {}

    /**
     * Begins to measure.
     *
     * @param written what was written until now
     * @param stored what was stored until now
     */
    WearGauge(Clock clock, long written, long stored) {
        this.clock = clock;
        marks.add(new Mark(clock.nanoTime(), written, stored));
    }

    /** Notes how far the sums are; call it every few seconds, or less often. */
    void note(long written, long stored) {
        long now = clock.nanoTime();
        if (now - marks.getLast().nanos >= BETWEEN_MARKS.toNanos()) {
            marks.add(new Mark(now, written, stored));
            // The oldest mark stays the one at or before the window's beginning.
            while (marks.size() > 2 && now - second().nanos >= WINDOW.toNanos()) {
                marks.removeFirst();
            }
        }
    }

    private Mark second() {
        var all = marks.iterator();
        all.next();
        return all.next();
    }

    Duration window() {
        return Duration.ofNanos(clock.nanoTime() - marks.getFirst().nanos);
    }

    /** What is written in a day, at the rate of the window. */
    OptionalDouble writtenADay(long written) {
        return rate(written - marks.getFirst().written, DAY_NANOS);
    }

    /** In how many hours so much more will be stored; nothing where nothing is being stored. */
    OptionalDouble hoursTo(long more, long stored) {
        var anHour = rate(stored - marks.getFirst().stored, HOUR_NANOS);
        return anHour.isPresent() && anHour.getAsDouble() > 0
                ? OptionalDouble.of(Math.max(0, more) / anHour.getAsDouble())
                : OptionalDouble.empty();
    }

    private OptionalDouble rate(long amount, double unitNanos) {
        var window = window();
        return window.compareTo(LEAST_WINDOW) < 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(amount * unitNanos / window.toNanos());
    }
}
