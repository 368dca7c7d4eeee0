package io.drme.stream;

import io.drme.stream.WindowFunction.Kind;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Where a pane has what in its row of longs, of which the first are its flags: only what the
 * functions need, side by side, so that a pane is in one line of the cache or two.
 */
final class PaneLayout {
    /** The place of what no function needs. */
    static final int ABSENT = -1;

    private static final Set<Kind> OF_COUNTS = EnumSet.of(Kind.COUNT, Kind.SUM);
    private static final Set<Kind> OF_WEIGHTS =
            EnumSet.of(Kind.AVG, Kind.STDDEV, Kind.PERCENTILE, Kind.TIME_AVG);
    private static final Set<Kind> OF_WEIGHTED = EnumSet.of(Kind.AVG, Kind.TIME_AVG);
    private static final Set<Kind> OF_EXTREMES = EnumSet.of(Kind.MIN, Kind.MAX, Kind.RANGE);
    private static final Set<Kind> OF_LEAST = EnumSet.of(Kind.MIN, Kind.RANGE);
    private static final Set<Kind> OF_GREATEST = EnumSet.of(Kind.MAX, Kind.RANGE);
    private static final Set<Kind> OF_ORDER = EnumSet.of(Kind.FIRST, Kind.LAST, Kind.DELTA);
    private static final Set<Kind> OF_TIME = EnumSet.of(Kind.TIME_AVG, Kind.INTEGRAL);
    private static final Set<Kind> OF_DEVIATION = EnumSet.of(Kind.STDDEV);
    private static final Set<Kind> ANY = EnumSet.allOf(Kind.class);

    final int weight;
    final int weighted;
    final int mean;
    final int squares;
    final int least;
    final int greatest;
    final int count;
    final int sum;
    final int span;
    final int area;
    final int first;
    final int firstTime;
    final int last;
    final int lastTime;

    /** Longs a pane. */
    final int width;

    private final EnumSet<Kind> kinds = EnumSet.noneOf(Kind.class);
    private int used = 1;

    PaneLayout(List<WindowFunction> functions) {
        functions.forEach(f -> kinds.add(f.kind()));
        weight = place(OF_WEIGHTS);
        weighted = place(OF_WEIGHTED);
        mean = place(OF_DEVIATION);
        squares = place(OF_DEVIATION);
        least = place(OF_LEAST);
        greatest = place(OF_GREATEST);
        count = place(OF_COUNTS);
        sum = place(OF_COUNTS);
        span = place(OF_TIME);
        area = place(OF_TIME);
        first = place(OF_ORDER);
        firstTime = place(OF_ORDER);
        last = place(OF_ORDER);
        lastTime = place(OF_ORDER);
        width = used;
    }

    private int place(Set<Kind> needing) {
        return isNeeded(needing) ? used++ : ABSENT;
    }

    private boolean isNeeded(Set<Kind> needing) {
        return kinds.stream().anyMatch(needing::contains);
    }

    boolean hasOrder() {
        return first != ABSENT;
    }

    boolean hasQuantiles() {
        return kinds.contains(Kind.PERCENTILE);
    }

    /**
     * The places in the order of saved state, which has some that are not kept any more: those are
     * {@link #ABSENT}.
     */
    int[] saved() {
        record Column(int place, Set<Kind> savedFor) {}
        return List.of(
                        new Column(count, ANY),
                        new Column(sum, ANY),
                        new Column(least, OF_EXTREMES),
                        new Column(greatest, OF_EXTREMES),
                        new Column(first, OF_ORDER),
                        new Column(firstTime, OF_ORDER),
                        new Column(last, OF_ORDER),
                        new Column(lastTime, OF_ORDER),
                        new Column(weight, ANY),
                        new Column(weighted, ANY),
                        new Column(span, OF_TIME),
                        new Column(area, OF_TIME),
                        new Column(mean, OF_DEVIATION),
                        new Column(squares, OF_DEVIATION))
                .stream()
                .filter(column -> isNeeded(column.savedFor))
                .mapToInt(Column::place)
                .toArray();
    }
}
