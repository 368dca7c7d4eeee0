package io.drme.stream;

import io.drme.config.Section;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Looks the row of a table up for each sample; see docs/operators/lookup.md.
 *
 * @param table the rows; they may change while the step stays the same
 * @param key what of a sample names its row
 * @param keep which samples pass, over {@code value} and the columns; absent: all
 * @param give the result, over the same; absent: the sample as it is
 * @param missing what becomes of a sample without row
 */
record LookupStep(
        Table table, Key key, Optional<Expression> keep, Optional<Expression> give, Missing missing)
        implements Step {
    /** What of a sample names its row. */
    enum Key {
        TAG,
        DEVICE,
        PATH,
        VALUE
    }

    /** What becomes of a sample without row. */
    enum Missing {
        /** The cells are bad. */
        BAD,
        /** Nothing comes of it. */
        DROP
    }

    static Optional<LookupStep> read(Section step) {
        return step.section("lookup").flatMap(LookupStep::of);
    }

    private static Optional<LookupStep> of(Section lookup) {
        if (!lookup.has("table")) {
            lookup.missing("table", "give {file: FILE.csv}, or rows by their keys");
        }
        var table = lookup.section("table").flatMap(Table::read);
        var key = lookup.choice("key", Key.TAG);
        var missing = lookup.choice("missing", Missing.BAD);
        if (!lookup.has("give") && !lookup.has("keep")) {
            lookup.missing("give", "give an expression over value and the columns of the table");
        }
        var keep = table.flatMap(t -> expression(lookup, "keep", t, true));
        var give = table.flatMap(t -> expression(lookup, "give", t, false));
        boolean readAll =
                keep.isPresent() == lookup.has("keep") && give.isPresent() == lookup.has("give");
        lookup.done();
        return table.filter(_ -> readAll && (keep.isPresent() || give.isPresent()))
                .map(t -> new LookupStep(t, key, keep, give, missing));
    }

    private static Optional<Expression> expression(
            Section lookup, String key, Table table, boolean condition) {
        var names = new ArrayList<>(List.of(Environment.VALUE));
        names.addAll(table.columns());
        return Expression.read(lookup, key, names, condition);
    }

    @Override
    public boolean remembers() {
        return false;
    }

    @Override
    public Optional<Operator> make(Making making) {
        if (key == Key.VALUE && !areKeys(making)) {
            return Optional.empty();
        }
        var keeps = programs(keep, true, making);
        var gives = programs(give, false, making);
        return keeps.isEmpty() || gives.isEmpty()
                ? Optional.empty()
                : Optional.of(new LookupOperator(making.lanes(), this, keeps.get(), gives.get()));
    }

    private static boolean areKeys(Making making) {
        for (var lane : making.lanes()) {
            if (lane.type() == ValueType.FLOAT64) {
                making.problem(
                        "lookup.key",
                        "%s is a number with decimals, which is no key; make it whole before with map: \"int(value)\""
                                .formatted(lane.source()));
                return false;
            }
        }
        return true;
    }

    /** One program a lane; none where there is no expression; nothing where it fits not all. */
    private Optional<List<Program>> programs(
            Optional<Expression> expression, boolean condition, Making making) {
        var programs = new ArrayList<Program>();
        Map<ValueType, Program> byType = new HashMap<>();
        if (expression.isEmpty()) {
            return Optional.of(programs);
        }
        for (var lane : making.lanes()) {
            var program = byType.get(lane.type());
            if (program == null) {
                var whom = "%s, %s".formatted(lane.source(), Typing.words(lane.type()));
                var compiled =
                        expression
                                .get()
                                .program(
                                        environment(lane.type()),
                                        whom,
                                        condition,
                                        making.problems());
                if (compiled.isEmpty()) {
                    return Optional.empty();
                }
                program = compiled.get();
                byType.put(lane.type(), program);
            }
            programs.add(program);
        }
        return Optional.of(programs);
    }

    private Environment environment(ValueType value) {
        var environment = Environment.ofValue(value);
        for (int i = 0; i < table.columns().size(); i++) {
            environment = environment.with(table.columns().get(i), table.types().get(i));
        }
        return environment;
    }
}
