package io.drme.cloud.query;

import io.drme.alarm.AlarmLoad;
import io.drme.alarm.AlarmState;
import io.drme.alarm.LoadFigures;
import io.drme.alarm.Priority;
import io.drme.cloud.store.AlarmChanges;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.TimedBlocks;
import io.drme.history.ClockLine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What alarms ask of people over the last day: of each gateway, as it counts itself, and of all
 * together, for who looks after them all. Safe for use from any thread; may block.
 */
public final class FleetLoad {
    /** So many changes are looked at, the newest; {@code since} says how far that goes back. */
    public static final int MOST_CHANGES = 200_000;

    private static final long WINDOW_NANOS = AlarmLoad.WINDOW_HOURS * 3_600_000_000_000L;

    private final AlarmChanges changes;
    private final TimedBlocks blocks;

    /** Reads from the database of this store. */
    public FleetLoad(BlockStore store) {
        this.changes = new AlarmChanges(store);
        this.blocks = new TimedBlocks(store);
    }

    /**
     * How it stands. Times are nanoseconds since 1970 UTC, as the clocks' history corrects them.
     *
     * @param all of all gateways together
     * @param byGateway of those that had any change of an alarm, by their ids
     */
    public record Figures(LoadFigures all, Map<String, LoadFigures> byGateway) {}

    private record Timed(String gateway, AlarmLoad.Change change) {}

    /**
     * The figures of what a scope is about.
     *
     * @param nowNanos nanoseconds since 1970 UTC
     */
    public Figures figures(AlarmScope scope, long nowNanos) throws DatabaseException {
        var all = new AlarmLoad();
        var byGateway = new TreeMap<String, AlarmLoad>();
        for (var timed : timed(scope, nowNanos)) {
            all.take(timed.change());
            byGateway.computeIfAbsent(timed.gateway(), _ -> new AlarmLoad()).take(timed.change());
        }
        var figures = new TreeMap<String, LoadFigures>();
        byGateway.forEach((gateway, load) -> figures.put(gateway, load.figures(nowNanos)));
        return new Figures(all.figures(nowNanos), figures);
    }

    private List<Timed> timed(AlarmScope scope, long nowNanos) throws DatabaseException {
        var clocks = new HashMap<Long, ClockLine>();
        var found = new ArrayList<Timed>();
        for (var row : changes.since(nowNanos - WINDOW_NANOS, MOST_CHANGES)) {
            if (scope.site(row.gateway(), row.tag()).isEmpty()) {
                continue;
            }
            var clock = clocks.get(row.gatewayId());
            if (clock == null) {
                clock = blocks.clock(row.gatewayId());
                clocks.put(row.gatewayId(), clock);
            }
            long at = clock.stampedTime(row.epochId(), Long.MAX_VALUE, row.at());
            if (at <= nowNanos) {
                change(row, at).ifPresent(c -> found.add(new Timed(row.gateway(), c)));
            }
        }
        found.sort(Comparator.comparingLong(t -> t.change().at()));
        return found;
    }

    private static Optional<AlarmLoad.Change> change(AlarmChanges.Row row, long at) {
        var from = AlarmState.ofText(row.from());
        var to = AlarmState.ofText(row.to());
        var priority = Priority.ofText(row.priority());
        return from.isEmpty() || to.isEmpty() || priority.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new AlarmLoad.Change(
                                row.id(),
                                row.name(),
                                row.tag(),
                                from.get(),
                                to.get(),
                                priority.get(),
                                at,
                                row.by().isEmpty()));
    }
}
