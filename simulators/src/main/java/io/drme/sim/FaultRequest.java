package io.drme.sim;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.drme.config.Nearest;
import io.drme.config.Quantities;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serial;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the control API is asked to let go wrong: {@code {"fault": "slow", "unit": "1", "for":
 * "30s", "delay": "2s", "code": 4}}; only {@code fault} must be there.
 *
 * @param unit a unit of the device, or {@link Faults#WHOLE}
 * @param time after which it ends by itself
 */
record FaultRequest(String unit, Fault fault, Optional<Duration> time) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final List<String> KEYS = List.of("fault", "unit", "for", "delay", "code");
    static final int MOST_CODE = 255;

    /** A request that can't be understood; the message says what was expected. */
    static final class BadRequest extends Exception {
        @Serial private static final long serialVersionUID = 1;

        BadRequest(String message) {
            super(message);
        }
    }

    /** Reads the JSON body of a request. */
    static FaultRequest read(InputStream body) throws BadRequest, IOException {
        var unit = Faults.WHOLE;
        var kind = Optional.<FaultKind>empty();
        var delay = Fault.DEFAULT_DELAY;
        var time = Optional.<Duration>empty();
        int code = 0;
        try (JsonParser in = JSON.createParser(body)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw new BadRequest(
                        "the body is no JSON object; expected {\"fault\": \"silent\"}");
            }
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                var key = in.currentName();
                if (!in.nextToken().isScalarValue()) {
                    throw new BadRequest("'%s' must be a single value".formatted(key));
                }
                var text = in.getText();
                switch (key) {
                    case "fault" -> kind = Optional.of(kind(text));
                    case "unit" -> unit = text;
                    case "for" -> time = Optional.of(duration(key, text));
                    case "delay" -> delay = duration(key, text);
                    case "code" -> code = code(text);
                    default ->
                            throw new BadRequest(
                                    "'%s' is not known; known: %s"
                                            .formatted(key, String.join(", ", KEYS)));
                }
            }
        } catch (JsonProcessingException e) {
            throw new BadRequest("the body is not JSON: " + e.getOriginalMessage());
        }
        if (kind.isEmpty()) {
            throw new BadRequest("'fault' is missing; give one of: " + kinds());
        }
        return new FaultRequest(unit, new Fault(kind.get(), delay, code), time);
    }

    /** The kind of this name. */
    static FaultKind kind(String text) throws BadRequest {
        var known = Arrays.stream(FaultKind.values()).map(FaultKind::text).toList();
        return FaultKind.of(text)
                .orElseThrow(() ->
                        new BadRequest(
                                "'%s' is not a fault%s; known: %s"
                                        .formatted(
                                                text,
                                                Nearest.to(text, known)
                                                        .map(n -> " (did you mean '" + n + "'?)")
                                                        .orElse(""),
                                                kinds())));
    }

    /** Throws where a device, or its unit, can't be so. */
    static void check(
            String name, String protocol, SimulatedDevice device, FaultKind kind, String unit)
            throws BadRequest {
        boolean isWhole = unit.equals(Faults.WHOLE);
        var kinds = isWhole ? device.faultKinds() : device.faultKindsOf(unit);
        if (kind != FaultKind.NONE && !kinds.contains(kind)) {
            throw new BadRequest(
                    "'%s' (%s) can't be %s; it can: %s"
                            .formatted(
                                    name,
                                    protocol,
                                    kind.text(),
                                    kinds.stream()
                                            .sorted()
                                            .map(FaultKind::text)
                                            .collect(Collectors.joining(", "))));
        }
        var units = device.units();
        if (!isWhole && !units.contains(unit)) {
            throw new BadRequest(
                    "'%s' has no unit '%s'; it has: %s"
                            .formatted(
                                    name,
                                    unit,
                                    units.isEmpty() ? "none" : String.join(", ", units)));
        }
    }

    /** The names of all kinds. */
    static String kinds() {
        return Arrays.stream(FaultKind.values())
                .map(FaultKind::text)
                .collect(Collectors.joining(", "));
    }

    private static Duration duration(String key, String text) throws BadRequest {
        return Quantities.duration(text)
                .orElseThrow(() ->
                        new BadRequest(
                                "'%s' of '%s' is not a time with its unit, such as 500ms or 30s"
                                        .formatted(text, key)));
    }

    private static int code(String text) throws BadRequest {
        try {
            int code = Integer.decode(text);
            if (code >= 1 && code <= MOST_CODE) {
                return code;
            }
        } catch (NumberFormatException _) {
            // Told below with the numbers out of range.
        }
        throw new BadRequest("'%s' is not a code; expected 1 to %d".formatted(text, MOST_CODE));
    }

    /** The JSON that {@link #read} reads. */
    String json() {
        var text = new StringWriter();
        try (var out = JSON.createGenerator(text)) {
            out.writeStartObject();
            out.writeStringField("fault", fault.kind().text());
            if (!unit.equals(Faults.WHOLE)) {
                out.writeStringField("unit", unit);
            }
            if (time.isPresent()) {
                out.writeStringField("for", Quantities.text(time.get()));
            }
            out.writeStringField("delay", Quantities.text(fault.delay()));
            if (fault.code() != 0) {
                out.writeNumberField("code", fault.code());
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory can't fail", e);
        }
        return text.toString();
    }
}
