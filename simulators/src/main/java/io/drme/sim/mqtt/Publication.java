package io.drme.sim.mqtt;

import io.drme.model.Value;
import io.drme.sim.ValueSource;
import io.drme.sim.fault.Moment;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One topic that somebody publishes to.
 *
 * @param fields values by their names in a JSON object; where empty the payload is {@code plain}
 * @param plain the value of a plain payload
 * @param timeField name of the field with the time, RFC 3339; none where empty
 * @param everyNanos from one message to the next
 */
record Publication(
        String topic,
        Map<String, ValueSource> fields,
        ValueSource plain,
        String timeField,
        long everyNanos,
        int qos,
        boolean retain) {

    /** The payload at a moment. */
    byte[] payload(Moment moment, long epochNanos) {
        if (fields.isEmpty() && timeField.isEmpty()) {
            return text(value(plain, moment)).getBytes(StandardCharsets.UTF_8);
        }
        var json =
                fields.entrySet().stream()
                        .map(e -> quoted(e.getKey()) + ": " + json(value(e.getValue(), moment)))
                        .collect(Collectors.joining(", ", "{", ""));
        var time =
                timeField.isEmpty()
                        ? ""
                        : "%s%s: %s"
                                .formatted(
                                        fields.isEmpty() ? "" : ", ",
                                        quoted(timeField),
                                        quoted(Instant.ofEpochSecond(0, epochNanos).toString()));
        return (json + time + "}").getBytes(StandardCharsets.UTF_8);
    }

    private static Value value(ValueSource source, Moment moment) {
        return moment.distorted(source.at(moment.elapsedNanos()));
    }

    private static String text(Value value) {
        return switch (value) {
            case Value.Bool(boolean b) -> Boolean.toString(b);
            case Value.Int(long i) -> Long.toString(i);
            case Value.Real(double d) -> Double.toString(d);
            case Value.Text(String t) -> t;
        };
    }

    private static String json(Value value) {
        return value instanceof Value.Text(String t) ? quoted(t) : text(value);
    }

    private static String quoted(String text) {
        var out = new StringBuilder("\"");
        text.chars()
                .forEach(c -> {
                    if (c == '"' || c == '\\') {
                        out.append('\\').append((char) c);
                    } else if (c < ' ') {
                        out.append("\\u%04x".formatted(c));
                    } else {
                        out.append((char) c);
                    }
                });
        return out.append('"').toString();
    }
}
