package io.drme.cloud.promql;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Takes a query apart into words. */
final class Lexer {
    private static final Pattern BLANK = Pattern.compile("(?:\\s++|#[^\\n]*+)++");
    private static final Pattern DURATION = Pattern.compile("(?:[0-9]++(?:ms|[smhdwy]))++");
    private static final Pattern NUMBER =
            Pattern.compile(
                    "0[xX][0-9a-fA-F]++|(?:[0-9]++\\.?[0-9]*+|\\.[0-9]++)(?:[eE][+-]?[0-9]++)?");
    private static final Pattern WORD = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*+");
    private static final Pattern SIGN =
            Pattern.compile("==|!=|<=|>=|=~|!~|[-+*/%^<>=(){}\\[\\],:@]");
    private static final int MOST_IN_MESSAGE = 40;

    private final String query;

    Lexer(String query) {
        this.query = query;
    }

    /** What a token is. */
    enum Kind {
        NUMBER,
        DURATION,
        TEXT,
        WORD,
        SIGN,
        END
    }

    /**
     * One word of a query.
     *
     * @param at its first character's index
     */
    record Token(Kind kind, String text, int at) {
        boolean is(String sign) {
            return (kind == Kind.SIGN || kind == Kind.WORD) && text.equals(sign);
        }
    }

    List<Token> tokens() throws QueryException {
        var tokens = new ArrayList<Token>();
        int at = 0;
        while (at < query.length()) {
            int behind = behind(BLANK, at);
            if (behind > at) {
                at = behind;
                continue;
            }
            char c = query.charAt(at);
            var token = c == '"' || c == '\'' || c == '`' ? text(at, c) : word(at);
            tokens.add(token);
            at = token.kind == Kind.TEXT ? endOfText(at, c) : at + token.text.length();
        }
        tokens.add(new Token(Kind.END, "the end of the query", query.length()));
        return tokens;
    }

    private int behind(Pattern pattern, int at) {
        var matcher = pattern.matcher(query).region(at, query.length());
        return matcher.lookingAt() ? matcher.end() : at;
    }

    private Token word(int at) throws QueryException {
        var kinds = List.of(Kind.DURATION, Kind.NUMBER, Kind.WORD, Kind.SIGN);
        var patterns = List.of(DURATION, NUMBER, WORD, SIGN);
        // A colon begins a word only where a letter follows: in [5m:1m] it stands alone.
        boolean colon = query.charAt(at) == ':';
        for (int i = colon ? 3 : 0; i < kinds.size(); i++) {
            int end = behind(patterns.get(i), at);
            if (end > at) {
                return new Token(kinds.get(i), query.substring(at, end), at);
            }
        }
        throw QueryException.bad(
                "%s: parse error: unexpected character '%s'"
                        .formatted(place(at), query.charAt(at)));
    }

    private int endOfText(int at, char quote) throws QueryException {
        for (int i = at + 1; i < query.length(); i++) {
            char c = query.charAt(i);
            if (c == '\\' && quote != '`') {
                i++;
            } else if (c == quote) {
                return i + 1;
            }
        }
        throw QueryException.bad(
                "%s: parse error: unterminated quoted string".formatted(place(at)));
    }

    private Token text(int at, char quote) throws QueryException {
        var inner = query.substring(at + 1, endOfText(at, quote) - 1);
        return new Token(Kind.TEXT, quote == '`' ? inner : unescaped(inner, at), at);
    }

    private String unescaped(String text, int at) throws QueryException {
        var out = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i++);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char escape = text.charAt(i++);
            int digits = escape == 'x' ? 2 : escape == 'u' ? 4 : 0;
            if (digits > 0 && i + digits <= text.length()) {
                out.append((char) hex(text.substring(i, i + digits), at));
                i += digits;
                continue;
            }
            int known = "nrtabfv\\\"'".indexOf(escape);
            if (known < 0) {
                throw QueryException.bad(
                        "%s: parse error: unknown escape sequence '\\%s'"
                                .formatted(place(at), escape));
            }
            out.append("\n\r\t\u0007\b\f\u000b\\\"'".charAt(known));
        }
        return out.toString();
    }

    private int hex(String digits, int at) throws QueryException {
        try {
            return Integer.parseInt(digits, 16);
        } catch (NumberFormatException _) {
            throw QueryException.bad(
                    "%s: parse error: '%s' is not hexadecimal".formatted(place(at), digits));
        }
    }

    /** Line and column, as Prometheus tells them. */
    String place(int at) {
        var before = query.substring(0, Math.min(at, query.length()));
        int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
        return line + ":" + (at - before.lastIndexOf('\n'));
    }

    /** A part of the query as it may stand in a message. */
    static String shortened(String text) {
        return text.length() <= MOST_IN_MESSAGE ? text : text.substring(0, MOST_IN_MESSAGE) + "…";
    }
}
