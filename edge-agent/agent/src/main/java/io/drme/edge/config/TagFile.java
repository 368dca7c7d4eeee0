package io.drme.edge.config;

import io.drme.config.Node;
import io.drme.config.Problems;
import io.drme.config.Where;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a CSV file of tags into the same nodes that YAML gives, so that both are checked by the
 * same code and a problem names the row. The first row names the columns: {@code name} and any key
 * that a tag may have; an empty cell counts as absent; {@code range} is written {@code 0..150}.
 */
final class TagFile {
    private static final int MAX_BYTES = 32 << 20;

    private TagFile() {}

    /** The tags by name; what is wrong goes to {@code problems}. */
    static Node.Mapping read(Path file, String path, Where asked, Problems problems) {
        var entries = new LinkedHashMap<String, Node.Entry>();
        try {
            if (Files.size(file) > MAX_BYTES) {
                problems.add(
                        asked,
                        path,
                        "%s has more than %d bytes; split it".formatted(file, MAX_BYTES));
                return new Node.Mapping(asked, entries);
            }
            var lines = Files.readAllLines(file);
            if (lines.isEmpty()) {
                problems.add(
                        asked,
                        path,
                        file + " is empty; its first row must name the columns, 'name' first");
                return new Node.Mapping(asked, entries);
            }
            var columns = cells(lines.getFirst());
            for (int i = 1; i < lines.size(); i++) {
                if (!lines.get(i).isBlank()) {
                    row(
                            new Where(file.toString(), i + 1, 1),
                            columns,
                            cells(lines.get(i)),
                            entries,
                            problems);
                }
            }
        } catch (NoSuchFileException _) {
            problems.add(
                    asked,
                    path,
                    "there is no file " + file + "; the path is taken from where this file lies");
        } catch (IOException e) {
            problems.add(asked, path, file + " can't be read: " + e.getMessage());
        }
        return new Node.Mapping(asked, entries);
    }

    private static void row(
            Where where,
            List<String> columns,
            List<String> cells,
            Map<String, Node.Entry> entries,
            Problems problems) {
        if (cells.size() > columns.size()) {
            problems.add(
                    where,
                    "",
                    "the row has %d cells, the first row only %d; put text with commas in quotes"
                            .formatted(cells.size(), columns.size()));
            return;
        }
        var keys = new LinkedHashMap<String, Node.Entry>();
        var name = "";
        for (int i = 0; i < cells.size(); i++) {
            var cell = cells.get(i).strip();
            if (columns.get(i).strip().equals("name")) {
                name = cell;
            } else if (!cell.isEmpty()) {
                keys.put(
                        columns.get(i).strip(),
                        new Node.Entry(where, value(where, columns.get(i).strip(), cell)));
            }
        }
        if (name.isEmpty()) {
            problems.add(where, "", "the row has no name; fill the column 'name'");
        } else if (entries.putIfAbsent(name, new Node.Entry(where, new Node.Mapping(where, keys)))
                != null) {
            problems.add(where, name, "stands twice in this file; remove one");
        }
    }

    private static Node value(Where where, String column, String cell) {
        if (column.equals("range") && cell.contains("..")) {
            int dots = cell.indexOf("..");
            return new Node.Sequence(
                    where,
                    List.of(
                            new Node.Scalar(where, cell.substring(0, dots).strip(), false),
                            new Node.Scalar(where, cell.substring(dots + 2).strip(), false)));
        }
        return new Node.Scalar(where, cell, false);
    }

    /** Splits one row by RFC 4180; a quoted cell may not span rows. */
    private static List<String> cells(String line) {
        var cells = new ArrayList<String>();
        var cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                cell.append('"');
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                cells.add(cell.toString());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        cells.add(cell.toString());
        return cells;
    }
}
