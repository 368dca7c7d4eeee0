package io.drme.alarm;

import io.drme.model.TagName;
import io.drme.model.Value;
import io.drme.schema.AlarmMarks;
import io.drme.schema.AlarmTransition;
import java.time.Duration;
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
 * @param priority as configured, or higher where nobody acknowledged it in time
 * @param value the tag's value that caused it, or the last one known; absent where there is none
 * @param message as configured
 * @param guidance as configured
 * @param atNanos gateway time, nanoseconds since 1970 UTC
 * @param by who: a user's name, empty where the plant did it, {@link AlarmTransition#SYSTEM} where
 *     the gateway raised the priority
 * @param comment a person's words, or why; may be empty
 * @param untilNanos when shelving or maintenance ends, nanoseconds since 1970 UTC; 0 where neither
 *     does
 * @param decidedAtNanos when the person did it; before {@code atNanos} where it came over a line
 *     that was down; 0 where the plant did it
 * @param marks its first-out group, and whether its priority was raised
 * @param isLocal whether the tag never leaves the site; value and message then stay here too
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
        Guidance guidance,
        long atNanos,
        String by,
        String comment,
        long untilNanos,
        long decidedAtNanos,
        AlarmMarks marks,
        boolean isLocal) {

    /** Whether a person did it; what a first release recorded says so by its name only. */
    public boolean isByPerson() {
        return !by.isEmpty() && (decidedAtNanos != 0 || !by.equals(AlarmTransition.SYSTEM));
    }

    /** The same, decided at another time than it is recorded. */
    public Transition decidedAt(long nanos) {
        return new Transition(
                id,
                name,
                tag,
                from,
                to,
                priority,
                value,
                message,
                guidance,
                atNanos,
                by,
                comment,
                untilNanos,
                nanos,
                marks,
                isLocal);
    }

    /** What goes into the record and to the centre: of a local tag neither value nor message. */
    public AlarmTransition payload() {
        return new AlarmTransition(
                id,
                name,
                tag.text(),
                from.text(),
                to.text(),
                priority.text(),
                isLocal ? null : value.orElse(null),
                isLocal ? "" : message,
                guidance.action(),
                atNanos,
                by,
                comment,
                untilNanos,
                guidance.cause(),
                guidance.consequence(),
                guidance.respondWithin().toNanos(),
                decidedAtNanos,
                marks);
    }

    /** What {@link #payload} recorded, or nothing where a word in it is not of this release. */
    public static Optional<Transition> of(AlarmTransition payload) {
        var from = AlarmState.ofText(payload.from());
        var to = AlarmState.ofText(payload.to());
        var priority = Priority.ofText(payload.priority());
        if (from.isEmpty()
                || to.isEmpty()
                || priority.isEmpty()
                || !TagName.isValid(payload.tag())) {
            return Optional.empty();
        }
        return Optional.of(
                new Transition(
                        payload.alarm(),
                        payload.name(),
                        new TagName(payload.tag()),
                        from.get(),
                        to.get(),
                        priority.get(),
                        Optional.ofNullable(payload.value()),
                        payload.message(),
                        new Guidance(
                                payload.action(),
                                payload.cause(),
                                payload.consequence(),
                                Duration.ofNanos(payload.respondWithin())),
                        payload.at(),
                        payload.by(),
                        payload.comment(),
                        payload.until(),
                        payload.decided(),
                        payload.marks(),
                        false));
    }
}
