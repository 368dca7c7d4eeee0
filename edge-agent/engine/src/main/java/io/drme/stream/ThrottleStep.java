package io.drme.stream;

import io.drme.config.Section;
import java.time.Duration;
import java.util.Optional;

/**
 * Passes at most one sample of a tag in a time; see docs/operators/throttle.md.
 *
 * @param every from one sample to the next, 1 ms to 31 d
 */
record ThrottleStep(Duration every) implements Step {
    private static final Duration LEAST = Duration.ofMillis(1);
    private static final Duration MOST = Duration.ofDays(31);

    static Optional<ThrottleStep> read(Section step) {
        return step.section("throttle").map(ThrottleStep::of);
    }

    private static ThrottleStep of(Section section) {
        if (!section.has("every")) {
            section.missing("every", "give a time such as 10s");
        }
        var step = new ThrottleStep(section.duration("every", Duration.ofSeconds(10), LEAST, MOST));
        section.done();
        return step;
    }

    @Override
    public Duration looksBack() {
        return every;
    }

    @Override
    public Optional<Operator> make(Making making) {
        return Optional.of(new ThrottleOperator(making.lanes(), this));
    }
}
