package io.drme.edge.config;

import io.drme.config.Node;
import io.drme.config.Where;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the cells of a tag file hold, both ways: {@code range} is {@code 0..150}, {@code invalid}
 * {@code 0xFFFF; 0x8000}, {@code enum} {@code 0=stopped; 1=running}; all else is the text itself. A
 * backslash takes its meaning from the {@code ;} or {@code =} that follows. Pure.
 */
final class TagCells {
    private static final String RANGE = "range";
    private static final String ENUM = "enum";
    private static final String DOTS = "..";
    private static final char ESCAPE = '\\';
    private static final char NEXT = ';';

    private TagCells() {}

    /** A cell as the node that YAML would give. */
    static Node value(Where where, String column, String cell) {
        if (column.equals(RANGE) && cell.contains(DOTS)) {
            int dots = cell.indexOf(DOTS);
            return new Node.Sequence(
                    where,
                    List.of(
                            scalar(where, cell.substring(0, dots)),
                            scalar(where, cell.substring(dots + DOTS.length()))));
        }
        if (column.equals(ENUM)) {
            return names(where, cell);
        }
        if (column.equals("invalid") && cell.indexOf(NEXT) >= 0) {
            return new Node.Sequence(
                    where, split(cell).stream().map(part -> scalar(where, part)).toList());
        }
        return new Node.Scalar(where, cell, false);
    }

    private static Node scalar(Where where, String text) {
        return new Node.Scalar(where, text.strip(), false);
    }

    /** Whether a column holds codes with their names; {@link #value} then makes a mapping of it. */
    static boolean isEnum(String column) {
        return column.equals(ENUM);
    }

    /** What has no code stays a text. */
    private static Node names(Where where, String cell) {
        var names = new LinkedHashMap<String, Node.Entry>();
        for (var part : split(cell)) {
            int at = separator(part);
            if (at < 0) {
                return new Node.Scalar(where, cell, false);
            }
            names.put(
                    part.substring(0, at).strip(),
                    new Node.Entry(where, scalar(where, unescaped(part.substring(at + 1)))));
        }
        return new Node.Mapping(where, names);
    }

    private static int separator(String part) {
        int equals = part.indexOf('=');
        int colon = part.indexOf(':');
        return equals < 0 || colon < 0 ? Math.max(equals, colon) : Math.min(equals, colon);
    }

    /** The parts between semicolons that no backslash stands before; blank ones don't count. */
    private static List<String> split(String cell) {
        var parts = new ArrayList<String>();
        var part = new StringBuilder();
        for (int i = 0; i < cell.length(); i++) {
            char c = cell.charAt(i);
            if (c == ESCAPE && i + 1 < cell.length()) {
                part.append(c).append(cell.charAt(++i));
            } else if (c == NEXT) {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        parts.add(part.toString());
        parts.removeIf(String::isBlank);
        return parts;
    }

    private static String unescaped(String text) {
        var plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            boolean escapes = text.charAt(i) == ESCAPE && i + 1 < text.length();
            plain.append(text.charAt(escapes ? ++i : i));
        }
        return plain.toString();
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace(";", "\\;");
    }

    /** A node as the cell from which {@link #value} makes it again. */
    static String text(String column, Node node) {
        return switch (node) {
            case Node.Scalar scalar -> scalar.text();
            case Node.Sequence(Where _, List<Node> items) ->
                    items.stream()
                            .map(item -> text("", item))
                            .collect(Collectors.joining(column.equals(RANGE) ? DOTS : "; "));
            case Node.Mapping(Where _, Map<String, Node.Entry> entries) ->
                    entries.entrySet().stream()
                            .map(e -> e.getKey() + "=" + escaped(text("", e.getValue().value())))
                            .collect(Collectors.joining("; "));
        };
    }
}
