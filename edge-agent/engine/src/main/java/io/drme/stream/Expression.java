package io.drme.stream;

import io.drme.config.Section;
import io.drme.config.Where;
import java.util.Optional;

/**
 * An expression as it stands in a file, known to be well-formed; see docs/pipelines.md for the
 * language. Immutable.
 */
public final class Expression {
    /** The longest expression, in characters; it bounds the work of a sample too. */
    public static final int MAX_LENGTH = 1_000;

    private final String text;
    private final Where where;
    private final String key;

    private Expression(String text, Where where, String key) {
        this.text = text;
        this.where = where;
        this.key = key;
    }

    /**
     * Reads an expression, or nothing where the key is absent or the expression wrong; what is
     * wrong is noted with the offending character.
     */
    public static Optional<Expression> read(Section section, String key) {
        return section.text(key).map(t -> new Expression(t, section.where(key), section.path(key)));
    }

    /** As written. */
    public String text() {
        return text;
    }

    /** Where it stands. */
    public Where where() {
        return where;
    }

    /** The path of its key. */
    public String key() {
        return key;
    }

    /** The same text is the same expression, wherever it stands. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Expression e && e.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
