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
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an aggregate remembers: for each lane a ring of panes, each as long as the step from one
 * result to the next; a window is put together from its panes, so nothing is ever subtracted and
 * results are exact. Arrays by lane and pane, only those that the functions need.
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

    private static final byte NOT_GOOD = 1;
    private static final byte HAS_VALUE = 2;
    private static final byte SUM_TOO_LARGE = 4;
    private static final byte UNCERTAIN = Quality.uncertain(Reason.INPUT_NOT_GOOD);

    private final ValueType[] types;
    private final int ring;
    private final boolean extremes;
    private final boolean order;
    private final boolean deviation;
    private final boolean timed;

    /** How long the time of an integral is, and for how long its value must be known. */
    private final double perNanos;

    private final double wholeNanos;

    private final byte[] flags;
    private final long[] counts;
    private final double[] weights;
    private final double[] weighted;
    private final double[] spans;
    private final double[] areas;
    private final Quantiles[] quantiles;
    private final long[] sums;
    private final double[] means;
    private final double[] squares;
    private final long[] least;
    private final long[] greatest;
    private final long[] firsts;
    private final long[] firstTimes;
    private final long[] lasts;
    private final long[] lastTimes;
    private final @Nullable String[] firstTexts;
    private final @Nullable String[] lastTexts;

    /** The slot, behind all lanes, that a window is put together in; one a lane is behind it. */
    private final int sum;

    Panes(List<Lane> lanes, AggregateStep step) {
        this.types = lanes.stream().map(Lane::type).toArray(ValueType[]::new);
        this.ring = step.ring();
        this.sum = lanes.size() * ring;
        var kinds = kinds(step.functions());
        extremes =
                kinds.contains(Kind.MIN) || kinds.contains(Kind.MAX) || kinds.contains(Kind.RANGE);
        order =
                kinds.contains(Kind.FIRST)
                        || kinds.contains(Kind.LAST)
                        || kinds.contains(Kind.DELTA);
        deviation = kinds.contains(Kind.STDDEV);
        timed = kinds.contains(Kind.TIME_AVG) || kinds.contains(Kind.INTEGRAL);
        perNanos = step.per().nanos();
        wholeNanos = step.windows() instanceof Windows.Time t ? t.length().toNanos() : 0;
        int all = sum + 1 + (step.preparesPanes() ? lanes.size() : 0);
        int texts = Arrays.asList(types).contains(ValueType.TEXT) ? all : 0;
        flags = new byte[all];
        counts = new long[all];
        weights = new double[all];
        weighted = new double[all];
        spans = new double[timed ? all : 0];
        areas = new double[timed ? all : 0];
        quantiles = new Quantiles[kinds.contains(Kind.PERCENTILE) ? all : 0];
        for (int i = 0; i < quantiles.length; i++) {
            quantiles[i] = new Quantiles(i == sum ? MAX_EXACT_OF_WINDOW : MAX_EXACT);
        }
        sums = new long[all];
        means = new double[deviation ? all : 0];
        squares = new double[deviation ? all : 0];
        least = new long[extremes ? all : 0];
        greatest = new long[extremes ? all : 0];
        firsts = new long[order ? all : 0];
        firstTimes = new long[order ? all : 0];
        lasts = new long[order ? all : 0];
        lastTimes = new long[order ? all : 0];
        firstTexts = new String[texts];
        lastTexts = new String[texts];
    }

    private static Set<Kind> kinds(List<WindowFunction> functions) {
        var kinds = EnumSet.noneOf(Kind.class);
        functions.forEach(f -> kinds.add(f.kind()));
        return kinds;
    }

    /** The most memory of a pane, in bytes; for the limit at the start. */
    static long bytes(List<WindowFunction> functions) {
        return MAX_BYTES
                + (kinds(functions).contains(Kind.PERCENTILE) ? Quantiles.bytes(MAX_EXACT) : 0);
    }

    /** The slot of a pane. */
    int slot(int lane, long pane) {
        return lane * ring + Math.floorMod(pane, ring);
    }

    /** The slot of a lane that panes may be put together in beforehand. */
    int ahead(int lane) {
        return sum + 1 + lane;
    }

    /** Notes that an input was not good. */
    void spoil(int slot) {
        flags[slot] |= NOT_GOOD;
    }

    /** Counts a sample, which is in the pane. */
    void count(int lane, int slot, long bits) {
        counts[slot]++;
        addToSum(types[lane], slot, bits);
    }

    private void addToSum(ValueType type, int slot, long bits) {
        if (type == ValueType.FLOAT64) {
            double total = Double.longBitsToDouble(sums[slot]) + Double.longBitsToDouble(bits);
            sums[slot] = Double.doubleToRawLongBits(total);
        } else {
            long total = sums[slot] + bits;
            if (((sums[slot] ^ total) & (bits ^ total)) < 0) {
                flags[slot] |= SUM_TOO_LARGE;
            }
            sums[slot] = total;
        }
    }

    /** Lets a value that was true at a time, within the pane, count for least, first and so on. */
    void see(int lane, int slot, long time, long bits, @Nullable String text) {
        boolean isFirst = (flags[slot] & HAS_VALUE) == 0;
        flags[slot] |= HAS_VALUE;
        var type = types[lane];
        if (extremes && type != ValueType.TEXT) {
            least[slot] = isFirst || isLess(type, bits, least[slot]) ? bits : least[slot];
            greatest[slot] = isFirst || isLess(type, greatest[slot], bits) ? bits : greatest[slot];
        }
        if (order) {
            if (isFirst || time < firstTimes[slot]) {
                firsts[slot] = bits;
                firstTimes[slot] = time;
                setText(firstTexts, slot, text);
            }
            if (isFirst || time >= lastTimes[slot]) {
                lasts[slot] = bits;
                lastTimes[slot] = time;
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
        double value = real(lane, bits);
        weights[slot] += weight;
        weighted[slot] += weight * value;
        if (deviation) {
            double delta = value - means[slot];
            means[slot] += delta * weight / weights[slot];
            squares[slot] += weight * delta * (value - means[slot]);
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
        if (timed) {
            spans[slot] += nanos;
            areas[slot] += real(lane, bits) * nanos;
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
        flags[into] |= (byte) (flags[slot] & (NOT_GOOD | SUM_TOO_LARGE));
        if (timed) {
            spans[into] += spans[slot];
            areas[into] += areas[slot];
        }
        if ((flags[slot] & HAS_VALUE) != 0) {
            if (counts[slot] > 0) {
                counts[into] += counts[slot];
                addToSum(types[lane], into, sums[slot]);
            }
            appendValues(lane, into, slot);
            if (weights[slot] > 0) {
                appendWeights(into, slot);
            }
        }
    }

    private void appendValues(int lane, int into, int slot) {
        boolean isFirst = (flags[into] & HAS_VALUE) == 0;
        flags[into] |= HAS_VALUE;
        var type = types[lane];
        if (extremes) {
            least[into] =
                    isFirst || isLess(type, least[slot], least[into]) ? least[slot] : least[into];
            greatest[into] =
                    isFirst || isLess(type, greatest[into], greatest[slot])
                            ? greatest[slot]
                            : greatest[into];
        }
        if (order) {
            if (isFirst) {
                firsts[into] = firsts[slot];
                setText(firstTexts, into, slot < firstTexts.length ? firstTexts[slot] : null);
            }
            lasts[into] = lasts[slot];
            setText(lastTexts, into, slot < lastTexts.length ? lastTexts[slot] : null);
        }
    }

    private void appendWeights(int into, int slot) {
        double before = weights[into];
        weights[into] += weights[slot];
        weighted[into] += weighted[slot];
        if (deviation) {
            double delta = means[slot] - means[into];
            means[into] += delta * weights[slot] / weights[into];
            squares[into] += squares[slot] + delta * delta * before * weights[slot] / weights[into];
        }
        if (quantiles.length > 0) {
            quantiles[into].addAll(quantiles[slot]);
        }
    }

    /** Whether what was gathered has a value, be it one that held from before. */
    boolean hasResult() {
        return hasValue() || (timed && spans[sum] > 0);
    }

    private boolean hasValue() {
        return (flags[sum] & HAS_VALUE) != 0;
    }

    /** Whether an input of what was gathered was not good. */
    boolean isSpoilt() {
        return (flags[sum] & NOT_GOOD) != 0;
    }

    /** Adds the result of a function over what was gathered. */
    void emit(WindowFunction function, int lane, int outLane, long time, Batch out) {
        byte quality = isSpoilt() ? UNCERTAIN : Quality.GOOD;
        if (function.kind() == Kind.COUNT) {
            out.addInt(outLane, time, counts[sum], quality);
        } else if (!isKnown(function.kind())) {
            out.addBad(outLane, time, isSpoilt() ? Reason.INPUT_NOT_GOOD : Reason.STALE);
        } else {
            switch (function.kind()) {
                case AVG -> real(weighted[sum] / weights[sum], outLane, time, quality, out);
                case STDDEV ->
                        real(Math.sqrt(squares[sum] / weights[sum]), outLane, time, quality, out);
                case PERCENTILE ->
                        real(quantiles[sum].at(function.percent()), outLane, time, quality, out);
                case TIME_AVG -> real(timeAverage(), outLane, time, quality, out);
                case INTEGRAL -> integral(outLane, time, out);
                case SUM -> total(lane, outLane, time, quality, out);
                case RANGE -> less(lane, greatest[sum], least[sum], outLane, time, out);
                case DELTA -> less(lane, lasts[sum], firsts[sum], outLane, time, out);
                case MIN -> out.add(outLane, time, least[sum], quality);
                case MAX -> out.add(outLane, time, greatest[sum], quality);
                case FIRST -> value(firsts, firstTexts, outLane, time, quality, out);
                case LAST -> value(lasts, lastTexts, outLane, time, quality, out);
                case COUNT -> throw new IllegalStateException("counted above");
            }
        }
    }

    private boolean isKnown(Kind kind) {
        return switch (kind) {
            case TIME_AVG, INTEGRAL -> hasResult();
            // A held value may have been seen and held for no time, before nobody watched.
            case AVG, STDDEV, PERCENTILE -> weights[sum] > 0;
            default -> hasValue();
        };
    }

    /** Where no time passed, as of a session of one sample, each sample counts the same. */
    private double timeAverage() {
        return spans[sum] > 0 ? areas[sum] / spans[sum] : weighted[sum] / weights[sum];
    }

    /** A sum over a time is not all of it where the value was not known throughout. */
    private void integral(int outLane, long time, Batch out) {
        boolean isWhole = !isSpoilt() && spans[sum] >= wholeNanos;
        real(areas[sum] / perNanos, outLane, time, isWhole ? Quality.GOOD : UNCERTAIN, out);
    }

    private void less(int lane, long a, long b, int outLane, long time, Batch out) {
        byte quality = isSpoilt() ? UNCERTAIN : Quality.GOOD;
        if (types[lane] == ValueType.FLOAT64) {
            double difference = Double.longBitsToDouble(a) - Double.longBitsToDouble(b);
            real(difference, outLane, time, quality, out);
        } else if (((a ^ b) & (a ^ (a - b))) < 0) {
            out.addBad(outLane, time, Reason.OUT_OF_RANGE);
        } else {
            out.addInt(outLane, time, a - b, quality);
        }
    }

    private void total(int lane, int outLane, long time, byte quality, Batch out) {
        if (types[lane] == ValueType.FLOAT64) {
            real(Double.longBitsToDouble(sums[sum]), outLane, time, quality, out);
        } else if ((flags[sum] & SUM_TOO_LARGE) != 0) {
            out.addBad(outLane, time, Reason.OUT_OF_RANGE);
        } else {
            out.addInt(outLane, time, sums[sum], quality);
        }
    }

    private static void real(double value, int outLane, long time, byte quality, Batch out) {
        if (Double.isFinite(value)) {
            out.addDouble(outLane, time, value, quality);
        } else {
            out.addBad(outLane, time, Reason.OUT_OF_RANGE);
        }
    }

    private void value(
            long[] bits,
            @Nullable String[] texts,
            int outLane,
            long time,
            byte quality,
            Batch out) {
        var text = sum < texts.length ? texts[sum] : null;
        if (text == null) {
            out.add(outLane, time, bits[sum], quality);
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
        for (int i = 0; i < ring; i++) {
            clearSlot(lane * ring + i);
        }
    }

    void clearSlot(int slot) {
        flags[slot] = 0;
        counts[slot] = 0;
        weights[slot] = 0;
        weighted[slot] = 0;
        sums[slot] = 0;
        if (timed) {
            spans[slot] = 0;
            areas[slot] = 0;
        }
        if (quantiles.length > 0) {
            quantiles[slot].clear();
        }
        if (deviation) {
            means[slot] = 0;
            squares[slot] = 0;
        }
        setText(firstTexts, slot, null);
        setText(lastTexts, slot, null);
    }

    /** Writes the panes of a lane. */
    void save(int lane, DataOutput out) throws IOException {
        for (int i = lane * ring; i < (lane + 1) * ring; i++) {
            saveSlot(lane, i, out);
        }
    }

    void saveSlot(int lane, int slot, DataOutput out) throws IOException {
        out.writeByte(flags[slot]);
        out.writeBoolean(isUsed(slot));
        if (isUsed(slot)) {
            for (var column : longs()) {
                out.writeLong(column[slot]);
            }
            for (var column : doubles()) {
                out.writeDouble(column[slot]);
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
        for (int i = lane * ring; i < (lane + 1) * ring; i++) {
            loadSlot(lane, i, in);
        }
    }

    void loadSlot(int lane, int slot, DataInput in) throws IOException {
        clearSlot(slot);
        flags[slot] = in.readByte();
        if (in.readBoolean()) {
            for (var column : longs()) {
                column[slot] = in.readLong();
            }
            for (var column : doubles()) {
                column[slot] = in.readDouble();
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

    private boolean isUsed(int slot) {
        return flags[slot] != 0 || (timed && spans[slot] > 0);
    }

    private List<long[]> longs() {
        return List.of(counts, sums, least, greatest, firsts, firstTimes, lasts, lastTimes).stream()
                .filter(c -> c.length > 0)
                .toList();
    }

    private List<double[]> doubles() {
        return List.of(weights, weighted, spans, areas, means, squares).stream()
                .filter(c -> c.length > 0)
                .toList();
    }
}
