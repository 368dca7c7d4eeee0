package io.drme.stream;

import io.drme.config.Section;
import java.time.Duration;
import java.util.Optional;

/**
 * Smooths a number; see docs/operators/smooth.md. One of the two is there.
 *
 * @param timeConstant after which 63 % of a step are reached, 1 ms to 1 d
 * @param median of so many samples, odd, 3 to {@link #MAX_MEDIAN}
 * @param maxGap after a longer time without a sample it begins anew, 1 ms to 1 d
 */
record SmoothStep(Optional<Duration> timeConstant, Optional<Integer> median, Duration maxGap)
        implements Step {
    /** More is no matter of spikes; an aggregate has medians of any number. */
    static final int MAX_MEDIAN = 99;

    private static final Duration LEAST = Duration.ofMillis(1);
    private static final Duration DAY = Duration.ofDays(1);

    static Optional<SmoothStep> read(Section step) {
        return step.section("smooth").flatMap(SmoothStep::of);
    }

    private static Optional<SmoothStep> of(Section section) {
        var time = Words.duration(section, "time-constant", Duration.ofSeconds(1), LEAST, DAY);
        var median =
                section.has("median")
                        ? Optional.of((int) section.integer("median", 3, 3, MAX_MEDIAN))
                        : Optional.<Integer>empty();
        if (median.isPresent() && median.get() % 2 == 0) {
            section.problem(
                    "median",
                    "%d has no middle; give an odd number, such as %d"
                            .formatted(median.get(), median.get() + 1));
        }
        if (time.isEmpty() && median.isEmpty()) {
            section.missing("time-constant", "give a time such as 5s, or 'median: 5'");
        } else if (time.isPresent() && median.isPresent()) {
            section.problem(
                    "median",
                    "can't stand beside 'time-constant'; use two steps, the median first");
        }
        var maxGap = section.duration("max-gap", DAY, LEAST, DAY);
        section.done();
        return time.isEmpty() && median.isEmpty()
                ? Optional.empty()
                : Optional.of(new SmoothStep(time, median, maxGap));
    }

    @Override
    public Optional<Operator> make(Making making) {
        long bytes = 48 + median.orElse(0) * 9L;
        return making.areNumbers("smooth", "smoothed; leave it out of 'from'")
                        && making.fits("smooth", bytes, "give a smaller median")
                ? Optional.of(
                        timeConstant.isPresent()
                                ? new LowPassOperator(making.lanes(), timeConstant.get(), maxGap)
                                : new MedianOperator(making.lanes(), median.orElse(3), maxGap))
                : Optional.empty();
    }
}
