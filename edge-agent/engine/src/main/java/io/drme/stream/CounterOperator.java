package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.stream.CounterStep.Result;
import io.drme.stream.LaneOrder.Arrival;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * Counts on over wraps and resets. Of a fall that is no plausible wrap, and of a rise that is not
 * plausible, the result says that it is not certain: what was counted before is lost.
 *
 * <p>Totals of whole numbers are whole and exact; the arithmetic of wraps is that of 64 bits.
 */
final class CounterOperator extends OneByOneOperator {
    private static final byte UNCERTAIN = Quality.uncertain(Reason.INPUT_NOT_GOOD);
    private static final byte UNUSABLE = Quality.bad(Reason.OUT_OF_RANGE);

    private final Result[] results;
    private final boolean[] isReal;
    private final double modulus;
    private final double maxRate;
    private final double perNanos;
    private final long maxGap;

    private final boolean[] begun;
    private final long[] since;
    private final long[] bits;
    private final byte[] qualities;
    private final long[] totals;

    /** What the newest sample added, and how far that can be trusted. */
    private long addedBits;

    private double added;
    private byte trust;

    CounterOperator(List<Lane> input, CounterStep step) {
        super(input, step.results(input));
        this.results = step.results().toArray(Result[]::new);
        this.modulus = step.modulus().orElse(0.0);
        this.perNanos = step.per().nanos();
        this.maxRate = step.maxRate().orElse(Double.POSITIVE_INFINITY);
        this.maxGap = step.maxGap().toNanos();
        int count = input.size();
        this.isReal = Lane.reals(input);
        this.begun = new boolean[count];
        this.since = new long[count];
        this.bits = new long[count];
        this.qualities = new byte[count];
        this.totals = new long[count];
    }

    @Override
    void accept(Batch in, int at, int lane, long now, Batch out) {
        long time = in.sourceTimes()[at];
        var arrival = order.takeNewer(lane, time, now);
        if (arrival == Arrival.LATE) {
            return;
        }
        byte quality = in.qualities()[at];
        long value = in.bits()[at];
        if (Quality.isBad(quality) || (isReal[lane] && !isFinite(value))) {
            giveBad(lane, time, Quality.isBad(quality) ? quality : UNUSABLE, out);
            return;
        }
        if (begun[lane]) {
            long nanos = time - since[lane];
            boolean isSound = Quality.isGood(quality) && Quality.isGood(qualities[lane]);
            count(lane, value, nanos);
            byte of = Quality.isBad(trust) || isSound ? trust : UNCERTAIN;
            give(lane, time, nanos, of, out);
        } else {
            give(lane, time, Long.MAX_VALUE, quality, out);
        }
        begun[lane] = true;
        since[lane] = time;
        bits[lane] = value;
        qualities[lane] = quality;
    }

    private static boolean isFinite(long bits) {
        return Double.isFinite(Double.longBitsToDouble(bits));
    }

    private double real(int lane, long value) {
        return isReal[lane] ? Double.longBitsToDouble(value) : (double) value;
    }

    /** Finds what was added between the sample before and one of this value. */
    private void count(int lane, long value, long nanos) {
        double most = nanos > 0 ? maxRate * (nanos / perNanos) : Double.POSITIVE_INFINITY;
        long stepBits = value - bits[lane]; // of 64 bits it wraps by itself
        long wrappedBits = stepBits + (modulus < 0x1p64 ? (long) modulus : 0);
        double step = isReal[lane] ? real(lane, value) - real(lane, bits[lane]) : (double) stepBits;
        double wrapped = isReal[lane] ? step + modulus : (double) wrappedBits;
        trust = modulus > 0 && most >= modulus && most < Double.POSITIVE_INFINITY ? UNCERTAIN : 0;
        if (nanos < 0) {
            add(lane, 0, 0, UNCERTAIN); // the clock was set back
        } else if (step >= 0 && step <= most) {
            add(lane, step, stepBits, trust);
        } else if (step < 0 && modulus > 0 && isPlausible(wrapped, most)) {
            add(lane, wrapped, wrappedBits, trust);
        } else if (step < 0 && real(lane, value) >= 0 && real(lane, value) <= most) {
            add(lane, real(lane, value), value, UNCERTAIN);
        } else {
            add(lane, 0, 0, UNUSABLE);
        }
    }

    /** Without a greatest rate, less than half way around. */
    private boolean isPlausible(double wrapped, double most) {
        return wrapped >= 0 && wrapped <= (most < Double.POSITIVE_INFINITY ? most : modulus / 2);
    }

    private void add(int lane, double amount, long amountBits, byte quality) {
        added = amount;
        addedBits = isReal[lane] ? 0 : amountBits;
        trust = quality;
    }

    private void give(int lane, long time, long nanos, byte quality, Batch out) {
        boolean fits = !begun[lane] || addToTotal(lane);
        for (int r = 0; r < results.length; r++) {
            int outLane = lane * results.length + r;
            if (results[r] == Result.TOTAL) {
                // What is not plausible adds nothing, and the total says so.
                byte of = Quality.isBad(quality) ? UNCERTAIN : quality;
                out.add(outLane, time, fits ? totals[lane] : 0, fits ? of : UNUSABLE);
            } else if (nanos > 0 && nanos <= maxGap) {
                if (Quality.isBad(quality)) {
                    out.add(outLane, time, 0, quality);
                } else {
                    real(outLane, time, added * perNanos / nanos, quality, out);
                }
            }
        }
    }

    private boolean addToTotal(int lane) {
        if (isReal[lane]) {
            double total = Double.longBitsToDouble(totals[lane]) + added;
            totals[lane] = Double.doubleToRawLongBits(total);
            return Double.isFinite(total);
        }
        long total = totals[lane] + addedBits;
        boolean fits = total >= totals[lane];
        totals[lane] = fits ? total : totals[lane];
        return fits;
    }

    private static void real(int outLane, long time, double value, byte quality, Batch out) {
        if (Double.isFinite(value)) {
            out.addDouble(outLane, time, value, quality);
        } else {
            out.add(outLane, time, 0, UNUSABLE);
        }
    }

    private void giveBad(int lane, long time, byte quality, Batch out) {
        for (int r = 0; r < results.length; r++) {
            out.add(lane * results.length + r, time, 0, quality);
        }
    }

    @Override
    void saveLane(int lane, DataOutput out) throws IOException {
        out.writeBoolean(begun[lane]);
        out.writeLong(since[lane]);
        out.writeLong(bits[lane]);
        out.writeByte(qualities[lane]);
        out.writeLong(totals[lane]);
    }

    @Override
    void loadLane(int lane, DataInput in) throws IOException {
        begun[lane] = in.readBoolean();
        since[lane] = in.readLong();
        bits[lane] = in.readLong();
        qualities[lane] = in.readByte();
        totals[lane] = in.readLong();
    }
}
