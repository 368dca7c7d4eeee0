package io.drme.schema;

import io.drme.model.Value;
import org.jspecify.annotations.Nullable;

/**
 * A change of state of one occurrence of an alarm, or a comment on it.
 *
 * @param alarm id of the occurrence, unique on the gateway
 * @param name name of the alarm in the configuration
 * @param tag the tag it watches, {@code device/path}
 * @param from state before: normal, unacknowledged, acknowledged, returned, latched, shelved,
 *     suppressed or out-of-service
 * @param to state after; equal to {@code from} for a comment
 * @param priority low, medium, high or critical
 * @param value the value that caused it; null where there is none or the tag is local
 * @param message what a person should know; empty where the tag is local
 * @param action what a person should do
 * @param at source time of the cause, nanoseconds since 1970 UTC
 * @param by user who did it; empty where the process did
 * @param comment what the user said; empty where nothing
 * @param until end of shelving, nanoseconds since 1970 UTC; 0 where not shelved
 */
public record AlarmTransition(
        String alarm,
        String name,
        String tag,
        String from,
        String to,
        String priority,
        @Nullable Value value,
        String message,
        String action,
        long at,
        String by,
        String comment,
        long until)
        implements Payload {

    void write(AvroWriter out) {
        out.putString(alarm)
                .putString(name)
                .putString(tag)
                .putString(from)
                .putString(to)
                .putString(priority)
                .putOptionalValue(value)
                .putString(message)
                .putString(action)
                .putLong(at)
                .putString(by)
                .putString(comment)
                .putLong(until);
    }

    static AlarmTransition read(AvroReader in) throws BadEventException {
        return new AlarmTransition(
                in.takeString(),
                in.takeString(),
                in.takeString(),
                in.takeString(),
                in.takeString(),
                in.takeString(),
                in.takeOptionalValue(),
                in.takeString(),
                in.takeString(),
                in.takeLong(),
                in.takeString(),
                in.takeString(),
                in.takeLong());
    }
}
