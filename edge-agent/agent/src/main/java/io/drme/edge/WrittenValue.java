package io.drme.edge;

import io.drme.driver.TagAddress;
import io.drme.driver.TagSpec;
import io.drme.model.Value;
import io.drme.model.ValueType;
import java.io.Serial;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a person writes, as the raw value that a driver takes, and back. Pure. */
final class WrittenValue {
    /** More digits than any double has, before the point and behind it. */
    private static final int MOST_DIGITS = 700;

    private WrittenValue() {}

    /** A value that can't be written to a tag, and what could be. */
    static final class UnfitException extends Exception {
        @Serial private static final long serialVersionUID = 1;

        private final String message;
        private final String expected;

        UnfitException(String message, String expected) {
            super(message);
            this.message = message;
            this.expected = expected;
        }

        @Override
        public String getMessage() {
            return message;
        }

        /** What is allowed. */
        String expected() {
            return expected;
        }
    }

    /**
     * The raw bits of a value.
     *
     * @param value true or false, a number, or either as text; of a text one of the words that may
     *     be written
     * @throws UnfitException where it is none of the tag's, or outside its range
     */
    static long rawBits(TagSpec tag, @Nullable Object value) throws UnfitException {
        var text = value == null ? "" : value.toString().strip().toLowerCase(Locale.ROOT);
        return switch (tag.rawType()) {
            case BOOLEAN ->
                    switch (text) {
                        case "true", "1" -> 1;
                        case "false", "0" -> 0;
                        default ->
                                throw new UnfitException(
                                        "'%s' is not true or false".formatted(value),
                                        "true, false, 1 or 0");
                    };
            case INT64, FLOAT64 -> number(tag, text);
            case TEXT -> word(tag, value == null ? "" : value.toString().strip());
        };
    }

    private static Map<String, Long> words(TagSpec tag) {
        return tag.address().writing().map(TagAddress.Writing::words).orElse(Map.of());
    }

    private static long word(TagSpec tag, String text) throws UnfitException {
        var words = words(tag);
        if (words.isEmpty()) {
            throw new UnfitException("a text can't be written", "a tag that is no text");
        }
        var bits = words.get(text);
        if (bits == null) {
            throw new UnfitException(
                    "'%s' is none of the tag's values".formatted(text),
                    "one of: " + String.join(", ", new TreeSet<>(words.keySet())));
        }
        return bits;
    }

    private static long number(TagSpec tag, String text) throws UnfitException {
        var range =
                Double.isInfinite(tag.low()) && Double.isInfinite(tag.high())
                        ? "a number"
                        : "a number from %s to %s".formatted(tag.low(), tag.high());
        var number =
                decimal(text)
                        .orElseThrow(() ->
                                new UnfitException("'%s' is not a number".formatted(text), range));
        double shown = number.doubleValue();
        if (shown < tag.low() || shown > tag.high()) {
            throw new UnfitException("%s is out of range".formatted(text), range);
        }
        var raw =
                number.subtract(BigDecimal.valueOf(tag.offset()))
                        .divide(BigDecimal.valueOf(tag.scale()), MathContext.DECIMAL128);
        if (tag.rawType() == ValueType.FLOAT64) {
            return Double.doubleToRawLongBits(raw.doubleValue());
        }
        try {
            return raw.setScale(0, RoundingMode.HALF_EVEN).longValueExact();
        } catch (ArithmeticException _) {
            throw new UnfitException("%s needs more than 64 bits".formatted(text), range);
        }
    }

    private static Optional<BigDecimal> decimal(String text) {
        try {
            var number = new BigDecimal(text);
            return Math.abs((long) number.scale()) + number.precision() > MOST_DIGITS
                    ? Optional.empty()
                    : Optional.of(number);
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    /** The value that raw bits stand for, after scaling. */
    static Value of(TagSpec tag, long rawBits) {
        return switch (tag.rawType()) {
            case BOOLEAN -> new Value.Bool(rawBits != 0);
            case INT64 ->
                    tag.type() == ValueType.INT64
                            ? new Value.Int(rawBits)
                            : scaled(tag, BigDecimal.valueOf(rawBits));
            case FLOAT64 -> {
                double raw = Double.longBitsToDouble(rawBits);
                yield Double.isFinite(raw)
                        ? scaled(tag, BigDecimal.valueOf(raw))
                        : new Value.Real(raw);
            }
            case TEXT ->
                    words(tag).entrySet().stream()
                            .filter(word -> word.getValue() == rawBits)
                            .findFirst()
                            .map(word -> new Value.Text(word.getKey()))
                            .orElseThrow(
                                    () -> new IllegalArgumentException("a text has no raw bits"));
        };
    }

    private static Value scaled(TagSpec tag, BigDecimal raw) {
        return new Value.Real(
                raw.multiply(BigDecimal.valueOf(tag.scale()))
                        .add(BigDecimal.valueOf(tag.offset()))
                        .doubleValue());
    }
}
