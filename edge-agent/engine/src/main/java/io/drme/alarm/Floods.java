package io.drme.alarm;

import io.drme.schema.AlarmFlood;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * When more alarms come than a person can follow: a flood begins with the eleventh alarm within ten
 * minutes, and ends once fewer than five came within ten. That follows from the times of the alarms
 * alone, so that a restart, which goes through the record, finds the same floods again.
 *
 * <p>Times are gateway time in nanoseconds since 1970 UTC, and don't go back.
 */
final class Floods {
    /** More than so many within {@link #SPAN_NANOS} are a flood. */
    static final int MOST_WITHOUT = 10;

    /** Fewer than so many are none any more. */
    static final int FEWEST_WITHIN = 5;

    static final long SPAN_NANOS = 600_000_000_000L;

    /** So many are kept, the newest. */
    static final int MOST_KEPT = 20;

    private final Deque<AlarmFlood.First> newest = new ArrayDeque<>();
    private final Deque<Flood> all = new ArrayDeque<>();

    /** One flood; the newest may last. */
    static final class Flood {
        final List<AlarmFlood.First> first;
        long since;
        long until;
        long alarms;
        long peak;
        boolean isBeginTold;
        boolean isEndTold;

        private Flood(long since, List<AlarmFlood.First> first) {
            this.since = since;
            this.first = first;
        }

        AlarmFlood as(String kind) {
            return new AlarmFlood(
                    kind, since, kind.equals(AlarmFlood.ENDED) ? until : 0, alarms, peak, first);
        }

        AlarmFlood present() {
            return as(until == 0 ? AlarmFlood.BEGAN : AlarmFlood.ENDED);
        }
    }

    /** Whether one lasts. */
    boolean isFlooded() {
        return !all.isEmpty() && all.getLast().until == 0;
    }

    /** An alarm came; {@code lastTenMinutes} is how many there were, it among them. */
    void add(AlarmFlood.First alarm, long lastTenMinutes) {
        passTo(alarm.at());
        newest.addLast(alarm);
        if (newest.size() > MOST_WITHOUT + 1) {
            newest.removeFirst();
        }
        if (isFlooded()) {
            var flood = all.getLast();
            flood.alarms++;
            flood.peak = Math.max(flood.peak, lastTenMinutes);
        } else if (newest.size() > MOST_WITHOUT
                && alarm.at() - newest.getFirst().at() < SPAN_NANOS) {
            var first = new ArrayList<>(newest);
            first.removeLast();
            var flood = begin(new Flood(alarm.at(), List.copyOf(first)));
            flood.alarms = newest.size();
            flood.peak = Math.max(newest.size(), lastTenMinutes);
        }
    }

    private Flood begin(Flood flood) {
        all.addLast(flood);
        if (all.size() > MOST_KEPT) {
            all.removeFirst();
        }
        return flood;
    }

    /** Ends one that is over by then, at the time it was. */
    void passTo(long nanos) {
        if (!isFlooded()) {
            return;
        }
        var flood = all.getLast();
        long last = newest.size() < FEWEST_WITHIN ? flood.since : fewestWithin();
        if (nanos - last > SPAN_NANOS) { // one that comes at that very moment keeps it up
            flood.until = last + SPAN_NANOS;
        }
    }

    /** When the newest came but so many that there are too few without it. */
    private long fewestWithin() {
        return new ArrayList<>(newest).get(newest.size() - FEWEST_WITHIN).at();
    }

    /** What is to be recorded, once: that one began, that one ended. */
    List<AlarmFlood> changes() {
        var changes = new ArrayList<AlarmFlood>();
        for (var flood : all) {
            if (!flood.isBeginTold) {
                flood.isBeginTold = true;
                changes.add(flood.as(AlarmFlood.BEGAN));
            }
            if (flood.until != 0 && !flood.isEndTold) {
                flood.isEndTold = true;
                changes.add(flood.as(AlarmFlood.ENDED));
            }
        }
        return changes;
    }

    /**
     * Takes what is on record already, read in its place among the alarms. Where the log no longer
     * holds all of these, the record says when the flood began.
     */
    void recorded(AlarmFlood event) {
        boolean ended = event.kind().equals(AlarmFlood.ENDED);
        var flood =
                find(f -> f.since == event.since())
                        .or(() -> find(f -> f.until == event.until() && !f.isBeginTold))
                        .orElseGet(() -> begin(new Flood(event.since(), event.first())));
        flood.since = event.since();
        flood.until = Math.max(flood.until, event.until());
        flood.alarms = Math.max(flood.alarms, event.alarms());
        flood.peak = Math.max(flood.peak, event.peak());
        flood.isBeginTold = true;
        flood.isEndTold |= ended;
    }

    private Optional<Flood> find(Predicate<Flood> sought) {
        return all.stream().filter(sought).reduce((_, later) -> later);
    }

    /** The newest last. */
    List<Flood> all() {
        return List.copyOf(all);
    }
}
