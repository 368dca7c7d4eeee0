package io.drme.stream;

import io.drme.config.Node;
import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.Where;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import java.util.List;
import java.util.Optional;

/**
 * An expression as it stands in a file, known to be well-formed; see docs/pipelines.md for the
 * language. Immutable.
 */
public final class Expression {
    /** The longest expression, in characters; it bounds the work of a sample too. */
    public static final int MAX_LENGTH = 1_000;

    /** The most inputs whose types are tried when they are not known yet. */
    static final int MAX_INPUTS = 4;

    private static final List<String> VALUE_ONLY = List.of(Environment.VALUE);
    private static final List<ValueType> LIKELY =
            List.of(ValueType.FLOAT64, ValueType.INT64, ValueType.BOOLEAN, ValueType.TEXT);

    private final String text;
    private final Where where;
    private final String key;
    private final Syntax syntax;

    private Expression(String text, Where where, String key, Syntax syntax) {
        this.text = text;
        this.where = where;
        this.key = key;
        this.syntax = syntax;
    }

    /**
     * Reads an expression that gives true or false, or nothing where the key is absent or the
     * expression wrong; what is wrong is noted with the offending character.
     */
    public static Optional<Expression> readCondition(Section section, String key) {
        return read(section, key, VALUE_ONLY, true);
    }

    /** Reads an expression that gives any value, as {@link #readCondition} does. */
    public static Optional<Expression> readValue(Section section, String key) {
        return read(section, key, VALUE_ONLY, false);
    }

    /**
     * Reads an expression over several inputs, whose types are not yet known.
     *
     * @param inputs their names, such as {@link Environment#VALUE}; of more than {@link
     *     #MAX_INPUTS} it is only checked once their types are known
     * @param condition whether the result must be true or false
     */
    static Optional<Expression> read(
            Section section, String key, List<String> inputs, boolean condition) {
        var text = section.text(key);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        var where = firstCharacter(section, key);
        try {
            var syntax = Parser.parse(text.get());
            var read = new Expression(text.get(), where, section.path(key), syntax);
            if (inputs.size() <= MAX_INPUTS) {
                read.checkOverSomeTypes(inputs, condition);
            }
            return Optional.of(read);
        } catch (SyntaxError e) {
            note(e, text.get(), where, section.path(key), section.problems());
            return Optional.empty();
        }
    }

    /**
     * An expression that was written by us, not in a file.
     *
     * @throws IllegalArgumentException when it is wrong, which is a bug
     */
    public static Expression of(String text, Where where, String key) {
        try {
            return new Expression(text, where, key, Parser.parse(text));
        } catch (SyntaxError e) {
            throw new IllegalArgumentException(e.pointing(text), e);
        }
    }

    private static Where firstCharacter(Section section, String key) {
        var where = section.where(key);
        boolean quoted = section.node(key) instanceof Node.Scalar s && s.quoted();
        return new Where(where.file(), where.line(), where.column() + (quoted ? 1 : 0));
    }

    /** The types are not known yet: wrong is what fits no types of the inputs. */
    private void checkOverSomeTypes(List<String> inputs, boolean condition) throws SyntaxError {
        SyntaxError first = null;
        for (int choice = 0; choice < 1 << (2 * inputs.size()); choice++) {
            var environment = Environment.empty();
            for (int i = 0; i < inputs.size(); i++) {
                environment = environment.with(inputs.get(i), LIKELY.get((choice >>> (2 * i)) & 3));
            }
            try {
                typed(environment, condition);
                return;
            } catch (SyntaxError e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private Term typed(Environment environment, boolean condition) throws SyntaxError {
        var term = Typing.of(syntax, environment);
        if (condition && term.type() != ValueType.BOOLEAN) {
            throw new SyntaxError(
                    0,
                    "expected a condition that is true or false, found %s"
                            .formatted(Typing.words(term.type())));
        }
        return term;
    }

    /** Compiles for tags of the type of {@code tag}; what does not fit is noted, and names it. */
    public Optional<Program> condition(Tag tag, Problems problems) {
        return program(tag.type(), tag.name().text(), true, problems);
    }

    Optional<Program> program(
            ValueType valueType, String tag, boolean condition, Problems problems) {
        var whom = "%s, %s".formatted(tag, Typing.words(valueType));
        return program(Environment.ofValue(valueType), whom, condition, problems);
    }

    /**
     * Compiles for inputs of these names and types.
     *
     * @param whom what a problem names, such as {@code press-3/oil, a number}
     * @param condition whether the result must be true or false
     */
    Optional<Program> program(
            Environment environment, String whom, boolean condition, Problems problems) {
        try {
            return Optional.of(Shape.program(typed(environment, condition)));
        } catch (SyntaxError e) {
            var message = "for %s: %s".formatted(whom, e.getMessage());
            note(new SyntaxError(e.at(), message), text, where, key, problems);
            return Optional.empty();
        }
    }

    private static void note(
            SyntaxError error, String text, Where where, String key, Problems problems) {
        boolean oneLine = text.indexOf('\n') < 0;
        var place =
                oneLine
                        ? new Where(where.file(), where.line(), where.column() + error.at())
                        : where;
        problems.add(
                place, key, "at character %d: %s".formatted(error.at() + 1, error.pointing(text)));
    }

    /** As written. */
    public String text() {
        return text;
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
