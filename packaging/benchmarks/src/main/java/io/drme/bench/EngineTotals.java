package io.drme.bench;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The results of a run, added up, so that two runs can be compared. One thread at a time. */
public final class EngineTotals {
    private static final Pattern LINE =
            Pattern.compile("results (\\d+) avg (\\S+) max (\\S+) dev (\\S+)");

    /** Sums of a million doubles in another order. */
    private static final double TOLERANCE = 1e-9;

    private final EngineWork.Case work;
    private final long scans;
    private long results;
    private double averages;
    private double highest;
    private double deviations;

    /**
     * Makes empty totals.
     *
     * @param scans how many there will be
     */
    public EngineTotals(EngineWork.Case work, long scans) {
        this.work = work;
        this.scans = scans;
    }

    /** Adds the result of one window, if it counts. */
    public void add(long endMillis, double average, double max, double deviation) {
        if (EngineWork.counts(endMillis, scans)) {
            results++;
            averages += average;
            highest += max;
            deviations += deviation;
        }
    }

    /** Adds a result of a case without windows, if it counts. */
    public void add(long millis, double value) {
        if (EngineWork.counts(work, millis, scans)) {
            results++;
            averages += value;
        }
    }

    /** Adds one of the three, for who gets them apart; the average counts as the result. */
    public void add(long endMillis, int function, double value) {
        if (!EngineWork.counts(endMillis, scans)) {
            return;
        }
        switch (function) {
            case 0 -> {
                results++;
                averages += value;
            }
            case 1 -> highest += value;
            default -> deviations += value;
        }
    }

    /** How many results counted. */
    public long results() {
        return results;
    }

    /** Whether both are the same work's. */
    boolean agreesWith(EngineTotals other) {
        return results == other.results
                && isNear(averages, other.averages)
                && isNear(highest, other.highest)
                && isNear(deviations, other.deviations);
    }

    private static boolean isNear(double a, double b) {
        return Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
    }

    /** Reads what {@link #toString} wrote. */
    static Optional<EngineTotals> of(EngineWork.Case work, String line, long scans) {
        var matcher = LINE.matcher(line);
        if (!matcher.find()) {
            return Optional.empty();
        }
        var totals = new EngineTotals(work, scans);
        totals.results = Long.parseLong(matcher.group(1));
        totals.averages = Double.parseDouble(matcher.group(2));
        totals.highest = Double.parseDouble(matcher.group(3));
        totals.deviations = Double.parseDouble(matcher.group(4));
        return Optional.of(totals);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "results %d avg %s max %s dev %s",
                results,
                averages,
                highest,
                deviations);
    }
}
