package io.drme.cloud.store;

import io.drme.model.Value;
import io.drme.model.ValueType;
import io.drme.model.Values;
import io.drme.schema.AlarmMarks;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Alarms as queries read them. Safe for use from any thread; may block. */
public final class AlarmStore {
    private static final String COLUMNS =
            "select g.name, a.alarm_id, a.name, a.tag, a.state, a.priority, a.value_type, a.value_bits, a.value_text, a.message, a.action, a.raised_at, a.cleared_at, a.acknowledged_at, a.acknowledged_by, a.shelved_until, a.uncertainty, a.cause, a.consequence, a.respond_within, a.comment, a.by_name, a.first_out_group, a.first_out, a.escalated_from from alarm a join gateway g on g.id = a.gateway_id where 1 = 1";

    private final BlockStore store;
    private final CentreAlarms centre;

    /** Reads from the database of this store. */
    public AlarmStore(BlockStore store) {
        this.store = store;
        this.centre = new CentreAlarms(store);
    }

    /**
     * One occurrence of an alarm. Times are nanoseconds since 1970 UTC, as the clock's history
     * corrects them.
     *
     * @param uncertaintyNanos how far off {@code raisedAt} may be; null where unknown
     * @param context what else a person needs to act on it
     */
    public record AlarmRow(
            String gateway,
            String id,
            String name,
            String tag,
            String state,
            String priority,
            @Nullable Value value,
            String message,
            String action,
            long raisedAt,
            @Nullable Long clearedAt,
            @Nullable Long acknowledgedAt,
            @Nullable String acknowledgedBy,
            long shelvedUntil,
            @Nullable Long uncertaintyNanos,
            Context context) {}

    /**
     * What a person needs to act on an alarm, beside its message and action; texts may be empty.
     *
     * @param respondWithinNanos 0 where the configuration says nothing
     * @param comment the last words
     * @param by who did what was done last; empty where the plant did
     */
    public record Context(
            String cause,
            String consequence,
            long respondWithinNanos,
            String comment,
            String by,
            AlarmMarks marks) {}

    /**
     * What a question is about; empty means all.
     *
     * @param from raised at or after
     * @param to raised before
     */
    public record Filter(
            Optional<String> state,
            Optional<String> priority,
            Optional<String> gateway,
            Optional<Long> from,
            Optional<Long> to) {
        /** Every alarm. */
        public static final Filter ALL =
                new Filter(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty());
    }

    /**
     * Occurrences, newest first by (raised, gateway, id); those of the centre among them.
     *
     * @param after the place behind which the list goes on, from {@link Place#of}
     */
    public List<AlarmRow> alarms(Filter filter, Optional<Place> after, int limit)
            throws DatabaseException {
        var sql = new StringBuilder(COLUMNS);
        var values = new ArrayList<@Nullable Object>();
        filter.state.ifPresent(v -> and(sql, values, " and a.state = ?", v));
        filter.priority.ifPresent(v -> and(sql, values, " and a.priority = ?", v));
        filter.gateway.ifPresent(v -> and(sql, values, " and g.name = ?", v));
        filter.from.ifPresent(v -> and(sql, values, " and a.raised_at >= ?", v));
        filter.to.ifPresent(v -> and(sql, values, " and a.raised_at < ?", v));
        after.ifPresent(p -> {
            sql.append(
                    " and (a.raised_at < ? or (a.raised_at = ? and (g.name, a.alarm_id) > (?, ?)))");
            values.addAll(List.of(p.raisedAt, p.raisedAt, p.gateway, p.id));
        });
        sql.append(" order by a.raised_at desc, g.name, a.alarm_id limit ?");
        values.add(limit);
        var found = new ArrayList<AlarmRow>();
        store.each(sql.toString(), AlarmStore::row, found::add, values.toArray());
        found.addAll(centre.alarms(filter, after, limit));
        found.sort(
                Comparator.comparingLong((AlarmRow r) -> -r.raisedAt)
                        .thenComparing(AlarmRow::gateway)
                        .thenComparing(AlarmRow::id));
        return found.size() <= limit ? found : List.copyOf(found.subList(0, limit));
    }

    private static void and(
            StringBuilder sql, List<@Nullable Object> values, String condition, Object value) {
        sql.append(condition);
        values.add(value);
    }

    /** A place in the list. */
    public record Place(long raisedAt, String gateway, String id) {
        /** The place of an alarm. */
        public static Place of(AlarmRow row) {
            return new Place(row.raisedAt, row.gateway, row.id);
        }

        /** Reads what {@link #toString} wrote. */
        public static Optional<Place> parse(String text) {
            var words = text.split(" ", 3);
            try {
                return words.length == 3
                        ? Optional.of(new Place(Long.parseLong(words[0]), words[1], words[2]))
                        : Optional.empty();
            } catch (NumberFormatException _) {
                return Optional.empty();
            }
        }

        @Override
        public String toString() {
            return raisedAt + " " + gateway + " " + id;
        }
    }

    /** One occurrence; ids are unique on a gateway, so more than one gateway may have it. */
    public List<AlarmRow> find(String id) throws DatabaseException {
        var found = new ArrayList<AlarmRow>();
        store.each(
                COLUMNS + " and a.alarm_id = ? order by g.name", AlarmStore::row, found::add, id);
        centre.find(id).map(CentreAlarms.Row::shown).ifPresent(found::add);
        return found;
    }

    /**
     * When the newest record that is here of an occurrence took effect, by the gateway's own clock;
     * empty where there is none.
     */
    public OptionalLong newestAt(String gateway, String id) throws DatabaseException {
        var found = new ArrayList<Long>();
        store.each(
                "select t.at_time from alarm_transition t join gateway g on g.id = t.gateway_id where g.name = ? and t.alarm_id = ? order by t.epoch_id desc, t.sequence desc limit 1",
                r -> r.getLong(1),
                found::add,
                gateway,
                id);
        return found.isEmpty() ? OptionalLong.empty() : OptionalLong.of(found.getFirst());
    }

    /** Occurrences of gateways that still want attention: all that are not normal. */
    public List<AlarmRow> open() throws DatabaseException {
        var found = new ArrayList<AlarmRow>();
        store.each(
                COLUMNS + " and a.state <> 'normal' order by g.name, a.alarm_id",
                AlarmStore::row,
                found::add);
        return found;
    }

    /** What came first of a first-out group last, whether it is over or not. */
    public Optional<AlarmRow> first(String gateway, String group) throws DatabaseException {
        var found = new ArrayList<AlarmRow>();
        store.each(
                COLUMNS
                        + " and g.name = ? and a.first_out_group = ? and a.first_out = 1 order by a.raised_at desc limit 1",
                AlarmStore::row,
                found::add,
                gateway,
                group);
        return found.stream().findFirst();
    }

    /** Alarms of the centre itself that are not normal. */
    public List<AlarmRow> openOfCentre() throws DatabaseException {
        return centre.open().stream().map(CentreAlarms.Row::shown).toList();
    }

    private static AlarmRow row(ResultSet r) throws SQLException {
        int type = r.getInt(7);
        return new AlarmRow(
                r.getString(1),
                r.getString(2),
                r.getString(3),
                r.getString(4),
                r.getString(5),
                r.getString(6),
                type == 0 ? null : Values.of(ValueType.ofCode(type), r.getLong(8), r.getString(9)),
                r.getString(10),
                r.getString(11),
                r.getLong(12),
                orNull(r, 13),
                orNull(r, 14),
                r.getString(15),
                r.getLong(16),
                r.getLong(17) < 0 ? null : (Long) r.getLong(17),
                new Context(
                        r.getString(18),
                        r.getString(19),
                        r.getLong(20),
                        r.getString(21),
                        r.getString(22),
                        new AlarmMarks(r.getString(23), r.getInt(24) == 1, r.getString(25))));
    }

    private static @Nullable Long orNull(ResultSet r, int column) throws SQLException {
        long value = r.getLong(column);
        return r.wasNull() ? null : value;
    }
}
