package io.drme.trial;

import io.drme.config.Node;
import io.drme.config.Section;
import io.drme.config.Where;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One entry of {@code tests:}, well-formed; whether its tags and alarms exist is seen by {@link
 * Trials#check}. Immutable. Two are equal where the same is written, wherever it stands.
 */
public final class TrialConfig {
    private final String name;
    private final Where where;
    private final List<Given> given;
    private final List<Expected> expected;
    private final String written;

    TrialConfig(String name, Section section, List<Given> given, List<Expected> expected) {
        this.name = name;
        this.where = section.where();
        this.given = List.copyOf(given);
        this.expected = List.copyOf(expected);
        this.written = written(section);
    }

    /**
     * Reads {@code tests:} below {@code top}; what is wrong is noted in its problems, and the entry
     * is left out.
     */
    public static List<TrialConfig> readAll(Section top) {
        var all = new ArrayList<TrialConfig>();
        top.sections("tests")
                .forEach((name, section) -> TrialReader.read(name, section).ifPresent(all::add));
        return List.copyOf(all);
    }

    private static String written(Section section) {
        var text = new StringBuilder();
        for (var key : List.of("given", "expect")) {
            var node = section.node(key);
            if (node != null) {
                write(node, text.append(key));
            }
        }
        return text.toString();
    }

    private static void write(Node node, StringBuilder out) {
        switch (node) {
            case Node.Scalar scalar -> out.append('"').append(scalar.text()).append("\",");
            case Node.Sequence(Where _, List<Node> items) -> {
                out.append('[');
                items.forEach(item -> write(item, out));
                out.append(']');
            }
            case Node.Mapping(Where _, Map<String, Node.Entry> entries) -> {
                out.append('{');
                entries.forEach((key, entry) -> write(entry.value(), out.append(key).append(':')));
                out.append('}');
            }
        }
    }

    /** What a person calls it. */
    public String name() {
        return name;
    }

    /** Its place in the file. */
    public Where where() {
        return where;
    }

    /** The tags that it gives samples of. */
    public Set<String> givenTags() {
        var names = new LinkedHashSet<String>();
        for (var line : given) {
            if (line instanceof Given.Samples samples) {
                samples.cells().forEach(cell -> names.add(cell.tag()));
            }
        }
        return names;
    }

    /**
     * The types of the tags that it gives samples of, as their values are written: booleans,
     * decimal numbers, or else texts. For who has no catalogue; a tag that is only ever bad is a
     * number.
     */
    public Map<String, ValueType> givenTypes() {
        var types = new LinkedHashMap<String, ValueType>();
        for (var line : given) {
            if (line instanceof Given.Samples samples) {
                for (var cell : samples.cells()) {
                    cell.value()
                            .ifPresent(v -> types.merge(cell.tag(), typeOf(v), TrialConfig::both));
                    types.putIfAbsent(cell.tag(), ValueType.FLOAT64);
                }
            }
        }
        return types;
    }

    private static ValueType both(ValueType one, ValueType other) {
        return one == other ? one : ValueType.TEXT;
    }

    private static ValueType typeOf(String text) {
        if (text.equals("true") || text.equals("false")) {
            return ValueType.BOOLEAN;
        }
        boolean isNumber =
                CellReader.RAMP.matcher(text).matches()
                        || ValueText.parse(ValueType.FLOAT64, text).isPresent();
        return isNumber ? ValueType.FLOAT64 : ValueType.TEXT;
    }

    List<Given> given() {
        return given;
    }

    List<Expected> expected() {
        return expected;
    }

    /** How long it takes: a little longer than the last time that it speaks of. */
    long lengthNanos() {
        long last = 0;
        for (var line : given) {
            last = Math.max(last, line.until());
        }
        for (var line : expected) {
            // An open end means the end of the test, and does not make it longer.
            last = line.span().to() == Long.MAX_VALUE ? last : Math.max(last, line.span().to());
        }
        return last + TestTime.AFTER_NANOS;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TrialConfig t && t.name.equals(name) && t.written.equals(written);
    }

    @Override
    public int hashCode() {
        return written.hashCode();
    }

    @Override
    public String toString() {
        return name + " " + written;
    }
}
