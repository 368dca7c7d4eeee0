package io.drme.alarm;

import io.drme.alarm.AlarmConfig.Condition;
import io.drme.config.Node;
import io.drme.config.Section;
import io.drme.stream.Expression;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads one entry of {@code alarms:}. */
final class AlarmReader {
    /** The longest message or action, in characters: what a person reads at a glance. */
    static final int MAX_TEXT_LENGTH = 500;

    static final Duration MAX_DELAY = Duration.ofDays(1);
    private static final Duration MAX_RESPONSE = Duration.ofDays(7);
    private static final Pattern NAME = Pattern.compile("[a-z0-9-_.]{1,64}");

    private static final Pattern GROUP = Pattern.compile("(?:[a-z0-9-_.]|\\{device})+");
    private static final int LONGEST_GROUP = 64;

    private AlarmReader() {}

    /**
     * The alarm, and one each for {@code high-high} and {@code low-low}; none where a part is
     * missing without which it makes no sense.
     */
    static List<AlarmConfig> read(String name, Section section) {
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
        var condition = ConditionReader.read(section);
        var onDelay = section.duration("on-delay", Duration.ZERO, Duration.ZERO, MAX_DELAY);
        var offDelay = section.duration("off-delay", Duration.ZERO, Duration.ZERO, MAX_DELAY);
        boolean latch = section.bool("latch", false);
        var priority = section.choice("priority", Priority.MEDIUM);
        var message = shortText(section, "message", name);
        var guidance = guidance(section, new Guidance("", "", "", Duration.ZERO));
        var suppressWhen = suppressWhen(section);
        var limits =
                condition.map(ConditionReader.Read::condition).orElse(null)
                                instanceof Condition.Limits l
                        ? l
                        : new Condition.Limits(
                                Optional.empty(),
                                Optional.empty(),
                                section.number("deadband").orElse(0.0));
        var pattern =
                new AlarmConfig(
                        name,
                        tags,
                        limits,
                        condition.flatMap(ConditionReader.Read::onDelay).orElse(onDelay),
                        offDelay,
                        latch,
                        priority,
                        message,
                        guidance,
                        suppressWhen,
                        EscalationReader.read(section, priority, Optional.empty()),
                        firstOut(section),
                        section.where());
        var all = new ArrayList<AlarmConfig>();
        condition.ifPresent(c -> all.add(pattern.withCondition(c.condition())));
        OuterLimits.read(section, pattern, limits).forEach(all::add);
        section.done();
        return tags.isEmpty() ? List.of() : List.copyOf(all);
    }

    private static String firstOut(Section section) {
        var group = section.text("first-out", "");
        if (!group.isEmpty()
                && (group.length() > LONGEST_GROUP || !GROUP.matcher(group).matches())) {
            section.problem(
                    "first-out",
                    "'%s' is not the name of a group; expected 1 to 64 of a-z 0-9 - _ . and {device}"
                            .formatted(group));
        }
        return group;
    }

    /** What a section says to act on, and {@code otherwise} where it says nothing. */
    static Guidance guidance(Section section, Guidance otherwise) {
        return new Guidance(
                shortText(section, "action", otherwise.action()),
                shortText(section, "cause", otherwise.cause()),
                shortText(section, "consequence", otherwise.consequence()),
                section.duration(
                        "respond-within", otherwise.respondWithin(), Duration.ZERO, MAX_RESPONSE));
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

    static String shortText(Section section, String key, String otherwise) {
        var text = section.text(key, otherwise);
        if (text.length() > MAX_TEXT_LENGTH) {
            section.problem(
                    key,
                    "has %d characters; at most %d are allowed"
                            .formatted(text.length(), MAX_TEXT_LENGTH));
        }
        return text;
    }
}
