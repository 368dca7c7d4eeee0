package io.drme.stream;

import io.drme.config.Section;
import java.time.Duration;
import java.util.Optional;

/**
 * Gives how fast a number changes; see docs/operators/rate.md.
 *
 * @param per the time that the rate is by
 * @param over the rate is the slope of the line that fits the samples of so long best, 1 ms to 1 d;
 *     absent: it is that between the last two samples
 * @param maxGap the longest time between two samples that a rate is given over, 1 ms to 1 d
 */
record RateStep(PerTime per, Optional<Duration> over, Duration maxGap) implements Step {
    private static final Duration LEAST = Duration.ofMillis(1);
    private static final Duration DAY = Duration.ofDays(1);

    static Optional<RateStep> read(Section step) {
        return step.section("rate").map(RateStep::of);
    }

    private static RateStep of(Section section) {
        var per = section.choice("per", PerTime.S);
        var over =
                section.has("over")
                        ? Optional.of(section.duration("over", Duration.ofSeconds(10), LEAST, DAY))
                        : Optional.<Duration>empty();
        var step = new RateStep(per, over, section.duration("max-gap", DAY, LEAST, DAY));
        section.done();
        return step;
    }

    @Override
    public Duration looksBack() {
        return over.orElse(maxGap).plus(maxGap);
    }

    @Override
    public Optional<Operator> make(Making making) {
        boolean fine =
                making.areNumbers("rate", "a number that has a rate; leave it out of 'from'")
                        && making.fits(
                                "rate",
                                over.isPresent() ? SlopeWindow.BYTES : 32,
                                "leave out 'over', or some tags");
        return fine ? Optional.of(new RateOperator(making.lanes(), this)) : Optional.empty();
    }
}
