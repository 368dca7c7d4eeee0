package io.drme.edge.config;

import io.drme.config.Node;
import io.drme.config.Problems;
import io.drme.config.Where;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a CSV file of tags, or of a table, into the same nodes that YAML gives, so that both are
 * checked by the same code and a problem names the row. The first row names the columns; an empty
 * cell counts as absent. Of tags they are {@code name} and any key that a tag may have, and {@link
 * TagCells} tells how lists and names are written; a table has any, and the first holds the keys.
 */
final class TagFile {
    static final int MAX_BYTES = 32 << 20;
    private static final String NAME = "name";

    /** Excel begins its UTF-8 files with it. */
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final boolean isTable;
    private final Path file;
    private final String path;
    private final Problems problems;
    private final Map<String, Node.Entry> rows = new LinkedHashMap<>();
    private List<String> columns = List.of();

    private TagFile(boolean isTable, Path file, String path, Problems problems) {
        this.isTable = isTable;
        this.file = file;
        this.path = path;
        this.problems = problems;
    }

    /** The tags by name; what is wrong goes to {@code problems}. */
    static Node.Mapping read(Path file, String path, Where asked, Problems problems) {
        return read(new TagFile(false, file, path, problems), asked);
    }

    /** The rows of a table by key; what is wrong goes to {@code problems}. */
    static Node.Mapping readTable(Path file, String path, Where asked, Problems problems) {
        return read(new TagFile(true, file, path, problems), asked);
    }

    private static Node.Mapping read(TagFile reader, Where asked) {
        var file = reader.file;
        var path = reader.path;
        var problems = reader.problems;
        try {
            if (Files.size(file) > MAX_BYTES) {
                problems.add(
                        asked,
                        path,
                        "%s has more than %d bytes; split it".formatted(file, MAX_BYTES));
            } else {
                reader.read(Files.readString(file));
            }
        } catch (NoSuchFileException _) {
            problems.add(
                    asked,
                    path,
                    "there is no file " + file + "; the path is taken from where this file lies");
        } catch (CharacterCodingException _) {
            problems.add(reader.line(1), path, "the file is not UTF-8 text; save it as CSV UTF-8");
        } catch (IOException e) {
            problems.add(asked, path, file + " can't be read: " + e.getMessage());
        }
        return new Node.Mapping(asked, reader.rows);
    }

    /** The tags in a text that stands for the file. */
    static Node.Mapping parse(Path file, String text, String path, Problems problems) {
        var reader = new TagFile(false, file, path, problems);
        reader.read(text);
        return new Node.Mapping(reader.line(1), reader.rows);
    }

    private Where line(int number) {
        return new Where(file.toString(), number, 1);
    }

    private void read(String text) {
        var lines = (text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text).lines().toList();
        columns =
                lines.isEmpty()
                        ? List.of()
                        : cells(lines.getFirst(), 1).stream().map(String::strip).toList();
        if (!areGood(columns)) {
            return;
        }
        for (int i = 1; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                row(i + 1, cells(lines.get(i), i + 1));
            }
        }
    }

    private boolean areGood(List<String> columns) {
        if (columns.size() == 1 && columns.getFirst().indexOf(';') >= 0) {
            problems.add(line(1), path, "the columns are parted by ';'; save the file with commas");
            return false;
        }
        if (!isTable && !columns.contains(NAME)) {
            problems.add(
                    line(1),
                    path,
                    "the first row names no column 'name'; it must name the columns, such as name,address,type");
            return false;
        }
        var seen = new HashSet<String>();
        for (var column : columns) {
            problems.check(
                    seen.add(column),
                    line(1),
                    path + "." + column,
                    "the column '%s' stands twice; remove one".formatted(column));
        }
        return true;
    }

    private void row(int number, List<String> cells) {
        if (cells.size() > columns.size()) {
            problems.add(
                    line(number),
                    path,
                    "the row has %d cells, the first row only %d; put text with commas in quotes"
                            .formatted(cells.size(), columns.size()));
            return;
        }
        var keys = new LinkedHashMap<String, Node.Entry>();
        var name = nameIn(cells);
        for (int i = 0; i < cells.size(); i++) {
            var cell = cells.get(i);
            if (i != keyAt() && !cell.isEmpty()) {
                var column = columns.get(i);
                var value =
                        isTable
                                ? new Node.Scalar(line(number), cell, true)
                                : TagCells.value(line(number), column, cell);
                if (!isTable && TagCells.isEnum(column) && !(value instanceof Node.Mapping)) {
                    problems.add(
                            line(number),
                            path + "." + name + "." + column,
                            "'%s' is not codes with their names; write them as 0=stopped; 1=running"
                                    .formatted(cell));
                    continue;
                }
                // The key stands in the first row: an unknown column is one problem, not one a row.
                keys.put(column, new Node.Entry(line(1), value));
            }
        }
        var tag = new Node.Entry(line(number), new Node.Mapping(line(number), keys));
        if (name.isEmpty()) {
            problems.add(
                    line(number),
                    path,
                    "the row has no name; fill the column '%s'".formatted(columns.get(keyAt())));
        } else if (rows.putIfAbsent(name, tag) != null) {
            problems.add(line(number), path + "." + name, "stands twice in this file; remove one");
        }
    }

    private String nameIn(List<String> cells) {
        int at = keyAt();
        return at < cells.size() ? cells.get(at).strip() : "";
    }

    /** The column that names the row. */
    private int keyAt() {
        return isTable ? 0 : columns.indexOf(NAME);
    }

    /**
     * Splits one row by RFC 4180: quotes count where they open a cell and double within it; in the
     * midst of one they are text, as in {@code ns=3;s="DB"."Oil"}. A quoted cell may not span rows,
     * and keeps its blanks.
     */
    private List<String> cells(String line, int number) {
        var cells = new ArrayList<String>();
        int at = 0;
        while (at <= line.length()) {
            int begin = afterBlanks(line, at);
            if (begin < line.length() && line.charAt(begin) == '"') {
                at = quoted(line, begin + 1, number, cells) + 1;
            } else {
                int comma = line.indexOf(',', at);
                int end = comma < 0 ? line.length() : comma;
                cells.add(line.substring(at, end).strip());
                at = end + 1;
            }
        }
        return cells;
    }

    private static int afterBlanks(String line, int at) {
        int begin = at;
        while (begin < line.length() && (line.charAt(begin) == ' ' || line.charAt(begin) == '\t')) {
            begin++;
        }
        return begin;
    }

    /** Adds the quoted cell that begins at {@code from}; returns where the comma behind it is. */
    private int quoted(String line, int from, int number, List<String> cells) {
        var cell = new StringBuilder();
        int at = from;
        while (at < line.length()) {
            char c = line.charAt(at++);
            if (c != '"') {
                cell.append(c);
            } else if (at < line.length() && line.charAt(at) == '"') {
                cell.append('"');
                at++;
            } else {
                cells.add(cell.toString());
                return behindQuotes(line, at, number, cells.size());
            }
        }
        problems.add(line(number), path, "a quote is not closed in this row; add the second '\"'");
        cells.add(cell.toString());
        return line.length();
    }

    private int behindQuotes(String line, int at, int number, int cell) {
        int comma = line.indexOf(',', at);
        int end = comma < 0 ? line.length() : comma;
        var rest = line.substring(at, end).strip();
        problems.check(
                rest.isEmpty(),
                line(number),
                path,
                "in cell %d of this row '%s' follows the closing quote; put the whole cell in quotes and write each quote in it twice"
                        .formatted(cell, rest));
        return end;
    }
}
