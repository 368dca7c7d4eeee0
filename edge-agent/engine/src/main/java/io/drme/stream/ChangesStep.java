package io.drme.stream;

import io.drme.config.Section;
import java.time.Duration;
import java.util.Optional;

/**
 * Passes what changed; see docs/operators/changes.md.
 *
 * @param by a number has changed where it differs by more than this from the last that was passed;
 *     0 or more
 * @param atLeast after which time a sample passes anyway, 1 ms to 31 d; absent: never
 */
record ChangesStep(double by, Optional<Duration> atLeast) implements Step {
    private static final Duration LEAST = Duration.ofMillis(1);
    private static final Duration MOST = Duration.ofDays(31);

    static Optional<ChangesStep> read(Section step) {
        return step.section("changes").map(ChangesStep::of);
    }

    private static ChangesStep of(Section section) {
        double by = section.number("by").orElse(0.0);
        if (by < 0) {
            section.problem("by", "%s is below 0; give a number that is not".formatted(by));
        }
        var step =
                new ChangesStep(
                        by,
                        Words.duration(
                                section, "at-least-every", Duration.ofMinutes(1), LEAST, MOST));
        section.done();
        return step;
    }

    @Override
    public Duration looksBack() {
        return atLeast.orElse(WITHOUT_END);
    }

    @Override
    public Optional<Operator> make(Making making) {
        return by == 0 || making.areNumbers("changes.by", "compared by a width; remove 'by'")
                ? Optional.of(new ChangesOperator(making.lanes(), this))
                : Optional.empty();
    }
}
