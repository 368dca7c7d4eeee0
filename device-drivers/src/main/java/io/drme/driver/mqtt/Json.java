package io.drme.driver.mqtt;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A JSON document as it came, numbers as text so that nothing is rounded. Documents are hostile
 * until they were read: depth, length and number of values have limits.
 */
sealed interface Json {
    /** Deepest nesting. */
    int MAX_DEPTH = 32;

    /** Most values in a document. */
    int MAX_VALUES = 16_384;

    /** An object. */
    record Members(Map<String, Json> byName) implements Json {}

    /** An array. */
    record Items(List<Json> inOrder) implements Json {}

    /** A string. */
    record Text(String text) implements Json {}

    /** A number as written. */
    record Numeral(String written) implements Json {}

    /** true or false. */
    record Truth(boolean is) implements Json {}

    /** null. */
    record Nothing() implements Json {}

    /** Bytes that are no document, or one beyond the limits; the message says why. */
    final class NotJsonException extends Exception {
        private static final long serialVersionUID = 1;

        NotJsonException(String message) {
            super(message);
        }
    }

    /** Reads a whole document. */
    static Json read(byte[] bytes) throws NotJsonException {
        try (var parser = Reader.FACTORY.createParser(bytes)) {
            if (parser.nextToken() == null) {
                throw new NotJsonException("is empty");
            }
            var document = new Reader(parser).value();
            if (parser.nextToken() != null) {
                throw new NotJsonException("has something behind its end");
            }
            return document;
        } catch (IOException e) {
            throw new NotJsonException(Reader.firstLine(e));
        }
    }

    /** Builds one document. */
    final class Reader {
        private static final JsonFactory FACTORY =
                new JsonFactoryBuilder()
                        .streamReadConstraints(
                                StreamReadConstraints.builder()
                                        .maxNestingDepth(MAX_DEPTH)
                                        .maxNumberLength(Payload.MAX_NUMBER_LENGTH)
                                        .maxStringLength(Payload.MAX_BYTES)
                                        .maxNameLength(TopicFilter.MAX_LENGTH)
                                        .build())
                        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                        .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                        .build();

        private final JsonParser parser;
        private int values;

        private Reader(JsonParser parser) {
            this.parser = parser;
        }

        /** Depth is bounded by the parser, so recursion is. */
        private Json value() throws IOException, NotJsonException {
            if (++values > MAX_VALUES) {
                throw new NotJsonException("has more than %d values".formatted(MAX_VALUES));
            }
            return switch (parser.currentToken()) {
                case START_OBJECT -> members();
                case START_ARRAY -> items();
                case VALUE_STRING -> new Text(parser.getText());
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Numeral(parser.getText());
                case VALUE_TRUE -> new Truth(true);
                case VALUE_FALSE -> new Truth(false);
                case VALUE_NULL -> new Nothing();
                default -> throw new NotJsonException("ends too early");
            };
        }

        private Json members() throws IOException, NotJsonException {
            var byName = new LinkedHashMap<String, Json>();
            while (next() != JsonToken.END_OBJECT) {
                var name = parser.currentName();
                next();
                // Which of two is meant nobody can tell (RFC 8259, 4).
                if (byName.put(name, value()) != null) {
                    throw new NotJsonException("has '%s' twice in one object".formatted(name));
                }
            }
            return new Members(byName);
        }

        private Json items() throws IOException, NotJsonException {
            var inOrder = new ArrayList<Json>();
            while (next() != JsonToken.END_ARRAY) {
                inOrder.add(value());
            }
            return new Items(inOrder);
        }

        private JsonToken next() throws IOException, NotJsonException {
            var token = parser.nextToken();
            if (token == null) {
                throw new NotJsonException("ends too early");
            }
            return token;
        }

        private static String firstLine(IOException e) {
            var message = e.getMessage() == null ? e.toString() : e.getMessage();
            int end = message.indexOf('\n');
            return "is not JSON: " + (end < 0 ? message : message.substring(0, end));
        }
    }
}
