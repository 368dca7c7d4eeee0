package io.drme.alarm;

import io.drme.config.Section;
import io.drme.config.Where;
import io.drme.stream.Expression;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One entry of {@code alarms:}; each tag that matches has an alarm of its own.
 *
 * @param name 1 to 64 of {@code [a-z0-9-_.]}, unique
 * @param tags globs over {@code device/path}, derived tags too
 * @param condition when it is raised and cleared
 * @param onDelay how long the condition must last before it is raised; 0 to 1 d
 * @param offDelay how long the condition must be gone before it is cleared; 0 to 1 d
 * @param latch whether it stays until a person resets it
 * @param priority medium where the file says nothing
 * @param message what is wrong, for a person; the name where the file says nothing
 * @param guidance what a person needs to act
 * @param suppressWhen when the plant's design holds it back; nothing where it never does
 * @param escalation what becomes of it where nobody acknowledges it; nothing where it stays as it
 *     is
 * @param firstOut the group in which what came first is marked, {@code {device}} standing for the
 *     alarm's own device; empty where it has none
 * @param where its place in the file
 */
public record AlarmConfig(
        String name,
        List<String> tags,
        Condition condition,
        Duration onDelay,
        Duration offDelay,
        boolean latch,
        Priority priority,
        String message,
        Guidance guidance,
        Optional<SuppressWhen> suppressWhen,
        Optional<Escalation> escalation,
        String firstOut,
        Where where) {

    /** The same with another condition. */
    AlarmConfig withCondition(Condition other) {
        return new AlarmConfig(
                name,
                tags,
                other,
                onDelay,
                offDelay,
                latch,
                priority,
                message,
                guidance,
                suppressWhen,
                escalation,
                firstOut,
                where);
    }

    /** When an alarm is raised and cleared. */
    public sealed interface Condition {

        /**
         * Raised above {@code high} or below {@code low}; cleared once the value is back by {@code
         * deadband}.
         *
         * @param deadband 0 or more, in the tag's unit
         */
        record Limits(Optional<Double> high, Optional<Double> low, double deadband)
                implements Condition {}

        /** Raised while the value is one of these, as they stand in the file. */
        record Equal(List<String> values) implements Condition {
            /** Takes an immutable copy. */
            public Equal {
                values = List.copyOf(values);
            }
        }

        /** Raised when the value becomes another, for so long. */
        record Changes(Duration within) implements Condition {}

        /**
         * Raised when the value rose or fell by more than this within a time.
         *
         * @param rise in the tag's unit; infinite where it may rise as it likes
         * @param fall the same downwards
         * @param per 1 s to 1 d
         * @param deadband by how much less it must be to clear; 0 or more
         */
        record Rate(double rise, double fall, Duration per, double deadband) implements Condition {}

        /**
         * Raised when the value is off another tag's by more than this.
         *
         * @param from the setpoint's tag, {@code {device}} standing for the alarm's own device
         * @param by above 0, in the tag's unit
         * @param deadband by how much less it must be off to clear; 0 or more
         */
        record Deviation(String from, double by, double deadband) implements Condition {}

        /**
         * Raised while {@code when} is true; cleared once {@code clearWhen} is true and {@code
         * when} is not; without {@code clearWhen}, once {@code when} is false.
         */
        record Expressions(Expression when, Optional<Expression> clearWhen) implements Condition {}
    }

    /**
     * Reads {@code alarms:} below {@code top}; what is wrong is noted in its problems, and the
     * entry is left out.
     */
    public static List<AlarmConfig> readAll(Section top) {
        var all = new ArrayList<AlarmConfig>();
        top.sections("alarms")
                .forEach((name, section) -> {
                    for (var alarm : AlarmReader.read(name, section)) {
                        if (all.stream().anyMatch(a -> a.name().equals(alarm.name()))) {
                            section.problems()
                                    .add(
                                            alarm.where(),
                                            section.path(),
                                            "there is another alarm '%s'; give one of them another name"
                                                    .formatted(alarm.name()));
                        } else {
                            all.add(alarm);
                        }
                    }
                });
        return List.copyOf(all);
    }
}
