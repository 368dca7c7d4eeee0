package io.drme.model;

import java.util.Arrays;

/**
 * A pattern over slash-separated names: {@code *} matches any characters within one segment, {@code
 * **} any depth (also none). Everything else stands for itself. Immutable.
 *
 * <p>Patterns come from anybody who may read, so a match takes time proportional to pattern times
 * name, whatever the pattern; a regular expression would not promise that.
 */
public final class Glob {
    private final String text;
    private final boolean literal;

    private Glob(String text) {
        this.text = text;
        this.literal = text.indexOf('*') < 0;
    }

    /** Compiles a pattern; every text is one. */
    public static Glob of(String text) {
        return new Glob(text);
    }

    /** Whether the whole name matches. */
    public boolean matches(String name) {
        if (literal) {
            return text.equals(name);
        }
        // reached[i]: the pattern so far matches the first i characters of the name.
        var reached = new boolean[name.length() + 1];
        reached[0] = true;
        for (int p = 0; p < text.length(); p++) {
            if (text.charAt(p) != '*') {
                onLiteral(reached, name, text.charAt(p));
            } else if (p + 1 == text.length() || text.charAt(p + 1) != '*') {
                onStar(reached, name);
            } else if (p + 2 < text.length() && text.charAt(p + 2) == '/') {
                onFolders(reached, name);
                p += 2;
            } else {
                onRest(reached);
                p++;
            }
        }
        return reached[name.length()];
    }

    private static void onLiteral(boolean[] reached, String name, char c) {
        for (int i = name.length(); i > 0; i--) {
            reached[i] = reached[i - 1] && name.charAt(i - 1) == c;
        }
        reached[0] = false;
    }

    /** {@code *}: any characters but a slash. */
    private static void onStar(boolean[] reached, String name) {
        for (int i = 1; i <= name.length(); i++) {
            reached[i] |= reached[i - 1] && name.charAt(i - 1) != '/';
        }
    }

    /** A {@code **} with a slash behind it: nothing, or anything that ends in a slash. */
    private static void onFolders(boolean[] reached, String name) {
        boolean before = reached[0];
        for (int i = 1; i <= name.length(); i++) {
            boolean here = reached[i];
            reached[i] |= before && name.charAt(i - 1) == '/';
            before |= here;
        }
    }

    /** {@code **}: anything. */
    private static void onRest(boolean[] reached) {
        int first = 0;
        while (first < reached.length && !reached[first]) {
            first++;
        }
        Arrays.fill(reached, Math.min(first, reached.length), reached.length, true);
    }

    /** Whether it has no wildcard, so that it matches one name only. */
    public boolean isLiteral() {
        return literal;
    }

    @Override
    public String toString() {
        return text;
    }
}
