package io.drme.alarm;

import io.drme.alarm.AlarmConfig.Condition;
import io.drme.config.Node;
import io.drme.config.Section;
import io.drme.stream.Expression;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads one entry of {@code alarms:}. */
final class AlarmReader {
    /** The longest message or action, in characters: what a person reads at a glance. */
    static final int MAX_TEXT_LENGTH = 500;

    private static final Duration MAX_DELAY = Duration.ofDays(1);
    private static final Pattern NAME = Pattern.compile("[a-z0-9-_.]{1,64}");

    private AlarmReader() {}

    /** The alarm, or nothing where a part is missing without which it makes no sense. */
    static Optional<AlarmConfig> read(String name, Section section) {
        if (!NAME.matcher(name).matches()) {
            section.problems()
                    .add(
                            section.where(),
                            section.path(),
                            "'%s' is not a name; expected 1 to 64 of a-z 0-9 - _ ."
                                    .formatted(name));
        }
        var tags = section.texts("tag");
        if (tags.isEmpty()) {
            section.problem("tag", "is missing or empty; give a tag such as \"press-*/oil/*\"");
        }
        var condition = condition(section);
        var onDelay = section.duration("on-delay", Duration.ZERO, Duration.ZERO, MAX_DELAY);
        var offDelay = section.duration("off-delay", Duration.ZERO, Duration.ZERO, MAX_DELAY);
        boolean latch = section.bool("latch", false);
        var priority = section.choice("priority", Priority.MEDIUM);
        var message = shortText(section, "message", name);
        var action = shortText(section, "action", "");
        var suppressWhen = suppressWhen(section);
        section.done();
        return condition.isEmpty() || tags.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new AlarmConfig(
                                name,
                                tags,
                                condition.get(),
                                onDelay,
                                offDelay,
                                latch,
                                priority,
                                message,
                                action,
                                suppressWhen,
                                section.where()));
    }

    /** Either an expression over the alarm's own tag, or a section that names another. */
    private static Optional<SuppressWhen> suppressWhen(Section section) {
        var key = "suppress-when";
        if (!(section.node(key) instanceof Node.Mapping)) {
            return Expression.readCondition(section, key)
                    .map(when -> new SuppressWhen("", when, Duration.ZERO, section.where(key)));
        }
        return section.section(key).flatMap(AlarmReader::suppressWhenOf);
    }

    private static Optional<SuppressWhen> suppressWhenOf(Section section) {
        var tag = section.text("tag", "");
        var hold = section.duration("hold", Duration.ZERO, Duration.ZERO, MAX_DELAY);
        if (!section.has("when")) {
            section.problem("when", "is missing; give a condition such as \"value == false\"");
        }
        var when = Expression.readCondition(section, "when");
        section.done();
        return when.map(w -> new SuppressWhen(tag, w, hold, section.where()));
    }

    private static String shortText(Section section, String key, String otherwise) {
        var text = section.text(key, otherwise);
        if (text.length() > MAX_TEXT_LENGTH) {
            section.problem(
                    key,
                    "has %d characters; at most %d are allowed"
                            .formatted(text.length(), MAX_TEXT_LENGTH));
        }
        return text;
    }

    private static Optional<? extends Condition> condition(Section section) {
        List.of("high", "low", "deadband", "when", "clear-when").forEach(section::has); // known
        boolean limits = section.has("high") || section.has("low");
        boolean expressions = section.has("when") || section.has("clear-when");
        if (limits && expressions) {
            section.problem(
                    "when", "can't stand beside high and low; make two alarms or one expression");
        } else if (!limits && !expressions) {
            section.problem("high", "is missing; give high, low or when");
        }
        return expressions ? expressions(section) : limits ? limits(section) : Optional.empty();
    }

    private static Optional<Condition> expressions(Section section) {
        if (section.has("deadband")) {
            section.problem("deadband", "works with high and low only; use clear-when instead");
        }
        if (!section.has("when")) {
            section.problem("when", "is missing; clear-when alone raises nothing");
        }
        var clear = Expression.readCondition(section, "clear-when");
        return Expression.readCondition(section, "when")
                .map(when -> new Condition.Expressions(when, clear));
    }

    private static Optional<Condition> limits(Section section) {
        var high = section.number("high");
        var low = section.number("low");
        double deadband = section.number("deadband").orElse(0.0);
        if (deadband < 0) {
            section.problem("deadband", deadband + " is negative; give 0 or more");
        } else if (high.isPresent() && low.isPresent() && low.get() >= high.get()) {
            section.problem(
                    "low",
                    "%s is not below high %s; give a low limit under the high one"
                            .formatted(low.get(), high.get()));
        } else if (high.isPresent()
                && low.isPresent()
                && high.get() - deadband <= low.get() + deadband) {
            section.problem(
                    "deadband",
                    "leaves nothing between low %s and high %s where the alarm could clear; bring it below %s"
                            .formatted(low.get(), high.get(), (high.get() - low.get()) / 2));
        }
        return high.isEmpty() && low.isEmpty()
                ? Optional.empty()
                : Optional.of(new Condition.Limits(high, low, deadband));
    }
}
