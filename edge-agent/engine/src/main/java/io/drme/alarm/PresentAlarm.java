package io.drme.alarm;

import io.drme.model.TagName;
import io.drme.model.Value;
import io.drme.schema.AlarmMarks;
import java.util.Optional;

/**
 * One occurrence that is not over, as lists show it.
 *
 * @param id of this occurrence
 * @param name of the alarm in the file
 * @param tag the tag it watches
 * @param state never {@link AlarmState#NORMAL}
 * @param priority as configured, or higher where nobody acknowledged it in time
 * @param value the value that raised it
 * @param message as configured
 * @param guidance as configured
 * @param raisedAtNanos gateway time
 * @param clearedAtNanos gateway time; 0 while the condition is present
 * @param acknowledgedAtNanos gateway time; 0 while it is not acknowledged
 * @param acknowledgedBy empty while it is not acknowledged
 * @param hiddenUntilNanos when shelving or maintenance ends, gateway time; 0 where neither does
 * @param comment the last one, may be empty
 * @param marks its first-out group, and whether its priority was raised
 */
public record PresentAlarm(
        String id,
        String name,
        TagName tag,
        AlarmState state,
        Priority priority,
        Optional<Value> value,
        String message,
        Guidance guidance,
        long raisedAtNanos,
        long clearedAtNanos,
        long acknowledgedAtNanos,
        String acknowledgedBy,
        long hiddenUntilNanos,
        String comment,
        AlarmMarks marks) {}
