package io.drme.stream;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One step of a pipeline, as the file describes it. */
public sealed interface Step {

    /**
     * Passes the samples for which an expression is true.
     *
     * <p>Where it is unknown, as {@code value > 80} is of a bad sample, the sample passes on as
     * bad: a filter never hides trouble.
     *
     * @param keep over {@code value}, {@code quality}, {@code reason} and {@code tag}; gives true
     *     or false
     */
    record Filter(Expression keep) implements Step {}

    /**
     * Gives {@code value * factor + offset}, always as a double. Quality stays as it is.
     *
     * @param factor finite
     * @param offset finite
     */
    record Scale(double factor, double offset) implements Step {}

    /**
     * Gives what an expression makes of each sample. Quality stays as it is; where the result is
     * unknown or not finite, the sample becomes bad.
     *
     * @param result over {@code value}, {@code quality}, {@code reason} and {@code tag}
     */
    record Mapping(Expression result) implements Step {}

    /**
     * Gives one result a function for each window of each tag; see docs/pipelines.md.
     *
     * @param window length of a window, 1 ms to 31 d, a multiple of {@code every}
     * @param every from one result to the next; the same as {@code window} makes them tumble
     * @param functions at least one, each once
     * @param lateness how much older than the newest a sample of the same tag may be and still
     *     count; results wait for it; 0 to 1 h
     * @param hold whether a value is true until the next one, so that averages are weighted by
     *     time; absent: it is for tags with a deadband
     */
    record Aggregate(
            Duration window,
            Duration every,
            List<WindowFunction> functions,
            Duration lateness,
            Optional<Boolean> hold)
            implements Step {}
}
