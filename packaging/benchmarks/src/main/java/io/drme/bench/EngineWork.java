package io.drme.bench;

import java.util.Locale;

/**
 * What every candidate of {@link EngineBench} computes over scans of all tags, ten a second of
 * their own time.
 *
 * <p><b>Windows</b>: a filter drops the tags from {@link #TAGS} on by their values, a map scales
 * the rest, and each has its average, maximum and deviation over 10 s: once a second by panes, or
 * exactly, once a sample.
 *
 * <p><b>Limits</b>: the same filter, then each tag's row of a table of 1,000; what is above its
 * limit is given, less its target. <b>Join</b>: scans of left and of right samples in turn; a left
 * one less the right one of the same tag within 500 ms. <b>Pattern</b>: above 90, then below 10
 * within 500 ms, of each tag. They are made so that engines which differ in what they do with
 * several candidates have only one.
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

    /** How far apart the samples of a join are at most, and what belongs to one pattern. */
    public static final int WITHIN_MILLIS = 500;

    /** What comes first in a pattern is above this. */
    public static final double HIGH = 90;

    /** What comes then is below this. */
    public static final double LOW = 10;

    /** Time from one pair of a join to the next. */
    private static final int PAIR_MILLIS = 1_200;

    /** Scans from the beginning of one pattern to that of the next. */
    private static final int PATTERN_SCANS = 10;

    /** Scans from what comes first to what comes then. */
    private static final int PATTERN_GAP = 3;

    private static final double LEAST_LIMIT = 50;
    private static final int LIMITS = 40;
    private static final double FIRST = 95;
    private static final double SECOND = 5;
    private static final double LEAST_BETWEEN = 20;
    private static final double BETWEEN = 0.6;

    private static final int VALUES = 1 << 12;
    private static final double[] VALUE = values();

    /** What is computed. */
    public enum Case {
        /** A result a second. */
        PANES(1_000),

        /** A result a sample. */
        EXACT(SCAN_MILLIS),

        /** A row of a table for each sample. */
        LIMITS(SCAN_MILLIS),

        /** Two streams within a time. */
        JOIN(SCAN_MILLIS),

        /** One thing, then another, within a time. */
        PATTERN(SCAN_MILLIS);

        private final int everyMillis;

        Case(int everyMillis) {
            this.everyMillis = everyMillis;
        }

        /** Time from one result of a tag to the next. */
        public int everyMillis() {
            return everyMillis;
        }

        /** Whether it is about windows of 10 s. */
        public boolean isOfWindows() {
            return this == PANES || this == EXACT;
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

    /** The value of a tag in a scan of a case. */
    public static double value(Case work, int tag, long scan) {
        return switch (work) {
            case PANES, EXACT, LIMITS -> value(tag, scan);
            case JOIN -> positive(tag, scan);
            case PATTERN -> {
                long phase = (scan + tag) % PATTERN_SCANS;
                yield phase == 0
                        ? FIRST
                        : isSecond(tag, scan)
                                ? SECOND
                                : LEAST_BETWEEN + BETWEEN * positive(tag, scan);
            }
        };
    }

    private static double positive(int tag, long scan) {
        return VALUE[(int) (scan * 31 + tag * 97L) & (VALUES - 1)];
    }

    /** Of every other pattern of a tag the second part comes. */
    private static boolean isSecond(int tag, long scan) {
        return (scan + tag) % PATTERN_SCANS == PATTERN_GAP
                && ((scan + tag) / PATTERN_SCANS + tag) % 2 == 0;
    }

    /** What a tag's value has to be above. */
    public static double limit(int tag) {
        return LEAST_LIMIT + tag % LIMITS;
    }

    /** What is taken off a value above its limit. */
    public static double target(int tag) {
        return limit(tag) / 2;
    }

    /** Whether the samples of a scan are those of the left of a join. */
    public static boolean isLeft(long scan) {
        return scan % 2 == 0;
    }

    /** The time of a scan. */
    public static long millis(long scan) {
        return START_MILLIS + scan * SCAN_MILLIS;
    }

    /** The time of a scan of a case. */
    public static long millis(Case work, long scan) {
        return work == Case.JOIN
                ? START_MILLIS + scan / 2 * PAIR_MILLIS + scan % 2 * SCAN_MILLIS
                : millis(scan);
    }

    /** Whether a sample gives a result, in the cases without windows. */
    private static boolean gives(Case work, int tag, long scan) {
        return switch (work) {
            case PANES, EXACT -> throw new IllegalArgumentException("of windows: " + work);
            case LIMITS -> tag < TAGS && value(tag, scan) > limit(tag);
            case JOIN -> isLeft(scan);
            case PATTERN -> scan >= PATTERN_GAP && isSecond(tag, scan);
        };
    }

    private static double given(Case work, int tag, long scan) {
        return switch (work) {
            case PANES, EXACT -> throw new IllegalArgumentException("of windows: " + work);
            case LIMITS -> value(tag, scan) - target(tag);
            case JOIN -> positive(tag, scan) - positive(tag, scan + 1);
            case PATTERN -> 1;
        };
    }

    /**
     * Whether a result counts for the check, in the cases without windows: 10 s at both ends are
     * left out, where engines differ in what they still wait for.
     */
    public static boolean counts(Case work, long millis, long scans) {
        return millis >= START_MILLIS + WINDOW_MILLIS
                && millis <= millis(work, scans - 1) - WINDOW_MILLIS;
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
        if (!work.isOfWindows()) {
            return given(work, scans).results();
        }
        long last = (scans - 1) * SCAN_MILLIS;
        long results = (last - WINDOW_MILLIS) / work.everyMillis() + 1;
        return Math.max(0, results) * TAGS;
    }

    private static EngineTotals given(Case work, long scans) {
        var totals = new EngineTotals(work, scans);
        for (long scan = 0; scan < scans; scan++) {
            long millis = millis(work, scan);
            for (int tag = 0; counts(work, millis, scans) && tag < ALL_TAGS; tag++) {
                if (gives(work, tag, scan)) {
                    totals.add(millis, given(work, tag, scan));
                }
            }
        }
        return totals;
    }

    /** The totals by the plainest computation there is. */
    static EngineTotals expected(Case work, long scans) {
        if (!work.isOfWindows()) {
            return given(work, scans);
        }
        var totals = new EngineTotals(work, scans);
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
