package io.drme.bench;

import java.util.Locale;

/**
 * What every candidate of {@link EngineBench} computes: scans of all tags, ten a second of their
 * own time. A filter drops the tags from {@link #TAGS} on by their values, a map scales the rest,
 * and each has its average, maximum and deviation over 10 s: once a second by panes, or exactly,
 * once a sample.
 */
public final class EngineWork {
    /** Tags that pass the filter. */
    public static final int TAGS = 1_000;

    /** Tags of a scan. */
    public static final int ALL_TAGS = 1_250;

    /** Time from one scan to the next. */
    public static final int SCAN_MILLIS = 100;

    /** Length of a window. */
    public static final int WINDOW_MILLIS = 10_000;

    /** Time of the first scan: 2026-01-01T00:00:00Z, which begins a window. */
    public static final long START_MILLIS = 1_767_225_600_000L;

    /** What the map multiplies by, and adds. */
    public static final double FACTOR = 1.8;

    /** What the map adds. */
    public static final double OFFSET = 32;

    private static final int VALUES = 1 << 12;
    private static final double[] VALUE = values();

    /** What is computed. */
    public enum Case {
        /** A result a second. */
        PANES(1_000),

        /** A result a sample. */
        EXACT(SCAN_MILLIS);

        private final int everyMillis;

        Case(int everyMillis) {
            this.everyMillis = everyMillis;
        }

        /** Time from one result of a tag to the next. */
        public int everyMillis() {
            return everyMillis;
        }

        /** What a candidate's process is told. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Of {@link #word}. */
        public static Case of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    private EngineWork() {}

    private static double[] values() {
        var values = new double[VALUES];
        long state = 42;
        for (int i = 0; i < VALUES; i++) {
            state = state * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
            values[i] = (state >>> 44) % 100_000 / 1_000.0;
        }
        return values;
    }

    /** The value of a tag in a scan: 0 to 100, below -1 for what the filter drops. */
    public static double value(int tag, long scan) {
        double value = VALUE[(int) (scan * 31 + tag * 97L) & (VALUES - 1)];
        return tag < TAGS ? value : -1 - value;
    }

    /** The time of a scan. */
    public static long millis(long scan) {
        return START_MILLIS + scan * SCAN_MILLIS;
    }

    /**
     * Whether a result counts for the check: its window is full, and lies within the scans that
     * were given.
     *
     * @param endMillis end of the window, which no longer belongs to it
     * @param scans how many there were
     */
    public static boolean counts(long endMillis, long scans) {
        return endMillis >= START_MILLIS + WINDOW_MILLIS && endMillis <= millis(scans - 1);
    }

    /** How many results count. */
    public static long expectedResults(Case work, long scans) {
        long last = (scans - 1) * SCAN_MILLIS;
        long results = (last - WINDOW_MILLIS) / work.everyMillis() + 1;
        return Math.max(0, results) * TAGS;
    }

    /** The totals by the plainest computation there is. */
    static EngineTotals expected(Case work, long scans) {
        var totals = new EngineTotals(scans);
        int length = WINDOW_MILLIS / SCAN_MILLIS;
        int step = work.everyMillis() / SCAN_MILLIS;
        for (long end = length; end < scans; end += step) {
            for (int tag = 0; tag < TAGS; tag++) {
                double sum = 0;
                double highest = Double.NEGATIVE_INFINITY;
                for (long scan = end - length; scan < end; scan++) {
                    double mapped = value(tag, scan) * FACTOR + OFFSET;
                    sum += mapped;
                    highest = Math.max(highest, mapped);
                }
                double average = sum / length;
                double squares = 0;
                for (long scan = end - length; scan < end; scan++) {
                    double off = value(tag, scan) * FACTOR + OFFSET - average;
                    squares += off * off;
                }
                totals.add(millis(end), average, highest, Math.sqrt(squares / length));
            }
        }
        return totals;
    }
}
