package io.drme.edge.config;

import io.drme.config.Node;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes tags as the CSV that {@link TagFile} reads: RFC 4180, lines end in LF, one column for each
 * key that any tag has. Pure.
 */
final class TagFileWriter {
    private static final String NAME = "name";

    /** The columns that a person looks for first, in this order; others follow as they come. */
    private static final List<String> FIRST =
            List.of(
                    "address",
                    "type",
                    "order",
                    "length",
                    "unit",
                    "scale",
                    "offset",
                    "range",
                    "deadband",
                    "poll");

    private TagFileWriter() {}

    /** The tags as one text, with a first row that names the columns. */
    static String write(Map<String, Node.Entry> tags) {
        var columns = columns(tags);
        var out = new StringBuilder();
        var heading = new ArrayList<>(List.of(NAME));
        heading.addAll(columns);
        line(heading, out);
        tags.forEach((name, entry) -> {
            var cells = new ArrayList<>(List.of(name));
            for (var column : columns) {
                cells.add(cell(column, entry.value()));
            }
            line(cells, out);
        });
        return out.toString();
    }

    private static Set<String> columns(Map<String, Node.Entry> tags) {
        var met = new LinkedHashSet<String>();
        for (var tag : tags.values()) {
            if (tag.value() instanceof Node.Mapping mapping) {
                met.addAll(mapping.entries().keySet());
            }
        }
        var columns = new LinkedHashSet<>(FIRST);
        columns.retainAll(met);
        columns.addAll(met);
        return columns;
    }

    private static String cell(String column, Node tag) {
        var entry = tag instanceof Node.Mapping mapping ? mapping.entries().get(column) : null;
        return entry == null ? "" : TagCells.text(column, entry.value());
    }

    private static void line(List<String> cells, StringBuilder out) {
        for (int i = 0; i < cells.size(); i++) {
            out.append(i == 0 ? "" : ",").append(quoted(cells.get(i)));
        }
        out.append('\n');
    }

    /** Whether a cell would go on in another row, which {@link TagFile} does not read. */
    static boolean isBroken(String cell) {
        return cell.indexOf('\n') >= 0 || cell.indexOf('\r') >= 0;
    }

    /** In quotes where it must be; a blank at an end would be lost without. */
    private static String quoted(String cell) {
        boolean plain = cell.indexOf(',') < 0 && cell.indexOf('"') < 0 && cell.equals(cell.strip());
        return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }
}
