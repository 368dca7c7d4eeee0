package io.drme.stream;

import io.drme.config.Nearest;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.Value;
import io.drme.model.ValueType;
import io.drme.stream.Arithmetic.Operator;
import io.drme.stream.Environment.Part;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Checks the types of an expression over a value of one type, and compiles it. */
final class Typing {
    private static final List<String> FUNCTIONS =
            List.of("abs", "min", "max", "int", "double", "startsWith", "endsWith", "contains");

    private final Environment environment;

    private Typing(Environment environment) {
        this.environment = environment;
    }

    /** Compiles for inputs of these names and types. */
    static Term compile(Syntax syntax, Environment environment) throws SyntaxError {
        return new Typing(environment).term(syntax);
    }

    private Term term(Syntax syntax) throws SyntaxError {
        return switch (syntax) {
            case Syntax.Literal(int _, Value value) -> Leaves.literal(value);
            case Syntax.Name name -> named(name);
            case Syntax.Unary unary -> unary(unary);
            case Syntax.Binary binary -> binary(binary);
            case Syntax.Choice choice -> choice(choice);
            case Syntax.In in -> in(in);
            case Syntax.Call call -> call(call);
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
            case VALUE -> Leaves.value(meaning.type(), meaning.input());
            case QUALITY -> new Leaves.QualityText(meaning.input());
            case REASON -> new Leaves.ReasonText(meaning.input());
            case TAG -> new Leaves.TagText();
        };
    }

    private static String unknown(String what, String wrong, List<String> known) {
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
            return new Logic.Not(demand(operand, unary.operand(), ValueType.BOOLEAN));
        }
        return switch (operand.type()) {
            case INT64 -> new Arithmetic.NegateInt(operand);
            case FLOAT64 -> new Arithmetic.NegateReal(operand);
            case BOOLEAN, TEXT -> throw mismatch(unary.operand(), "a number", operand);
        };
    }

    private Term binary(Syntax.Binary binary) throws SyntaxError {
        var left = term(binary.left());
        var right = term(binary.right());
        return switch (binary.operator()) {
            case "&&" ->
                    new Logic.And(
                            demand(left, binary.left(), ValueType.BOOLEAN),
                            demand(right, binary.right(), ValueType.BOOLEAN));
            case "||" ->
                    new Logic.Or(
                            demand(left, binary.left(), ValueType.BOOLEAN),
                            demand(right, binary.right(), ValueType.BOOLEAN));
            case "+" -> arithmetic(Operator.PLUS, binary, left, right);
            case "-" -> arithmetic(Operator.MINUS, binary, left, right);
            case "*" -> arithmetic(Operator.TIMES, binary, left, right);
            case "/" -> arithmetic(Operator.OVER, binary, left, right);
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
            return new Logic.CompareTexts(relation, left, right);
        }
        if (!relation.isEquality()) {
            throw new SyntaxError(at.at(), "true and false have no order; use == or !=");
        }
        return new Logic.EqualBools(relation, left, right);
    }

    /** A literal takes the type of the other side where that changes nothing of its value. */
    private static Term numbers(Relation relation, Term left, Term right) {
        if (left.type() == right.type()) {
            return left.type() == ValueType.INT64
                    ? new Logic.CompareInts(relation, left, right)
                    : new Logic.CompareReals(relation, left, right);
        }
        if (left.type() == ValueType.FLOAT64) {
            return numbers(relation.flipped(), right, left);
        }
        if (left instanceof Leaves.IntLiteral i
                && Relation.EQUAL.holds(i.value, (double) i.value)) {
            return new Logic.CompareReals(relation, left, right);
        }
        if (right instanceof Leaves.RealLiteral r
                && Relation.EQUAL.holds((long) r.value, r.value)) {
            return new Logic.CompareInts(relation, left, new Leaves.IntLiteral((long) r.value));
        }
        return new Logic.CompareIntWithReal(relation, left, right);
    }

    private Term arithmetic(Operator operator, Syntax.Binary at, Term left, Term right)
            throws SyntaxError {
        demandNumber(left, at.left());
        demandNumber(right, at.right());
        return combine(operator, left, right);
    }

    private static Term combine(Operator operator, Term left, Term right) {
        return left.type() == ValueType.INT64 && right.type() == ValueType.INT64
                ? new Arithmetic.Ints(operator, left, right)
                : new Arithmetic.Reals(operator, left, right);
    }

    private static Term modulo(Syntax.Binary at, Term left, Term right) throws SyntaxError {
        if (left.type() != ValueType.INT64 || right.type() != ValueType.INT64) {
            throw new SyntaxError(
                    at.at(), "% works on whole numbers only; convert with int(…) first");
        }
        return new Arithmetic.Ints(Operator.MODULO, left, right);
    }

    private Term choice(Syntax.Choice choice) throws SyntaxError {
        var condition = demand(term(choice.condition()), choice.condition(), ValueType.BOOLEAN);
        var yes = term(choice.yes());
        var no = term(choice.no());
        if (yes.type() == no.type()) {
            return new Term.Choice(yes.type(), condition, yes, no);
        }
        if (isNumber(yes) && isNumber(no)) {
            return new Term.Choice(ValueType.FLOAT64, condition, yes, no);
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
                            item, Relation.EQUAL, term(in.operand()), Leaves.literal(item.value()));
            any = any == null ? same : new Logic.Or(any, same);
        }
        return any == null ? new Leaves.BoolLiteral(false) : any;
    }

    private Term call(Syntax.Call call) throws SyntaxError {
        var arguments = new Term[call.arguments().size()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = term(call.arguments().get(i));
        }
        return switch (call.function()) {
            case "min" -> extreme(call, Operator.LEAST, arguments);
            case "max" -> extreme(call, Operator.GREATEST, arguments);
            case "abs" ->
                    number(call, arguments).type() == ValueType.INT64
                            ? new Arithmetic.AbsInt(arguments[0])
                            : new Arithmetic.AbsReal(arguments[0]);
            case "double" -> new Arithmetic.ToReal(number(call, arguments));
            case "int" ->
                    number(call, arguments).type() == ValueType.INT64
                            ? arguments[0]
                            : new Arithmetic.ToInt(arguments[0]);
            case "startsWith" -> part(call, Logic.Part.START, arguments);
            case "endsWith" -> part(call, Logic.Part.END, arguments);
            case "contains" -> part(call, Logic.Part.ANY, arguments);
            default ->
                    throw new SyntaxError(
                            call.at(), unknown("function", call.function(), FUNCTIONS));
        };
    }

    private Term extreme(Syntax.Call call, Operator operator, Term[] arguments) throws SyntaxError {
        if (arguments.length < 2) {
            throw new SyntaxError(call.at(), call.function() + " takes two numbers or more");
        }
        for (int i = 0; i < arguments.length; i++) {
            demandNumber(arguments[i], call.arguments().get(i));
        }
        var result = arguments[0];
        for (int i = 1; i < arguments.length; i++) {
            result = combine(operator, result, arguments[i]);
        }
        return result;
    }

    private Term number(Syntax.Call call, Term[] arguments) throws SyntaxError {
        if (arguments.length != 1) {
            throw new SyntaxError(call.at(), call.function() + " takes one number");
        }
        demandNumber(arguments[0], call.arguments().getFirst());
        return arguments[0];
    }

    private Term part(Syntax.Call call, Logic.Part part, Term[] arguments) throws SyntaxError {
        if (arguments.length != 2) {
            throw new SyntaxError(call.at(), "write it as text.%s('…')".formatted(call.function()));
        }
        return new Logic.HasPart(
                part,
                demand(arguments[0], call.arguments().get(0), ValueType.TEXT),
                demand(arguments[1], call.arguments().get(1), ValueType.TEXT));
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
                    case VALUE, TAG -> List.<String>of();
                };
        if (!known.isEmpty() && !known.contains(text) && !(part == Part.REASON && text.isEmpty())) {
            throw new SyntaxError(at, unknown(part.name().toLowerCase(Locale.ROOT), text, known));
        }
    }

    private Term demand(Term term, Syntax at, ValueType wanted) throws SyntaxError {
        if (term.type() != wanted) {
            throw mismatch(at, words(wanted), term);
        }
        return term;
    }

    private void demandNumber(Term term, Syntax at) throws SyntaxError {
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

    private static boolean isNumber(Term term) {
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
