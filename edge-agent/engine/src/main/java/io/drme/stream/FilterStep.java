package io.drme.stream;

import io.drme.config.Section;
import java.util.Optional;

/**
 * Passes the samples for which an expression is true.
 *
 * <p>Where it is unknown, as {@code value > 80} is of a bad sample, the sample passes on as bad: a
 * filter never hides trouble.
 *
 * @param keep over {@code value}, {@code quality}, {@code reason} and {@code tag}; gives true or
 *     false
 */
record FilterStep(Expression keep) implements Step {

    static Optional<FilterStep> read(Section step) {
        return Expression.readCondition(step, "filter").map(FilterStep::new);
    }

    @Override
    public boolean remembers() {
        return false;
    }

    @Override
    public Optional<Step> asked() {
        return Optional.of(new MapStep(keep));
    }

    @Override
    public Optional<Operator> make(Making making) {
        return making.programs(keep, true).map(p -> new FilterOperator(making.lanes(), p));
    }
}
