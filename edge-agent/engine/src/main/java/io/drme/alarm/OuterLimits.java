package io.drme.alarm;

import io.drme.alarm.AlarmConfig.Condition;
import io.drme.config.Node;
import io.drme.config.Section;
import io.drme.config.Where;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads {@code high-high} and {@code low-low}: alarms of their own beside the one they stand in,
 * with its tags, deadband and delays, and with a priority, a message and an action of their own.
 */
final class OuterLimits {
    private static final int LONGEST_NAME = 54;

    private OuterLimits() {}

    /**
     * The alarms beside one.
     *
     * @param inner what they have where they say nothing else
     * @param limits which they must lie outside of
     */
    static List<AlarmConfig> read(Section section, AlarmConfig inner, Condition.Limits limits) {
        var all = new ArrayList<AlarmConfig>();
        read(section, "high-high", inner, limits).ifPresent(all::add);
        read(section, "low-low", inner, limits).ifPresent(all::add);
        return all;
    }

    private static Optional<AlarmConfig> read(
            Section section, String key, AlarmConfig inner, Condition.Limits limits) {
        if (!section.has(key)) {
            return Optional.empty();
        }
        if (inner.name().length() > LONGEST_NAME) {
            section.problem(
                    key, "makes a name of more than 64 characters; give the alarm a shorter one");
        }
        boolean isSection = section.node(key) instanceof Node.Mapping;
        var own = isSection ? section.section(key) : Optional.of(section);
        var limitKey = isSection ? "limit" : key;
        var limit = own.flatMap(s -> s.number(limitKey));
        if (limit.isEmpty()) {
            if (isSection) {
                own.ifPresent(s -> s.missing("limit", "give the value beyond which it is raised"));
            }
            return Optional.empty();
        }
        boolean isHigh = key.equals("high-high");
        var within = isHigh ? limits.high() : limits.low();
        if (within.isPresent()
                && (isHigh ? limit.get() <= within.get() : limit.get() >= within.get())) {
            own.get()
                    .problem(
                            limitKey,
                            "%s is not %s %s; it has to lie beyond that"
                                    .formatted(
                                            limit.get(),
                                            isHigh ? "above high" : "below low",
                                            within.get()));
        }
        var outer =
                new Condition.Limits(
                        isHigh ? limit : Optional.empty(),
                        isHigh ? Optional.empty() : limit,
                        limits.deadband());
        var alarm = made(own.get(), isSection, key, inner, outer, section.where(key));
        if (isSection) {
            own.get().done();
        }
        return Optional.of(alarm);
    }

    /** What the section does not say is as with the inner alarm. */
    private static AlarmConfig made(
            Section own,
            boolean isSection,
            String key,
            AlarmConfig inner,
            Condition.Limits limits,
            Where where) {
        var priority = isSection ? own.choice("priority", inner.priority()) : inner.priority();
        return new AlarmConfig(
                inner.name() + "." + key,
                inner.tags(),
                limits,
                inner.onDelay(),
                inner.offDelay(),
                inner.latch(),
                priority,
                isSection
                        ? AlarmReader.shortText(own, "message", inner.message())
                        : inner.message(),
                isSection ? AlarmReader.guidance(own, inner.guidance()) : inner.guidance(),
                inner.suppressWhen(),
                isSection
                        ? EscalationReader.read(own, priority, inner.escalation())
                        : inner.escalation(),
                inner.firstOut(),
                where);
    }
}
