package io.drme.stream;

import io.drme.model.Value;
import io.drme.stream.Lexer.Kind;
import io.drme.stream.Lexer.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Parses an expression by recursive descent, with the precedence of CEL. */
final class Parser {
    /** The deepest nesting; a person can't follow half of it. */
    static final int MAX_DEPTH = 32;

    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final String OPERAND =
            "expected a value, such as value, 80, 'good', true or (…)";

    private final List<Token> tokens;
    private int next;
    private int depth;

    private Parser(List<Token> tokens) {
        this.tokens = tokens;
    }

    /** Parses a whole text. */
    static Syntax parse(String source) throws SyntaxError {
        if (source.length() > Expression.MAX_LENGTH) {
            throw new SyntaxError(
                    Expression.MAX_LENGTH,
                    "an expression has at most %d characters, this one %d"
                            .formatted(Expression.MAX_LENGTH, source.length()));
        }
        var parser = new Parser(Lexer.tokens(source));
        var syntax = parser.expression();
        var rest = parser.peek();
        if (rest.kind() != Kind.END) {
            throw new SyntaxError(rest.at(), afterOperand(rest));
        }
        return syntax;
    }

    private static String afterOperand(Token rest) {
        return switch (rest.text()) {
            case "and", "AND" -> "'%s' is not an operator; write &&".formatted(rest.text());
            case "or", "OR" -> "'%s' is not an operator; write ||".formatted(rest.text());
            case ")", "]" -> "'%s' has no partner; remove it".formatted(rest.text());
            default -> "expected an operator or the end, found " + shown(rest);
        };
    }

    private static String shown(Token token) {
        return switch (token.kind()) {
            case END -> "the end";
            case TEXT -> "a text";
            default -> "'" + token.text() + "'";
        };
    }

    private Syntax expression() throws SyntaxError {
        enter();
        var condition = either();
        if (!peek().is("?")) {
            depth--;
            return condition;
        }
        int at = take().at();
        var yes = either();
        expect(":", "of 'condition ? this : that'");
        var no = expression();
        depth--;
        return new Syntax.Choice(at, condition, yes, no);
    }

    private Syntax either() throws SyntaxError {
        var left = both();
        while (peek().is("||")) {
            left = new Syntax.Binary(take().at(), "||", left, both());
        }
        return left;
    }

    private Syntax both() throws SyntaxError {
        var left = comparison();
        while (peek().is("&&")) {
            left = new Syntax.Binary(take().at(), "&&", left, comparison());
        }
        return left;
    }

    private Syntax comparison() throws SyntaxError {
        var left = sum();
        var operator = peek();
        if (operator.kind() == Kind.NAME && operator.text().equals("in")) {
            return new Syntax.In(take().at(), left, list());
        }
        if (!isComparison(operator)) {
            return left;
        }
        take();
        var compared = new Syntax.Binary(operator.at(), operator.text(), left, sum());
        if (isComparison(peek())) {
            throw new SyntaxError(
                    peek().at(), "comparisons can't be chained; write a < b && b < c");
        }
        return compared;
    }

    private static boolean isComparison(Token token) {
        return token.kind() == Kind.SYMBOL && COMPARISONS.contains(token.text());
    }

    private List<Syntax.Literal> list() throws SyntaxError {
        expect("[", "of a list, as in quality in ['good', 'uncertain']");
        var items = new ArrayList<Syntax.Literal>();
        do {
            var item = unary();
            if (!(item instanceof Syntax.Literal literal)) {
                throw new SyntaxError(
                        item.at(), "a list holds plain numbers, texts, true or false only");
            }
            items.add(literal);
        } while (taken(","));
        expect("]", "at the end of the list");
        return items;
    }

    private Syntax sum() throws SyntaxError {
        var left = product();
        while (peek().is("+") || peek().is("-")) {
            var operator = take();
            left = new Syntax.Binary(operator.at(), operator.text(), left, product());
        }
        return left;
    }

    private Syntax product() throws SyntaxError {
        var left = unary();
        while (peek().is("*") || peek().is("/") || peek().is("%")) {
            var operator = take();
            left = new Syntax.Binary(operator.at(), operator.text(), left, unary());
        }
        return left;
    }

    private Syntax unary() throws SyntaxError {
        var operator = peek();
        if (!operator.is("-") && !operator.is("!")) {
            return member();
        }
        enter();
        take();
        var number = peek();
        boolean negative = operator.is("-");
        var operand =
                negative && number.kind() == Kind.INT
                        ? integer(take(), "-")
                        : negative && number.kind() == Kind.REAL
                                ? real(take(), "-")
                                : new Syntax.Unary(operator.at(), operator.text(), unary());
        depth--;
        return operand;
    }

    private Syntax member() throws SyntaxError {
        var operand = primary();
        while (taken(".")) {
            var name = take();
            if (name.kind() != Kind.NAME) {
                throw new SyntaxError(
                        name.at(),
                        "expected the name of a function, as in tag.startsWith('press')");
            }
            if (!peek().is("(") && operand instanceof Syntax.Name(int at, String before)) {
                operand = new Syntax.Name(at, before + "." + name.text());
                continue;
            }
            expect("(", "after the name of the function");
            operand =
                    operand instanceof Syntax.Name(int _, String before) && before.equals("math")
                            ? arguments(ofMath(name), new ArrayList<>())
                            : arguments(name, new ArrayList<>(List.of(operand)));
        }
        return operand;
    }

    /** As CEL's library writes them. */
    private static Token ofMath(Token name) {
        return switch (name.text()) {
            case "least" -> new Token(name.kind(), name.at(), "min");
            case "greatest" -> new Token(name.kind(), name.at(), "max");
            default -> name;
        };
    }

    private Syntax primary() throws SyntaxError {
        var token = take();
        return switch (token.kind()) {
            case INT -> integer(token, "");
            case REAL -> real(token, "");
            case TEXT -> new Syntax.Literal(token.at(), new Value.Text(token.text()));
            case NAME -> named(token);
            case SYMBOL -> {
                if (!token.is("(")) {
                    throw new SyntaxError(token.at(), OPERAND + "; found " + shown(token));
                }
                var inner = expression();
                expect(")", "for the '(' before");
                yield inner;
            }
            case END -> throw new SyntaxError(token.at(), OPERAND + "; found the end");
        };
    }

    private Syntax named(Token name) throws SyntaxError {
        if (taken("(")) {
            return arguments(name, new ArrayList<>());
        }
        return switch (name.text()) {
            case "true" -> new Syntax.Literal(name.at(), new Value.Bool(true));
            case "false" -> new Syntax.Literal(name.at(), new Value.Bool(false));
            case "not", "NOT" ->
                    throw new SyntaxError(
                            name.at(), "'%s' is not an operator; write !".formatted(name.text()));
            default -> new Syntax.Name(name.at(), name.text());
        };
    }

    private Syntax arguments(Token name, List<Syntax> arguments) throws SyntaxError {
        if (!peek().is(")")) {
            do {
                arguments.add(expression());
            } while (taken(","));
        }
        expect(")", "after the arguments of " + name.text());
        return new Syntax.Call(name.at(), name.text(), List.copyOf(arguments));
    }

    private static Syntax integer(Token token, String sign) throws SyntaxError {
        try {
            return new Syntax.Literal(
                    token.at(), new Value.Int(Long.decode(sign + decimal(token.text()))));
        } catch (NumberFormatException _) {
            throw new SyntaxError(
                    token.at(),
                    "'%s%s' is beyond the whole numbers of 64 bits; write %s%s.0 for a decimal number"
                            .formatted(sign, token.text(), sign, token.text()));
        }
    }

    /** Decimal digits without leading zeros, which {@link Long#decode} would read as octal. */
    private static String decimal(String digits) {
        return digits.startsWith("0x") || digits.startsWith("0X")
                ? digits
                : digits.replaceFirst("^0+(?=.)", "");
    }

    private static Syntax real(Token token, String sign) throws SyntaxError {
        double number = Double.parseDouble(sign + token.text());
        if (!Double.isFinite(number)) {
            throw new SyntaxError(token.at(), "'%s' is too large".formatted(token.text()));
        }
        return new Syntax.Literal(token.at(), new Value.Real(number));
    }

    private void enter() throws SyntaxError {
        if (++depth > MAX_DEPTH) {
            throw new SyntaxError(
                    peek().at(), "nested more than %d deep; simplify it".formatted(MAX_DEPTH));
        }
    }

    private Token peek() {
        return tokens.get(next);
    }

    /** The next token; the end stays where it is. */
    private Token take() {
        var token = tokens.get(next);
        if (token.kind() != Kind.END) {
            next++;
        }
        return token;
    }

    private boolean taken(String symbol) {
        boolean is = peek().is(symbol);
        next += is ? 1 : 0;
        return is;
    }

    private void expect(String symbol, String why) throws SyntaxError {
        var token = peek();
        if (!taken(symbol)) {
            throw new SyntaxError(
                    token.at(), "expected '%s' %s, found %s".formatted(symbol, why, shown(token)));
        }
    }
}
