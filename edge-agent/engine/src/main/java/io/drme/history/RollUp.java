package io.drme.history;

import io.drme.block.SeriesColumns;
import io.drme.block.SeriesStats;
import io.drme.model.Quality;
import io.drme.model.Value;
import io.drme.model.ValueType;
import io.drme.model.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rolls one tag's samples up by steps of equal length. Steps begin at multiples of their length
 * since 1970 UTC; samples before the span or at its end and later are left out.
 *
 * <p>Feed blocks in the gateway's order. For each, {@link #addStats} may take the statistics in
 * place of the samples; where it says no, decode and {@link #add}.
 *
 * <p>A <em>weighted</em> mean weighs each value by how long it held: until the next sample, until
 * {@link #interrupt}, or to the end of the span. For it, samples from before the span should be fed
 * too, the newest is enough: its value holds at the begin. A sample whose source time lies before
 * the one fed before it counts in everything but the weights.
 *
 * <p>Confined to its owner; nothing is allocated per sample.
 */
public final class RollUp {
    /** Most steps of one answer. */
    public static final int MAX_STEPS = 100_000;

    /** Most values that {@link RollUpFunction#P95} keeps. */
    public static final int MAX_P95_VALUES = 5_000_000;

    private static final double NANOS_PER_SECOND = 1e9;

    private final ValueType type;
    private final boolean weighted;
    private final long from;
    private final long to;
    private final long stepNanos;
    private final Set<RollUpFunction> functions;
    private final long base;
    private final long[] counts;
    private final boolean[] seen;
    private final double[] sums;
    private final double[] errors;
    private final double[] means;
    private final double[] squares;
    private final double[] integrals;
    private final long[] covered;
    private final long[] mins;
    private final long[] maxs;
    private final long[] firstTimes;
    private final long[] firsts;
    private final long[] lastTimes;
    private final long[] lasts;
    private final @Nullable String[] firstTexts;
    private final @Nullable String[] lastTexts;
    private final double[][] kept;
    private int keptTotal;
    private boolean holds;
    private double held;
    private long heldFrom = Long.MIN_VALUE;

    /** Beyond {@link #MAX_STEPS} or {@link #MAX_P95_VALUES}: to be told to who asked. */
    public static final class TooLargeException extends RuntimeException {
        @java.io.Serial private static final long serialVersionUID = 1;

        private TooLargeException(String message) {
            super(message);
        }
    }

    /**
     * Makes an empty roll-up.
     *
     * @param type of the tag's values; a text has {@code count}, {@code first} and {@code last}
     *     only
     * @param weighted whether {@code avg} is weighted by time: for a tag with a deadband
     * @param span from, to and length of a step, in nanoseconds; {@code to} at most now, as the
     *     last value holds until then
     * @param functions what is asked for
     * @throws TooLargeException where there would be more than {@link #MAX_STEPS}
     */
    public RollUp(ValueType type, boolean weighted, Span span, Set<RollUpFunction> functions) {
        this.type = type;
        this.weighted = weighted && type != ValueType.TEXT;
        this.from = span.from();
        this.to = span.to();
        this.stepNanos = span.stepNanos();
        this.functions = Set.copyOf(functions);
        this.base = Math.floorDiv(from, stepNanos);
        long steps = to <= from ? 0 : Math.floorDiv(to - 1, stepNanos) - base + 1;
        if (steps > MAX_STEPS) {
            throw new TooLargeException(
                    "%d steps are more than %d; ask for a shorter span or longer steps"
                            .formatted(steps, MAX_STEPS));
        }
        int n = (int) steps;
        counts = new long[n];
        seen = new boolean[n];
        sums = new double[n];
        errors = new double[n];
        means = new double[n];
        squares = new double[n];
        integrals = new double[n];
        covered = new long[n];
        mins = new long[n];
        maxs = new long[n];
        firstTimes = new long[n];
        firsts = new long[n];
        lastTimes = new long[n];
        lasts = new long[n];
        firstTexts = new String[type == ValueType.TEXT ? n : 0];
        lastTexts = new String[type == ValueType.TEXT ? n : 0];
        kept = new double[functions.contains(RollUpFunction.P95) ? n : 0][];
    }

    /**
     * A span of source time in steps.
     *
     * @param from first nanosecond since 1970 UTC
     * @param to first nanosecond behind it
     * @param stepNanos length of a step, more than zero
     */
    public record Span(long from, long to, long stepNanos) {
        /** Rejects a step that is not positive. */
        public Span {
            if (stepNanos <= 0) {
                throw new IllegalArgumentException("a step takes time, not " + stepNanos + " ns");
            }
        }
    }

    /**
     * Takes the statistics of a series in place of its samples.
     *
     * @return false where they do not do, and nothing was taken: the series does not lie in one
     *     step, the functions asked for need the samples, or the statistics are not complete
     */
    public boolean addStats(SeriesStats stats) {
        if (!stats.complete()
                || stats.firstTime() < from
                || stats.lastTime() >= to
                || functions.contains(RollUpFunction.STDDEV)
                || functions.contains(RollUpFunction.P95)
                || (weighted && (stats.badCount() > 0 || stats.firstTime() < heldFrom))) {
            return false;
        }
        int step = step(stats.firstTime());
        if (step != step(stats.lastTime())) {
            return false;
        }
        noteOrder(step, stats.firstTime(), stats.firstBits(), null);
        noteOrder(step, stats.lastTime(), stats.lastBits(), null);
        noteRange(step, stats.minBits(), stats.maxBits());
        counts[step] += stats.valueCount();
        addToSum(step, stats.sum());
        if (weighted) {
            hold(stats.firstTime());
            integrals[step] += stats.integral();
            covered[step] += stats.coveredNanos();
            holds = true;
            held = Values.asDouble(type, stats.lastBits());
            heldFrom = stats.lastTime();
        }
        return true;
    }

    /**
     * Takes what is known of the samples of one bucket, in place of them. Unlike {@link #addStats}
     * it also takes what lies before the span, whose last value may hold, and bad samples among
     * good ones.
     *
     * @param force takes also what only the samples would tell exactly, as they are gone
     * @return false where it does not do, and nothing was taken
     */
    public boolean addBucket(Bucket bucket, boolean force) {
        if (bucket.firstTime() >= to || (!weighted && bucket.lastTime() < from)) {
            return true;
        }
        boolean isExact = !weighted || (bucket.inOrder() && bucket.firstTime() >= heldFrom);
        if (bucket.lastTime() < from) {
            if (isExact || force) {
                holdOn(bucket);
            }
            return isExact || force;
        }
        boolean isWithin =
                bucket.firstTime() >= from
                        && bucket.lastTime() < to
                        && step(bucket.firstTime()) == step(bucket.lastTime());
        boolean isEnough =
                !functions.contains(RollUpFunction.STDDEV)
                        && !functions.contains(RollUpFunction.P95);
        if (!isWithin || !(force || (isExact && isEnough))) {
            return false;
        }
        int step = step(bucket.firstTime());
        if (weighted) {
            hold(bucket.firstTime());
            integrals[step] += bucket.integral();
            covered[step] += bucket.coveredNanos();
            holdOn(bucket);
        }
        if (bucket.values() > 0) {
            noteOrder(step, bucket.firstValueTime(), bucket.firstBits(), null);
            noteOrder(step, bucket.lastValueTime(), bucket.lastBits(), null);
            noteRange(step, bucket.minBits(), bucket.maxBits());
            counts[step] += bucket.values();
            addToSum(step, bucket.sum());
        }
        return true;
    }

    private void holdOn(Bucket bucket) {
        holds = bucket.holds();
        held = holds ? Values.asDouble(type, bucket.lastBits()) : 0;
        heldFrom = Math.max(heldFrom, bucket.lastTime());
    }

    /** Adds decoded samples. */
    public void add(SeriesColumns columns) {
        for (int i = 0; i < columns.size(); i++) {
            add(
                    columns.sourceTimes()[i],
                    columns.bits()[i],
                    columns.text(i),
                    columns.qualities()[i]);
        }
    }

    /** Adds a sample by its raw bits, and its text where it is one. */
    public void add(long sourceTime, long bits, @Nullable String text, byte quality) {
        boolean isText = type == ValueType.TEXT;
        double number = isText ? 0 : Values.asDouble(type, bits);
        boolean none = Quality.isBad(quality) || Double.isNaN(number);
        if (weighted && sourceTime >= heldFrom) {
            hold(sourceTime);
            holds = !none;
            held = number;
            heldFrom = sourceTime;
        }
        if (none || sourceTime < from || sourceTime >= to) {
            return;
        }
        int step = step(sourceTime);
        noteOrder(step, sourceTime, bits, text);
        noteRange(step, bits, bits);
        long n = ++counts[step];
        if (isText) {
            return;
        }
        addToSum(step, number);
        double away = number - means[step];
        means[step] += away / n;
        squares[step] += away * (number - means[step]);
        if (kept.length > 0) {
            keep(step, number, n);
        }
    }

    /** Says that from here on the last value is not known to hold: the gateway was down. */
    public void interrupt(long time) {
        if (weighted && time >= heldFrom) {
            hold(time);
            holds = false;
            heldFrom = time;
        }
    }

    private int step(long time) {
        return (int) (Math.floorDiv(time, stepNanos) - base);
    }

    /** Counts the held value up to a time, in each step it reaches into. */
    private void hold(long until) {
        long at = Math.max(heldFrom, from);
        long end = Math.min(until, to);
        while (holds && at < end) {
            int step = step(at);
            long next = Math.min(end, (base + step + 1) * stepNanos);
            integrals[step] += held * ((next - at) / NANOS_PER_SECOND);
            covered[step] += next - at;
            at = next;
        }
    }

    private void noteOrder(int step, long time, long bits, @Nullable String text) {
        boolean empty = !seen[step];
        seen[step] = true;
        if (empty || time < firstTimes[step]) {
            firstTimes[step] = time;
            firsts[step] = bits;
            if (firstTexts.length > 0) {
                firstTexts[step] = text;
            }
        }
        if (empty || time >= lastTimes[step]) {
            lastTimes[step] = time;
            lasts[step] = bits;
            if (lastTexts.length > 0) {
                lastTexts[step] = text;
            }
        }
    }

    private void noteRange(int step, long min, long max) {
        boolean empty = counts[step] == 0;
        if (empty || compare(min, mins[step]) < 0) {
            mins[step] = min;
        }
        if (empty || compare(max, maxs[step]) > 0) {
            maxs[step] = max;
        }
    }

    private int compare(long a, long b) {
        return type == ValueType.FLOAT64
                ? Double.compare(Double.longBitsToDouble(a), Double.longBitsToDouble(b))
                : Long.compare(a, b);
    }

    /** Neumaier's compensated sum. */
    private void addToSum(int step, double value) {
        double sum = sums[step];
        double next = sum + value;
        errors[step] +=
                Math.abs(sum) >= Math.abs(value) ? (sum - next) + value : (value - next) + sum;
        sums[step] = next;
    }

    private void keep(int step, double number, long n) {
        if (++keptTotal > MAX_P95_VALUES) {
            throw new TooLargeException(
                    "p95 of more than %d values; ask for a shorter span".formatted(MAX_P95_VALUES));
        }
        var values = kept[step];
        if (values == null) {
            values = new double[16];
        } else if (values.length < n) {
            values = Arrays.copyOf(values, values.length * 2);
        }
        values[(int) n - 1] = number;
        kept[step] = values;
    }

    /**
     * The steps, oldest first; one without a sample only where a weighted value holds in it. Ends
     * the feeding.
     */
    public List<RollUpRow> rows() {
        if (weighted) {
            hold(to);
            heldFrom = Math.max(heldFrom, to);
        }
        var rows = new ArrayList<RollUpRow>();
        for (int step = 0; step < counts.length; step++) {
            if (counts[step] > 0 || covered[step] > 0) {
                rows.add(row(step));
            }
        }
        return rows;
    }

    private RollUpRow row(int step) {
        boolean any = counts[step] > 0;
        long n = counts[step];
        boolean numbers = any && type != ValueType.TEXT;
        return new RollUpRow(
                (base + step) * stepNanos,
                counts[step],
                numbers ? value(RollUpFunction.MIN, mins[step], null) : null,
                numbers ? value(RollUpFunction.MAX, maxs[step], null) : null,
                any ? value(RollUpFunction.FIRST, firsts[step], text(firstTexts, step)) : null,
                any ? value(RollUpFunction.LAST, lasts[step], text(lastTexts, step)) : null,
                functions.contains(RollUpFunction.AVG) ? mean(step) : null,
                functions.contains(RollUpFunction.SUM) && numbers ? sum(step) : null,
                functions.contains(RollUpFunction.STDDEV) && numbers
                        ? Math.sqrt(squares[step] / n)
                        : null,
                kept.length > 0 && numbers ? percentile(kept[step], (int) n) : null);
    }

    private @Nullable Value value(RollUpFunction function, long bits, @Nullable String text) {
        return functions.contains(function) ? Values.of(type, bits, text) : null;
    }

    private static @Nullable String text(@Nullable String[] texts, int step) {
        return texts.length == 0 ? null : texts[step];
    }

    private @Nullable Double mean(int step) {
        if (covered[step] > 0) {
            return integrals[step] / (covered[step] / NANOS_PER_SECOND);
        }
        return counts[step] > 0 && type != ValueType.TEXT ? sum(step) / counts[step] : null;
    }

    private double sum(int step) {
        double error = errors[step];
        return Double.isFinite(error) ? sums[step] + error : sums[step];
    }

    private static double percentile(double[] values, int n) {
        Arrays.sort(values, 0, n);
        return values[(int) Math.ceil(0.95 * n) - 1];
    }
}
