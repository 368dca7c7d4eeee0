package io.drme.stream;

import io.drme.config.Section;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rows of constants by key. A column has the narrowest type that all its cells have: whole numbers,
 * numbers, true or false, else texts. An empty cell is a bad value. Immutable.
 */
final class Table {
    /** No row. */
    static final int NONE = -1;

    /** The most rows; a gateway has fewer tags. */
    static final int MAX_ROWS = 100_000;

    private static final byte EMPTY = Quality.bad(Reason.INPUT_NOT_GOOD);

    private final List<String> columns;
    private final List<ValueType> types;
    private final Map<String, Integer> rowOf;
    private final long[] bits;
    private final byte[] qualities;
    private final @Nullable String[] texts;

    private Table(List<String> columns, List<ValueType> types, Map<String, Integer> rowOf) {
        this.columns = List.copyOf(columns);
        this.types = List.copyOf(types);
        this.rowOf = rowOf;
        int cells = columns.size() * rowOf.size();
        this.bits = new long[cells];
        this.qualities = new byte[cells];
        this.texts = new String[cells];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Table table
                && columns.equals(table.columns)
                && types.equals(table.types)
                && rowOf.equals(table.rowOf)
                && Arrays.equals(bits, table.bits)
                && Arrays.equals(qualities, table.qualities)
                && Arrays.equals(texts, table.texts);
    }

    @Override
    public int hashCode() {
        return columns.hashCode() * 31 + rowOf.hashCode();
    }

    /** Reads rows by their keys, each with its cells by the names of the columns. */
    static Optional<Table> read(Section table) {
        var rows = new ArrayList<Map<String, String>>();
        var rowOf = new HashMap<String, Integer>();
        var columns = new LinkedHashSet<String>();
        for (var key : table.keys()) {
            var row = table.section(key);
            if (row.isEmpty()) {
                return Optional.empty();
            }
            var cells = new HashMap<String, String>();
            for (var column : List.copyOf(row.get().keys())) {
                row.get().text(column).ifPresent(text -> cells.put(column, text.strip()));
                if (Beside.isFree(column)) {
                    columns.add(column);
                }
            }
            rowOf.put(key, rows.size());
            rows.add(cells);
        }
        if (columns.isEmpty() || rows.size() > MAX_ROWS) {
            table.problems()
                    .add(
                            table.where(),
                            table.path(),
                            rows.size() > MAX_ROWS
                                    ? "has %d rows; at most %d are allowed"
                                            .formatted(rows.size(), MAX_ROWS)
                                    : "has no column that an expression can name; expected rows such as press-1/oil: {high: 80}");
            return Optional.empty();
        }
        var names = List.copyOf(columns);
        var made = new Table(names, names.stream().map(c -> typeOf(c, rows)).toList(), rowOf);
        for (int row = 0; row < rows.size(); row++) {
            for (int column = 0; column < names.size(); column++) {
                made.set(row, column, rows.get(row).getOrDefault(names.get(column), ""));
            }
        }
        return Optional.of(made);
    }

    private static ValueType typeOf(String column, List<Map<String, String>> rows) {
        var cells =
                rows.stream()
                        .map(r -> r.getOrDefault(column, ""))
                        .filter(c -> !c.isEmpty())
                        .toList();
        if (cells.stream().allMatch(c -> c.equals("true") || c.equals("false"))) {
            return ValueType.BOOLEAN;
        }
        if (cells.stream().allMatch(c -> whole(c).isPresent())) {
            return ValueType.INT64;
        }
        return cells.stream().allMatch(c -> real(c).isPresent())
                ? ValueType.FLOAT64
                : ValueType.TEXT;
    }

    /** A cell, or a key, as a whole number. */
    static Optional<Long> whole(String text) {
        try {
            return Optional.of(Long.valueOf(text));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    /** A decimal number; Java's own suffixes and words are texts. */
    private static Optional<Double> real(String text) {
        if (text.isEmpty() || Character.isLetter(text.charAt(text.length() - 1))) {
            return Optional.empty();
        }
        try {
            return Optional.of(Double.valueOf(text)).filter(Double::isFinite);
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    private void set(int row, int column, String cell) {
        int at = row * columns.size() + column;
        if (cell.isEmpty()) {
            qualities[at] = EMPTY;
            return;
        }
        switch (types.get(column)) {
            case BOOLEAN -> bits[at] = cell.equals("true") ? 1 : 0;
            case INT64 -> bits[at] = whole(cell).orElseThrow();
            case FLOAT64 -> bits[at] = Double.doubleToRawLongBits(real(cell).orElseThrow());
            case TEXT -> texts[at] = cell;
        }
    }

    /** The columns that an expression can name. */
    List<String> columns() {
        return columns;
    }

    List<ValueType> types() {
        return types;
    }

    Map<String, Integer> rowOf() {
        return rowOf;
    }

    /** Adds the cells of a row to a batch, side by side; of no row, bad ones. */
    void give(int row, Batch out) {
        for (int column = 0; column < columns.size(); column++) {
            int at = row * columns.size() + column;
            var text = row == NONE ? null : texts[at];
            if (text != null) {
                out.addText(0, 0, text, Quality.GOOD);
            } else {
                out.add(0, 0, row == NONE ? 0 : bits[at], row == NONE ? EMPTY : qualities[at]);
            }
        }
    }

    /** The same for every table: with other rows a step goes on where it was. */
    @Override
    public String toString() {
        return "a table";
    }
}
