package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import io.drme.stream.WindowFunction.Kind;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an aggregate remembers: for each lane a ring of panes, each as long as the step from one
 * result to the next; a window is put together from its panes, so nothing is ever subtracted and
 * results are exact.
 *
 * <p>A pane is a row of longs, see {@link PaneLayout}; those of one time stand side by side, lane
 * by lane. Samples of a poll come in the order of their lanes, so what they touch lies in a row and
 * is there before it is needed.
 *
 * <p>Deviation is kept as mean and sum of squared differences (West 1979, put together as in Chan
 * and others 1983), which a large mean does not wash out.
 */
final class Panes {
    /** So many different values of a pane are kept as they are for percentiles. */
    static final int MAX_EXACT = 256;

    /** So many of a window. */
    private static final int MAX_EXACT_OF_WINDOW = 1_024;

    /** The memory of a pane with all functions but percentiles, in bytes. */
    private static final int MAX_BYTES = 136;

    private static final int ABSENT = PaneLayout.ABSENT;
    private static final byte NOT_GOOD = 1;
    private static final byte HAS_VALUE = 2;
    private static final byte SUM_TOO_LARGE = 4;
    private static final byte UNCERTAIN = Quality.uncertain(Reason.INPUT_NOT_GOOD);

    /** From so many lanes on they get a stride that is no round number. */
    private static final int MANY = 64;

    private final ValueType[] types;
    private final int ring;

    /** Slots from one place in the ring to the next, of which each lane has one. */
    private final int stride;

    /** How long the time of an integral is, and for how long its value must be known. */
    private final double perNanos;

    private final double wholeNanos;

    /** The panes, one behind the other; of each the flags first. */
    private final long[] cells;

    private final PaneLayout layout;
    private final int width;
    private final int[] saved;
    private final Quantiles[] quantiles;
    private final @Nullable String[] firstTexts;
    private final @Nullable String[] lastTexts;

    /** Whether an empty pane becomes another by a copy of its row. */
    private final boolean isRowAll;

    /** The slot, behind all lanes, that a window is put together in; one a lane is behind it. */
    private final int sum;

    /** A pane that was asked for, and its place in a ring: others are near it. */
    private long recentPane;

    private int recentPlace;

    Panes(List<Lane> lanes, AggregateStep step) {
        this.types = lanes.stream().map(Lane::type).toArray(ValueType[]::new);
        this.ring = step.ring();
        this.layout = new PaneLayout(step.functions());
        // Panes of a lane that are apart by a power of two would share few sets of the cache.
        boolean isSpread = lanes.size() >= MANY && !layout.hasQuantiles();
        this.stride = isSpread ? lanes.size() | 1 : lanes.size();
        this.sum = stride * ring;
        this.width = layout.width;
        this.saved = layout.saved();
        perNanos = step.per().nanos();
        wholeNanos = step.windows() instanceof Windows.Time t ? t.length().toNanos() : 0;
        int all = sum + 1 + (step.preparesPanes() ? lanes.size() : 0);
        int texts = Arrays.asList(types).contains(ValueType.TEXT) ? all : 0;
        cells = new long[Math.multiplyExact(all, width)];
        quantiles = new Quantiles[layout.hasQuantiles() ? all : 0];
        for (int i = 0; i < quantiles.length; i++) {
            quantiles[i] = new Quantiles(i == sum ? MAX_EXACT_OF_WINDOW : MAX_EXACT);
        }
        firstTexts = new String[texts];
        lastTexts = new String[texts];
        isRowAll = texts == 0 && quantiles.length == 0 && layout.span == ABSENT;
    }

    /** The most memory of a pane, in bytes; for the limit at the start. */
    static long bytes(List<WindowFunction> functions) {
        boolean hasQuantiles = functions.stream().anyMatch(f -> f.kind() == Kind.PERCENTILE);
        return MAX_BYTES + (hasQuantiles ? Quantiles.bytes(MAX_EXACT) : 0);
    }

    /** The slot of a pane. */
    int slot(int lane, long pane) {
        return place(pane) * stride + lane;
    }

    /** The remainder by the length of the ring, which seldom needs a division. */
    private int place(long pane) {
        long beyond = pane - recentPane;
        if (beyond > -ring && beyond < ring) {
            int place = recentPlace + (int) beyond;
            return place < 0 ? place + ring : place >= ring ? place - ring : place;
        }
        recentPane = pane;
        recentPlace = Math.floorMod(pane, ring);
        return recentPlace;
    }

    /** The slot of a lane that panes may be put together in beforehand. */
    int ahead(int lane) {
        return sum + 1 + lane;
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
            cells[at] = isFirst || isLess(type, bits, cells[at]) ? bits : cells[at];
        }
        if (layout.greatest != ABSENT) {
            int at = row + layout.greatest;
            cells[at] = isFirst || isLess(type, cells[at], bits) ? bits : cells[at];
        }
        if (layout.hasOrder()) {
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
    }

    private static void setText(@Nullable String[] texts, int slot, @Nullable String text) {
        if (slot < texts.length) {
            texts[slot] = text;
        }
    }

    private static boolean isLess(ValueType type, long a, long b) {
        return type == ValueType.FLOAT64
                ? Double.longBitsToDouble(a) < Double.longBitsToDouble(b)
                : a < b;
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
            put(
                    row + layout.squares,
                    real(row + layout.squares) + weight * delta * (value - mean));
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
            append(lane, sum, slot(lane, pane));
        }
    }

    /** Begins to put slots together for {@link #emit}; gives the slot to append them to. */
    int gather() {
        clearSlot(sum);
        return sum;
    }

    /** Puts to one slot what another has of later samples. */
    void append(int lane, int into, int slot) {
        int to = into * width;
        int from = slot * width;
        long flags = cells[from];
        if (isRowAll && cells[to] == 0) {
            for (int i = 0; i < width; i++) {
                cells[to + i] = cells[from + i];
            }
            return;
        }
        cells[to] |= flags & (NOT_GOOD | SUM_TOO_LARGE);
        if (layout.span != ABSENT) {
            put(to + layout.span, real(to + layout.span) + real(from + layout.span));
            put(to + layout.area, real(to + layout.area) + real(from + layout.area));
        }
        if ((flags & HAS_VALUE) != 0) {
            if (layout.count != ABSENT && cells[from + layout.count] > 0) {
                cells[to + layout.count] += cells[from + layout.count];
                addToSum(types[lane], to, cells[from + layout.sum]);
            }
            appendValues(lane, into, slot);
            if (layout.weight != ABSENT && cells[from + layout.weight] != 0) {
                appendWeights(into, slot);
            }
        }
    }

    private void appendValues(int lane, int into, int slot) {
        int to = into * width;
        int from = slot * width;
        boolean isFirst = (cells[to] & HAS_VALUE) == 0;
        cells[to] |= HAS_VALUE;
        var type = types[lane];
        if (layout.least != ABSENT) {
            long theirs = cells[from + layout.least];
            int at = to + layout.least;
            cells[at] = isFirst || isLess(type, theirs, cells[at]) ? theirs : cells[at];
        }
        if (layout.greatest != ABSENT) {
            long theirs = cells[from + layout.greatest];
            int at = to + layout.greatest;
            cells[at] = isFirst || isLess(type, cells[at], theirs) ? theirs : cells[at];
        }
        if (layout.hasOrder()) {
            if (isFirst) {
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
        return real(sum * width + column);
    }

    private long bitsOfSum(int column) {
        return cells[sum * width + column];
    }

    /** Whether what was gathered has a value, be it one that held from before. */
    boolean hasResult() {
        return hasValue() || (layout.span != ABSENT && ofSum(layout.span) > 0);
    }

    private boolean hasValue() {
        return (cells[sum * width] & HAS_VALUE) != 0;
    }

    /** Whether an input of what was gathered was not good. */
    boolean isSpoilt() {
        return (cells[sum * width] & NOT_GOOD) != 0;
    }

    /** Adds the result of a function over what was gathered. */
    void emit(WindowFunction function, int lane, int outLane, long time, Batch out) {
        byte quality = isSpoilt() ? UNCERTAIN : Quality.GOOD;
        if (function.kind() == Kind.COUNT) {
            out.addInt(outLane, time, bitsOfSum(layout.count), quality);
        } else if (!isKnown(function.kind())) {
            out.addBad(outLane, time, isSpoilt() ? Reason.INPUT_NOT_GOOD : Reason.STALE);
        } else {
            switch (function.kind()) {
                case AVG -> real(average(), outLane, time, quality, out);
                case STDDEV ->
                        real(
                                Math.sqrt(ofSum(layout.squares) / ofSum(layout.weight)),
                                outLane,
                                time,
                                quality,
                                out);
                case PERCENTILE ->
                        real(quantiles[sum].at(function.percent()), outLane, time, quality, out);
                case TIME_AVG -> real(timeAverage(), outLane, time, quality, out);
                case INTEGRAL -> integral(outLane, time, out);
                case SUM -> total(lane, outLane, time, quality, out);
                case RANGE -> less(lane, layout.greatest, layout.least, outLane, time, out);
                case DELTA -> less(lane, layout.last, layout.first, outLane, time, out);
                case MIN -> out.add(outLane, time, bitsOfSum(layout.least), quality);
                case MAX -> out.add(outLane, time, bitsOfSum(layout.greatest), quality);
                case FIRST -> value(layout.first, firstTexts, outLane, time, out);
                case LAST -> value(layout.last, lastTexts, outLane, time, out);
                case COUNT -> throw new IllegalStateException("counted above");
            }
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
        } else if ((cells[sum * width] & SUM_TOO_LARGE) != 0) {
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

    /** Empties a pane, so that its slot can serve a later one. */
    void clear(int lane, long pane) {
        clearSlot(slot(lane, pane));
    }

    /** Empties all panes of a lane. */
    void clear(int lane) {
        for (int slot = lane; slot < sum; slot += stride) {
            clearSlot(slot);
        }
    }

    void clearSlot(int slot) {
        int row = slot * width;
        for (int i = 0; i < width; i++) {
            cells[row + i] = 0;
        }
        if (quantiles.length > 0) {
            quantiles[slot].clear();
        }
        setText(firstTexts, slot, null);
        setText(lastTexts, slot, null);
    }

    /** Writes the panes of a lane. */
    void save(int lane, DataOutput out) throws IOException {
        for (int slot = lane; slot < sum; slot += stride) {
            saveSlot(lane, slot, out);
        }
    }

    void saveSlot(int lane, int slot, DataOutput out) throws IOException {
        int row = slot * width;
        out.writeByte((byte) cells[row]);
        out.writeBoolean(isUsed(row));
        if (isUsed(row)) {
            for (int column : saved) {
                out.writeLong(column == ABSENT ? 0 : cells[row + column]);
            }
            if (quantiles.length > 0) {
                quantiles[slot].save(out);
            }
            if (types[lane] == ValueType.TEXT) {
                SavedText.write(firstTexts[slot], out);
                SavedText.write(lastTexts[slot], out);
            }
        }
    }

    /** Reads what {@link #save} wrote. */
    void load(int lane, DataInput in) throws IOException {
        for (int slot = lane; slot < sum; slot += stride) {
            loadSlot(lane, slot, in);
        }
    }

    void loadSlot(int lane, int slot, DataInput in) throws IOException {
        clearSlot(slot);
        int row = slot * width;
        cells[row] = in.readByte();
        if (in.readBoolean()) {
            for (int column : saved) {
                long bits = in.readLong();
                if (column != ABSENT) {
                    cells[row + column] = bits;
                }
            }
            if (quantiles.length > 0) {
                quantiles[slot].load(in);
            }
            if (types[lane] == ValueType.TEXT) {
                firstTexts[slot] = SavedText.read(in);
                lastTexts[slot] = SavedText.read(in);
            }
        }
    }

    private boolean isUsed(int row) {
        return cells[row] != 0 || (layout.span != ABSENT && real(row + layout.span) > 0);
    }
}
