package io.drme.sim.opcua;

import io.drme.config.Section;
import io.drme.sim.ValueSource;
import io.drme.sim.ValueSources;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Reads from a scenario what a node holds: {@code value}, or {@code fields} of a structure. */
final class ShapeReader {
    private final ValueSources values;
    private final OptionalLong address;

    ShapeReader(ValueSources values, OptionalLong address) {
        this.values = values;
        this.address = address;
    }

    /** The shape, or nothing where a problem was noted. */
    Optional<Shape> read(Section keys) {
        return read(keys, 1);
    }

    private Optional<Shape> read(Section keys, int depth) {
        if (!keys.has("fields")) {
            return simple(keys);
        }
        if (depth > Shape.Structure.MOST_DEPTH) {
            keys.problem("fields", "go deeper than " + Shape.Structure.MOST_DEPTH);
            return Optional.empty();
        }
        var fields = new LinkedHashMap<String, Shape>();
        var sections = keys.sections("fields");
        sections.forEach((name, field) -> {
            read(field, depth + 1).ifPresent(shape -> fields.put(name, shape));
            field.done();
        });
        if (fields.isEmpty() || fields.size() != sections.size()) {
            if (sections.isEmpty()) {
                keys.problem("fields", "there are none; add for example {speed: {value: 1.5}}");
            }
            return Optional.empty();
        }
        return Optional.of(new Shape.Structure(fields));
    }

    private Optional<Shape> simple(Section keys) {
        var source = values.read(keys, address);
        var type =
                keys.parsed(
                        "type",
                        "a type; allowed: " + String.join(", ", NodeType.words()),
                        NodeType::of);
        var names = names(keys);
        var dimensions =
                keys.parsed(
                        "elements",
                        "a number of elements such as 4, or one for each dimension as in \"2,3\"; at most %d in all"
                                .formatted(Shape.Many.MOST_ELEMENTS),
                        ShapeReader::dimensions);
        return source.map(s -> {
            var one = new Shape.One(type.orElseGet(() -> usual(s, names)), s, names);
            return dimensions.<Shape>map(d -> new Shape.Many(one, d)).orElse(one);
        });
    }

    private static NodeType usual(ValueSource source, Map<Long, String> names) {
        return names.isEmpty() ? NodeType.suiting(source.at(0)) : NodeType.INT32;
    }

    private static Map<Long, String> names(Section keys) {
        var names = new TreeMap<Long, String>();
        keys.section("names")
                .ifPresent(section -> {
                    for (var code : section.keys()) {
                        if (code.matches("[0-9]{1,9}")) {
                            names.put(Long.parseLong(code), section.requiredText(code));
                        } else {
                            keys.problem(
                                    "names", "'%s' is no code; write code: name".formatted(code));
                        }
                    }
                });
        return names;
    }

    private static Optional<List<Integer>> dimensions(String text) {
        var bare = text.replace(" ", "");
        if (!bare.matches("[0-9]{1,5}(,[0-9]{1,5}){0,3}")) {
            return Optional.empty();
        }
        var all = Arrays.stream(bare.split(",", -1)).map(Integer::valueOf).toList();
        long product = all.stream().mapToLong(d -> d).reduce(1, (a, b) -> a * b);
        return product >= 1 && product <= Shape.Many.MOST_ELEMENTS
                ? Optional.of(all)
                : Optional.empty();
    }
}
