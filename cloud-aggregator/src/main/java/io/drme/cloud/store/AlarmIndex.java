package io.drme.cloud.store;

import io.drme.model.Value;
import io.drme.model.Values;
import io.drme.schema.AlarmTransition;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one row an occurrence of an alarm, made from all its transitions that are here, in the
 * gateway's order, whatever order they came in.
 */
final class AlarmIndex {
    private static final String NORMAL = "normal";

    private final Statements statements;
    private final Ids.Epoch epoch;

    AlarmIndex(Statements statements, Ids.Epoch epoch) {
        this.statements = statements;
        this.epoch = epoch;
    }

    private record Step(String from, String to, long at, String by) {}

    void add(long sequence, AlarmTransition t) throws SQLException {
        statements.change(
                "insert into alarm_transition (gateway_id, alarm_id, epoch_id, sequence, from_state, to_state, at_time, by_name, comment) values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
                epoch.gatewayId(),
                t.alarm(),
                epoch.id(),
                sequence,
                t.from(),
                t.to(),
                t.at(),
                t.by(),
                t.comment());
        describe(sequence, t);
        follow(t.alarm());
    }

    /** The words of the newest transition, and the value of the one that raised the alarm. */
    private void describe(long sequence, AlarmTransition t) throws SQLException {
        statements.change(
                "insert into alarm (gateway_id, alarm_id, name, tag, priority, state, message, action, value_type, value_bits, shelved_until, raised_at, epoch_id, sequence) values (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?) on conflict do nothing",
                epoch.gatewayId(),
                t.alarm(),
                t.name(),
                t.tag(),
                t.priority(),
                t.to(),
                t.message(),
                t.action(),
                t.until(),
                t.at(),
                epoch.id(),
                sequence);
        var value = t.value();
        if (value != null && t.from().equals(NORMAL)) {
            statements.change(
                    "update alarm set value_type = ?, value_bits = ?, value_text = ? where gateway_id = ? and alarm_id = ?",
                    value.type().code(),
                    Values.bits(value),
                    value instanceof Value.Text(String text) ? text : null,
                    epoch.gatewayId(),
                    t.alarm());
        }
        statements.change(
                "update alarm set priority = ?, message = ?, action = ?, shelved_until = ?, epoch_id = ?, sequence = ? where gateway_id = ? and alarm_id = ? and (epoch_id < ? or (epoch_id = ? and sequence < ?))",
                t.priority(),
                t.message(),
                t.action(),
                t.until(),
                epoch.id(),
                sequence,
                epoch.gatewayId(),
                t.alarm(),
                epoch.id(),
                epoch.id(),
                sequence);
    }

    private void follow(String alarm) throws SQLException {
        List<Step> steps = new ArrayList<>();
        statements.each(
                "select from_state, to_state, at_time, by_name from alarm_transition where gateway_id = ? and alarm_id = ? order by epoch_id, sequence",
                r ->
                        steps.add(
                                new Step(
                                        r.getString(1),
                                        r.getString(2),
                                        r.getLong(3),
                                        r.getString(4))),
                epoch.gatewayId(),
                alarm);
        Long cleared = null;
        Long acknowledged = null;
        String by = null;
        for (var step : steps) {
            if (isCleared(step.to()) && cleared == null) {
                cleared = step.at();
            } else if (isActive(step.to())) {
                cleared = null;
            }
            if (isWaiting(step.from()) && isAcknowledging(step)) {
                acknowledged = step.at();
                by = orNull(step.by());
            }
        }
        statements.change(
                "update alarm set state = ?, raised_at = ?, cleared_at = ?, acknowledged_at = ?, acknowledged_by = ? where gateway_id = ? and alarm_id = ?",
                steps.getLast().to(),
                steps.getFirst().at(),
                cleared,
                acknowledged,
                by,
                epoch.gatewayId(),
                alarm);
    }

    private static boolean isActive(String state) {
        return state.equals("unacknowledged") || state.equals("acknowledged");
    }

    private static boolean isCleared(String state) {
        return state.equals(NORMAL) || state.equals("returned") || state.equals("latched");
    }

    private static boolean isWaiting(String state) {
        return state.equals("unacknowledged") || state.equals("returned");
    }

    private static boolean isAcknowledging(Step step) {
        return step.to().equals("acknowledged")
                || (step.from().equals("returned") && isCleared(step.to()));
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
