package io.drme.sim.record;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.HexFormat;
import java.util.List;

/**
 * Writes one line of a recording, field by field in the order of the calls. Confined to one thread.
 */
public final class LineWriter {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int NANOS_PER_MICRO = 1000;
    private static final int MICRO_DIGITS = 6;

    private final StringWriter text = new StringWriter();
    private final JsonGenerator json;

    /** A piece of an answer: bytes, and how long after the request they came. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    public record Piece(long afterNanos, byte[] bytes) {}

    private interface Write {
        void run() throws IOException;
    }

    /** Begins a line. */
    public LineWriter() {
        try {
            json = JSON.createGenerator(text);
            json.enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN);
            json.writeStartObject();
        } catch (IOException e) {
            throw new UncheckedIOException("text in memory", e);
        }
    }

    /** Begins a line of what happened at a time, in nanoseconds since the recording began. */
    public static LineWriter at(long nanos, String kind) {
        return new LineWriter().time("at", nanos).text("is", kind);
    }

    /** A time in nanoseconds, written as seconds to the microsecond. */
    public LineWriter time(String field, long nanos) {
        return write(() -> json.writeNumberField(field, seconds(nanos)));
    }

    /** A text. */
    public LineWriter text(String field, String value) {
        return write(() -> json.writeStringField(field, value));
    }

    /** A whole number. */
    public LineWriter number(String field, long value) {
        return write(() -> json.writeNumberField(field, value));
    }

    /** Bytes, in hexadecimal. */
    public LineWriter bytes(String field, byte[] value) {
        return text(field, HexFormat.of().formatHex(value));
    }

    /** Texts, as a list. */
    public LineWriter texts(String field, List<String> values) {
        return write(() -> {
            json.writeArrayFieldStart(field);
            for (var value : values) {
                json.writeString(value);
            }
            json.writeEndArray();
        });
    }

    /** Pieces of an answer: {@code [[seconds, "hex"], …]}. */
    public LineWriter pieces(String field, List<Piece> pieces) {
        return write(() -> {
            json.writeArrayFieldStart(field);
            for (var piece : pieces) {
                json.writeStartArray();
                json.writeNumber(seconds(piece.afterNanos()));
                json.writeString(HexFormat.of().formatHex(piece.bytes()));
                json.writeEndArray();
            }
            json.writeEndArray();
        });
    }

    /** Ends the line; without its line feed. */
    public String end() {
        write(() -> {
            json.writeEndObject();
            json.flush();
        });
        return text.toString();
    }

    private static BigDecimal seconds(long nanos) {
        return BigDecimal.valueOf(Math.floorDiv(nanos, NANOS_PER_MICRO), MICRO_DIGITS);
    }

    private LineWriter write(Write write) {
        try {
            write.run();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException("text in memory", e);
        }
    }
}
