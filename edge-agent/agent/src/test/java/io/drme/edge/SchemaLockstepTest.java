package io.drme.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.config.InvalidConfigException;
import io.drme.edge.config.GatewayConfig;
import io.drme.edge.config.GatewayConfigReader;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * gateway.schema.json and the code that reads gateway.yaml know the same keys, words, limits and
 * defaults. The code is asked by mistakes: it names what it knows. Whoever adds a key adds it to
 * the schema too, or this fails.
 */
class SchemaLockstepTest {
    private static final String UNKNOWN = "zzz";
    private static final Pattern KNOWN = Pattern.compile("known here: (.*)$");
    private static final Pattern ALLOWED =
            Pattern.compile("(?:allowed:|only) (.*?)(?: is possible)?$");

    /** Beyond every limit of its kind. */
    private static final List<String> TOO_MUCH = List.of("99999d", "999TiB", "999999999");

    /** Each section of a file once, with what it needs to be good. */
    private static final String PROBE =
            """
            {"gateway": {"id": "g"},
             "connections": {"c": {"url": "tcp://h"}},
             "devices": {
               "m": {"driver": "modbus", "url": "tcp://h",
                     "tags": {"n": {"address": "holding:1", "type": "uint16"},
                              "s": {"address": "holding:9", "type": "text", "length": 8}}},
               "k": {"driver": "modbus", "connection": "c",
                     "tags": {"n": {"address": "holding:1", "type": "uint16"}}},
               "o": {"driver": "opcua", "url": "opc.tcp://h", "security": {},
                     "tags": {"n": {"address": "ns=2;s=A"}}},
               "g": {"driver": "gpio", "url": "chip:///dev/gpiochip0",
                     "tags": {"n": {"address": "line:1"},
                              "out": {"address": "line:2", "access": "write", "safe": 0}}},
               "b": {"driver": "mqtt", "url": "mqtts://h",
                     "tags": {"n": {"address": "t/n"}}}},
             "pipelines": {"p": {"from": ["m/n"], "to": ["p/{function}"], "steps": [
               {"filter": "value > 1.0"}, {"scale": {}},
               {"aggregate": {"window": "1s", "functions": ["avg"]}}, {"merge": {}},
               {"combine": {"with": {"n": "m/n"}, "give": "value"}},
               {"aggregate": {"session": {"gap": "1s"}, "functions": ["avg"]}},
               {"rate": {}}, {"counter": {}},
               {"as-of": {"with": {"n": "m/n"}, "give": "value"}},
               {"join": {"with": {"n": "m/n"}, "give": "value", "within": "1s"}},
               {"lookup": {"table": {"m/n": {"c": 1}}, "give": "c"}},
               {"duration": {"while": "value > 1.0"}}, {"states": {"of": {"on": "value > 1.0"}}},
               {"smooth": {"median": 3}}, {"resample": {"every": "1s"}}, {"changes": {}},
               {"throttle": {"every": "1s"}},
               {"pattern": {"when": "value > 1.0", "then": "value < 0.0", "within": "1s"}}]}},
             "engine": {},
             "alarms": {"a": {"tag": "m/n", "high": 1}},
             "tests": {"t": {"given": [{"at": "0s"}], "expect": [{"none": "p/avg"}]}},
             "notifications": {
               "w": {"webhook": {"url": "https://h/x"}, "digest": {}, "limit": {}},
               "e": {"email": {"server": "smtp://h", "from": "a@b", "to": "c@d"}},
               "o": {"output": {"tag": "g/out"}}},
             "store": {}, "uplink": {"url": "mqtt://127.0.0.1"}, "web": {}}
            """;

    private static final JsonObject SCHEMA = new JsonObject(Shipped.schema());

    /**
     * A section of the probe and what the schema says of it.
     *
     * @param path of the section in the file, list items by their number
     * @param schema where it stands in the schema
     * @param driver the driver of a device or empty: others' keys are not looked at
     * @param elsewhere keys that are taken out before the section is read, checked by name here
     */
    record Place(String path, String schema, String driver, Set<String> elsewhere) {
        Place(String path, String schema) {
            this(path, schema, "", Set.of());
        }

        JsonObject definition() {
            var at = SCHEMA;
            for (var key : schema.split("/", -1)) {
                at = key.isEmpty() ? at : Objects.requireNonNull(at.getJsonObject(key), schema);
            }
            return at;
        }

        Set<String> keys() {
            var keys = new TreeSet<>(definition().getJsonObject("properties").fieldNames());
            if (!driver.isEmpty()) {
                keys.retainAll(driverKeys());
            }
            return keys;
        }

        private Set<String> driverKeys() {
            return definition().getJsonArray("allOf").stream()
                    .map(JsonObject.class::cast)
                    .filter(rule -> rule.encode().contains("\"const\":\"" + driver + "\""))
                    .flatMap(rule ->
                            rule
                                    .getJsonObject("then")
                                    .getJsonObject("propertyNames")
                                    .getJsonArray("enum")
                                    .stream())
                    .map(Object::toString)
                    .collect(Collectors.toSet());
        }

        JsonObject key(String key) {
            return definition().getJsonObject("properties").getJsonObject(key);
        }

        /** The probe with one key of this section set. */
        String with(String key, Object value) {
            var probe = new JsonObject(PROBE);
            Object at = probe;
            for (var step : path.isEmpty() ? new String[0] : path.split("/", -1)) {
                at =
                        switch (at) {
                            case JsonArray list -> list.getValue(Integer.parseInt(step));
                            case JsonObject object -> object.getValue(step);
                            default -> throw new IllegalArgumentException(path);
                        };
            }
            ((JsonObject) at).put(key, value);
            return probe.encode();
        }

        @Override
        public String toString() {
            return path.isEmpty() ? "the file" : path;
        }
    }

    static Stream<Place> places() {
        return Stream.of(
                new Place("", "", "", Set.of("include")),
                new Place("gateway", "properties/gateway"),
                new Place("connections/c", "properties/connections/additionalProperties"),
                new Place("devices/m", "definitions/device", "modbus", Set.of("with")),
                new Place("devices/o", "definitions/device", "opcua", Set.of("with")),
                new Place("devices/g", "definitions/device", "gpio", Set.of("with")),
                new Place("devices/b", "definitions/device", "mqtt", Set.of("with")),
                new Place("devices/m/tags/n", "definitions/modbus-tag"),
                new Place("devices/o/tags/n", "definitions/opcua-tag"),
                new Place("devices/g/tags/n", "definitions/gpio-tag"),
                new Place("devices/b/tags/n", "definitions/mqtt-tag"),
                new Place("devices/o/security", "definitions/device/properties/security"),
                new Place("pipelines/p", "definitions/pipeline"),
                new Place("pipelines/p/steps/1/scale", "definitions/step/properties/scale"),
                new Place("pipelines/p/steps/2/aggregate", "definitions/step/properties/aggregate"),
                new Place("pipelines/p/steps/3/merge", "definitions/step/properties/merge"),
                new Place("pipelines/p/steps/4/combine", "definitions/step/properties/combine"),
                new Place("engine", "properties/engine"),
                new Place(
                        "pipelines/p/steps/5/aggregate/session",
                        "definitions/step/properties/aggregate/properties/session"),
                new Place("pipelines/p/steps/6/rate", "definitions/step/properties/rate"),
                new Place("pipelines/p/steps/7/counter", "definitions/step/properties/counter"),
                new Place("pipelines/p/steps/8/as-of", "definitions/step/properties/as-of"),
                new Place("pipelines/p/steps/9/join", "definitions/step/properties/join"),
                new Place("pipelines/p/steps/10/lookup", "definitions/step/properties/lookup"),
                new Place("pipelines/p/steps/11/duration", "definitions/step/properties/duration"),
                new Place("pipelines/p/steps/12/states", "definitions/step/properties/states"),
                new Place("pipelines/p/steps/13/smooth", "definitions/step/properties/smooth"),
                new Place("pipelines/p/steps/14/resample", "definitions/step/properties/resample"),
                new Place("pipelines/p/steps/15/changes", "definitions/step/properties/changes"),
                new Place("pipelines/p/steps/16/throttle", "definitions/step/properties/throttle"),
                new Place("pipelines/p/steps/17/pattern", "definitions/step/properties/pattern"),
                new Place("alarms/a", "definitions/alarm"),
                new Place("tests/t", "definitions/test"),
                new Place("tests/t/given/0", "definitions/given-line"),
                new Place("notifications/w", "definitions/notification"),
                new Place("notifications/w/webhook", "definitions/notification/properties/webhook"),
                new Place("notifications/e/email", "definitions/notification/properties/email"),
                new Place("notifications/o/output", "definitions/notification/properties/output"),
                new Place("notifications/w/digest", "definitions/notification/properties/digest"),
                new Place("notifications/w/limit", "definitions/notification/properties/limit"),
                new Place("store", "properties/store"),
                new Place("uplink", "properties/uplink"),
                new Place("web", "properties/web"));
    }

    @TempDir private Path folder;

    private GatewayConfig read(String text) throws InvalidConfigException, IOException {
        return new GatewayConfigReader(SystemTags.device().tags())
                .read(Files.writeString(folder.resolve("gateway.yaml"), text));
    }

    private String problems(String text) throws IOException {
        try {
            read(text);
            return "";
        } catch (InvalidConfigException e) {
            return e.problems().stream().map(p -> p.message()).collect(Collectors.joining("\n"));
        }
    }

    /** The words that a message lists. */
    private static Set<String> listed(Pattern pattern, String messages) {
        return messages.lines()
                .map(pattern::matcher)
                .filter(m -> m.find())
                .findFirst()
                .map(m -> Set.of(m.group(1).split(", ", -1)))
                .orElse(Set.of());
    }

    @ParameterizedTest
    @MethodSource("places")
    void bothKnowTheSameKeys(Place place) throws Exception {
        var known = new TreeSet<>(listed(KNOWN, problems(place.with(UNKNOWN, 1))));
        known.addAll(place.elsewhere());

        assertThat(place.keys()).isEqualTo(known);
    }

    @Test
    void bothKnowTheSameSteps() throws Exception {
        var probe = new JsonObject(PROBE);
        probe.getJsonObject("pipelines")
                .getJsonObject("p")
                .getJsonArray("steps")
                .add(new JsonObject().put(UNKNOWN, 1));

        assertThat(new Place("", "definitions/step").keys())
                .isEqualTo(listed(KNOWN, problems(probe.encode())));
    }

    /** A profile has what a device has, but no profile of its own. */
    @Test
    void aProfileHasTheKeysOfADevice() {
        var keys = new TreeSet<>(new Place("", "definitions/device").keys());
        keys.remove("profile");

        assertThat(new Place("", "definitions/profile").keys()).isEqualTo(keys);
    }

    private static Set<String> words(JsonObject key) {
        return Stream.concat(Stream.of(key), alternatives(key))
                .filter(k -> k.containsKey("enum"))
                .flatMap(k -> k.getValue("enum") instanceof JsonArray a ? a.stream() : Stream.of())
                .map(Object::toString)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<JsonObject> alternatives(JsonObject key) {
        return key.getValue("anyOf") instanceof JsonArray any
                ? any.stream().map(JsonObject.class::cast)
                : Stream.of();
    }

    @ParameterizedTest
    @MethodSource("places")
    void bothKnowTheSameWords(Place place) throws Exception {
        for (var key : place.keys()) {
            var words = words(place.key(key));
            if (!words.isEmpty()) {
                assertThat(listed(ALLOWED, problems(place.with(key, UNKNOWN))))
                        .as("words of %s.%s", place, key)
                        .isEqualTo(words);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("places")
    void bothKnowTheSameLimits(Place place) throws Exception {
        for (var key : place.keys()) {
            var range = place.key(key).getString("x-range");
            var at = limited(place, key);
            if (range != null) {
                var messages = new StringBuilder();
                for (var value : TOO_MUCH) {
                    messages.append(problems(at.with(key, value))).append('\n');
                }
                assertThat(messages.toString())
                        .as("limits of %s.%s", place, key)
                        .contains("outside " + range);
            }
        }
    }

    /** The limits of a connection's keys are its devices'; those of length are a text's. */
    private static Place limited(Place place, String key) {
        return key.equals("length") ? new Place("devices/m/tags/s", place.schema()) : place;
    }

    @ParameterizedTest
    @MethodSource("places")
    void whatTheSchemaCallsDefaultIsWhatAnAbsentKeyMeans(Place place) throws Exception {
        for (var key : place.keys()) {
            var otherwise = place.key(key).getValue("default");
            if (otherwise != null) {
                assertThat(parts(read(place.with(key, otherwise))))
                        .as("default of %s.%s", place, key)
                        .isEqualTo(parts(read(PROBE)));
            }
        }
    }

    /** All but the text that it was read from. */
    private static String parts(GatewayConfig config) {
        return List.of(
                        config.gateway(),
                        config.devices(),
                        config.pipelines(),
                        config.engine(),
                        config.alarms(),
                        config.tests(),
                        config.notifications(),
                        config.store(),
                        config.uplink(),
                        config.web())
                .toString()
                // Places differ by the line only.
                .replaceAll("gateway.yaml:[0-9]+", "gateway.yaml");
    }
}
