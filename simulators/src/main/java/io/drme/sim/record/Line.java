package io.drme.sim.record;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One line of a recording as it was read.
 *
 * @param where file and number of the line, for messages
 * @param fields by name: String, BigDecimal, Boolean or a List of these
 */
public record Line(String where, Map<String, Object> fields) {
    private static final BigDecimal NANOS_PER_SECOND = BigDecimal.valueOf(1_000_000_000);

    /** The longest recording, in seconds: three years. */
    private static final BigDecimal MOST_SECONDS = BigDecimal.valueOf(100_000_000);

    /** How far a clock may be off, in seconds: some 250 years. */
    private static final BigDecimal MOST_OFF_SECONDS = BigDecimal.valueOf(8_000_000_000L);

    /** What kind of line it is. */
    public String kind() throws BadRecordingException {
        return text("is");
    }

    /** A text that must be there. */
    public String text(String field) throws BadRecordingException {
        return optionalText(field).orElseThrow(() -> missing(field, "a text"));
    }

    /** A text that may be there. */
    public Optional<String> optionalText(String field) throws BadRecordingException {
        var value = fields.get(field);
        if (value != null && !(value instanceof String)) {
            throw missing(field, "a text");
        }
        return Optional.ofNullable((String) value);
    }

    /** A whole number that must be there. */
    public long number(String field, long least, long most) throws BadRecordingException {
        if (fields.get(field) instanceof BigDecimal number) {
            try {
                long value = number.longValueExact();
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (ArithmeticException _) {
                // Told below, as one out of range is.
            }
        }
        throw missing(field, "a whole number from %d to %d".formatted(least, most));
    }

    /** The same, or what it is where it is not there. */
    public long number(String field, long least, long most, long absent)
            throws BadRecordingException {
        return has(field) ? number(field, least, most) : absent;
    }

    /** Whether a field is there. */
    public boolean has(String field) {
        return fields.containsKey(field);
    }

    /** A time that must be there, in nanoseconds. */
    public long nanos(String field) throws BadRecordingException {
        return nanos(field, fields.get(field));
    }

    private long nanos(String field, @Nullable Object value) throws BadRecordingException {
        if (value instanceof BigDecimal seconds
                && seconds.signum() >= 0
                && seconds.compareTo(MOST_SECONDS) <= 0) {
            return seconds.multiply(NANOS_PER_SECOND).longValue();
        }
        throw missing(field, "seconds from 0 to " + MOST_SECONDS);
    }

    /** A time that may be before the recording's, in nanoseconds; nothing where it is not there. */
    public OptionalLong signedNanos(String field) throws BadRecordingException {
        if (!has(field)) {
            return OptionalLong.empty();
        }
        if (fields.get(field) instanceof BigDecimal seconds
                && seconds.abs().compareTo(MOST_OFF_SECONDS) <= 0) {
            return OptionalLong.of(seconds.multiply(NANOS_PER_SECOND).longValue());
        }
        throw missing(field, "seconds, at most %s of either sign".formatted(MOST_OFF_SECONDS));
    }

    /** Texts that must be there. */
    public List<String> texts(String field) throws BadRecordingException {
        var texts = new ArrayList<String>();
        if (!(fields.get(field) instanceof List<?> list)) {
            throw missing(field, "a list of texts");
        }
        for (var item : list) {
            if (!(item instanceof String text)) {
                throw missing(field, "a list of texts");
            }
            texts.add(text);
        }
        return texts;
    }

    /** Bytes that must be there. */
    public byte[] bytes(String field) throws BadRecordingException {
        return hex(field, text(field));
    }

    /** Pieces that must be there. */
    public List<LineWriter.Piece> pieces(String field) throws BadRecordingException {
        var pieces = new ArrayList<LineWriter.Piece>();
        if (!(fields.get(field) instanceof List<?> list)) {
            throw missing(field, "a list of [seconds, \"hex\"]");
        }
        for (var item : list) {
            if (!(item instanceof List<?> pair)
                    || pair.size() != 2
                    || !(pair.get(1) instanceof String hex)) {
                throw missing(field, "a list of [seconds, \"hex\"]");
            }
            pieces.add(new LineWriter.Piece(nanos(field, pair.get(0)), hex(field, hex)));
        }
        return pieces;
    }

    private byte[] hex(String field, String text) throws BadRecordingException {
        try {
            return HexFormat.of().parseHex(text);
        } catch (IllegalArgumentException _) {
            throw missing(field, "bytes in hexadecimal");
        }
    }

    /** What to throw where a field is not as it must be. */
    public BadRecordingException missing(String field, String expected) {
        var value = fields.get(field);
        return new BadRecordingException(
                "%s: '%s' is %s; expected %s"
                        .formatted(where, field, value == null ? "missing" : value, expected));
    }
}
