package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import io.drme.stream.LaneOrder.Arrival;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Smooths exponentially: what was before fades by {@code exp(-dt / time constant)}, so samples may
 * come at any times.
 */
final class LowPassOperator extends OneByOneOperator {
    /** After so many time constants less than a hundredth is left of a sample. */
    private static final long FADED = 5;

    private static final byte UNCERTAIN = Quality.uncertain(Reason.INPUT_NOT_GOOD);
    private static final byte UNUSABLE = Quality.bad(Reason.OUT_OF_RANGE);

    private final boolean[] isReal;
    private final long timeConstant;
    private final long maxGap;
    private final boolean[] begun;
    private final long[] since;
    private final double[] smooth;
    private final long[] uncertainUntil;

    LowPassOperator(List<Lane> input, Duration timeConstant, Duration maxGap) {
        super(input, input.stream().map(l -> l.of(ValueType.FLOAT64)).toList());
        this.timeConstant = timeConstant.toNanos();
        this.maxGap = maxGap.toNanos();
        int count = input.size();
        this.isReal = Lane.reals(input);
        this.begun = new boolean[count];
        this.since = new long[count];
        this.smooth = new double[count];
        this.uncertainUntil = new long[count];
    }

    @Override
    void accept(Batch in, int at, int lane, long now, Batch out) {
        long time = in.sourceTimes()[at];
        var arrival = order.takeNewer(lane, time, now);
        if (arrival == Arrival.LATE) {
            return;
        }
        if (arrival == Arrival.ANEW) {
            begun[lane] = false; // also where this sample has no value: what was is of another time
        }
        byte quality = in.qualities()[at];
        long bits = in.bits()[at];
        double value = isReal[lane] ? Double.longBitsToDouble(bits) : (double) bits;
        if (Quality.isBad(quality) || !Double.isFinite(value)) {
            out.add(lane, time, 0, Quality.isBad(quality) ? quality : UNUSABLE);
            return;
        }
        long nanos = time - since[lane];
        if (!begun[lane] || nanos > maxGap) {
            begun[lane] = true;
            smooth[lane] = value;
            uncertainUntil[lane] = 0;
        } else {
            double left = Math.exp(-(double) nanos / timeConstant);
            smooth[lane] = value * (1 - left) + smooth[lane] * left;
        }
        since[lane] = time;
        if (!Quality.isGood(quality)) {
            uncertainUntil[lane] = time + FADED * timeConstant;
        }
        out.addDouble(
                lane, time, smooth[lane], time <= uncertainUntil[lane] ? UNCERTAIN : Quality.GOOD);
    }

    @Override
    void saveLane(int lane, DataOutput out) throws IOException {
        out.writeBoolean(begun[lane]);
        out.writeLong(since[lane]);
        out.writeDouble(smooth[lane]);
        out.writeLong(uncertainUntil[lane]);
    }

    @Override
    void loadLane(int lane, DataInput in) throws IOException {
        begun[lane] = in.readBoolean();
        since[lane] = in.readLong();
        smooth[lane] = in.readDouble();
        uncertainUntil[lane] = in.readLong();
    }
}
