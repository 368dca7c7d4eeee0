package io.drme.bench;

import java.util.Arrays;

/**
 * A loop by hand over flat arrays, which knows the work: times without gaps, no bad qualities, no
 * late samples. A window is added up from its panes once a result is due, as sums of squares.
 */
final class EngineFloor implements EngineSide {
    /** The word of a case. */
    public static void main(String... arguments) throws Exception {
        EngineRun.of(new EngineFloor(), arguments[0], System.out);
    }

    @Override
    public EngineTotals run(EngineWork.Case work, long scans) {
        return switch (work) {
            case PANES -> panes(scans);
            case EXACT -> exact(scans);
            case LIMITS -> limits(scans);
            case JOIN -> join(scans);
            case PATTERN -> pattern(scans);
        };
    }

    private static EngineTotals panes(long scans) {
        var totals = new EngineTotals(EngineWork.Case.PANES, scans);
        int perPane = EngineWork.Case.PANES.everyMillis() / EngineWork.SCAN_MILLIS;
        int panes = EngineWork.WINDOW_MILLIS / EngineWork.Case.PANES.everyMillis();
        var sums = new double[EngineWork.TAGS * panes];
        var squares = new double[EngineWork.TAGS * panes];
        var highs = new double[EngineWork.TAGS * panes];
        Arrays.fill(highs, Double.NEGATIVE_INFINITY);
        var values = new double[EngineWork.ALL_TAGS];
        for (long scan = 0; scan < scans; scan++) {
            int pane = (int) (scan / perPane % panes);
            if (scan % perPane == 0) {
                if (scan > 0) {
                    results(totals, EngineWork.millis(scan), panes, sums, squares, highs);
                }
                for (int tag = 0; tag < EngineWork.TAGS; tag++) {
                    sums[tag * panes + pane] = 0;
                    squares[tag * panes + pane] = 0;
                    highs[tag * panes + pane] = Double.NEGATIVE_INFINITY;
                }
            }
            fill(values, scan);
            for (int tag = 0; tag < EngineWork.ALL_TAGS; tag++) {
                double value = values[tag];
                if (value >= 0) {
                    double mapped = value * EngineWork.FACTOR + EngineWork.OFFSET;
                    int at = tag * panes + pane;
                    sums[at] += mapped;
                    squares[at] += mapped * mapped;
                    highs[at] = Math.max(highs[at], mapped);
                }
            }
        }
        return totals;
    }

    private static void results(
            EngineTotals totals,
            long end,
            int panes,
            double[] sums,
            double[] squares,
            double[] highs) {
        int count = EngineWork.WINDOW_MILLIS / EngineWork.SCAN_MILLIS;
        for (int tag = 0; tag < EngineWork.TAGS; tag++) {
            double sum = 0;
            double square = 0;
            double high = Double.NEGATIVE_INFINITY;
            for (int at = tag * panes; at < (tag + 1) * panes; at++) {
                sum += sums[at];
                square += squares[at];
                high = Math.max(high, highs[at]);
            }
            double average = sum / count;
            totals.add(end, average, high, Math.sqrt(square / count - average * average));
        }
    }

    /** Takes out what leaves the window, and looks for a new highest where that was it. */
    private static EngineTotals exact(long scans) {
        var totals = new EngineTotals(EngineWork.Case.EXACT, scans);
        int length = EngineWork.WINDOW_MILLIS / EngineWork.SCAN_MILLIS;
        var window = new double[EngineWork.TAGS * length];
        var sums = new double[EngineWork.TAGS];
        var squares = new double[EngineWork.TAGS];
        var highs = new double[EngineWork.TAGS];
        var values = new double[EngineWork.ALL_TAGS];
        for (long scan = 0; scan < scans; scan++) {
            fill(values, scan);
            int slot = (int) (scan % length);
            long end = EngineWork.millis(scan + 1);
            for (int tag = 0; tag < EngineWork.ALL_TAGS; tag++) {
                double value = values[tag];
                if (!(value >= 0)) {
                    continue;
                }
                double mapped = value * EngineWork.FACTOR + EngineWork.OFFSET;
                int at = tag * length + slot;
                double gone = window[at];
                window[at] = mapped;
                sums[tag] += mapped - gone;
                squares[tag] += mapped * mapped - gone * gone;
                highs[tag] =
                        mapped >= highs[tag]
                                ? mapped
                                : gone == highs[tag] ? highest(window, tag, length) : highs[tag];
                double average = sums[tag] / length;
                totals.add(
                        end,
                        average,
                        highs[tag],
                        Math.sqrt(squares[tag] / length - average * average));
            }
        }
        return totals;
    }

    private static double highest(double[] window, int tag, int length) {
        double high = Double.NEGATIVE_INFINITY;
        for (int at = tag * length; at < (tag + 1) * length; at++) {
            high = Math.max(high, window[at]);
        }
        return high;
    }

    private static EngineTotals limits(long scans) {
        var totals = new EngineTotals(EngineWork.Case.LIMITS, scans);
        var limits = new double[EngineWork.TAGS];
        var targets = new double[EngineWork.TAGS];
        for (int tag = 0; tag < EngineWork.TAGS; tag++) {
            limits[tag] = EngineWork.limit(tag);
            targets[tag] = EngineWork.target(tag);
        }
        var values = new double[EngineWork.ALL_TAGS];
        for (long scan = 0; scan < scans; scan++) {
            fill(values, scan);
            long millis = EngineWork.millis(scan);
            for (int tag = 0; tag < EngineWork.ALL_TAGS; tag++) {
                double value = values[tag];
                if (value >= 0 && value > limits[tag]) {
                    totals.add(millis, value - targets[tag]);
                }
            }
        }
        return totals;
    }

    private static EngineTotals join(long scans) {
        var work = EngineWork.Case.JOIN;
        var totals = new EngineTotals(work, scans);
        var lefts = new double[EngineWork.ALL_TAGS];
        var times = new long[EngineWork.ALL_TAGS];
        for (long scan = 0; scan < scans; scan++) {
            long millis = EngineWork.millis(work, scan);
            for (int tag = 0; tag < EngineWork.ALL_TAGS; tag++) {
                double value = EngineWork.value(work, tag, scan);
                if (EngineWork.isLeft(scan)) {
                    lefts[tag] = value;
                    times[tag] = millis;
                } else if (millis - times[tag] <= EngineWork.WITHIN_MILLIS) {
                    totals.add(times[tag], lefts[tag] - value);
                }
            }
        }
        return totals;
    }

    private static EngineTotals pattern(long scans) {
        var work = EngineWork.Case.PATTERN;
        var totals = new EngineTotals(work, scans);
        var begun = new long[EngineWork.ALL_TAGS];
        for (long scan = 0; scan < scans; scan++) {
            long millis = EngineWork.millis(work, scan);
            for (int tag = 0; tag < EngineWork.ALL_TAGS; tag++) {
                double value = EngineWork.value(work, tag, scan);
                if (value > EngineWork.HIGH) {
                    begun[tag] = millis;
                } else if (value < EngineWork.LOW
                        && millis - begun[tag] <= EngineWork.WITHIN_MILLIS) {
                    totals.add(millis, 1);
                    begun[tag] = 0;
                }
            }
        }
        return totals;
    }

    private static void fill(double[] values, long scan) {
        for (int tag = 0; tag < EngineWork.ALL_TAGS; tag++) {
            values[tag] = EngineWork.value(tag, scan);
        }
    }
}
