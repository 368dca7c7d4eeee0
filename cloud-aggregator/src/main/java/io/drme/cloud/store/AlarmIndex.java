package io.drme.cloud.store;

import io.drme.history.ClockLine;
import io.drme.model.Value;
import io.drme.model.Values;
import io.drme.schema.AlarmTransition;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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

    private record Step(
            String from, String to, long epochId, long stamped, String by, String comment) {
        long at(ClockLine clock) {
            return clock.stampedTime(epochId, Long.MAX_VALUE, stamped);
        }
    }

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
                "insert into alarm (gateway_id, alarm_id, name, tag, priority, state, message, action, value_type, value_bits, shelved_until, raised_at, epoch_id, sequence, cause, consequence, respond_within, first_out_group, first_out, escalated_from) values (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
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
                sequence,
                t.cause(),
                t.consequence(),
                t.respondWithin(),
                t.marks().group(),
                t.marks().first() ? 1 : 0,
                t.marks().escalatedFrom());
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
                "update alarm set priority = ?, message = ?, action = ?, shelved_until = ?, cause = ?, consequence = ?, respond_within = ?, first_out_group = ?, first_out = ?, escalated_from = ?, epoch_id = ?, sequence = ? where gateway_id = ? and alarm_id = ? and (epoch_id < ? or (epoch_id = ? and sequence < ?))",
                t.priority(),
                t.message(),
                t.action(),
                t.until(),
                t.cause(),
                t.consequence(),
                t.respondWithin(),
                t.marks().group(),
                t.marks().first() ? 1 : 0,
                t.marks().escalatedFrom(),
                epoch.id(),
                sequence,
                epoch.gatewayId(),
                t.alarm(),
                epoch.id(),
                epoch.id(),
                sequence);
    }

    /** Makes the row of an occurrence what its transitions say, by the clock as it is known. */
    void follow(String alarm) throws SQLException {
        var clock = new ClockIndex(statements, epoch).line();
        List<Step> steps = new ArrayList<>();
        statements.each(
                "select from_state, to_state, epoch_id, at_time, by_name, comment from alarm_transition where gateway_id = ? and alarm_id = ? order by epoch_id, sequence",
                r ->
                        steps.add(
                                new Step(
                                        r.getString(1),
                                        r.getString(2),
                                        r.getLong(3),
                                        r.getLong(4),
                                        r.getString(5),
                                        r.getString(6))),
                epoch.gatewayId(),
                alarm);
        Long cleared = null;
        Long acknowledged = null;
        String by = null;
        String comment = "";
        for (var step : steps) {
            if (isCleared(step.to()) && cleared == null) {
                cleared = step.at(clock);
            } else if (isActive(step.to())) {
                cleared = null;
            }
            comment = step.comment().isEmpty() ? comment : step.comment();
            if (isWaiting(step.from()) && isAcknowledging(step)) {
                acknowledged = step.at(clock);
                by = orNull(step.by());
            }
        }
        statements.change(
                "update alarm set state = ?, raised_at = ?, cleared_at = ?, acknowledged_at = ?, acknowledged_by = ?, comment = ?, by_name = ?, uncertainty = ? where gateway_id = ? and alarm_id = ?",
                steps.getLast().to(),
                steps.getFirst().at(clock),
                cleared,
                acknowledged,
                by,
                comment,
                steps.getLast().by(),
                Objects.requireNonNullElse(
                        clock.stampedUncertainty(
                                steps.getFirst().epochId(), steps.getFirst().stamped()),
                        ClockLine.UNKNOWN),
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
