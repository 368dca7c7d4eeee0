package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import io.drme.stream.WindowFunction.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an aggregate remembers: for each lane a ring of panes, each as long as the step from one
 * result to the next; a window is put together from its panes, so nothing is ever subtracted and
 * results are exact.
 *
 * <p>Deviation is kept as mean and sum of squared differences (West 1979, put together as in Chan
 * and others 1983), which a large mean does not wash out.
 *
 * <p>What runs for each sample is in methods small enough to be compiled into their callers, and
 * what few functions need is apart from them.
 */
final class Panes {
    /** The memory of a pane with all functions but percentiles, in bytes. */
    private static final int MAX_BYTES = 136;

    private static final int ABSENT = PaneLayout.ABSENT;
    private static final byte NOT_GOOD = 1;
    private static final byte HAS_VALUE = 2;
    private static final byte SUM_TOO_LARGE = 4;
    private static final byte UNCERTAIN = Quality.uncertain(Reason.INPUT_NOT_GOOD);

    private final ValueType[] types;

    /** How long the time of an integral is, and for how long its value must be known. */
    private final double perNanos;

    private final double wholeNanos;
    private final PaneLayout layout;
    private final PaneRows rows;
    private final long[] cells;
    private final int width;
    private final Quantiles[] quantiles;
    private final @Nullable String[] firstTexts;
    private final @Nullable String[] lastTexts;

    /** Whether an empty pane becomes another by a copy of its row. */
    private final boolean isRowAll;

    /** Whether a function needs more than weights and extremes. */
    private final boolean isSeldom;

    /** The slot that a window is put together in, and its row. */
    private final int sum;

    private final int sumRow;

    Panes(List<Lane> lanes, AggregateStep step) {
        types = lanes.stream().map(Lane::type).toArray(ValueType[]::new);
        perNanos = step.per().nanos();
        wholeNanos = step.windows() instanceof Windows.Time t ? t.length().toNanos() : 0;
        layout = new PaneLayout(step.functions());
        rows = new PaneRows(lanes, layout, step.ring(), step.preparesPanes());
        cells = rows.cells();
        width = layout.width;
        quantiles = rows.quantiles();
        firstTexts = rows.firstTexts();
        lastTexts = rows.lastTexts();
        sum = rows.sum();
        sumRow = sum * width;
        isRowAll = firstTexts.length + quantiles.length == 0 && layout.span == ABSENT;
        isSeldom = layout.count != ABSENT || layout.span != ABSENT || layout.hasOrder();
    }

    /** The most memory of a pane, in bytes; for the limit at the start. */
    static long bytes(List<WindowFunction> functions) {
        boolean hasQuantiles = functions.stream().anyMatch(f -> f.kind() == Kind.PERCENTILE);
        return MAX_BYTES + (hasQuantiles ? Quantiles.bytes(PaneRows.MAX_EXACT) : 0);
    }

    /** Where the panes stand. */
    PaneRows rows() {
        return rows;
    }

    private double real(int at) {
        return Double.longBitsToDouble(cells[at]);
    }

    private void put(int at, double value) {
        cells[at] = Double.doubleToRawLongBits(value);
    }

    /** Notes that an input was not good. */
    void spoil(int slot) {
        cells[slot * width] |= NOT_GOOD;
    }

    /** Counts a sample, which is in the pane. */
    void count(int lane, int slot, long bits) {
        if (layout.count != ABSENT) {
            cells[slot * width + layout.count]++;
            addToSum(types[lane], slot * width, bits);
        }
    }

    private void addToSum(ValueType type, int row, long bits) {
        int at = row + layout.sum;
        if (type == ValueType.FLOAT64) {
            put(at, real(at) + Double.longBitsToDouble(bits));
        } else {
            long total = cells[at] + bits;
            if (((cells[at] ^ total) & (bits ^ total)) < 0) {
                cells[row] |= SUM_TOO_LARGE;
            }
            cells[at] = total;
        }
    }

    /** Lets a value that was true at a time, within the pane, count for least, first and so on. */
    void see(int lane, int slot, long time, long bits, @Nullable String text) {
        int row = slot * width;
        boolean isFirst = (cells[row] & HAS_VALUE) == 0;
        cells[row] |= HAS_VALUE;
        var type = types[lane];
        if (layout.least != ABSENT) {
            int at = row + layout.least;
            cells[at] = isFirst ? bits : lesser(type, bits, cells[at]);
        }
        if (layout.greatest != ABSENT) {
            int at = row + layout.greatest;
            cells[at] = isFirst ? bits : greater(type, bits, cells[at]);
        }
        if (layout.hasOrder()) {
            order(slot, isFirst, time, bits, text);
        }
    }

    private void order(int slot, boolean isFirst, long time, long bits, @Nullable String text) {
        int row = slot * width;
        if (isFirst || time < cells[row + layout.firstTime]) {
            cells[row + layout.first] = bits;
            cells[row + layout.firstTime] = time;
            setText(firstTexts, slot, text);
        }
        if (isFirst || time >= cells[row + layout.lastTime]) {
            cells[row + layout.last] = bits;
            cells[row + layout.lastTime] = time;
            setText(lastTexts, slot, text);
        }
    }

    private static void setText(@Nullable String[] texts, int slot, @Nullable String text) {
        if (slot < texts.length) {
            texts[slot] = text;
        }
    }

    /** Without a branch, which nobody could foresee. */
    private static long lesser(ValueType type, long a, long b) {
        return type == ValueType.FLOAT64
                ? Double.doubleToRawLongBits(
                        Math.min(Double.longBitsToDouble(a), Double.longBitsToDouble(b)))
                : Math.min(a, b);
    }

    private static long greater(ValueType type, long a, long b) {
        return type == ValueType.FLOAT64
                ? Double.doubleToRawLongBits(
                        Math.max(Double.longBitsToDouble(a), Double.longBitsToDouble(b)))
                : Math.max(a, b);
    }

    /** Adds a value to the mean, with a weight above zero: 1 a sample, or how long it was held. */
    void weigh(int lane, int slot, long bits, double weight) {
        if (layout.weight == ABSENT) {
            return;
        }
        int row = slot * width;
        double value = real(lane, bits);
        double weights = real(row + layout.weight) + weight;
        put(row + layout.weight, weights);
        if (layout.weighted != ABSENT) {
            put(row + layout.weighted, real(row + layout.weighted) + weight * value);
        }
        if (layout.mean != ABSENT) {
            int at = row + layout.mean;
            double delta = value - real(at);
            double mean = weights == weight ? value : real(at) + delta * weight / weights;
            put(at, mean);
            put(row + layout.squares, real(row + layout.squares) + weight * delta * (value - mean));
        }
        if (quantiles.length > 0) {
            quantiles[slot].add(value, weight);
        }
    }

    private double real(int lane, long bits) {
        return types[lane] == ValueType.FLOAT64 ? Double.longBitsToDouble(bits) : (double) bits;
    }

    /** Lets a value have been true for so long, for what is weighted by time in any case. */
    void elapse(int lane, int slot, long bits, long nanos) {
        if (layout.span != ABSENT) {
            int row = slot * width;
            put(row + layout.span, real(row + layout.span) + nanos);
            put(row + layout.area, real(row + layout.area) + real(lane, bits) * nanos);
        }
    }

    /** Puts the panes {@code from} to {@code to} of a lane together, for {@link #emit}. */
    void gather(int lane, long from, long to) {
        gather();
        for (long pane = from; pane <= to; pane++) {
            append(lane, sum, rows.slot(lane, pane));
        }
    }

    /** Begins to put slots together for {@link #emit}; gives the slot to append them to. */
    int gather() {
        rows.clearSlot(sum);
        return sum;
    }

    /** Puts to one slot what another has of later samples. */
    void append(int lane, int into, int slot) {
        int to = into * width;
        int from = slot * width;
        if (isRowAll && cells[to] == 0) {
            for (int i = 0; i < width; i++) {
                cells[to + i] = cells[from + i];
            }
        } else {
            appendRow(lane, into, slot);
        }
    }

    private void appendRow(int lane, int into, int slot) {
        int to = into * width;
        int from = slot * width;
        long flags = cells[from];
        boolean isFirst = (cells[to] & HAS_VALUE) == 0;
        if (isSeldom) {
            appendSeldom(lane, into, slot);
        }
        cells[to] |= flags;
        if ((flags & HAS_VALUE) != 0) {
            appendExtremes(types[lane], isFirst, to, from);
            if (layout.weight != ABSENT && cells[from + layout.weight] != 0) {
                appendWeights(into, slot);
            }
        }
    }

    private void appendExtremes(ValueType type, boolean isFirst, int to, int from) {
        if (layout.least != ABSENT) {
            long theirs = cells[from + layout.least];
            int at = to + layout.least;
            cells[at] = isFirst ? theirs : lesser(type, theirs, cells[at]);
        }
        if (layout.greatest != ABSENT) {
            long theirs = cells[from + layout.greatest];
            int at = to + layout.greatest;
            cells[at] = isFirst ? theirs : greater(type, theirs, cells[at]);
        }
    }

    /** What is weighted by time, counted or in order; before the flags are put together. */
    private void appendSeldom(int lane, int into, int slot) {
        int to = into * width;
        int from = slot * width;
        if (layout.span != ABSENT) {
            put(to + layout.span, real(to + layout.span) + real(from + layout.span));
            put(to + layout.area, real(to + layout.area) + real(from + layout.area));
        }
        if ((cells[from] & HAS_VALUE) == 0) {
            return;
        }
        if (layout.count != ABSENT && cells[from + layout.count] > 0) {
            cells[to + layout.count] += cells[from + layout.count];
            addToSum(types[lane], to, cells[from + layout.sum]);
        }
        if (layout.hasOrder()) {
            if ((cells[to] & HAS_VALUE) == 0) {
                cells[to + layout.first] = cells[from + layout.first];
                setText(firstTexts, into, slot < firstTexts.length ? firstTexts[slot] : null);
            }
            cells[to + layout.last] = cells[from + layout.last];
            setText(lastTexts, into, slot < lastTexts.length ? lastTexts[slot] : null);
        }
    }

    private void appendWeights(int into, int slot) {
        int to = into * width;
        int from = slot * width;
        double before = real(to + layout.weight);
        double more = real(from + layout.weight);
        put(to + layout.weight, before + more);
        if (layout.weighted != ABSENT) {
            put(to + layout.weighted, real(to + layout.weighted) + real(from + layout.weighted));
        }
        if (layout.mean != ABSENT) {
            double part = more / (before + more);
            double delta = real(from + layout.mean) - real(to + layout.mean);
            put(to + layout.mean, real(to + layout.mean) + delta * part);
            double between = delta * delta * before * part;
            put(
                    to + layout.squares,
                    real(to + layout.squares) + real(from + layout.squares) + between);
        }
        if (quantiles.length > 0) {
            quantiles[into].addAll(quantiles[slot]);
        }
    }

    private double ofSum(int column) {
        return real(sumRow + column);
    }

    private long bitsOfSum(int column) {
        return cells[sumRow + column];
    }

    /** Whether what was gathered has a value, be it one that held from before. */
    boolean hasResult() {
        return hasValue() || (layout.span != ABSENT && ofSum(layout.span) > 0);
    }

    private boolean hasValue() {
        return (cells[sumRow] & HAS_VALUE) != 0;
    }

    /** Whether an input of what was gathered was not good. */
    boolean isSpoilt() {
        return (cells[sumRow] & NOT_GOOD) != 0;
    }

    /** Adds the result of a function over what was gathered. */
    void emit(WindowFunction function, int lane, int outLane, long time, Batch out) {
        var kind = function.kind();
        byte quality = isSpoilt() ? UNCERTAIN : Quality.GOOD;
        if (kind == Kind.COUNT) {
            out.addInt(outLane, time, bitsOfSum(layout.count), quality);
        } else if (!isKnown(kind)) {
            out.addBad(outLane, time, isSpoilt() ? Reason.INPUT_NOT_GOOD : Reason.STALE);
        } else {
            switch (kind) {
                case AVG -> real(average(), outLane, time, quality, out);
                case STDDEV -> real(deviation(), outLane, time, quality, out);
                case MIN -> out.add(outLane, time, bitsOfSum(layout.least), quality);
                case MAX -> out.add(outLane, time, bitsOfSum(layout.greatest), quality);
                default -> emitSeldom(function, lane, outLane, time, out);
            }
        }
    }

    private void emitSeldom(WindowFunction function, int lane, int outLane, long time, Batch out) {
        byte quality = isSpoilt() ? UNCERTAIN : Quality.GOOD;
        switch (function.kind()) {
            case PERCENTILE ->
                    real(quantiles[sum].at(function.percent()), outLane, time, quality, out);
            case TIME_AVG -> real(timeAverage(), outLane, time, quality, out);
            case INTEGRAL -> integral(outLane, time, out);
            case SUM -> total(lane, outLane, time, quality, out);
            case RANGE -> less(lane, layout.greatest, layout.least, outLane, time, out);
            case DELTA -> less(lane, layout.last, layout.first, outLane, time, out);
            case FIRST -> value(layout.first, firstTexts, outLane, time, out);
            case LAST -> value(layout.last, lastTexts, outLane, time, out);
            case AVG, STDDEV, MIN, MAX, COUNT ->
                    throw new IllegalStateException(function.kind() + " is told elsewhere");
        }
    }

    private boolean isKnown(Kind kind) {
        return switch (kind) {
            case TIME_AVG, INTEGRAL -> hasResult();
            // A held value may have been seen and held for no time, before nobody watched.
            case AVG, STDDEV, PERCENTILE -> ofSum(layout.weight) > 0;
            default -> hasValue();
        };
    }

    private double average() {
        return ofSum(layout.weighted) / ofSum(layout.weight);
    }

    private double deviation() {
        return Math.sqrt(ofSum(layout.squares) / ofSum(layout.weight));
    }

    /** Where no time passed, as of a session of one sample, each sample counts the same. */
    private double timeAverage() {
        return ofSum(layout.span) > 0 ? ofSum(layout.area) / ofSum(layout.span) : average();
    }

    /** A sum over a time is not all of it where the value was not known throughout. */
    private void integral(int outLane, long time, Batch out) {
        boolean isWhole = !isSpoilt() && ofSum(layout.span) >= wholeNanos;
        double area = ofSum(layout.area) / perNanos;
        real(area, outLane, time, isWhole ? Quality.GOOD : UNCERTAIN, out);
    }

    private void less(int lane, int column, int lesser, int outLane, long time, Batch out) {
        byte quality = isSpoilt() ? UNCERTAIN : Quality.GOOD;
        if (types[lane] == ValueType.FLOAT64) {
            real(ofSum(column) - ofSum(lesser), outLane, time, quality, out);
            return;
        }
        long a = bitsOfSum(column);
        long b = bitsOfSum(lesser);
        if (((a ^ b) & (a ^ (a - b))) < 0) {
            out.addBad(outLane, time, Reason.OUT_OF_RANGE);
        } else {
            out.addInt(outLane, time, a - b, quality);
        }
    }

    private void total(int lane, int outLane, long time, byte quality, Batch out) {
        if (types[lane] == ValueType.FLOAT64) {
            real(ofSum(layout.sum), outLane, time, quality, out);
        } else if ((cells[sumRow] & SUM_TOO_LARGE) != 0) {
            out.addBad(outLane, time, Reason.OUT_OF_RANGE);
        } else {
            out.addInt(outLane, time, bitsOfSum(layout.sum), quality);
        }
    }

    private static void real(double value, int outLane, long time, byte quality, Batch out) {
        if (Double.isFinite(value)) {
            out.addDouble(outLane, time, value, quality);
        } else {
            out.addBad(outLane, time, Reason.OUT_OF_RANGE);
        }
    }

    private void value(int column, @Nullable String[] texts, int outLane, long time, Batch out) {
        byte quality = isSpoilt() ? UNCERTAIN : Quality.GOOD;
        var text = sum < texts.length ? texts[sum] : null;
        if (text == null) {
            out.add(outLane, time, bitsOfSum(column), quality);
        } else {
            out.addText(outLane, time, text, quality);
        }
    }
}
