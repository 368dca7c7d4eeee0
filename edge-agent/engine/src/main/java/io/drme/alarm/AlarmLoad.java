package io.drme.alarm;

import io.drme.schema.AlarmFlood;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What alarms ask of the person who looks after them, over the last 24 hours: rates against the
 * benchmarks of EEMUA 191 and ISA-18.2, floods, chattering and frequent alarms. An alarm counts
 * each time people are told of it: when it becomes unacknowledged, and when it comes back so.
 *
 * <p>Memory is bounded by {@link #MOST_ALARMS}, some 2 MiB at most. Times are gateway time in
 * nanoseconds since 1970 UTC. Confined to one owner.
 */
public final class AlarmLoad {
    /** What it looks back on, in hours. */
    public static final int WINDOW_HOURS = AlarmTally.HOURS;

    /** So many alarms are told apart; of more, those that were quiet for longest are let go. */
    public static final int MOST_ALARMS = 5_000;

    /** So many are listed of the most frequent. */
    public static final int MOST_FREQUENT = 10;

    private static final long WINDOW_NANOS = WINDOW_HOURS * 3_600_000_000_000L;

    private final AlarmRate rate = new AlarmRate();
    private final Floods floods = new Floods();
    private final LinkedHashMap<String, AlarmTally> tallies = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Priority, AlarmRate> byPriority = new EnumMap<>(Priority.class);
    private long since = Long.MAX_VALUE;
    private long now = Long.MIN_VALUE;
    private long letGo;

    /**
     * A change of an alarm's state.
     *
     * @param id of the occurrence
     * @param byPlant whether no person did it
     */
    public record Change(
            String id,
            String name,
            String tag,
            AlarmState from,
            AlarmState to,
            Priority priority,
            long at,
            boolean byPlant) {
        /** As it is recorded. */
        public static Change of(Transition t) {
            return new Change(
                    t.id(),
                    t.name(),
                    t.tag().text(),
                    t.from(),
                    t.to(),
                    t.priority(),
                    t.atNanos(),
                    !t.isByPerson());
        }

        private boolean tells() {
            return from != to && to == AlarmState.UNACKNOWLEDGED;
        }

        /** A person who brings a hidden one back, or acknowledges, makes nothing chatter. */
        private boolean isOfPlant() {
            return byPlant && from != to && !from.isHidden() && !to.isHidden();
        }
    }

    /** Takes a change, in the order of the record. */
    public void take(Change change) {
        since = Math.min(since, change.at());
        passTo(change.at());
        if (!change.tells() && !change.isOfPlant()) {
            return;
        }
        var tally =
                tallies.computeIfAbsent(
                        change.name() + " " + change.tag(),
                        _ -> new AlarmTally(change.name(), change.tag()));
        if (tallies.size() > MOST_ALARMS) {
            tallies.pollFirstEntry();
            letGo++;
        }
        if (change.isOfPlant()) {
            tally.changed(change.at());
        }
        if (change.tells()) {
            var alarm = new AlarmFlood.First(change.id(), change.name(), change.tag(), change.at());
            tally.raised(change.at());
            rate.add(now);
            byPriority.computeIfAbsent(change.priority(), _ -> new AlarmRate()).add(now);
            floods.add(alarm, rate.lastTenMinutes());
        }
    }

    /** Takes what is on record of floods, in its place among the changes. */
    public void recorded(AlarmFlood event) {
        floods.recorded(event);
    }

    /** Says that gateway time has reached {@code nanos}. */
    public void passTo(long nanos) {
        now = Math.max(now, nanos);
        rate.passTo(now);
        floods.passTo(now);
    }

    /** What is to be recorded of floods by then; each is given once. */
    public List<AlarmFlood> changes(long nanos) {
        passTo(nanos);
        return floods.changes();
    }

    /** How it stands at a time. */
    public LoadFigures figures(long nanos) {
        passTo(nanos);
        since = Math.min(since, now);
        byPriority.values().forEach(r -> r.passTo(now));
        tallies.values().forEach(t -> t.passTo(now));
        long from = Math.max(since, now - WINDOW_NANOS);
        var counts = new EnumMap<Priority, Long>(Priority.class);
        for (var priority : Priority.values()) {
            var one = byPriority.get(priority);
            counts.put(priority, one == null ? 0 : one.total());
        }
        return new LoadFigures(
                now,
                from,
                rate.lastTenMinutes(),
                rate.total(),
                rate.peak(),
                Collections.unmodifiableMap(counts),
                floods.isFlooded(),
                floods.all().stream()
                        .filter(f -> f.until == 0 || f.until > from)
                        .map(Floods.Flood::present)
                        .toList()
                        .reversed(),
                frequent(),
                chattering(),
                letGo);
    }

    private List<LoadFigures.Frequent> frequent() {
        return tallies.values().stream()
                .filter(t -> t.count() > 0)
                .sorted(
                        Comparator.comparingLong(AlarmTally::count)
                                .reversed()
                                .thenComparing(t -> t.name)
                                .thenComparing(t -> t.tag))
                .limit(MOST_FREQUENT)
                .map(t ->
                        new LoadFigures.Frequent(
                                t.name,
                                t.tag,
                                t.count(),
                                Math.min(1, t.count() / (double) Math.max(1, rate.total()))))
                .toList();
    }

    private List<LoadFigures.Chattering> chattering() {
        return tallies.values().stream()
                .filter(t -> t.lastAt() != 0)
                .sorted(
                        Comparator.comparing(AlarmTally::isChattering)
                                .thenComparingInt(AlarmTally::most)
                                .reversed()
                                .thenComparing(t -> t.name)
                                .thenComparing(t -> t.tag))
                .limit(LoadFigures.MOST_LISTED)
                .map(t ->
                        new LoadFigures.Chattering(
                                t.name, t.tag, t.isChattering(), t.bursts(), t.most(), t.lastAt()))
                .toList();
    }
}
