package io.drme.cloud.promql;

import io.drme.cloud.promql.Lexer.Kind;
import io.drme.cloud.promql.Lexer.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Understands a query. What Prometheus knows and we do not is named, and is no parse error. */
final class Parser {
    /** Longer queries are refused, in characters. */
    static final int MOST_CHARACTERS = 16_384;

    /** Deeper nesting is refused: each level takes some of the stack. */
    static final int MOST_NESTING = 100;

    private static final Pattern DURATION_PART = Pattern.compile("([0-9]+)(ms|[smhdwy])");
    private static final Set<String> KNOWN_ELSEWHERE =
            Set.of(
                    "absent",
                    "absent_over_time",
                    "count_values",
                    "day_of_month",
                    "day_of_week",
                    "day_of_year",
                    "days_in_month",
                    "deriv",
                    "histogram_quantile",
                    "holt_winters",
                    "hour",
                    "label_join",
                    "label_replace",
                    "minute",
                    "month",
                    "predict_linear",
                    "sin",
                    "cos",
                    "tan",
                    "timestamp",
                    "year");

    private final Lexer lexer;
    private final List<Token> tokens;
    private int next;
    private int depth;

    private Parser(String query) throws QueryException {
        this.lexer = new Lexer(query);
        this.tokens = lexer.tokens();
    }

    /** Understands a query, or says where it is not understood. */
    static Expr parse(String query) throws QueryException {
        if (query.length() > MOST_CHARACTERS) {
            throw QueryException.bad(
                    "the query has %d characters; at most %d are allowed"
                            .formatted(query.length(), MOST_CHARACTERS));
        }
        var parser = new Parser(query);
        var expr = parser.expr(0);
        if (parser.peek().kind() != Kind.END) {
            throw parser.unexpected("an operator or the end");
        }
        return expr;
    }

    /** Understands the selector of a {@code match[]}. */
    static Expr.Selector series(String text) throws QueryException {
        if (parse(text) instanceof Expr.Selector selector && selector.type() == Expr.Type.VECTOR) {
            return selector;
        }
        throw QueryException.bad("match[]: '%s' is no selector".formatted(Lexer.shortened(text)));
    }

    /** A duration such as {@code 1h30m}, in milliseconds. */
    static long millis(String text) throws QueryException {
        long total = 0;
        int at = 0;
        var part = DURATION_PART.matcher(text);
        try {
            while (at < text.length() && part.find(at) && part.start() == at) {
                long count = Long.parseLong(part.group(1));
                total = Math.addExact(total, Math.multiplyExact(count, unit(part.group(2))));
                at = part.end();
            }
        } catch (ArithmeticException | NumberFormatException _) {
            throw QueryException.bad("the duration '%s' is too long".formatted(text));
        }
        if (at != text.length() || text.isEmpty()) {
            throw QueryException.bad(
                    "'%s' is no duration such as 5m or 1h30m".formatted(Lexer.shortened(text)));
        }
        return total;
    }

    private static long unit(String unit) {
        return switch (unit) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            case "d" -> 86_400_000;
            case "w" -> 7 * 86_400_000L;
            default -> 365 * 86_400_000L;
        };
    }

    private Token peek() {
        return tokens.get(next);
    }

    private Token take() {
        return tokens.get(next++);
    }

    private boolean takeIf(String sign) {
        boolean is = peek().is(sign);
        next += is ? 1 : 0;
        return is;
    }

    private void expect(String sign) throws QueryException {
        if (!takeIf(sign)) {
            throw unexpected("'" + sign + "'");
        }
    }

    private QueryException unexpected(String expected) {
        return wrong("unexpected '%s', expected %s".formatted(peek().text(), expected));
    }

    private QueryException wrong(String what) {
        return QueryException.bad("%s: parse error: %s".formatted(lexer.place(peek().at()), what));
    }

    private @Nullable Operator operator() {
        for (var operator : Operator.values()) {
            if (peek().is(operator.text())) {
                return operator;
            }
        }
        return null;
    }

    private Expr expr(int least) throws QueryException {
        if (++depth > MOST_NESTING) {
            throw wrong("it is nested more than %d levels deep".formatted(MOST_NESTING));
        }
        var left = signed();
        for (var operator = operator();
                operator != null && operator.strength() >= least;
                operator = operator()) {
            next++;
            left = binary(operator, left);
        }
        depth--;
        return left;
    }

    private Expr signed() throws QueryException {
        boolean minus = peek().is("-");
        if (!minus && !peek().is("+")) {
            return postfix(primary());
        }
        next++;
        var of = expr(Operator.SIGN_STRENGTH + 1);
        if (of.type() != Expr.Type.SCALAR && of.type() != Expr.Type.VECTOR) {
            throw wrong("a sign before a " + of.type().text());
        }
        return minus
                ? of instanceof Expr.Literal(double value)
                        ? new Expr.Literal(-value)
                        : new Expr.Negated(of)
                : of;
    }

    private Expr binary(Operator operator, Expr left) throws QueryException {
        boolean bool = takeIf("bool");
        if (bool && !operator.isComparison()) {
            throw wrong("bool modifier can only be used on comparison operators");
        }
        boolean on = peek().is("on");
        boolean matching = on || peek().is("ignoring");
        var labels = List.<String>of();
        if (matching) {
            next++;
            labels = labelNames();
        }
        if (peek().is("group_left") || peek().is("group_right")) {
            throw QueryException.unsupported(
                    peek().text(), "only one series of each side can be matched to one another");
        }
        var right =
                expr(operator.isRightAssociative() ? operator.strength() : operator.strength() + 1);
        var binary = new Expr.Binary(operator, left, right, bool, on, labels);
        check(binary, matching);
        return binary;
    }

    private void check(Expr.Binary binary, boolean matching) throws QueryException {
        for (var side : List.of(binary.left(), binary.right())) {
            if (side.type() != Expr.Type.SCALAR && side.type() != Expr.Type.VECTOR) {
                throw wrong(
                        "binary expression must contain only scalar and instant vector types, not a "
                                + side.type().text());
            }
        }
        boolean scalars = binary.type() == Expr.Type.SCALAR;
        boolean vectors =
                binary.left().type() == Expr.Type.VECTOR
                        && binary.right().type() == Expr.Type.VECTOR;
        if (scalars && binary.operator().isComparison() && !binary.bool()) {
            throw wrong("comparisons between scalars must use BOOL modifier");
        }
        if (!vectors && binary.operator().isSet()) {
            throw wrong(
                    "set operator '%s' not allowed in binary scalar expression"
                            .formatted(binary.operator().text()));
        }
        if (!vectors && matching) {
            throw wrong("vector matching only allowed between instant vectors");
        }
    }

    private List<String> labelNames() throws QueryException {
        expect("(");
        var names = new ArrayList<String>();
        while (!takeIf(")")) {
            if (peek().kind() != Kind.WORD) {
                throw unexpected("a label's name");
            }
            names.add(take().text());
            if (!peek().is(")")) {
                expect(",");
            }
        }
        return names;
    }

    private Expr primary() throws QueryException {
        var token = peek();
        return switch (token.kind()) {
            case NUMBER -> new Expr.Literal(number(take().text()));
            case TEXT -> new Expr.Text(take().text());
            case WORD -> word(take());
            case SIGN -> {
                if (takeIf("(")) {
                    var inner = expr(0);
                    expect(")");
                    yield inner;
                }
                if (token.is("{")) {
                    yield selector(null);
                }
                throw unexpected("a number, a selector, a function or '('");
            }
            case DURATION -> throw unexpected("a number, a selector, a function or '('");
            case END -> throw wrong("the query ends where an expression was expected");
        };
    }

    private double number(String text) throws QueryException {
        try {
            double number =
                    text.startsWith("0x") || text.startsWith("0X")
                            ? Long.parseLong(text.substring(2), 16)
                            : Double.parseDouble(text);
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException _) {
            // told below
        }
        throw wrong("the number %s is out of range".formatted(Lexer.shortened(text)));
    }

    private Expr word(Token word) throws QueryException {
        var small = word.text().toLowerCase(Locale.ROOT);
        if (small.equals("inf") || small.equals("nan")) {
            return new Expr.Literal(small.equals("nan") ? Double.NaN : Double.POSITIVE_INFINITY);
        }
        boolean called = peek().is("(");
        var aggregation = Aggregation.of(small);
        if (aggregation.isPresent() && (called || peek().is("by") || peek().is("without"))) {
            return aggregate(aggregation.get());
        }
        if (!called) {
            return selector(word);
        }
        var function = Function.of(word.text());
        if (function.isPresent()) {
            return call(function.get());
        }
        if (KNOWN_ELSEWHERE.contains(word.text()) || word.text().startsWith("histogram_")) {
            throw QueryException.unsupported(
                    "the function " + word.text(),
                    "ask for the samples or for what they were over time");
        }
        throw wrong("unknown function with name \"%s\"".formatted(Lexer.shortened(word.text())));
    }

    private Expr call(Function function) throws QueryException {
        var arguments = arguments();
        var takes = function.takes();
        if (arguments.size() < function.least() || arguments.size() > takes.size()) {
            throw wrong(
                    "expected %s argument(s) in call to \"%s\", got %d"
                            .formatted(
                                    function.least() == takes.size()
                                            ? takes.size() + ""
                                            : function.least() + " to " + takes.size(),
                                    function.text(),
                                    arguments.size()));
        }
        for (int i = 0; i < arguments.size(); i++) {
            expectType(takes.get(i), arguments.get(i), function.text());
        }
        return new Expr.Call(function, arguments);
    }

    private void expectType(Expr.Type expected, Expr found, String where) throws QueryException {
        if (found.type() != expected) {
            throw wrong(
                    "expected type %s in call to \"%s\", got %s"
                            .formatted(expected.text(), where, found.type().text()));
        }
    }

    private List<Expr> arguments() throws QueryException {
        expect("(");
        var arguments = new ArrayList<Expr>();
        while (!takeIf(")")) {
            arguments.add(expr(0));
            if (!peek().is(")")) {
                expect(",");
            }
        }
        return arguments;
    }

    private Expr aggregate(Aggregation by) throws QueryException {
        boolean without = peek().is("without");
        var labels = List.<String>of();
        boolean before = without || peek().is("by");
        if (before) {
            next++;
            labels = labelNames();
        }
        var arguments = arguments();
        if (!before && (peek().is("by") || peek().is("without"))) {
            without = take().is("without");
            labels = labelNames();
        }
        int count = by.takesNumber() ? 2 : 1;
        if (arguments.size() != count) {
            throw wrong(
                    "wrong number of arguments for aggregate expression provided, expected %d, got %d"
                            .formatted(count, arguments.size()));
        }
        expectType(Expr.Type.VECTOR, arguments.getLast(), by.text());
        if (by.takesNumber()) {
            expectType(Expr.Type.SCALAR, arguments.getFirst(), by.text());
        }
        var parameter = by.takesNumber() ? arguments.getFirst() : null;
        return new Expr.Aggregate(by, arguments.getLast(), parameter, labels, without);
    }

    private Expr selector(@Nullable Token name) throws QueryException {
        var matchers = new ArrayList<Matcher>();
        if (name != null) {
            matchers.add(Matcher.of(Labels.NAME, "=", name.text()));
        }
        if (takeIf("{")) {
            while (!takeIf("}")) {
                matchers.add(matcher());
                if (!peek().is("}")) {
                    expect(",");
                }
            }
        }
        if (matchers.stream().allMatch(m -> m.matches(""))) {
            throw wrong("vector selector must contain at least one non-empty matcher");
        }
        return new Expr.Selector(matchers, 0, 0);
    }

    private Matcher matcher() throws QueryException {
        if (peek().kind() != Kind.WORD) {
            throw unexpected("a label's name");
        }
        var label = take().text();
        var operator = take();
        if (!Set.of("=", "!=", "=~", "!~").contains(operator.text())) {
            next--;
            throw unexpected("one of =, !=, =~, !~");
        }
        if (peek().kind() != Kind.TEXT) {
            throw unexpected("a text in quotes");
        }
        return Matcher.of(label, operator.text(), take().text());
    }

    private Expr postfix(Expr inner) throws QueryException {
        var expr = inner;
        while (true) {
            if (takeIf("[")) {
                expr = ranged(expr);
            } else if (takeIf("offset")) {
                expr = shifted(expr);
            } else if (peek().is("@")) {
                throw QueryException.unsupported("@", "set the time of the query instead");
            } else {
                return expr;
            }
        }
    }

    private Expr ranged(Expr of) throws QueryException {
        long range = duration();
        if (peek().is(":")) {
            throw QueryException.unsupported(
                    "a subquery", "use query_range, or a function over a selector's own range");
        }
        expect("]");
        if (!(of instanceof Expr.Selector selector) || selector.rangeMillis() > 0) {
            throw wrong("ranges only allowed for vector selectors");
        }
        if (selector.offsetMillis() != 0) {
            throw wrong("no offset modifiers allowed before range");
        }
        if (range == 0) {
            throw wrong("duration must be greater than 0");
        }
        return new Expr.Selector(selector.matchers(), range, 0);
    }

    private Expr shifted(Expr of) throws QueryException {
        boolean back = takeIf("-");
        long by = duration();
        if (!(of instanceof Expr.Selector selector)) {
            throw wrong(
                    "offset modifier must be preceded by an instant vector selector or range vector selector");
        }
        if (selector.offsetMillis() != 0) {
            throw wrong("offset may not be set multiple times");
        }
        return new Expr.Selector(selector.matchers(), selector.rangeMillis(), back ? -by : by);
    }

    private long duration() throws QueryException {
        if (peek().kind() != Kind.DURATION) {
            throw unexpected("a duration such as 5m");
        }
        return millis(take().text());
    }
}
