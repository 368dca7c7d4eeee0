package io.drme.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * docs/configuration.md lists every key as gateway.schema.json has it. {@code -Ddrme.write=true}
 * writes the page anew.
 */
class ConfigurationPageTest {
    private static final Path PAGE = Path.of("../../docs/configuration.md");
    private static final JsonObject SCHEMA = new JsonObject(Shipped.schema());

    private static final String HEAD =
            """
            # Keys of gateway.yaml

            Made from [gateway.schema.json](../edge-agent/agent/src/main/resources/io/drme/edge/gateway.schema.json) by a test; edit that file instead.
            `drme-agent schema > gateway.schema.json` prints it on an installed gateway, `drme-agent sample` the sample. An editor with a YAML language
            server completes and explains keys where the first line of a file is `# yaml-language-server: $schema=gateway.schema.json`. What counts
            is `drme-agent check FILE`: it also sees names of other parts, expressions, files, and what a device's parameters make of a profile.

            **Merging.** A device takes what it does not say itself from its profile, then from its connection. Tags of a profile and of the device
            are added up; the device's win. A number or text of a profile may hold `${name}` or `${base + 100}`, filled in from `with`.

            **Several files.** `include: [conf.d/*.yaml]` joins the sections of other files, in the order of their names; the same name in two
            files is an error. `tags: {file: tags/press.csv}` reads the tags from a CSV file, its path taken from where the file lies in which
            it stands: the first row names the columns, `name` and any key of a tag; an empty cell is an absent key; `range` is written `0..150`,
            `invalid` `0xFFFF; 0x8000`, `enum` `0=stopped; 1=running` (a backslash before a `;` that belongs to a name). A cell with a comma stands in
            double quotes, each quote in it twice; quotes in the midst of a cell that has none around it are text, as in `ns=3;s="DB"."Oil"`.
            `drme-agent tags export` and `tags import` write such files and put them in place ([commissioning](commissioning.md)).

            **Connections.** Modbus devices whose URLs lead to the same place share one connection, by `connection:` or by writing the
            same URL; their requests follow one another.
            """;

    private record Chapter(String title, String schema, Set<String> left) {
        Chapter(String title, String schema) {
            this(title, schema, Set.of());
        }
    }

    private static List<Chapter> chapters() {
        var common = keys("definitions/modbus-tag");
        common.retainAll(keys("definitions/gpio-tag"));
        common.removeAll(Set.of("address", "type"));
        var chapters =
                List.of(
                        new Chapter("Top", ""),
                        new Chapter("`gateway`", "properties/gateway"),
                        new Chapter(
                                "A connection under `connections`",
                                "properties/connections/additionalProperties"),
                        new Chapter(
                                "A device under `devices`, or a profile under `profiles`",
                                "definitions/device"),
                        new Chapter(
                                "`security` of an OPC UA device",
                                "definitions/device/properties/security"),
                        new Chapter(
                                "A tag of any driver",
                                "definitions/modbus-tag",
                                minus(keys("definitions/modbus-tag"), common)),
                        new Chapter(
                                "A tag of a Modbus device, beside these",
                                "definitions/modbus-tag",
                                common),
                        new Chapter(
                                "A tag of an OPC UA server, beside these",
                                "definitions/opcua-tag",
                                common),
                        new Chapter(
                                "A tag on a GPIO line, beside these",
                                "definitions/gpio-tag",
                                common),
                        new Chapter(
                                "A tag of an MQTT broker, beside these",
                                "definitions/mqtt-tag",
                                common),
                        new Chapter("A pipeline under `pipelines`", "definitions/pipeline"),
                        new Chapter("`engine`", "properties/engine"));
        return Stream.of(chapters, ofSteps(), ofAlarms(), ofReceivers(), ends())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Chapter> ofSteps() {
        return List.of(
                new Chapter("A step of a pipeline", "definitions/step"),
                new Chapter("`scale`, a step", "definitions/step/properties/scale"),
                new Chapter("`aggregate`, a step", "definitions/step/properties/aggregate"),
                new Chapter(
                        "`session` of an aggregate",
                        "definitions/step/properties/aggregate/properties/session"),
                new Chapter("`rate`, a step", "definitions/step/properties/rate"),
                new Chapter("`counter`, a step", "definitions/step/properties/counter"),
                new Chapter("`duration`, a step", "definitions/step/properties/duration"),
                new Chapter("`states`, a step", "definitions/step/properties/states"),
                new Chapter("`smooth`, a step", "definitions/step/properties/smooth"),
                new Chapter("`resample`, a step", "definitions/step/properties/resample"),
                new Chapter("`changes`, a step", "definitions/step/properties/changes"),
                new Chapter("`throttle`, a step", "definitions/step/properties/throttle"),
                new Chapter("`combine`, a step", "definitions/step/properties/combine"),
                new Chapter("`as-of`, a step", "definitions/step/properties/as-of"),
                new Chapter("`join`, a step", "definitions/step/properties/join"),
                new Chapter("`lookup`, a step", "definitions/step/properties/lookup"),
                new Chapter("`pattern`, a step", "definitions/step/properties/pattern"),
                new Chapter("`merge`, a step", "definitions/step/properties/merge"));
    }

    private static List<Chapter> ofAlarms() {
        return List.of(
                new Chapter("An alarm under `alarms`", "definitions/alarm"),
                new Chapter("A test under `tests`", "definitions/test"),
                new Chapter("A line of `given`, beside tags", "definitions/given-line"),
                new Chapter("A line of `expect`, beside tags", "definitions/expect-line"));
    }

    private static List<Chapter> ofReceivers() {
        return List.of(
                new Chapter("A receiver under `notifications`", "definitions/notification"),
                new Chapter(
                        "`webhook` of a receiver", "definitions/notification/properties/webhook"),
                new Chapter("`email` of a receiver", "definitions/notification/properties/email"),
                new Chapter("`output` of a receiver", "definitions/notification/properties/output"),
                new Chapter("`digest` of a receiver", "definitions/notification/properties/digest"),
                new Chapter("`limit` of a receiver", "definitions/notification/properties/limit"));
    }

    private static List<Chapter> ends() {
        return List.of(
                new Chapter("`store`", "properties/store"),
                new Chapter("`uplink`", "properties/uplink"),
                new Chapter("`web`", "properties/web"));
    }

    private static Set<String> minus(Set<String> all, Set<String> some) {
        var left = new LinkedHashSet<>(all);
        left.removeAll(some);
        return left;
    }

    private static JsonObject at(String path) {
        var at = SCHEMA;
        for (var step : path.split("/", -1)) {
            at = step.isEmpty() ? at : at.getJsonObject(step);
        }
        return at;
    }

    private static Set<String> keys(String path) {
        return new LinkedHashSet<>(at(path).getJsonObject("properties").fieldNames());
    }

    private static String page() {
        var page = new StringBuilder(HEAD);
        for (var chapter : chapters()) {
            var definition = at(chapter.schema());
            page.append("\n## %s\n\n".formatted(chapter.title()));
            page.append("| key | default | allowed | |\n| --- | --- | --- | --- |\n");
            for (var key : minus(keys(chapter.schema()), chapter.left())) {
                var told = definition.getJsonObject("properties").getJsonObject(key);
                page.append(
                        "| `%s` | %s | %s | %s |\n"
                                .formatted(
                                        key,
                                        otherwise(definition, key, told),
                                        allowed(told),
                                        told.getString("description").replace("|", "\\|")));
            }
        }
        return page.toString();
    }

    private static String otherwise(JsonObject definition, String key, JsonObject told) {
        if (definition.getValue("required") instanceof JsonArray needed && needed.contains(key)) {
            return "needed";
        }
        return Optional.ofNullable(told.getValue("default"))
                .map(Object::toString)
                .filter(text -> !text.isEmpty())
                .map("`%s`"::formatted)
                .orElse("");
    }

    private static String allowed(JsonObject told) {
        if (told.getString("x-range") != null) {
            return told.getString("x-range");
        }
        var words = new ArrayList<String>();
        var alternatives =
                told.getValue("anyOf") instanceof JsonArray any
                        ? any.stream().map(JsonObject.class::cast)
                        : Stream.<JsonObject>of();
        Stream.concat(Stream.of(told), alternatives)
                .map(k -> k.getValue("enum"))
                .filter(JsonArray.class::isInstance)
                .limit(1)
                .forEach(list -> ((JsonArray) list).forEach(word -> words.add("" + word)));
        return String.join(", ", words);
    }

    @Test
    void thePageListsEveryKeyOfTheSchema() throws Exception {
        if (Boolean.getBoolean("drme.write")) {
            Files.writeString(PAGE, page());
        }
        assertThat(Files.readString(PAGE)).isEqualTo(page());
    }
}
