package io.drme.stream;

import java.io.Serial;

/** An expression that is wrong, and the character where that shows. */
final class SyntaxError extends Exception {
    @Serial private static final long serialVersionUID = 1;

    private final int at;

    SyntaxError(int at, String message) {
        super(message);
        this.at = at;
    }

    /** Offset of the character, from 0 to the length of the text. */
    int at() {
        return at;
    }

    /** The message, with the line of the text below it and a caret under the character. */
    String pointing(String text) {
        int from = text.lastIndexOf('\n', at - 1) + 1;
        int to = text.indexOf('\n', at);
        var line = text.substring(from, to < 0 ? text.length() : to);
        int caret = Math.min(at - from, line.length());
        return "%s%n      %s%n      %s^"
                .formatted(getMessage(), line.replace('\t', ' '), " ".repeat(caret))
                .replace(System.lineSeparator(), "\n");
    }
}
