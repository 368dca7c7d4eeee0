package io.drme.stream;

import io.drme.model.Quality;
import io.drme.model.ValueType;
import io.drme.stream.Environment.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** Checks the calls of functions in an expression, and makes their terms. */
final class Calls {
    /** Of one number, which is a double when it is computed. */
    private static final Map<String, Function> OF_REAL =
            Map.of(
                    "sqrt", Function.SQRT,
                    "exp", Function.EXP,
                    "log", Function.LOG,
                    "log10", Function.LOG10,
                    "isNaN", Function.IS_NAN,
                    "isInf", Function.IS_INF,
                    "isFinite", Function.IS_FINITE);

    /** Of one number; a whole one stays as it is. */
    private static final Map<String, Function> ROUNDING =
            Map.of(
                    "round", Function.ROUND,
                    "floor", Function.FLOOR,
                    "ceil", Function.CEIL,
                    "trunc", Function.TRUNC);

    private static final Map<String, Function> OF_TEXTS =
            Map.of(
                    "startsWith", Function.STARTS_WITH,
                    "endsWith", Function.ENDS_WITH,
                    "contains", Function.CONTAINS);

    private static final Map<String, Function> OF_TIME =
            Map.of(
                    "getFullYear", Function.FULL_YEAR,
                    "getMonth", Function.MONTH,
                    "getDate", Function.DATE,
                    "getDayOfMonth", Function.DAY_OF_MONTH,
                    "getDayOfWeek", Function.DAY_OF_WEEK,
                    "getDayOfYear", Function.DAY_OF_YEAR,
                    "getHours", Function.HOURS,
                    "getMinutes", Function.MINUTES,
                    "getSeconds", Function.SECONDS,
                    "getMilliseconds", Function.MILLISECONDS);

    private static final List<String> OTHERS =
            List.of(
                    "abs", "min", "max", "clamp", "sign", "pow", "int", "double", "string", "size",
                    "has");

    private final Typing typing;
    private final Syntax.Call call;

    private Calls(Typing typing, Syntax.Call call) {
        this.typing = typing;
        this.call = call;
    }

    static Term of(Typing typing, Syntax.Call call) throws SyntaxError {
        return new Calls(typing, call).term();
    }

    private Term term() throws SyntaxError {
        var name = call.function();
        if (OF_TIME.containsKey(name)) {
            return new Term.Call(OF_TIME.get(name), time());
        }
        if (OF_REAL.containsKey(name)) {
            return new Term.Call(OF_REAL.get(name), Typing.widened(number()));
        }
        if (ROUNDING.containsKey(name)) {
            var number = number();
            return number.type() == ValueType.INT64
                    ? number
                    : new Term.Call(ROUNDING.get(name), number);
        }
        if (OF_TEXTS.containsKey(name)) {
            return part(OF_TEXTS.get(name));
        }
        return other(name);
    }

    private Term other(String name) throws SyntaxError {
        return switch (name) {
            case "abs" -> either(Function.ABS_INT, Function.ABS_REAL);
            case "sign" -> either(Function.SIGN_INT, Function.SIGN_REAL);
            case "min" -> extreme(Function.MIN_INTS, Function.MIN_REALS);
            case "max" -> extreme(Function.MAX_INTS, Function.MAX_REALS);
            case "clamp" -> clamp();
            case "pow" -> pow();
            case "double" -> Typing.widened(number());
            case "int" -> whole();
            case "string" -> text();
            case "size" -> new Term.Call(Function.SIZE, only("text", ValueType.TEXT));
            case "has" -> has();
            case "matches" ->
                    throw new SyntaxError(
                            call.at(),
                            "there is no matches, as the cost of a pattern has no bound; use startsWith, endsWith or contains");
            default -> throw unknown(name);
        };
    }

    private SyntaxError unknown(String name) {
        return new SyntaxError(
                call.at(), Typing.unknown("function", name, new ArrayList<>(names())));
    }

    /** All functions, in alphabetical order. */
    static SortedSet<String> names() {
        var known = new TreeSet<>(OTHERS);
        known.addAll(OF_REAL.keySet());
        known.addAll(ROUNDING.keySet());
        known.addAll(OF_TEXTS.keySet());
        known.addAll(OF_TIME.keySet());
        return known;
    }

    private Term argument(int index) throws SyntaxError {
        return typing.term(call.arguments().get(index));
    }

    private Term number() throws SyntaxError {
        if (call.arguments().size() != 1) {
            throw new SyntaxError(call.at(), call.function() + " takes one number");
        }
        return number(0);
    }

    private Term number(int index) throws SyntaxError {
        var term = argument(index);
        typing.demandNumber(term, call.arguments().get(index));
        return term;
    }

    private Term only(String what, ValueType type) throws SyntaxError {
        if (call.arguments().size() != 1) {
            throw new SyntaxError(call.at(), "%s takes one %s".formatted(call.function(), what));
        }
        return typing.demand(argument(0), call.arguments().getFirst(), type);
    }

    private Term either(Function ofInt, Function ofReal) throws SyntaxError {
        var number = number();
        return new Term.Call(number.type() == ValueType.INT64 ? ofInt : ofReal, number);
    }

    private Term extreme(Function ofInts, Function ofReals) throws SyntaxError {
        if (call.arguments().size() < 2) {
            throw new SyntaxError(call.at(), call.function() + " takes two numbers or more");
        }
        var result = number(0);
        for (int i = 1; i < call.arguments().size(); i++) {
            result = Typing.combine(ofInts, ofReals, result, number(i));
        }
        return result;
    }

    private Term clamp() throws SyntaxError {
        if (call.arguments().size() != 3) {
            throw new SyntaxError(
                    call.at(), "clamp takes three numbers: clamp(x, lowest, highest)");
        }
        var raised = Typing.combine(Function.MAX_INTS, Function.MAX_REALS, number(0), number(1));
        return Typing.combine(Function.MIN_INTS, Function.MIN_REALS, raised, number(2));
    }

    private Term pow() throws SyntaxError {
        if (call.arguments().size() != 2) {
            throw new SyntaxError(call.at(), "pow takes two numbers: pow(base, exponent)");
        }
        return new Term.Call(Function.POW, Typing.widened(number(0)), Typing.widened(number(1)));
    }

    private Term whole() throws SyntaxError {
        if (call.arguments().size() == 1 && isTime(call.arguments().getFirst())) {
            return new Term.Call(Function.EPOCH_SECONDS, time());
        }
        var number = number();
        return number.type() == ValueType.INT64 ? number : new Term.Call(Function.TO_INT, number);
    }

    private Term text() throws SyntaxError {
        if (call.arguments().size() != 1) {
            throw new SyntaxError(call.at(), "string takes one value");
        }
        var term = argument(0);
        return switch (term.type()) {
            case TEXT -> term;
            case BOOLEAN -> new Term.Call(Function.BOOL_TO_TEXT, term);
            case INT64 -> new Term.Call(Function.INT_TO_TEXT, term);
            case FLOAT64 ->
                    throw new SyntaxError(
                            call.at(),
                            "string takes a whole number, true or false; of a decimal number use string(int(…))");
        };
    }

    private Term part(Function function) throws SyntaxError {
        if (call.arguments().size() != 2) {
            throw new SyntaxError(call.at(), "write it as text.%s('…')".formatted(call.function()));
        }
        return new Term.Call(
                function,
                typing.demand(argument(0), call.arguments().get(0), ValueType.TEXT),
                typing.demand(argument(1), call.arguments().get(1), ValueType.TEXT));
    }

    /** Whether an input has a value. */
    private Term has() throws SyntaxError {
        if (call.arguments().size() == 1
                && argument(0) instanceof Term.Input(ValueType _, int input)) {
            return new Term.Not(new Term.SeverityIs(input, Quality.Severity.BAD));
        }
        throw new SyntaxError(
                call.at(),
                "has takes the name of an input, such as has(%s)".formatted(Environment.VALUE));
    }

    private boolean isTime(Syntax argument) {
        return argument instanceof Syntax.Name(int _, String name)
                && typing.meaning(name).filter(m -> m.part() == Part.TIME).isPresent();
    }

    private Term time() throws SyntaxError {
        var time = call.arguments().isEmpty() ? call : call.arguments().getFirst();
        if (!(time instanceof Syntax.Name(int _, String name)) || !isTime(time)) {
            throw new SyntaxError(
                    time.at(),
                    "%s asks a time, as in time.%s()".formatted(call.function(), call.function()));
        }
        if (call.arguments().size() > 1) {
            throw new SyntaxError(
                    call.arguments().get(1).at(),
                    "times are in UTC only; write %s.%s()".formatted(name, call.function()));
        }
        int input = typing.meaning(name).map(Environment.Meaning::input).orElseThrow();
        return new Term.Told(Part.TIME, input);
    }
}
