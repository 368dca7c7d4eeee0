package io.drme.stream;

import io.drme.config.Nearest;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.Value;
import io.drme.model.ValueType;
import io.drme.stream.Environment.Part;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Checks the types of an expression over inputs of certain types, and makes its terms. */
final class Typing {
    private final Environment environment;

    private Typing(Environment environment) {
        this.environment = environment;
    }

    /** The term of a whole expression over inputs of these names and types. */
    static Term of(Syntax syntax, Environment environment) throws SyntaxError {
        var term = new Typing(environment).term(syntax);
        Cost.check(term);
        return term;
    }

    /** What a name stands for. */
    Optional<Environment.Meaning> meaning(String name) {
        return environment.meaning(name);
    }

    /** The term of a part of the expression. */
    Term term(Syntax syntax) throws SyntaxError {
        return switch (syntax) {
            case Syntax.Literal(int _, Value value) -> new Term.Literal(value);
            case Syntax.Name name -> named(name);
            case Syntax.Unary unary -> unary(unary);
            case Syntax.Binary binary -> binary(binary);
            case Syntax.Choice choice -> choice(choice);
            case Syntax.In in -> in(in);
            case Syntax.Call call -> Calls.of(this, call);
        };
    }

    private Term named(Syntax.Name name) throws SyntaxError {
        var meaning = environment.meaning(name.name()).orElse(null);
        if (meaning == null) {
            throw new SyntaxError(
                    name.at(),
                    unknown("name", name.name(), environment.names()) + "; a text needs quotes");
        }
        return switch (meaning.part()) {
            case VALUE -> new Term.Input(meaning.type(), meaning.input());
            case TIME ->
                    throw new SyntaxError(
                            name.at(),
                            "a time can't be used as it is; ask %s.getHours(), .getDayOfWeek(), int(%s) and so on"
                                    .formatted(name.name(), name.name()));
            case QUALITY, REASON, TAG -> new Term.Told(meaning.part(), meaning.input());
        };
    }

    static String unknown(String what, String wrong, List<String> known) {
        return "unknown %s '%s'%s; known: %s"
                .formatted(
                        what,
                        wrong,
                        Nearest.to(wrong, known)
                                .map(n -> " (did you mean '" + n + "'?)")
                                .orElse(""),
                        String.join(", ", known));
    }

    private Term unary(Syntax.Unary unary) throws SyntaxError {
        var operand = term(unary.operand());
        if (unary.operator().equals("!")) {
            return new Term.Not(demand(operand, unary.operand(), ValueType.BOOLEAN));
        }
        return switch (operand.type()) {
            case INT64 -> new Term.Call(Function.NEGATE_INT, operand);
            case FLOAT64 -> new Term.Call(Function.NEGATE_REAL, operand);
            case BOOLEAN, TEXT -> throw mismatch(unary.operand(), "a number", operand);
        };
    }

    private Term binary(Syntax.Binary binary) throws SyntaxError {
        var left = term(binary.left());
        var right = term(binary.right());
        return switch (binary.operator()) {
            case "&&" ->
                    new Term.And(
                            demand(left, binary.left(), ValueType.BOOLEAN),
                            demand(right, binary.right(), ValueType.BOOLEAN));
            case "||" ->
                    new Term.Or(
                            demand(left, binary.left(), ValueType.BOOLEAN),
                            demand(right, binary.right(), ValueType.BOOLEAN));
            case "+" ->
                    left.type() == ValueType.TEXT && right.type() == ValueType.TEXT
                            ? new Term.Call(Function.JOIN, left, right)
                            : arithmetic(
                                    Function.PLUS_INTS, Function.PLUS_REALS, binary, left, right);
            case "-" -> arithmetic(Function.MINUS_INTS, Function.MINUS_REALS, binary, left, right);
            case "*" -> arithmetic(Function.TIMES_INTS, Function.TIMES_REALS, binary, left, right);
            case "/" -> arithmetic(Function.OVER_INTS, Function.OVER_REALS, binary, left, right);
            case "%" -> modulo(binary, left, right);
            default -> compared(binary, left, right);
        };
    }

    private Term compared(Syntax.Binary binary, Term left, Term right) throws SyntaxError {
        var relation = Relation.of(binary.operator());
        if (relation.isEquality()) {
            checkKnownText(binary.left(), binary.right());
            checkKnownText(binary.right(), binary.left());
        }
        return comparison(binary, relation, left, right);
    }

    private static Term comparison(Syntax at, Relation relation, Term left, Term right)
            throws SyntaxError {
        if (isNumber(left) && isNumber(right)) {
            return numbers(relation, left, right);
        }
        if (left.type() != right.type()) {
            throw new SyntaxError(
                    at.at(),
                    "%s can't be compared with %s"
                            .formatted(words(left.type()), words(right.type())));
        }
        if (left.type() == ValueType.TEXT) {
            return texts(relation, left, right);
        }
        if (!relation.isEquality()) {
            throw new SyntaxError(at.at(), "true and false have no order; use == or !=");
        }
        var same = new Term.Call(Function.SAME_BOOLS, left, right);
        return relation == Relation.EQUAL ? same : new Term.Not(same);
    }

    /** A quality or reason is compared by its code where the other side stands in the text. */
    private static Term texts(Relation relation, Term left, Term right) {
        if (relation.isEquality()) {
            var same = coded(left, right).or(() -> coded(right, left));
            if (same.isPresent()) {
                return relation == Relation.EQUAL ? same.get() : new Term.Not(same.get());
            }
        }
        return new Term.Compare(relation, left, right);
    }

    private static Optional<Term> coded(Term asked, Term literal) {
        if (!(asked instanceof Term.Told(Part part, int input))
                || !(literal instanceof Term.Literal(Value.Text(String text)))) {
            return Optional.empty();
        }
        return switch (part) {
            case QUALITY ->
                    Arrays.stream(Quality.Severity.values())
                            .filter(s -> s.text().equals(text))
                            .findFirst()
                            .map(s -> new Term.SeverityIs(input, s));
            case REASON ->
                    text.isEmpty()
                            ? Optional.of(new Term.ReasonIs(input, 0))
                            : Arrays.stream(Reason.values())
                                    .filter(r -> r.text().equals(text))
                                    .findFirst()
                                    .map(r -> new Term.ReasonIs(input, r.code()));
            case VALUE, TIME, TAG -> Optional.empty();
        };
    }

    private static Term numbers(Relation relation, Term left, Term right) {
        var first = adapted(left, right.type());
        var second = adapted(right, left.type());
        boolean turned = first.type() == ValueType.FLOAT64 && second.type() == ValueType.INT64;
        return turned
                ? new Term.Compare(relation.flipped(), second, first)
                : new Term.Compare(relation, first, second);
    }

    /** A literal takes the type of the other side where that changes nothing of its value. */
    private static Term adapted(Term term, ValueType other) {
        if (other == ValueType.FLOAT64
                && term instanceof Term.Literal(Value.Int(long whole))
                && Functions.compare(whole, (double) whole, 1) == 0) {
            return widened(term);
        }
        if (other == ValueType.INT64
                && term instanceof Term.Literal(Value.Real(double real))
                && Functions.compare((long) real, real, 1) == 0) {
            return new Term.Literal(new Value.Int((long) real));
        }
        return term;
    }

    private Term arithmetic(
            Function ofInts, Function ofReals, Syntax.Binary at, Term left, Term right)
            throws SyntaxError {
        demandNumber(left, at.left());
        demandNumber(right, at.right());
        return combine(ofInts, ofReals, left, right);
    }

    /** A function of two whole numbers, or else of two doubles. */
    static Term combine(Function ofInts, Function ofReals, Term left, Term right) {
        return left.type() == ValueType.INT64 && right.type() == ValueType.INT64
                ? new Term.Call(ofInts, left, right)
                : new Term.Call(ofReals, widened(left), widened(right));
    }

    /** A number as a double. */
    static Term widened(Term number) {
        if (number.type() == ValueType.FLOAT64) {
            return number;
        }
        return number instanceof Term.Literal(Value.Int(long whole))
                ? new Term.Literal(new Value.Real(whole))
                : new Term.Call(Function.TO_REAL, number);
    }

    private static Term modulo(Syntax.Binary at, Term left, Term right) throws SyntaxError {
        if (left.type() != ValueType.INT64 || right.type() != ValueType.INT64) {
            throw new SyntaxError(
                    at.at(), "% works on whole numbers only; convert with int(…) first");
        }
        return new Term.Call(Function.MODULO_INTS, left, right);
    }

    private Term choice(Syntax.Choice choice) throws SyntaxError {
        var condition = demand(term(choice.condition()), choice.condition(), ValueType.BOOLEAN);
        var yes = term(choice.yes());
        var no = term(choice.no());
        if (yes.type() == no.type()) {
            return new Term.Choice(condition, yes, no);
        }
        if (isNumber(yes) && isNumber(no)) {
            return new Term.Choice(condition, widened(yes), widened(no));
        }
        throw new SyntaxError(
                choice.at(),
                "both results must have one type; here %s and %s"
                        .formatted(words(yes.type()), words(no.type())));
    }

    private Term in(Syntax.In in) throws SyntaxError {
        Term any = null;
        for (var item : in.list()) {
            checkKnownText(in.operand(), item);
            var same =
                    comparison(
                            item,
                            Relation.EQUAL,
                            term(in.operand()),
                            new Term.Literal(item.value()));
            any = any == null ? same : new Term.Or(any, same);
        }
        return any == null ? new Term.Literal(new Value.Bool(false)) : any;
    }

    /** A misspelt quality would be a filter that never passes anything. */
    private void checkKnownText(Syntax name, Syntax literal) throws SyntaxError {
        if (name instanceof Syntax.Name asked
                && literal instanceof Syntax.Literal(int at, Value.Text text)) {
            var part = environment.meaning(asked.name()).map(Environment.Meaning::part);
            if (part.isPresent()) {
                checkKnownText(part.get(), text.value(), at);
            }
        }
    }

    private static void checkKnownText(Part part, String text, int at) throws SyntaxError {
        var known =
                switch (part) {
                    case QUALITY ->
                            Arrays.stream(Quality.Severity.values())
                                    .map(Quality.Severity::text)
                                    .toList();
                    case REASON -> Arrays.stream(Reason.values()).map(Reason::text).toList();
                    case VALUE, TIME, TAG -> List.<String>of();
                };
        if (!known.isEmpty() && !known.contains(text) && !(part == Part.REASON && text.isEmpty())) {
            throw new SyntaxError(at, unknown(part.name().toLowerCase(Locale.ROOT), text, known));
        }
    }

    Term demand(Term term, Syntax at, ValueType wanted) throws SyntaxError {
        if (term.type() != wanted) {
            throw mismatch(at, words(wanted), term);
        }
        return term;
    }

    void demandNumber(Term term, Syntax at) throws SyntaxError {
        if (!isNumber(term)) {
            throw mismatch(at, "a number", term);
        }
    }

    private SyntaxError mismatch(Syntax at, String expected, Term found) {
        boolean isValue =
                at instanceof Syntax.Name(int _, String name) && name.equals(Environment.VALUE);
        return new SyntaxError(
                at.at(),
                "expected %s, found %s%s"
                        .formatted(
                                expected, words(found.type()), isValue ? ": the tag's type" : ""));
    }

    static boolean isNumber(Term term) {
        return term.type() == ValueType.INT64 || term.type() == ValueType.FLOAT64;
    }

    static String words(ValueType type) {
        return switch (type) {
            case BOOLEAN -> "true or false";
            case INT64 -> "a whole number";
            case FLOAT64 -> "a number";
            case TEXT -> "a text";
        };
    }
}
