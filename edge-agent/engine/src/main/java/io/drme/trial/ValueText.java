package io.drme.trial;

import io.drme.model.Reading;
import io.drme.model.Value;
import io.drme.model.ValueType;
import java.util.Optional;

/** Values as a test writes them. */
final class ValueText {
    private ValueText() {}

    /** The value of a tag of this type, or nothing where the text is none. */
    static Optional<Value> parse(ValueType type, String text) {
        try {
            return switch (type) {
                case BOOLEAN ->
                        text.equals("true") || text.equals("false")
                                ? Optional.of(new Value.Bool(text.equals("true")))
                                : Optional.empty();
                case INT64 -> Optional.of(new Value.Int(Long.decode(text)));
                case FLOAT64 -> Optional.of(new Value.Real(Double.parseDouble(text)));
                case TEXT -> Optional.of(new Value.Text(text));
            };
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    /** What a value of this type is called. */
    static String words(ValueType type) {
        return switch (type) {
            case BOOLEAN -> "true or false";
            case INT64 -> "a whole number";
            case FLOAT64 -> "a number";
            case TEXT -> "a text";
        };
    }

    static String of(Value value) {
        return switch (value) {
            case Value.Bool(boolean b) -> String.valueOf(b);
            case Value.Int(long i) -> String.valueOf(i);
            case Value.Real(double d) ->
                    d == Math.rint(d) && Math.abs(d) < 1e15
                            ? String.valueOf((long) d)
                            : String.valueOf(d);
            case Value.Text(String s) -> "'" + s + "'";
        };
    }

    /** A reading as in {@code 81 uncertain device-uncertain}. */
    static String of(Reading reading) {
        return switch (reading) {
            case Reading.Good(Value value) -> of(value);
            case Reading.Uncertain(Value value, var reason) ->
                    of(value) + " uncertain " + reason.text();
            case Reading.Bad(var reason) -> "bad " + reason.text();
        };
    }
}
