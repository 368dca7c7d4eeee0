package io.drme.bench;

import io.drme.model.ValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Series out of CSV files: the first column a time, the others numbers. */
final class CsvSeries {
    private static final int MOST_ROWS = 100_000;
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    /** What people added to the measurements of SKAB: nearly constant, so it would flatter us. */
    private static final Set<String> LABELS = Set.of("anomaly", "changepoint");

    private CsvSeries() {}

    /** The real series of {@code DRME_SHARED}; none where that is not set. */
    static List<CodecSeries> shared(String dataSet) throws IOException {
        var shared = System.getenv("DRME_SHARED");
        return shared == null || shared.isEmpty()
                ? List.of()
                : ofFolder(Path.of(shared, "data", dataSet));
    }

    /**
     * Each number column of each CSV file; the first column is a time, or its row number counts
     * seconds.
     */
    static List<CodecSeries> ofFolder(Path folder) throws IOException {
        var all = new ArrayList<CodecSeries>();
        try (var files = Files.newDirectoryStream(folder, "*.csv")) {
            var sorted = new ArrayList<Path>();
            files.forEach(sorted::add);
            sorted.sort(null);
            for (var file : sorted) {
                all.addAll(ofFile(file));
            }
        }
        return all;
    }

    private static List<CodecSeries> ofFile(Path file) throws IOException {
        var rows =
                Files.readAllLines(file).stream()
                        .limit(MOST_ROWS)
                        .map(l -> l.split("[,;]", -1))
                        .toList();
        var columns = rows.isEmpty() ? new String[0] : rows.getFirst();
        var base = word(String.valueOf(file.getFileName()).replace(".csv", ""));
        var all = new ArrayList<CodecSeries>();
        for (int column = 1; column < columns.length; column++) {
            if (LABELS.contains(columns[column])) {
                continue;
            }
            var series = ofColumn(base + "/" + word(columns[column]), rows, column);
            if (series.size() > 1) {
                all.add(series);
            }
        }
        return all;
    }

    private static String word(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-_.]", "-");
    }

    private static CodecSeries ofColumn(String name, List<String[]> rows, int column) {
        var millis = new long[rows.size()];
        var bits = new long[rows.size()];
        int size = 0;
        for (int i = 1; i < rows.size(); i++) {
            try {
                double value = Double.parseDouble(rows.get(i)[column]);
                bits[size] = Double.doubleToRawLongBits(value);
                millis[size] = time(rows.get(i)[0], i);
                size++;
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException _) {
                // no number in this row: not a sample
            }
        }
        return new CodecSeries(
                name,
                ValueType.FLOAT64,
                false,
                Arrays.copyOf(millis, size),
                Arrays.copyOf(bits, size),
                new String[0],
                new byte[size]);
    }

    private static long time(String text, int row) {
        try {
            return LocalDateTime.parse(text, STAMP).toInstant(ZoneOffset.UTC).toEpochMilli();
        } catch (DateTimeParseException _) {
            return CodecSeries.START_MILLIS + row * CodecSeries.SECOND_MILLIS;
        }
    }
}
