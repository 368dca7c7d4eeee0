package io.drme.stream;

import io.drme.config.Section;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A kind of step.
 *
 * @param key in a file
 * @param reader reads the step below its key; nothing where it is too wrong to go on with
 */
record StepKind(String key, Function<Section, Optional<? extends Step>> reader) {
    private static final List<StepKind> ALL =
            List.of(
                    new StepKind("filter", FilterStep::read),
                    new StepKind("map", MapStep::read),
                    new StepKind("scale", ScaleStep::read),
                    new StepKind("aggregate", AggregateStep::read));

    /** The key of each, in the order of the page. */
    static List<String> keys() {
        return ALL.stream().map(StepKind::key).toList();
    }

    /** Reads the step that stands below the one key of a section. */
    static Optional<Step> read(Section step) {
        keys().forEach(step::has); // so that all are named where an unknown one stands
        var found = step.keys().iterator().next();
        return ALL.stream()
                .filter(k -> k.key.equals(found))
                .findFirst()
                .flatMap(k -> k.reader.apply(step));
    }
}
