package io.drme.alarm;

import io.drme.model.Batch;
import io.drme.model.ValueType;
import io.drme.stream.Program;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Whether a value rose or fell by more than it may within a time: by how much it stands above the
 * lowest and below the highest that it had since. The time is kept in slices, so that memory is
 * bounded whatever the number of samples; it is exact to one of {@link #SLICES}. A value that does
 * not come anew holds; after a bad one nothing is known until the next good one.
 */
final class RateDetector implements Detector {
    /** How many slices a time has; 16 bytes each an alarm. */
    static final int SLICES = 32;

    private static final int KIND = 2;

    private final ValueType type;
    private final AlarmConfig.Condition.Rate rate;
    private final long sliceNanos;
    private final double[] lows = new double[SLICES];
    private final double[] highs = new double[SLICES];
    private long slice = Long.MIN_VALUE;
    private double value = Double.NaN;

    RateDetector(ValueType type, AlarmConfig.Condition.Rate rate) {
        this.type = type;
        this.rate = rate;
        this.sliceNanos = Math.max(1, rate.per().toNanos() / SLICES);
        forget();
    }

    private void forget() {
        Arrays.fill(lows, Double.POSITIVE_INFINITY);
        Arrays.fill(highs, Double.NEGATIVE_INFINITY);
    }

    @Override
    public int detect(Batch batch, int at, String tag, boolean wasPresent, long elapsed) {
        pass(elapsed);
        value = Numbers.of(batch, at, type);
        return later(wasPresent, elapsed);
    }

    @Override
    public int later(boolean wasPresent, long elapsed) {
        pass(elapsed);
        if (Double.isNaN(value)) {
            return Program.UNKNOWN;
        }
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < SLICES; i++) {
            low = Math.min(low, lows[i]);
            high = Math.max(high, highs[i]);
        }
        double less = wasPresent ? rate.deadband() : 0;
        boolean tooFast = value - low > rate.rise() - less || high - value > rate.fall() - less;
        return tooFast ? Program.TRUE : Program.FALSE;
    }

    @Override
    public long looksBackNanos() {
        return rate.per().toNanos();
    }

    /** Takes the value that holds into each slice that time has reached. */
    private void pass(long elapsed) {
        long now = elapsed / sliceNanos;
        if (slice == Long.MIN_VALUE || now - slice >= SLICES) {
            forget();
            slice = now;
        }
        while (slice < now) {
            slice++;
            int at = (int) (slice % SLICES);
            lows[at] = Double.POSITIVE_INFINITY;
            highs[at] = Double.NEGATIVE_INFINITY;
        }
        note();
    }

    private void note() {
        if (!Double.isNaN(value)) {
            int at = (int) (slice % SLICES);
            lows[at] = Math.min(lows[at], value);
            highs[at] = Math.max(highs[at], value);
        }
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeLong(sliceNanos);
        out.writeLong(slice);
        out.writeDouble(value);
        for (int i = 0; i < SLICES; i++) {
            out.writeDouble(lows[i]);
            out.writeDouble(highs[i]);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        boolean isSame = in.readLong() == sliceNanos;
        slice = in.readLong();
        value = in.readDouble();
        for (int i = 0; i < SLICES; i++) {
            lows[i] = in.readDouble();
            highs[i] = in.readDouble();
        }
        if (!isSame) {
            slice = Long.MIN_VALUE; // another time is measured now; it begins anew
        }
    }

    @Override
    public int kind() {
        return KIND;
    }
}
