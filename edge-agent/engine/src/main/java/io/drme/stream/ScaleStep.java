package io.drme.stream;

import io.drme.config.Section;
import java.util.Optional;

/**
 * Gives {@code value * factor + offset}, always as a double. Quality stays as it is.
 *
 * @param factor finite
 * @param offset finite
 */
record ScaleStep(double factor, double offset) implements Step {

    static Optional<ScaleStep> read(Section step) {
        return step.section("scale").map(ScaleStep::of);
    }

    private static ScaleStep of(Section scale) {
        var step =
                new ScaleStep(
                        scale.number("factor").orElse(1.0), scale.number("offset").orElse(0.0));
        scale.done();
        return step;
    }

    @Override
    public boolean remembers() {
        return false;
    }

    @Override
    public Optional<Operator> make(Making making) {
        return making.areNumbers("scale", "scaled; leave it out of 'from'")
                ? Optional.of(new ScaleOperator(making.lanes(), factor, offset))
                : Optional.empty();
    }
}
