package io.drme.cloud.watch;

import io.drme.cloud.grid.Changes;
import io.drme.cloud.grid.GatewayState;
import io.drme.cloud.grid.Grid;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.CentreAlarms;
import io.drme.cloud.store.CentreAlarms.Row;
import io.drme.cloud.store.DatabaseException;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/**
 * Raises alarms about gateways: one a concern and site, so that a site whose line is cut is one
 * message whatever stands there. One member at a time does it, the oldest; what was raised is in
 * the database, so that the next one goes on.
 *
 * <p>Confined to its owner thread; blocks on the database.
 */
public final class FleetWatch {
    private static final Duration EVERY = Duration.ofSeconds(5);

    /** Gateways that a message names; the others are counted. */
    private static final int MOST_NAMED = 5;

    private static final int RADIX = 36;

    private final BlockStore store;
    private final Grid grid;
    private final CentreAlarms alarms;
    private final Clock clock;
    private final Changes changes;
    private final BooleanSupplier isMine;
    private Conditions conditions = new Conditions();
    private long watchedSince;
    private long nextStep;

    /**
     * Watches the gateways of a store.
     *
     * @param isMine whether this member is the one that does it
     */
    public FleetWatch(
            BlockStore store, Grid grid, Clock clock, Changes changes, BooleanSupplier isMine) {
        this.store = store;
        this.grid = grid;
        this.alarms = new CentreAlarms(store);
        this.clock = clock;
        this.changes = changes;
        this.isMine = isMine;
    }

    /** A concern at a site. */
    private record Subject(Concern concern, String site) {}

    /** Looks at all gateways when it is time; to be called every second. */
    public void step() throws DatabaseException {
        long now = clock.nanoTime();
        if (!isMine.getAsBoolean()) {
            watchedSince = 0;
            return;
        }
        if (watchedSince == 0) {
            watchedSince = clock.epochNanos();
            conditions = new Conditions();
            nextStep = now;
        }
        if (now - nextStep >= 0) {
            nextStep = now + EVERY.toNanos();
            look();
        }
    }

    private void look() throws DatabaseException {
        var open = alarms.open();
        var found = found(was(open));
        if (changed(open, found).isEmpty()) {
            return;
        }
        for (var row : alarms.update(present -> changed(present, found))) {
            changes.alarm(row.shown());
        }
    }

    /** What was wrong with each gateway. */
    private static Map<String, Set<Concern>> was(List<Row> open) {
        var was = new HashMap<String, Set<Concern>>();
        for (var row : open) {
            for (var concern : Concern.values()) {
                if (concern.text().equals(row.name())) {
                    row.gateways()
                            .forEach(g ->
                                    was.computeIfAbsent(g, _ -> EnumSet.noneOf(Concern.class))
                                            .add(concern));
                }
            }
        }
        return was;
    }

    private Map<Subject, Set<String>> found(Map<String, Set<Concern>> was)
            throws DatabaseException {
        var found = new HashMap<Subject, Set<String>>();
        var states = grid.gateways();
        long now = clock.epochNanos();
        for (var gateway : store.gateways()) {
            var name = gateway.name();
            if (gateway.isDerived()) {
                continue;
            }
            var state = states.getOrDefault(name, GatewayState.UNHEARD);
            var before = was.getOrDefault(name, Set.of());
            for (var concern : conditions.of(name, state, before, watchedSince, now)) {
                found.computeIfAbsent(new Subject(concern, gateway.site()), _ -> new TreeSet<>())
                        .add(name);
            }
        }
        return found;
    }

    /** What is to be written so that the alarms are what was found. */
    private List<Row> changed(List<Row> open, Map<Subject, Set<String>> found) {
        var changed = new ArrayList<Row>();
        var rest = new TreeMap<String, Map.Entry<Subject, Set<String>>>();
        found.entrySet().forEach(e -> rest.put(key(e.getKey()), e));
        for (var row : open) {
            var entry = rest.remove(row.name() + "/" + row.site());
            var after = entry == null ? cleared(row) : raisedAgain(row, entry);
            if (!after.equals(row)) {
                changed.add(after);
            }
        }
        rest.values().forEach(e -> changed.add(raised(e.getKey(), List.copyOf(e.getValue()))));
        return changed;
    }

    private static String key(Subject subject) {
        return subject.concern.text() + "/" + subject.site;
    }

    private Row raised(Subject subject, List<String> gateways) {
        long now = clock.epochNanos();
        var concern = subject.concern;
        return new Row(
                "%s-%s-%s"
                        .formatted(
                                concern.text(),
                                Integer.toUnsignedString(subject.site.hashCode(), RADIX),
                                Long.toString(now, RADIX)),
                concern.text(),
                subject.site,
                concern.priority(),
                "unacknowledged",
                message(subject, gateways),
                concern.action(),
                gateways,
                now,
                null,
                null,
                null,
                "",
                0);
    }

    private Row raisedAgain(Row row, Map.Entry<Subject, Set<String>> entry) {
        var gateways = List.copyOf(entry.getValue());
        boolean isMore = !new HashSet<>(row.gateways()).containsAll(gateways);
        var state =
                switch (row.state()) {
                    case "returned" -> "unacknowledged";
                    case "acknowledged" -> isMore ? "unacknowledged" : "acknowledged";
                    case "shelved" ->
                            row.shelvedUntil() <= clock.epochNanos() ? "unacknowledged" : "shelved";
                    default -> row.state();
                };
        return row.in(state, message(entry.getKey(), gateways), gateways).cleared(null);
    }

    private Row cleared(Row row) {
        return switch (row.state()) {
            case "unacknowledged" ->
                    row.in("returned", row.message(), List.of()).cleared(clock.epochNanos());
            case "acknowledged", "shelved" ->
                    row.in("normal", row.message(), List.of()).cleared(clock.epochNanos());
            default -> row;
        };
    }

    private static String message(Subject subject, List<String> gateways) {
        var where = subject.site.isEmpty() ? "without a site" : "of " + subject.site;
        var named = String.join(", ", gateways.stream().limit(MOST_NAMED).toList());
        int more = gateways.size() - MOST_NAMED;
        return "%d gateway%s %s %s %s: %s%s"
                .formatted(
                        gateways.size(),
                        gateways.size() == 1 ? "" : "s",
                        where,
                        gateways.size() == 1 ? "is" : "are",
                        subject.concern.what(),
                        named,
                        more > 0 ? " and %d more".formatted(more) : "");
    }
}
