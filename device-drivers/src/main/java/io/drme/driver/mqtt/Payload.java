package io.drme.driver.mqtt;

import io.drme.model.Reason;
import io.drme.model.Value;
import io.drme.model.ValueType;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one message, read for any number of tags. Nothing is rounded: a value that the tag's
 * type can't hold is a bad reading. Confined to the thread that hears the broker.
 */
final class Payload {
    /** The largest message that the broker may send; the broker drops larger ones. */
    static final int MAX_BYTES = 256 * 1_024;

    /** More digits than any number has that was measured. */
    static final int MAX_NUMBER_LENGTH = 64;

    private static final Pattern NUMBER =
            Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,4})?");
    private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]+");
    private static final BigDecimal LEAST = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final int SHOWN = 40;
    private static final int MAX_EXPONENT = 400;

    private static final Outcome SILENT = new Outcome.Silent();

    private final byte[] bytes;
    private @Nullable Json document;
    private String noDocument = "";

    Payload(byte[] bytes) {
        this.bytes = bytes;
    }

    /** What the message says of a tag. */
    Outcome read(Content content, ValueType type) {
        if (bytes.length > MAX_BYTES) {
            return bad("is %d bytes; at most %d are read".formatted(bytes.length, MAX_BYTES));
        }
        if (!content.isJson()) {
            return whole(type, OptionalLong.empty());
        }
        var json = json();
        if (json == null) {
            return bad(noDocument);
        }
        var time = OptionalLong.empty();
        if (content.timePath().isPresent()) {
            time = time(content.timePath().get().find(json), content.timeFormat());
            if (time.isEmpty()) {
                return bad(
                        "has no time of the format %s at %s"
                                .formatted(
                                        content.timeFormat().name().toLowerCase(Locale.ROOT),
                                        content.timePath().get()));
            }
        }
        if (content.path().isEmpty()) {
            return whole(type, time);
        }
        var pointer = content.path().get();
        var found = pointer.find(json);
        if (found == null) {
            return content.optional()
                    ? SILENT
                    : new Outcome.Bad(
                            Reason.UNKNOWN_ADDRESS,
                            "the payload has nothing at %s".formatted(pointer));
        }
        return value(found, type, pointer, time);
    }

    private @Nullable Json json() {
        if (document == null && noDocument.isEmpty()) {
            try {
                document = Json.read(bytes);
            } catch (Json.NotJsonException e) {
                noDocument = String.valueOf(e.getMessage());
            }
        }
        return document;
    }

    private Outcome whole(ValueType type, OptionalLong time) {
        try {
            var text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return scalar(text, type, time);
        } catch (CharacterCodingException _) {
            return bad("is no text (UTF-8)");
        }
    }

    private static Outcome value(
            Json json, ValueType type, JsonPointer pointer, OptionalLong time) {
        return switch (json) {
            case Json.Text(String text) -> scalar(text, type, time);
            case Json.Numeral(String written) -> scalar(written, type, time);
            case Json.Truth(boolean is) -> scalar(Boolean.toString(is), type, time);
            case Json.Nothing _ ->
                    new Outcome.Bad(
                            Reason.DEVICE_BAD,
                            "the payload has null at %s: there is no value".formatted(pointer));
            case Json.Items _, Json.Members _ ->
                    bad("has a list or an object at %s; point to a value in it".formatted(pointer));
        };
    }

    /** A value as it stands in a plain payload, or in a document. */
    static Outcome scalar(String text, ValueType type, OptionalLong time) {
        if (type == ValueType.TEXT) {
            return text.length() > ValueType.MAX_TEXT_LENGTH
                    ? new Outcome.Bad(
                            Reason.OUT_OF_RANGE,
                            "a text of %d characters; at most %d are taken"
                                    .formatted(text.length(), ValueType.MAX_TEXT_LENGTH))
                    : new Outcome.Good(new Value.Text(text), time);
        }
        var word = text.strip();
        if (word.equalsIgnoreCase("nan")) {
            return new Outcome.Bad(
                    Reason.SENSOR_FAILURE, "the payload says NaN: the sensor has no value");
        }
        var truth = truth(word);
        if (type == ValueType.BOOLEAN) {
            return truth.<Outcome>map(is -> new Outcome.Good(new Value.Bool(is), time))
                    .orElseGet(() -> bad(notA(text, "true or false, 1 or 0, on or off")));
        }
        if (!isNumber(word)) {
            return word.equals("true") || word.equals("false")
                    ? number(word.equals("true") ? "1" : "0", type, time)
                    : bad(notA(text, "a number such as 23.5"));
        }
        return number(word, type, time);
    }

    /** Whether a text is a number as a plain payload may have one. */
    static boolean isNumber(String word) {
        return word.length() <= MAX_NUMBER_LENGTH && NUMBER.matcher(word).matches();
    }

    private static Optional<Boolean> truth(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "true", "1", "on" -> Optional.of(true);
            case "false", "0", "off" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    private static Outcome number(String word, ValueType type, OptionalLong time) {
        if (type == ValueType.INT64) {
            var whole = whole(word);
            return whole.isPresent()
                    ? new Outcome.Good(new Value.Int(whole.getAsLong()), time)
                    : outOfRange(word, "a whole number of 64 bits; give the tag the type float64");
        }
        double real = Double.parseDouble(word);
        if (!Double.isFinite(real)) {
            return outOfRange(word, "within what a float64 can hold");
        }
        if (WHOLE.matcher(word).matches() && new BigDecimal(real).compareTo(big(word)) != 0) {
            return outOfRange(word, "exact as a float64; give the tag the type int64");
        }
        return new Outcome.Good(new Value.Real(real), time);
    }

    private static BigDecimal big(String word) {
        return new BigDecimal(word);
    }

    private static OptionalLong whole(String word) {
        int e = Math.max(word.indexOf('e'), word.indexOf('E'));
        // A huge exponent would cost a huge number.
        if (e >= 0 && Math.abs(Integer.parseInt(word.substring(e + 1))) > MAX_EXPONENT) {
            return OptionalLong.empty();
        }
        var exact = big(word);
        if (exact.stripTrailingZeros().scale() > 0
                || exact.compareTo(LEAST) < 0
                || exact.compareTo(MOST) > 0) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(exact.longValueExact());
    }

    /** A time in nanoseconds since 1970; nothing where it is none, or too far off. */
    private static OptionalLong time(@Nullable Json json, Content.TimeFormat format) {
        var text =
                switch (json) {
                    case Json.Text(String t) -> t.strip();
                    case Json.Numeral(String written) -> written;
                    case null, default -> "";
                };
        if (text.length() > MAX_NUMBER_LENGTH) {
            return OptionalLong.empty();
        }
        if (format != Content.TimeFormat.RFC3339) {
            if (!NUMBER.matcher(text).matches()) {
                return OptionalLong.empty();
            }
            int e = Math.max(text.indexOf('e'), text.indexOf('E'));
            if (e >= 0 && Math.abs(Integer.parseInt(text.substring(e + 1))) > MAX_EXPONENT) {
                return OptionalLong.empty();
            }
            return inRange(big(text).movePointRight(format.digits()));
        }
        try {
            var moment = OffsetDateTime.parse(text.toUpperCase(Locale.ROOT).replace(' ', 'T'));
            return inRange(
                    BigDecimal.valueOf(moment.toEpochSecond())
                            .movePointRight(Content.TimeFormat.S.digits())
                            .add(BigDecimal.valueOf(moment.getNano())));
        } catch (DateTimeException _) {
            return OptionalLong.empty();
        }
    }

    private static OptionalLong inRange(BigDecimal nanos) {
        return nanos.signum() < 0 || nanos.compareTo(MOST) > 0
                ? OptionalLong.empty()
                : OptionalLong.of(nanos.longValue());
    }

    private static Outcome bad(String why) {
        return new Outcome.Bad(Reason.MALFORMED, "the payload " + why);
    }

    private static Outcome outOfRange(String word, String expected) {
        return new Outcome.Bad(
                Reason.OUT_OF_RANGE, "the payload's %s is not %s".formatted(word, expected));
    }

    private static String notA(String text, String expected) {
        if (text.isBlank()) {
            return "is empty; expected " + expected;
        }
        var shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
        return "'%s' is not %s".formatted(shown, expected);
    }
}
