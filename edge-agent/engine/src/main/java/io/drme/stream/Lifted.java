package io.drme.stream;

import io.drme.model.Value;
import io.drme.model.Values;
import java.util.ArrayList;
import java.util.List;

/**
 * A term with its literals taken out.
 *
 * @param term with {@link Term.Constant}s for numbers and texts
 * @param literals the constants, by their index
 */
record Lifted(Term term, List<Value> literals) {

    static Lifted of(Term term) {
        var literals = new ArrayList<Value>();
        var shape = lift(term, literals);
        return new Lifted(shape, List.copyOf(literals));
    }

    /** The bits of each that is a number, by its index. */
    long[] numbers() {
        return literals.stream().mapToLong(Values::bits).toArray();
    }

    /** Each that is a text, by its index; empty elsewhere. */
    String[] texts() {
        return literals.stream()
                .map(literal -> literal instanceof Value.Text(String text) ? text : "")
                .toArray(String[]::new);
    }

    private static Term lift(Term term, List<Value> values) {
        return switch (term) {
            case Term.Literal(Value.Bool _) -> term;
            case Term.Literal(Value value) -> {
                values.add(value);
                yield new Term.Constant(value.type(), values.size() - 1);
            }
            case Term.Constant _, Term.Input _, Term.Told _, Term.SeverityIs _, Term.ReasonIs _ ->
                    term;
            case Term.Not(Term operand) -> new Term.Not(lift(operand, values));
            case Term.And(Term left, Term right) ->
                    new Term.And(lift(left, values), lift(right, values));
            case Term.Or(Term left, Term right) ->
                    new Term.Or(lift(left, values), lift(right, values));
            case Term.Compare(Relation relation, Term left, Term right) ->
                    new Term.Compare(relation, lift(left, values), lift(right, values));
            case Term.Call(Function function, List<Term> operands) -> {
                var lifted = new ArrayList<Term>();
                operands.forEach(operand -> lifted.add(lift(operand, values)));
                yield new Term.Call(function, List.copyOf(lifted));
            }
            case Term.Choice(Term condition, Term yes, Term no) ->
                    new Term.Choice(lift(condition, values), lift(yes, values), lift(no, values));
        };
    }
}
