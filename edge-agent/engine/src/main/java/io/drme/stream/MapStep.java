package io.drme.stream;

import io.drme.config.Section;
import java.util.Optional;

/**
 * Gives what an expression makes of each sample. Quality stays as it is; where the result is
 * unknown or not finite, the sample becomes bad.
 *
 * @param result over {@code value}, {@code quality}, {@code reason} and {@code tag}
 */
record MapStep(Expression result) implements Step {

    static Optional<MapStep> read(Section step) {
        return Expression.readValue(step, "map").map(MapStep::new);
    }

    @Override
    public boolean remembers() {
        return false;
    }

    @Override
    public Optional<Operator> make(Making making) {
        return making.programs(result, false).map(p -> new MapOperator(making.lanes(), p));
    }
}
