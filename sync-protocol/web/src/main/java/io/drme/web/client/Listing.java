package io.drme.web.client;

import io.drme.web.Csv;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Prints items in one of three forms: aligned columns for people, JSON or CSV for programs. */
public final class Listing {
    /** Wider cells are cut in a table, but in its last column; never in JSON or CSV. */
    private static final int MAX_CELL = 60;

    /** The form of an output. */
    public enum Format {
        /** Aligned columns, for people. */
        table,
        /** {@code {"items":[…]}}. */
        json,
        /** By RFC 4180, with a heading. */
        csv
    }

    private final List<String> columns;

    /** A listing with these keys of each item as columns. */
    public Listing(String... columns) {
        this.columns = List.of(columns);
    }

    /** Prints the items and flushes. */
    public void print(JsonArray items, Format format, PrintWriter out) {
        try (var printer = printer(format, out)) {
            printer.add(items);
            printer.complete();
        }
    }

    /**
     * Prints a list as it comes. The caller says when it is complete and closes it, which ends the
     * list and flushes; one that is closed before, as its source failed, is no whole JSON.
     */
    public Printer printer(Format format, PrintWriter out) {
        return new Printer(format, out);
    }

    /**
     * A list that is being printed. JSON and CSV go out part by part; a table waits for its end, as
     * its columns are as wide as the widest cell. Confined to one thread.
     */
    public final class Printer implements AutoCloseable {
        private final Format format;
        private final PrintWriter out;
        private final JsonArray table = new JsonArray();
        private boolean isFirst = true;
        private boolean isComplete;

        private Printer(Format format, PrintWriter out) {
            this.format = format;
            this.out = out;
            switch (format) {
                case json -> out.print("{\n  \"items\" : [ ");
                case csv -> out.println(String.join(",", columns));
                case table -> {
                    // its heading is as wide as its rows
                }
            }
        }

        /** The next items. */
        public void add(JsonArray items) {
            for (int i = 0; i < items.size(); i++) {
                var item = items.getJsonObject(i);
                switch (format) {
                    case json -> {
                        out.print(isFirst ? "" : ", ");
                        out.print(item.encodePrettily().replace("\n", "\n  "));
                    }
                    case csv ->
                            out.println(
                                    String.join(
                                            ",",
                                            columns.stream()
                                                    .map(c -> Csv.quoted(cell(item, c)))
                                                    .toList()));
                    case table -> table.add(item);
                }
                isFirst = false;
            }
        }

        /** All items were added. */
        public void complete() {
            isComplete = true;
        }

        @Override
        public void close() {
            switch (format) {
                case json -> out.println(!isComplete ? "" : isFirst ? "]\n}" : " ]\n}");
                case csv -> {
                    // each row has ended its line
                }
                case table -> {
                    if (isComplete || !table.isEmpty()) {
                        table(table, out);
                    }
                }
            }
            out.flush();
        }
    }

    /** One item as one line without a heading: CSV, or cells two blanks apart. */
    public static String line(JsonObject item, Format format, String... keys) {
        var cells = Stream.of(keys).map(key -> cell(item, key));
        return format == Format.csv
                ? cells.map(Csv::quoted).collect(Collectors.joining(","))
                : cells.collect(Collectors.joining("  ")).stripTrailing();
    }

    private void table(JsonArray items, PrintWriter out) {
        if (items.isEmpty()) {
            out.println("none");
            return;
        }
        var rows = new ArrayList<List<String>>();
        rows.add(columns.stream().map(Listing::heading).toList());
        for (int i = 0; i < items.size(); i++) {
            var item = items.getJsonObject(i);
            rows.add(row(item));
        }
        var widths = new int[columns.size()];
        for (var row : rows) {
            for (int c = 0; c < widths.length; c++) {
                widths[c] = Math.max(widths[c], row.get(c).length());
            }
        }
        for (var row : rows) {
            var line = new StringBuilder();
            for (int c = 0; c < widths.length; c++) {
                line.append(row.get(c)).repeat(" ", widths[c] - row.get(c).length() + 2);
            }
            out.println(line.toString().stripTrailing());
        }
    }

    private List<String> row(JsonObject item) {
        var cells = new ArrayList<String>();
        for (int c = 0; c < columns.size(); c++) {
            var line = cell(item, columns.get(c)).replace('\n', ' ');
            boolean isLast = c == columns.size() - 1;
            cells.add(isLast ? line : cut(line));
        }
        return cells;
    }

    /** {@code sourceTime} becomes {@code SOURCE TIME}. */
    private static String heading(String key) {
        return key.replaceAll("([A-Z])", " $1").toUpperCase(java.util.Locale.ROOT);
    }

    private static String cut(String line) {
        return line.length() <= MAX_CELL ? line : line.substring(0, MAX_CELL - 1) + "…";
    }

    /** One value as text; nothing where it is absent. */
    public static String cell(JsonObject item, String key) {
        var value = item.getValue(key);
        return switch (value) {
            case null -> "";
            case JsonObject o -> o.isEmpty() ? "" : o.encode();
            case JsonArray a -> a.isEmpty() ? "" : a.encode();
            default -> value.toString();
        };
    }
}
