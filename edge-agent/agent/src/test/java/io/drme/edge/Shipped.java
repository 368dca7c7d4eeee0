package io.drme.edge;

import io.drme.config.Node;
import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.config.YamlReader;
import io.drme.edge.config.GatewayConfig;
import io.vertx.core.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The files about gateway.yaml that ship with the agent, and YAML as an editor sees it. */
final class Shipped {
    private Shipped() {}

    static String sample() {
        return resource("gateway.sample.yaml");
    }

    static String schema() {
        return resource("gateway.schema.json");
    }

    private static String resource(String name) {
        try (var in = GatewayConfig.class.getResourceAsStream("/io/drme/edge/" + name)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A YAML text as JSON, its plain scalars typed by the core schema of YAML 1.2. */
    static String json(String yaml) {
        var problems = new Problems();
        var top = YamlReader.parse("text", yaml, problems);
        if (!problems.none()) {
            throw new IllegalArgumentException(problems.list().toString());
        }
        return Json.encode(plain(top.orElseThrow()));
    }

    private static @Nullable Object plain(Node node) {
        return switch (node) {
            case Node.Scalar(Where _, String text, boolean quoted) -> quoted ? text : typed(text);
            case Node.Sequence(Where _, List<Node> items) ->
                    items.stream().map(Shipped::plain).toList();
            case Node.Mapping(Where _, Map<String, Node.Entry> entries) -> {
                var plain = new LinkedHashMap<String, @Nullable Object>();
                entries.forEach((key, entry) -> plain.put(key, plain(entry.value())));
                yield plain;
            }
        };
    }

    private static @Nullable Object typed(String text) {
        if (text.isEmpty() || text.equals("~") || text.equalsIgnoreCase("null")) {
            return null;
        }
        if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        if (text.matches("[-+]?[0-9]+")) {
            return new BigInteger(text);
        }
        if (text.matches("0x[0-9a-fA-F]+")) {
            return new BigInteger(text.substring(2), 16);
        }
        return text.matches("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?")
                ? new BigDecimal(text)
                : text;
    }
}
