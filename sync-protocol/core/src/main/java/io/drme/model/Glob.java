package io.drme.model;

import java.util.regex.Pattern;

/**
 * A pattern over slash-separated names: {@code *} matches any characters within one segment, {@code
 * **} any depth (also none). Everything else stands for itself. Immutable.
 */
public final class Glob {
    private final String text;
    private final Pattern pattern;

    private Glob(String text) {
        this.text = text;
        var regex = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '*') {
                regex.append(Pattern.quote(String.valueOf(c)));
            } else if (i + 1 < text.length() && text.charAt(i + 1) == '*') {
                i++;
                boolean slashFollows = i + 1 < text.length() && text.charAt(i + 1) == '/';
                regex.append(slashFollows ? "(?:.*/)?" : ".*");
                i += slashFollows ? 1 : 0;
            } else {
                regex.append("[^/]*");
            }
        }
        this.pattern = Pattern.compile(regex.toString());
    }

    /** Compiles a pattern; every text is one. */
    public static Glob of(String text) {
        return new Glob(text);
    }

    /** Whether the whole name matches. */
    public boolean matches(String name) {
        return pattern.matcher(name).matches();
    }

    /** Whether it has no wildcard, so that it matches one name only. */
    public boolean isLiteral() {
        return text.indexOf('*') < 0;
    }

    @Override
    public String toString() {
        return text;
    }
}
