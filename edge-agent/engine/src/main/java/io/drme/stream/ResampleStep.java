package io.drme.stream;

import io.drme.config.Quantities;
import io.drme.config.Section;
import java.time.Duration;
import java.util.Optional;

/**
 * Gives samples at regular times; see docs/operators/resample.md.
 *
 * @param every from one to the next, at multiples since 1970 UTC, 10 ms to 1 d
 * @param fill what is between two samples
 * @param maxAge how long a value is good for: to hold it, or from one sample to the next to draw a
 *     line; absent: ten times {@code every}, but of a held tag without end
 */
record ResampleStep(Duration every, Fill fill, Optional<Duration> maxAge) implements Step {
    /** The most results that one sample or tick can cause. */
    static final int MAX_POINTS = 10_000;

    private static final Duration LEAST = Duration.ofMillis(10);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration MOST = Duration.ofDays(31);

    /** What is between two samples. */
    enum Fill {
        /** The value of the one before. */
        HOLD,
        /** A line to the next one. */
        LINEAR
    }

    static Optional<ResampleStep> read(Section step) {
        return step.section("resample").map(ResampleStep::of);
    }

    private static ResampleStep of(Section section) {
        if (!section.has("every")) {
            section.missing("every", "give a time such as 1s");
        }
        var every = section.duration("every", Duration.ofSeconds(1), LEAST, DAY);
        var maxAge = Words.duration(section, "max-age", every.multipliedBy(10), LEAST, MOST);
        var longest = every.multipliedBy(MAX_POINTS);
        if (maxAge.isPresent() && maxAge.get().compareTo(longest) > 0) {
            section.problem(
                    "max-age",
                    "%s is more than %d times 'every'; give %s at most, or a longer 'every'"
                            .formatted(
                                    Quantities.text(maxAge.get()),
                                    MAX_POINTS,
                                    Quantities.text(longest)));
        }
        var step = new ResampleStep(every, section.choice("fill", Fill.HOLD), maxAge);
        section.done();
        return step;
    }

    @Override
    public Duration looksBack() {
        return every.plus(maxAge.orElse(WITHOUT_END));
    }

    @Override
    public Optional<Operator> make(Making making) {
        return fill == Fill.HOLD
                        || making.areNumbers("resample.fill", "drawn as a line; use 'fill: hold'")
                ? Optional.of(new ResampleOperator(making.lanes(), this))
                : Optional.empty();
    }
}
