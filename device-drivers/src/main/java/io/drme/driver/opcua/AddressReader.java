package io.drme.driver.opcua;

import io.drme.config.Section;
import io.drme.driver.DriverFactory;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the keys of one OPC UA tag. Names no class of Milo. */
final class AddressReader {
    /**
     * Values that the server keeps of one tag between two publishes where the file says nothing.
     */
    static final int DEFAULT_QUEUE = 10;

    /** A server keeps this many for each tag: more of them is a history, not a queue. */
    private static final int MOST_QUEUE = 10_000;

    private static final Duration LEAST_SAMPLING = Duration.ofMillis(1);
    private static final Duration MOST_SAMPLING = Duration.ofHours(1);
    private static final int MOST_NAMES = 1_000;

    private static final Map<String, ValueType> TYPES =
            Map.of(
                    "bool", ValueType.BOOLEAN,
                    "int64", ValueType.INT64,
                    "float64", ValueType.FLOAT64,
                    "text", ValueType.TEXT);

    private final Section tag;

    private AddressReader(Section tag) {
        this.tag = tag;
    }

    static Optional<DriverFactory.Address> read(Section tag) {
        return new AddressReader(tag).read();
    }

    private Optional<DriverFactory.Address> read() {
        var node = node();
        var type =
                tag.parsed(
                        "type",
                        "a type of OPC UA tags; allowed: bool, int64, float64, text",
                        word -> Optional.ofNullable(TYPES.get(word)));
        var part = new ValuePart(element(), fields());
        var sampling =
                tag.duration(
                        "sampling",
                        OpcUaDriverFactory.DEFAULT_SAMPLING,
                        LEAST_SAMPLING,
                        MOST_SAMPLING);
        int queue = (int) tag.integer("queue", DEFAULT_QUEUE, 1, MOST_QUEUE);
        var names = names(type);
        var raw = names.isEmpty() ? type.orElse(ValueType.FLOAT64) : ValueType.TEXT;
        var deadband = deadband(raw, part);
        boolean history = tag.bool("history", false);
        return node.map(n ->
                new DriverFactory.Address(
                        new OpcUaAddress(n, part, sampling, queue, deadband, history, names), raw));
    }

    private Optional<NodeAddress> node() {
        var text = tag.requiredText("address");
        var node = NodeAddress.parse(text);
        if (node.isEmpty() && !text.isBlank()) {
            tag.problem(
                    "address",
                    ("'%s' is no OPC UA node; expected nsu=URI;s=Name or ns=2;s=Name,"
                                    + " with s= text, i= number, g= UUID or b= base 64")
                            .formatted(text));
        }
        return node;
    }

    private String element() {
        return tag.parsed(
                        "element",
                        "an index from 0, or one for each dimension as in \"1,2\"",
                        ValuePart::element)
                .orElse("");
    }

    private List<ValuePart.Step> fields() {
        return tag.parsed(
                        "field",
                        "the name of a field, or names on the way to it as in axis/position or axis[2]/position",
                        ValuePart::fields)
                .orElse(List.of());
    }

    private Deadband deadband(ValueType type, ValuePart part) {
        var found =
                tag.parsed(
                        "server-deadband",
                        "a width such as 0.5, or a part of the node's range such as \"2 %\"",
                        Deadband::parse);
        if (found.isEmpty() || found.get().isNone()) {
            return Deadband.NONE;
        }
        if (type != ValueType.INT64 && type != ValueType.FLOAT64) {
            tag.problem("server-deadband", "works on numbers only; remove it");
        } else if (!part.fields().isEmpty()) {
            tag.problem(
                    "server-deadband",
                    "a server can't compare fields of structures; use deadband, which the agent applies");
        }
        return found.get();
    }

    private Map<Long, String> names(Optional<ValueType> type) {
        var section = tag.section("enum");
        if (section.isEmpty()) {
            return Map.of();
        }
        if (type.isPresent() && type.get() != ValueType.INT64 && type.get() != ValueType.TEXT) {
            tag.problem("enum", "works on whole numbers only; use type: int64, or leave it out");
        }
        var names = new HashMap<Long, String>();
        for (var key : section.get().keys()) {
            var code = code(key);
            if (code.isEmpty() || names.size() == MOST_NAMES) {
                tag.problem("enum", "'%s' is no whole number; write code: name".formatted(key));
            } else {
                names.put(code.get(), section.get().requiredText(key));
            }
        }
        if (names.isEmpty()) {
            tag.problem("enum", "is empty; write code: name, for example {0: stopped, 1: running}");
        }
        return Map.copyOf(names);
    }

    private static Optional<Long> code(String text) {
        try {
            return Optional.of(
                    text.startsWith("0x")
                            ? Long.parseLong(text.substring(2), 16)
                            : Long.parseLong(text));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }
}
