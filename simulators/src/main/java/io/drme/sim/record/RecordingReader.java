package io.drme.sim.record;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a recording line by line. A last line that was cut off, as by a process that was killed, is
 * left out and told by {@link #isCut}; any other that can't be read is an error. Confined to one
 * thread.
 */
public final class RecordingReader implements AutoCloseable {
    /** The longest line; the longest exchange in one piece each byte is shorter. */
    static final int MOST_LINE_BYTES = 1 << 20;

    private static final int MOST_DEPTH = 8;
    private static final int MOST_NUMBER_CHARS = 40;
    private static final JsonFactory JSON = new JsonFactory();

    private final String name;
    private final InputStream in;
    private final Line header;
    private long lineNumber;
    private boolean isLast;
    private boolean isCut;

    /** Opens a recording and reads its first line. */
    public static RecordingReader open(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new BadRecordingException(
                    "%s is not there; expected a file that drme-sim record has written"
                            .formatted(file));
        }
        return new RecordingReader(file.toString(), Files.newInputStream(file));
    }

    /** Reads from a stream, which it closes. */
    public RecordingReader(String name, InputStream in) throws IOException {
        this.name = name;
        this.in = new BufferedInputStream(in);
        try {
            var first = next();
            if (first.isEmpty() || !first.get().has(RecordingWriter.KEY)) {
                throw new BadRecordingException(
                        "%s is no recording: its first line has no '%s'"
                                .formatted(name, RecordingWriter.KEY));
            }
            header = first.get();
            long version = header.number(RecordingWriter.KEY, 1, Integer.MAX_VALUE);
            if (version > RecordingWriter.VERSION) {
                throw new BadRecordingException(
                        "%s has version %d, and this drme-sim reads up to %d; use a newer one"
                                .formatted(name, version, RecordingWriter.VERSION));
            }
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /** The file, for messages. */
    public String name() {
        return name;
    }

    /** The protocol's name. */
    public String protocol() throws BadRecordingException {
        return header.text("protocol");
    }

    /** What was recorded. */
    public String url() throws BadRecordingException {
        return header.text("url");
    }

    /** Whether the last line was cut off; known once all were read. */
    public boolean isCut() {
        return isCut;
    }

    /** The next line; nothing at the end. */
    public Optional<Line> next() throws IOException {
        var text = line();
        while (text != null && text.isBlank()) {
            text = line();
        }
        if (text == null) {
            return Optional.empty();
        }
        var where = "%s line %d".formatted(name, lineNumber);
        try {
            return Optional.of(new Line(where, object(text)));
        } catch (JsonProcessingException e) {
            if (isLast) {
                isCut = true;
                return Optional.empty();
            }
            throw new BadRecordingException(
                    "%s is damaged: %s; delete the line to go on without it"
                            .formatted(where, e.getOriginalMessage()));
        }
    }

    /** The next line without its end; null where there is none. */
    private @Nullable String line() throws IOException {
        var bytes = new ByteArrayOutputStream();
        lineNumber++;
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                isLast = true;
                return bytes.size() == 0 ? null : bytes.toString(StandardCharsets.UTF_8);
            }
            if (bytes.size() == MOST_LINE_BYTES) {
                throw new BadRecordingException(
                        "%s line %d is longer than %d bytes"
                                .formatted(name, lineNumber, MOST_LINE_BYTES));
            }
            bytes.write(b);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static Map<String, Object> object(String text) throws IOException {
        try (var json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new JsonParseException(json, "expected an object {…}");
            }
            var fields = new LinkedHashMap<String, Object>();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var field = json.currentName();
                json.nextToken();
                fields.put(field, value(json, 0));
            }
            if (json.nextToken() != null) {
                throw new JsonParseException(json, "something stands behind the object");
            }
            return fields;
        }
    }

    private static Object value(JsonParser json, int depth) throws IOException {
        return switch (json.currentToken()) {
            case VALUE_STRING -> json.getText();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(json);
            case START_ARRAY -> list(json, depth);
            case null, default ->
                    throw new JsonParseException(
                            json, "expected a text, a number, true, false or a list");
        };
    }

    /** Numbers of few digits only: one with an exponent could be made of a million. */
    private static BigDecimal number(JsonParser json) throws IOException {
        var text = json.getText();
        if (text.length() > MOST_NUMBER_CHARS || text.indexOf('e') >= 0 || text.indexOf('E') >= 0) {
            throw new JsonParseException(json, "expected a number without an exponent");
        }
        return new BigDecimal(text);
    }

    private static List<Object> list(JsonParser json, int depth) throws IOException {
        if (depth == MOST_DEPTH) {
            throw new JsonParseException(json, "nested too deep");
        }
        var list = new ArrayList<Object>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            list.add(value(json, depth + 1));
        }
        return list;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
