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
 * @param by user who did it; empty where the process did, {@link #SYSTEM} where the gateway raised
 *     the priority
 * @param comment what the user said; empty where nothing
 * @param until end of shelving or maintenance, nanoseconds since 1970 UTC; 0 where neither
 * @param cause what usually leads to it; empty where the configuration says nothing
 * @param consequence what happens where nobody acts; empty where the configuration says nothing
 * @param respondWithin nanoseconds within which a person has to act; 0 where the configuration says
 *     nothing
 * @param decided when the person did it, nanoseconds since 1970 UTC: before {@code at} where it
 *     came over a line that was down; 0 where the process did
 * @param marks its first-out group, and whether its priority was raised
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
        long until,
        String cause,
        String consequence,
        long respondWithin,
        long decided,
        AlarmMarks marks)
        implements Payload {

    /** Who raises the priority of what nobody acknowledged in time. */
    public static final String SYSTEM = "system";

    private static final int WITH_GUIDANCE = 2;
    private static final int WITH_MARKS = 3;

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
                .putLong(until)
                .putString(cause)
                .putString(consequence)
                .putLong(respondWithin)
                .putLong(decided)
                .putString(marks.group())
                .putBoolean(marks.first())
                .putString(marks.escalatedFrom());
    }

    static AlarmTransition read(AvroReader in, int version) throws BadEventException {
        var first = readFirst(in);
        return version < WITH_GUIDANCE
                ? first
                : new AlarmTransition(
                        first.alarm,
                        first.name,
                        first.tag,
                        first.from,
                        first.to,
                        first.priority,
                        first.value,
                        first.message,
                        first.action,
                        first.at,
                        first.by,
                        first.comment,
                        first.until,
                        in.takeString(),
                        in.takeString(),
                        in.takeLong(),
                        in.takeLong(),
                        version < WITH_MARKS
                                ? AlarmMarks.NONE
                                : new AlarmMarks(
                                        in.takeString(), in.takeBoolean(), in.takeString()));
    }

    private static AlarmTransition readFirst(AvroReader in) throws BadEventException {
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
                in.takeLong(),
                "",
                "",
                0,
                0,
                AlarmMarks.NONE);
    }
}
