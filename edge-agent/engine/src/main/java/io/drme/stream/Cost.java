package io.drme.stream;

import io.drme.model.ValueType;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What an evaluation costs at most, in steps of about a nanosecond: names and literals nothing, an
 * operator 1, functions as {@link Function#cost} says.
 */
final class Cost {
    /** The most steps of an expression; it also keeps its code small enough to be compiled. */
    static final int MAX_STEPS = 250;

    private static final int TEXTS_COMPARED = 10;

    /** Steps by what takes them. */
    private final Map<String, Integer> steps = new TreeMap<>();

    private Cost() {}

    /** Refuses what costs too much, with the arithmetic. */
    static void check(Term term) throws SyntaxError {
        var cost = new Cost();
        cost.add(term);
        int total = cost.total();
        if (total > MAX_STEPS) {
            var parts =
                    cost.steps.entrySet().stream()
                            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                            .map(part -> part.getKey() + " " + part.getValue())
                            .collect(Collectors.joining(", "));
            throw new SyntaxError(
                    0,
                    "takes %d steps, at most %d are allowed (%s); make it shorter, or split it into several"
                            .formatted(total, MAX_STEPS, parts));
        }
    }

    /** How many steps a term takes. */
    static int of(Term term) {
        var cost = new Cost();
        cost.add(term);
        return cost.total();
    }

    private int total() {
        return steps.values().stream().mapToInt(Integer::intValue).sum();
    }

    private void add(Term term) {
        switch (term) {
            case Term.Literal _, Term.Constant _, Term.Input _, Term.Told _ -> {}
            case Term.SeverityIs _, Term.ReasonIs _ -> add("comparisons", 1);
            case Term.Compare compare ->
                    add(
                            "comparisons",
                            compare.left().type() == ValueType.TEXT ? TEXTS_COMPARED : 1);
            case Term.Not _, Term.And _, Term.Or _ -> add("! && ||", 1);
            case Term.Choice _ -> add("? :", 1);
            case Term.Call call when call.function().cost() > 0 ->
                    add(call.function().method(), call.function().cost());
            case Term.Call _ -> {}
        }
        term.operands().forEach(this::add);
    }

    private void add(String what, int more) {
        steps.merge(what, more, Integer::sum);
    }
}
