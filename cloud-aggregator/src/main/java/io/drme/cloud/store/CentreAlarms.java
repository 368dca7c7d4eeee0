package io.drme.cloud.store;

import io.drme.cloud.store.AlarmStore.AlarmRow;
import io.drme.schema.AlarmMarks;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The alarms that the centre raises itself about gateways, one an occurrence, kind and site. They
 * are listed with those of the gateways. Safe for use from any thread; may block.
 */
public final class CentreAlarms {
    /** What stands in the place of a gateway. */
    public static final String GATEWAY = "centre";

    private static final String COLUMNS =
            "id, name, site, priority, state, message, action, gateways, raised_at, cleared_at, acknowledged_at, acknowledged_by, comment, shelved_until";

    private static final String SAVE =
            "insert into centre_alarm ("
                    + COLUMNS
                    + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do update set state = excluded.state, message = excluded.message, gateways = excluded.gateways, cleared_at = excluded.cleared_at, acknowledged_at = excluded.acknowledged_at, acknowledged_by = excluded.acknowledged_by, comment = excluded.comment, shelved_until = excluded.shelved_until";

    private final BlockStore store;

    /** Keeps them in the database of this store. */
    public CentreAlarms(BlockStore store) {
        this.store = store;
    }

    /**
     * An occurrence. Times are nanoseconds since 1970 UTC, the centre's wall clock.
     *
     * @param site of the gateways; empty for those that have none
     * @param gateways that are concerned now, sorted
     */
    public record Row(
            String id,
            String name,
            String site,
            String priority,
            String state,
            String message,
            String action,
            List<String> gateways,
            long raisedAt,
            @Nullable Long clearedAt,
            @Nullable Long acknowledgedAt,
            @Nullable String acknowledgedBy,
            String comment,
            long shelvedUntil) {

        /** In another state, with what it tells then. */
        public Row in(String newState, String newMessage, List<String> concerned) {
            return new Row(
                    id,
                    name,
                    site,
                    priority,
                    newState,
                    newMessage,
                    action,
                    List.copyOf(concerned),
                    raisedAt,
                    clearedAt,
                    acknowledgedAt,
                    acknowledgedBy,
                    comment,
                    shelvedUntil);
        }

        /** Ended, or not, by then. */
        public Row cleared(@Nullable Long atNanos) {
            return new Row(
                    id,
                    name,
                    site,
                    priority,
                    state,
                    message,
                    action,
                    gateways,
                    raisedAt,
                    atNanos,
                    acknowledgedAt,
                    acknowledgedBy,
                    comment,
                    shelvedUntil);
        }

        /** What a person did about it. */
        public Row handled(
                String newState,
                @Nullable Long ackAt,
                @Nullable String ackBy,
                String words,
                long shelved) {
            return new Row(
                    id, name, site, priority, newState, message, action, gateways, raisedAt,
                    clearedAt, ackAt, ackBy, words, shelved);
        }

        /** As an alarm among others; the site stands in the place of the tag. */
        public AlarmRow shown() {
            return new AlarmRow(
                    GATEWAY,
                    id,
                    name,
                    site,
                    state,
                    priority,
                    null,
                    message,
                    action,
                    raisedAt,
                    clearedAt,
                    acknowledgedAt,
                    acknowledgedBy,
                    shelvedUntil,
                    0L,
                    new AlarmStore.Context(
                            "",
                            "",
                            0,
                            comment,
                            acknowledgedBy == null ? "" : acknowledgedBy,
                            AlarmMarks.NONE));
        }
    }

    /** Those that are not normal. */
    public List<Row> open() throws DatabaseException {
        return store.list(
                "select " + COLUMNS + " from centre_alarm where state <> 'normal' order by id",
                CentreAlarms::row);
    }

    /** One occurrence. */
    public Optional<Row> find(String id) throws DatabaseException {
        return store
                .list(
                        "select " + COLUMNS + " from centre_alarm where id = ?",
                        CentreAlarms::row,
                        id)
                .stream()
                .findFirst();
    }

    List<AlarmRow> alarms(AlarmStore.Filter filter, Optional<AlarmStore.Place> after, int limit)
            throws DatabaseException {
        if (filter.gateway().isPresent() && !filter.gateway().get().equals(GATEWAY)) {
            return List.of();
        }
        var sql = new StringBuilder("select " + COLUMNS + " from centre_alarm where 1 = 1");
        var values = new ArrayList<@Nullable Object>();
        filter.state().ifPresent(v -> and(sql, values, " and state = ?", v));
        filter.priority().ifPresent(v -> and(sql, values, " and priority = ?", v));
        filter.from().ifPresent(v -> and(sql, values, " and raised_at >= ?", v));
        filter.to().ifPresent(v -> and(sql, values, " and raised_at < ?", v));
        after.ifPresent(p -> {
            sql.append(" and (raised_at < ? or (raised_at = ? and (? < ? or (? = ? and id > ?))))");
            values.addAll(
                    List.of(
                            p.raisedAt(),
                            p.raisedAt(),
                            p.gateway(),
                            GATEWAY,
                            p.gateway(),
                            GATEWAY,
                            p.id()));
        });
        sql.append(" order by raised_at desc, id limit ?");
        values.add(limit);
        return store.list(sql.toString(), CentreAlarms::row, values.toArray()).stream()
                .map(Row::shown)
                .toList();
    }

    private static void and(
            StringBuilder sql, List<@Nullable Object> values, String condition, Object value) {
        sql.append(condition);
        values.add(value);
    }

    /**
     * Changes those that are not normal, while no other member does. Durable when it returns.
     *
     * @param change gets all of them; what it gives is written, those that are new too
     * @return what was written
     */
    public List<Row> update(UnaryOperator<List<Row>> change) throws DatabaseException {
        try (var writer = store.database().openWriter(Dialect.Role.RECORDS)) {
            writer.begin();
            var statements = writer.statements();
            writer.dialect().own(statements, "centre_alarm");
            var open = new ArrayList<Row>();
            statements.each(
                    "select " + COLUMNS + " from centre_alarm where state <> 'normal' order by id",
                    r -> open.add(row(r)));
            var changed = change.apply(List.copyOf(open));
            for (var row : changed) {
                save(statements, row);
            }
            writer.commit();
            return changed;
        } catch (SQLException e) {
            throw new DatabaseException("the database failed: " + e.getMessage(), e);
        }
    }

    private static void save(Statements statements, Row row) throws SQLException {
        statements.change(
                SAVE,
                row.id,
                row.name,
                row.site,
                row.priority,
                row.state,
                row.message,
                row.action,
                String.join("\n", row.gateways),
                row.raisedAt,
                row.clearedAt,
                row.acknowledgedAt,
                row.acknowledgedBy,
                row.comment,
                row.shelvedUntil);
    }

    private static Row row(ResultSet r) throws SQLException {
        return new Row(
                r.getString(1),
                r.getString(2),
                r.getString(3),
                r.getString(4),
                r.getString(5),
                r.getString(6),
                r.getString(7),
                r.getString(8).lines().toList(),
                r.getLong(9),
                orNull(r, 10),
                orNull(r, 11),
                r.getString(12),
                r.getString(13),
                r.getLong(14));
    }

    private static @Nullable Long orNull(ResultSet r, int column) throws SQLException {
        long value = r.getLong(column);
        return r.wasNull() ? null : value;
    }
}
