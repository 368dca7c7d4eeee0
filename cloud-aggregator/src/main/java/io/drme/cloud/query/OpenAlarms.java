package io.drme.cloud.query;

import io.drme.cloud.store.AlarmStore;
import io.drme.cloud.store.AlarmStore.AlarmRow;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.CentreAlarms;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.Fresh;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Alarms that are not over, of gateways and the centre's own, the most urgent first. Safe for use
 * from any thread; may block on the database, which is asked at most once a second.
 */
public final class OpenAlarms {
    /** A person sees no more of them, and many pages ask. */
    private static final Duration KEEP = Duration.ofSeconds(1);

    private static final List<String> PRIORITIES = List.of("critical", "high", "medium", "low");

    private final AlarmStore alarms;
    private final CentreAlarms centre;
    private final Fresh<List<AlarmRow>> sorted;

    /** Reads from a store. */
    public OpenAlarms(BlockStore store, Clock clock) {
        this.alarms = new AlarmStore(store);
        this.centre = new CentreAlarms(store);
        this.sorted = new Fresh<>(clock, KEEP, this::read);
    }

    /** All of them, by {@link #key}; no older than a second. */
    public List<AlarmRow> all() throws DatabaseException {
        return sorted.get();
    }

    /**
     * By what they are sorted, unique to an occurrence: what waits for a person, then by priority,
     * then the newest.
     */
    public static String key(AlarmRow alarm) {
        int rank = PRIORITIES.indexOf(alarm.priority());
        return "%d%d%019d %s %s"
                .formatted(
                        AlarmCounts.isWaiting(alarm.state()) ? 0 : 1,
                        rank < 0 ? PRIORITIES.size() - 1 : rank,
                        Long.MAX_VALUE - alarm.raisedAt(),
                        alarm.gateway(),
                        alarm.id());
    }

    private List<AlarmRow> read() throws DatabaseException {
        record Keyed(String key, AlarmRow row) {}
        var found = new ArrayList<Keyed>();
        alarms.open().forEach(row -> found.add(new Keyed(key(row), row)));
        for (var own : centre.open()) {
            var row = own.shown();
            found.add(new Keyed(key(row), row));
        }
        found.sort(Comparator.comparing(Keyed::key));
        return found.stream().map(Keyed::row).toList();
    }
}
