package io.drme.cloud.grid;

import com.hazelcast.map.IMap;
import io.drme.cloud.grid.LatestTable.Offer;
import io.drme.cloud.store.DatabaseException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * What the members share: newest values, states of gateways, open alarms. Everything in it can be
 * rebuilt from the store. Reading is safe from any thread; of each member one {@link Projection}
 * writes. A gateway may move from one to another with facts still on their way, so an entry is
 * changed only from what it was.
 */
public final class Grid {
    private static final String BUILT = "built";

    private final IMap<String, LatestTable> latest;
    private final IMap<String, TagSheet> tags;
    private final IMap<String, GatewayState> gateways;
    private final IMap<String, OpenAlarm> alarms;
    private final IMap<String, Boolean> marks;
    private final boolean isAlone;

    /** Gives the newest values of a gateway that are not in memory. */
    private volatile Reader store = _ -> LatestTable.EMPTY;

    /** Reads newest values from the database. */
    @FunctionalInterface
    interface Reader {
        LatestTable read(String gateway) throws DatabaseException;
    }

    /** The grid of a member. */
    public Grid(Member member) {
        var instance = member.instance();
        latest = instance.getMap(MemberSettings.LATEST);
        tags = instance.getMap("tags");
        gateways = instance.getMap("gateways");
        alarms = instance.getMap("alarms");
        marks = instance.getMap("marks");
        isAlone = member.isAlone();
    }

    /** Says where newest values are that had to leave memory. */
    void fillFrom(Reader reader) {
        store = reader;
    }

    boolean isAlone() {
        return isAlone;
    }

    /**
     * The newest values of a gateway; may block on the database.
     *
     * @throws DatabaseException when they are not in memory, and can't be read
     */
    public LatestTable latest(String gateway) throws DatabaseException {
        var found = latest.get(gateway);
        if (found != null || !gateways.containsKey(gateway)) {
            return Objects.requireNonNullElse(found, LatestTable.EMPTY);
        }
        var read = store.read(gateway);
        var other = latest.putIfAbsent(gateway, read);
        return other == null ? read : other;
    }

    /** The units of a gateway's tags. */
    public TagSheet tags(String gateway) {
        return Objects.requireNonNullElse(tags.get(gateway), TagSheet.EMPTY);
    }

    /** What is known of a gateway now. */
    public GatewayState gateway(String gateway) {
        return Objects.requireNonNullElse(gateways.get(gateway), GatewayState.UNHEARD);
    }

    /** What is known of all gateways, sorted by id. */
    public Map<String, GatewayState> gateways() {
        return new TreeMap<>(gateways.getAll(gateways.keySet()));
    }

    /** Alarms that are not normal. */
    public Collection<OpenAlarm> openAlarms() {
        return List.copyOf(alarms.values());
    }

    /** Brings in samples and gives the table with them. */
    LatestTable offer(String gateway, List<Offer> offers) throws DatabaseException {
        latest(gateway);
        return change(latest, gateway, LatestTable.EMPTY, table -> table.with(offers));
    }

    /** Brings in what the database has. */
    void mergeLatest(String gateway, LatestTable table) {
        change(latest, gateway, LatestTable.EMPTY, known -> known.with(table));
    }

    /** Replaces what is known, because it was wrong. */
    void putLatest(String gateway, LatestTable table) {
        latest.set(gateway, table);
    }

    /** Has newest values read from the database again. */
    void forgetLatest(String gateway) {
        latest.delete(gateway);
    }

    void putTags(String gateway, TagSheet sheet) {
        tags.set(gateway, sheet);
    }

    void updateGateway(String gateway, UnaryOperator<GatewayState> change) {
        change(gateways, gateway, GatewayState.UNHEARD, change);
    }

    private <V> V change(IMap<String, V> map, String key, V absent, UnaryOperator<V> change) {
        while (true) {
            var before = map.get(key);
            var after = change.apply(before == null ? absent : before);
            if (isAlone) {
                map.set(key, after);
                return after;
            }
            boolean isDone =
                    before == null
                            ? map.putIfAbsent(key, after) == null
                            : map.replace(key, before, after);
            if (isDone) {
                return after;
            }
        }
    }

    void putAlarm(OpenAlarm alarm) {
        var key = alarm.gateway() + "/" + alarm.id();
        if (alarm.state().equals("normal")) {
            alarms.delete(key);
        } else {
            alarms.set(key, alarm);
        }
    }

    /** Keys of alarms, to find those that ended unseen. */
    Set<OpenAlarm> alarmsBefore() {
        return new HashSet<>(alarms.values());
    }

    /** Whether a member has brought in all that the database has. */
    boolean isBuilt() {
        return marks.containsKey(BUILT);
    }

    void built() {
        marks.set(BUILT, true);
    }

    /** Forgets all; only where no other member relies on it. */
    void clear() {
        if (isAlone) {
            latest.clear();
            tags.clear();
            gateways.clear();
            alarms.clear();
        }
    }
}
