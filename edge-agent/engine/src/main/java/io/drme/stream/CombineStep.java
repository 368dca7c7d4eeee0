package io.drme.stream;

import io.drme.config.Nearest;
import io.drme.config.Section;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gives what an expression makes of the newest values of several tags; see
 * docs/operators/combine.md.
 *
 * @param beside the tags beside each
 * @param give over {@code value} and the names of the others
 * @param on {@link #ANY}, {@link #ALL} or the name of the input whose samples cause results
 * @param maxAge how long after its sample came an input still counts; absent: any time
 */
record CombineStep(Beside beside, Expression give, String on, Optional<Duration> maxAge)
        implements Step {
    /** A sample of any input causes a result. */
    static final String ANY = "any";

    /** A result comes once each input has had a new sample. */
    static final String ALL = "all";

    static Optional<CombineStep> read(Section step) {
        return step.section("combine").flatMap(CombineStep::of);
    }

    private static Optional<CombineStep> of(Section combine) {
        var beside = Beside.read(combine);
        var names = new ArrayList<>(List.of(Environment.VALUE));
        beside.ifPresent(b -> names.addAll(b.names()));
        var give = Beside.readExpression(combine, "give", beside, false);
        var on = beside.isPresent() ? on(combine, names) : combine.text("on", ANY);
        var maxAge = MaxAge.read(combine);
        combine.done();
        return give.map(g -> new CombineStep(beside.orElseThrow(), g, on, maxAge));
    }

    private static String on(Section combine, List<String> names) {
        var allowed = new ArrayList<>(List.of(ANY, ALL));
        allowed.addAll(names);
        var on = combine.text("on", ANY);
        if (!allowed.contains(on)) {
            combine.problem(
                    "on",
                    "'%s' is not known%s; allowed: %s"
                            .formatted(
                                    on,
                                    Nearest.to(on, allowed)
                                            .map(n -> " (did you mean '" + n + "'?)")
                                            .orElse(""),
                                    String.join(", ", allowed)));
        }
        return on;
    }

    @Override
    public List<String> sides(List<Lane> before) {
        return beside.sides(before);
    }

    @Override
    public Duration looksBack() {
        return maxAge.orElse(WITHOUT_END);
    }

    @Override
    public Optional<Operator> make(Making making) {
        var rows = beside.rows(making);
        var programs = beside.programs(give, rows, false, making);
        return rows.isEmpty()
                ? Optional.empty()
                : programs.map(p -> new CombineOperator(making, rows, p, this));
    }
}
