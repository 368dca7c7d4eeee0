package io.drme.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * A series to be packed: times in milliseconds and doubles. Immutable but for its arrays, which
 * nobody writes to.
 */
final class CodecSeries {
    private static final long START_MILLIS = 1_767_225_600_000L;
    private static final long SECOND_MILLIS = 1_000;
    private static final long SEED = 7;
    private static final int MOST_ROWS = 100_000;
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

    private final String name;
    private final long[] millis;
    private final double[] values;

    private CodecSeries(String name, long[] millis, double[] values) {
        this.name = name;
        this.millis = millis;
        this.values = values;
    }

    /** What sensors give. */
    enum Kind {
        TEMPERATURE,
        PRESSURE,
        RAW16,
        FLOAT32_VIBRATION,
        FLOAT64_VIBRATION,
        COUNTER;

        private double next(Random random, double before, int at) {
            return switch (this) {
                case TEMPERATURE ->
                        Math.round(
                                        (60
                                                        + 20 * Math.sin(at / 60.0)
                                                        + random.nextGaussian() * 0.1)
                                                * 10)
                                / 10.0;
                case PRESSURE ->
                        Math.round(
                                        (5 + Math.sin(at / 90.0) + random.nextGaussian() * 0.005)
                                                * 1_000)
                                / 1_000.0;
                case RAW16 ->
                        Math.clamp(Math.round(before + random.nextGaussian() * 40), 0, 65_535);
                case FLOAT32_VIBRATION ->
                        (float) (Math.sin(at * 1.7) + random.nextGaussian() * 0.3);
                case FLOAT64_VIBRATION -> Math.sin(at * 1.7) + random.nextGaussian() * 0.3;
                case COUNTER -> before + random.nextInt(4);
            };
        }
    }

    /** About one sample a second, 2 ms of jitter. */
    static CodecSeries generated(Kind kind, int size) {
        return of(kind.name().toLowerCase(Locale.ROOT).replace('_', '-'), kind, size, SEED);
    }

    /** One of the tags of a device scan, all with the same times. */
    static CodecSeries ofScan(int tag, int size) {
        var kinds = new Kind[] {Kind.TEMPERATURE, Kind.PRESSURE, Kind.RAW16, Kind.COUNTER};
        var series = of("scan/tag-" + tag, kinds[tag % kinds.length], size, SEED + tag);
        return new CodecSeries(
                series.name, generated(Kind.TEMPERATURE, size).millis, series.values);
    }

    private static CodecSeries of(String name, Kind kind, int size, long seed) {
        var random = new Random(seed);
        var millis = new long[size];
        var values = new double[size];
        double before = 32_000;
        for (int i = 0; i < size; i++) {
            millis[i] = START_MILLIS + i * SECOND_MILLIS + random.nextInt(5) - 2;
            before = kind.next(random, before, i);
            values[i] = before;
        }
        return new CodecSeries(name, millis, values);
    }

    /** The real series of {@code DRME_SHARED}; none where that is not set. */
    static List<CodecSeries> shared() throws IOException {
        var shared = System.getenv("DRME_SHARED");
        return shared == null || shared.isEmpty()
                ? List.of()
                : ofFolder(Path.of(shared, "data", "nab"));
    }

    /**
     * Each number column of each CSV file; the first column is a time, or its row number counts
     * seconds.
     */
    static List<CodecSeries> ofFolder(Path folder) throws IOException {
        var all = new ArrayList<CodecSeries>();
        try (var files = Files.newDirectoryStream(folder, "*.csv")) {
            for (var file : files) {
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
        var base =
                String.valueOf(file.getFileName())
                        .replace(".csv", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9-_.]", "-");
        var all = new ArrayList<CodecSeries>();
        for (int column = 1; column < columns.length; column++) {
            var millis = new long[rows.size() - 1];
            var values = new double[rows.size() - 1];
            int size = 0;
            for (int i = 1; i < rows.size(); i++) {
                try {
                    values[size] = Double.parseDouble(rows.get(i)[column]);
                    millis[size] = time(rows.get(i)[0], i);
                    size++;
                } catch (NumberFormatException | ArrayIndexOutOfBoundsException _) {
                    // no number in this row: not a sample
                }
            }
            if (size > 1) {
                all.add(
                        new CodecSeries(
                                base + "/c" + column,
                                Arrays.copyOf(millis, size),
                                Arrays.copyOf(values, size)));
            }
        }
        return all;
    }

    private static long time(String text, int row) {
        try {
            return LocalDateTime.parse(text, STAMP).toInstant(ZoneOffset.UTC).toEpochMilli();
        } catch (DateTimeParseException _) {
            return START_MILLIS + row * SECOND_MILLIS;
        }
    }

    String name() {
        return name;
    }

    int size() {
        return values.length;
    }

    long millis(int at) {
        return millis[at];
    }

    double value(int at) {
        return values[at];
    }

    /** First-order entropy of the differences of the times, all samples together. */
    double timeEntropyBits() {
        var counts = new HashMap<Long, Integer>();
        for (int i = 1; i < millis.length; i++) {
            counts.merge(millis[i] - millis[i - 1], 1, Integer::sum);
        }
        return bits(counts);
    }

    /** First-order entropy of the differences of the values, all samples together. */
    double valueEntropyBits() {
        var counts = new HashMap<Double, Integer>();
        for (int i = 1; i < values.length; i++) {
            counts.merge(Math.round((values[i] - values[i - 1]) * 1e9) / 1e9, 1, Integer::sum);
        }
        return bits(counts);
    }

    private static double bits(Map<?, Integer> counts) {
        double total = counts.values().stream().mapToInt(Integer::intValue).sum();
        return counts.values().stream()
                .mapToDouble(n -> -n * Math.log(n / total) / Math.log(2))
                .sum();
    }
}
