package io.drme.stream;

import java.util.ArrayList;
import java.util.List;

/** Cuts an expression into tokens. */
final class Lexer {
    /** What a token is. */
    enum Kind {
        INT,
        REAL,
        TEXT,
        NAME,
        SYMBOL,
        END
    }

    /**
     * One token.
     *
     * @param at offset of its first character
     * @param text as written; of a text literal, what it stands for
     */
    record Token(Kind kind, int at, String text) {
        boolean is(String symbol) {
            return kind == Kind.SYMBOL && text.equals(symbol);
        }
    }

    private static final List<String> SYMBOLS =
            List.of(
                    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "%", "?",
                    ":", "(", ")", "[", "]", ",", ".");

    private final String source;
    private int next;

    private Lexer(String source) {
        this.source = source;
    }

    /** All tokens; the last is an {@link Kind#END}. */
    static List<Token> tokens(String source) throws SyntaxError {
        var lexer = new Lexer(source);
        var tokens = new ArrayList<Token>();
        do {
            tokens.add(lexer.token());
        } while (tokens.getLast().kind() != Kind.END);
        return tokens;
    }

    private Token token() throws SyntaxError {
        while (next < source.length() && " \t\r\n".indexOf(source.charAt(next)) >= 0) {
            next++;
        }
        if (next == source.length()) {
            return new Token(Kind.END, next, "the end");
        }
        char c = source.charAt(next);
        if (isDigit(c) || (c == '.' && isDigit(following()))) {
            return number();
        }
        if (isLetter(c)) {
            return name();
        }
        if (c == '\'' || c == '"') {
            return text(c);
        }
        return symbol(c);
    }

    private Token symbol(char c) throws SyntaxError {
        for (var symbol : SYMBOLS) {
            if (source.startsWith(symbol, next)) {
                var token = new Token(Kind.SYMBOL, next, symbol);
                next += symbol.length();
                return token;
            }
        }
        throw new SyntaxError(
                next,
                switch (c) {
                    case '=' -> "'=' does not compare; write ==";
                    case '&' -> "'&' is not an operator; write && for and";
                    case '|' -> "'|' is not an operator; write || for or";
                    case '^' -> "'^' is not an operator";
                    default -> "unexpected character '%s'".formatted(c);
                });
    }

    private Token name() {
        int from = next;
        while (next < source.length()
                && (isLetter(source.charAt(next)) || isDigit(source.charAt(next)))) {
            next++;
        }
        return new Token(Kind.NAME, from, source.substring(from, next));
    }

    private Token number() throws SyntaxError {
        int from = next;
        var kind = Kind.INT;
        if (source.startsWith("0x", next) || source.startsWith("0X", next)) {
            next += 2;
            int digits = next;
            while (next < source.length() && Character.digit(source.charAt(next), 16) >= 0) {
                next++;
            }
            if (next == digits) {
                throw new SyntaxError(next, "expected hexadecimal digits after 0x");
            }
        } else {
            skipDigits();
            if (next + 1 < source.length()
                    && source.charAt(next) == '.'
                    && isDigit(source.charAt(next + 1))) {
                kind = Kind.REAL;
                next++;
                skipDigits();
            }
            if (next < source.length() && "eE".indexOf(source.charAt(next)) >= 0) {
                kind = Kind.REAL;
                next++;
                if (next < source.length() && "+-".indexOf(source.charAt(next)) >= 0) {
                    next++;
                }
                if (next == source.length() || !isDigit(source.charAt(next))) {
                    throw new SyntaxError(next, "expected the digits of the exponent");
                }
                skipDigits();
            }
        }
        if (next < source.length() && isLetter(source.charAt(next))) {
            throw new SyntaxError(
                    next,
                    "a number ends here, but '%s' follows; expected an operator"
                            .formatted(source.charAt(next)));
        }
        return new Token(kind, from, source.substring(from, next));
    }

    private void skipDigits() {
        while (next < source.length() && isDigit(source.charAt(next))) {
            next++;
        }
    }

    private Token text(char quote) throws SyntaxError {
        int from = next++;
        var text = new StringBuilder();
        while (next < source.length() && source.charAt(next) != quote) {
            char c = source.charAt(next++);
            if (c == '\n') {
                break;
            }
            text.append(c == '\\' ? escape() : c);
        }
        if (next == source.length() || source.charAt(next) != quote) {
            throw new SyntaxError(
                    from, "this text has no end; expected a closing %s".formatted(quote));
        }
        next++;
        return new Token(Kind.TEXT, from, text.toString());
    }

    private char escape() throws SyntaxError {
        char c = next < source.length() ? source.charAt(next) : ' ';
        int at = "\\'\"ntr".indexOf(c);
        if (at < 0) {
            throw new SyntaxError(
                    next - 1,
                    "unknown escape '\\%s'; allowed: \\\\ \\' \\\" \\n \\t \\r".formatted(c));
        }
        next++;
        return "\\'\"\n\t\r".charAt(at);
    }

    private char following() {
        return next + 1 < source.length() ? source.charAt(next + 1) : ' ';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }
}
