package io.drme.stream;

import io.drme.config.Nearest;
import io.drme.config.Section;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        if (!combine.has("give")) {
            combine.missing("give", "give an expression, such as \"value / input\"");
        }
        var give =
                beside.isPresent()
                        ? Expression.read(combine, "give", names, false)
                        : Optional.<Expression>empty();
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
    public Optional<Operator> make(Making making) {
        var rows = beside.rows(making);
        var programs = programs(give, beside, rows, making);
        return rows.isEmpty()
                ? Optional.empty()
                : programs.map(p -> new CombineOperator(making, rows, p, this));
    }

    /** One program a row, shared by those of the same types; nothing where it fits not all. */
    static Optional<Program[]> programs(
            Expression expression, Beside beside, List<int[]> rows, Making making) {
        var input = making.input();
        Map<List<ValueType>, Program> byTypes = new HashMap<>();
        var programs = new Program[rows.size()];
        for (int i = 0; i < programs.length; i++) {
            var row = rows.get(i);
            var types = new ArrayList<ValueType>();
            for (int lane : row) {
                types.add(input.get(lane).type());
            }
            var program = byTypes.get(types);
            if (program == null) {
                var whom =
                        "%s, %s".formatted(input.get(row[0]).source(), Typing.words(types.get(0)));
                var compiled =
                        expression.program(
                                beside.environment(row, input), whom, false, making.problems());
                if (compiled.isEmpty()) {
                    return Optional.empty();
                }
                program = compiled.get();
                byTypes.put(types, program);
            }
            programs[i] = program;
        }
        return Optional.of(programs);
    }
}
