package io.drme.cloud.promql;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * What a label must be. A series without the label has the empty text. Patterns are RE2's, as in
 * Prometheus: they match the whole value, in time proportional to it.
 */
final class Matcher {
    private final String name;
    private final String value;
    private final boolean negated;
    private final @Nullable Pattern pattern;

    private Matcher(String name, String value, boolean negated, @Nullable Pattern pattern) {
        this.name = name;
        this.value = value;
        this.negated = negated;
        this.pattern = pattern;
    }

    static Matcher of(String name, String operator, String value) throws QueryException {
        Pattern pattern = null;
        if (operator.endsWith("~")) {
            try {
                pattern = Pattern.compile(value);
            } catch (PatternSyntaxException e) {
                throw QueryException.bad(
                        "the pattern '%s' of label %s can't be read: %s"
                                .formatted(value, name, e.getMessage()));
            }
        }
        return new Matcher(name, value, operator.startsWith("!"), pattern);
    }

    String name() {
        return name;
    }

    boolean matches(String found) {
        boolean equal = pattern == null ? value.equals(found) : pattern.matches(found);
        return equal != negated;
    }

    boolean matches(Labels labels) {
        return matches(labels.get(name));
    }
}
