package io.drme.stream;

import io.drme.model.Value;
import java.util.List;

/** A parsed expression, not yet typed. {@code at} is the offset of the character to point at. */
sealed interface Syntax {
    int at();

    /** A value that stands in the text. */
    record Literal(int at, Value value) implements Syntax {}

    /** A name, such as {@code value}. */
    record Name(int at, String name) implements Syntax {}

    /** {@code -} or {@code !} before an operand. */
    record Unary(int at, String operator, Syntax operand) implements Syntax {}

    /** An operator between two operands. */
    record Binary(int at, String operator, Syntax left, Syntax right) implements Syntax {}

    /** {@code condition ? yes : no}. */
    record Choice(int at, Syntax condition, Syntax yes, Syntax no) implements Syntax {}

    /** {@code operand in [literal, …]}. */
    record In(int at, Syntax operand, List<Literal> list) implements Syntax {}

    /** A function; what stands before a dot is the first argument. */
    record Call(int at, String function, List<Syntax> arguments) implements Syntax {}
}
