package io.drme.alarm;

import io.drme.config.Section;
import java.time.Duration;
import java.util.Optional;

/** Reads {@code escalate-after} and {@code escalate-to}. */
final class EscalationReader {
    private static final String AFTER = "escalate-after";
    private static final String TO = "escalate-to";
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private EscalationReader() {}

    /**
     * What a section says, and {@code otherwise} where it says nothing and that is above its own
     * priority.
     */
    static Optional<Escalation> read(
            Section section, Priority own, Optional<Escalation> otherwise) {
        if (!section.has(AFTER) && !section.has(TO)) {
            return otherwise.filter(e -> e.to().compareTo(own) > 0);
        }
        if (!section.has(AFTER) && otherwise.isEmpty()) {
            section.problem(TO, "says no time; give escalate-after too, for example 10m");
        }
        var after =
                section.duration(
                        AFTER,
                        otherwise.map(Escalation::after).orElse(SHORTEST),
                        SHORTEST,
                        AlarmReader.MAX_DELAY);
        var to = section.choice(TO, own.above());
        if (to.compareTo(own) <= 0) {
            section.problem(
                    section.has(TO) ? TO : AFTER,
                    "leads to %s, which is not above the alarm's own priority, %s; give a higher escalate-to, or leave both out"
                            .formatted(to.text(), own.text()));
        }
        return Optional.of(new Escalation(after, to));
    }
}
