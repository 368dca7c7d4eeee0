package io.drme.cloud.store;

import io.drme.history.ClockLine;
import io.drme.schema.ClockStep;
import io.drme.schema.EventSchema;
import java.sql.SQLException;
import java.util.ArrayList;

/**
 * Keeps what became of a gateway's clock, and has the alarms told their right times by it. Records
 * may come in any order.
 */
final class ClockIndex {
    static final String COLUMNS =
            "select epoch_id, life, stamp, wall, jump, uncertainty, synced from clock_step";

    private final Statements statements;
    private final Ids.Epoch epoch;

    ClockIndex(Statements statements, Ids.Epoch epoch) {
        this.statements = statements;
        this.epoch = epoch;
    }

    void add(long sequence, ClockStep step) throws SQLException {
        statements.change(
                "insert into clock_step (gateway_id, epoch_id, sequence, life, stamp, wall, jump, uncertainty, synced, crooked) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
                epoch.gatewayId(),
                epoch.id(),
                sequence,
                step.bootCount(),
                step.stamp(),
                step.wallNanos(),
                step.offsetNanos(),
                step.uncertaintyNanos(),
                step.synced() ? 1 : 0,
                ClockLine.isCrooked(step) ? 1 : 0);
        var alarms = new AlarmIndex(statements, epoch);
        for (var alarm : alarmsOfLife(step.bootCount())) {
            alarms.follow(alarm);
        }
    }

    /** Alarms with a transition in a life, or behind it where no later life is known. */
    private Iterable<String> alarmsOfLife(long life) throws SQLException {
        long from =
                bound(
                        "select min(stamp) from clock_step where gateway_id = ? and epoch_id = ? and life = ?",
                        life,
                        0);
        long to =
                bound(
                        "select min(stamp) from clock_step where gateway_id = ? and epoch_id = ? and life > ?",
                        life,
                        Long.MAX_VALUE);
        var found = new ArrayList<String>();
        statements.each(
                "select distinct t.alarm_id from event e cross join alarm_transition t where e.gateway_id = ? and e.type = ? and e.epoch_id = ? and e.gateway_time >= ? and e.gateway_time < ? and t.epoch_id = e.epoch_id and t.sequence = e.sequence",
                r -> found.add(r.getString(1)),
                epoch.gatewayId(),
                EventSchema.ALARM_TRANSITION.type(),
                epoch.id(),
                from,
                to);
        return found;
    }

    private long bound(String sql, long life, long none) throws SQLException {
        return statements
                .one(
                        sql,
                        r -> {
                            long stamp = r.getLong(1);
                            return r.wasNull() ? none : stamp;
                        },
                        epoch.gatewayId(),
                        epoch.id(),
                        life)
                .orElse(none);
    }

    /** How the gateway's times are to be read; epochs are known by their ids. */
    ClockLine line() throws SQLException {
        var steps = new ArrayList<ClockLine.Step>();
        statements.each(
                COLUMNS + " where gateway_id = ?", r -> steps.add(step(r)), epoch.gatewayId());
        return ClockLine.of(steps);
    }

    static ClockLine.Step step(java.sql.ResultSet r) throws SQLException {
        return new ClockLine.Step(
                r.getLong(1),
                new ClockStep(
                        r.getLong(2),
                        r.getLong(3),
                        r.getLong(4),
                        r.getLong(5),
                        r.getLong(6),
                        r.getInt(7) != 0));
    }
}
