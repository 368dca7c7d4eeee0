package io.drme.alarm;

import io.drme.model.TagName;
import io.drme.model.Value;
import java.util.Optional;

/**
 * One change of one alarm, to be recorded before anyone is told. A comment is a transition whose
 * {@code from} and {@code to} are the same.
 *
 * @param id of this occurrence: from one raise to the next normal; unique in the fleet, of {@code
 *     [a-z0-9-_.]}
 * @param name of the alarm in the file
 * @param tag the tag it watches
 * @param from state before
 * @param to state after
 * @param priority as configured
 * @param value the tag's value that caused it, or the last one known; absent where there is none
 * @param message as configured
 * @param action as configured
 * @param atNanos gateway time, nanoseconds since 1970 UTC
 * @param by who: a user's name, or empty where the plant did it
 * @param comment a person's words, or why; may be empty
 * @param untilNanos when shelving ends, nanoseconds since 1970 UTC; 0 where it is not shelved
 */
public record Transition(
        String id,
        String name,
        TagName tag,
        AlarmState from,
        AlarmState to,
        Priority priority,
        Optional<Value> value,
        String message,
        String action,
        long atNanos,
        String by,
        String comment,
        long untilNanos) {}
