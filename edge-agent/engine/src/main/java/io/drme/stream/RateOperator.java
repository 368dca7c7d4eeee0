package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import io.drme.stream.LaneOrder.Arrival;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How fast each tag changes, over its last two samples or by the line that fits its last while
 * best. Nothing is told across a bad sample, a long hole, or a clock that was set back.
 *
 * <p>Of a tag with a deadband silence is a flat line: once a whole window is without a sample, the
 * rate is 0, unless nobody watched.
 */
final class RateOperator extends OneByOneOperator {
    private static final byte UNCERTAIN = Quality.uncertain(Reason.INPUT_NOT_GOOD);
    private static final byte UNUSABLE = Quality.bad(Reason.OUT_OF_RANGE);

    private final boolean[] isReal;
    private final boolean[] holds;
    private final double perNanos;
    private final long over;
    private final long maxGap;
    private final @Nullable SlopeWindow window;

    /** Whether there is a sample to go on from, and whether it may still turn out flat. */
    private final boolean[] begun;

    private final boolean[] flat;
    private final long[] since;
    private final long[] bits;

    /** Until when it was told in silence that a tag is flat. */
    private final long[] told;

    /** Until when a sample that is uncertain counts. */
    private final long[] uncertainUntil;

    RateOperator(List<Lane> input, RateStep step) {
        super(
                input,
                input.stream()
                        .map(l -> l.inUnit(ValueType.FLOAT64, step.per().under(l.unit())))
                        .toList());
        int count = input.size();
        this.perNanos = step.per().nanos();
        this.over = step.over().map(d -> d.toNanos()).orElse(0L);
        this.maxGap = step.maxGap().toNanos();
        this.window = over > 0 ? new SlopeWindow(count, over) : null;
        this.isReal = Lane.reals(input);
        this.holds = new boolean[count];
        for (int i = 0; i < count; i++) {
            holds[i] = input.get(i).held() && over > 0;
        }
        this.begun = new boolean[count];
        this.flat = new boolean[count];
        this.since = new long[count];
        this.bits = new long[count];
        this.told = new long[count];
        Arrays.fill(told, LaneClocks.NONE);
        this.uncertainUntil = new long[count];
    }

    @Override
    public void tick(long now, Batch out) {
        watch(now);
        for (int lane = 0; lane < holds.length; lane++) {
            if (holds[lane] && begun[lane] && !flat[lane]) {
                long end = since[lane] + over;
                if (order.silentUntil(lane, now) >= end) {
                    out.addDouble(lane, end, 0, end <= uncertainUntil[lane] ? UNCERTAIN : 0);
                    flat[lane] = true;
                    told[lane] = end;
                }
            }
        }
    }

    @Override
    void watch(long now) {
        if (order.wasUnwatched(now)) {
            for (int lane = 0; lane < holds.length; lane++) {
                flat[lane] = true;
            }
        }
        order.watch(now);
    }

    @Override
    void accept(Batch in, int at, int lane, long now, Batch out) {
        long time = in.sourceTimes()[at];
        var arrival = order.takeNewer(lane, time, now);
        if (arrival == Arrival.LATE) {
            return;
        }
        if (arrival == Arrival.ANEW) {
            told[lane] = LaneClocks.NONE;
        } else if (time < told[lane]) {
            order.countLate(); // it counts for what comes, but a rate of its own would be too late
        }
        byte quality = in.qualities()[at];
        long value = in.bits()[at];
        boolean isFinite = !isReal[lane] || Double.isFinite(Double.longBitsToDouble(value));
        if (Quality.isBad(quality) || !isFinite) {
            forget(lane);
            out.add(
                    lane,
                    Math.max(time, told[lane]),
                    0,
                    Quality.isBad(quality) ? quality : UNUSABLE);
            return;
        }
        if (begun[lane] && (arrival == Arrival.ANEW || time - since[lane] > maxGap)) {
            forget(lane);
        }
        if (!Quality.isGood(quality)) {
            uncertainUntil[lane] = over > 0 ? time + over : Long.MAX_VALUE;
        }
        double rate = rate(lane, time, value);
        if (begun[lane] && time >= told[lane]) {
            give(lane, time, rate, out);
        }
        if (Quality.isGood(quality) && over == 0) {
            uncertainUntil[lane] = 0;
        }
        begun[lane] = true;
        flat[lane] = false;
        since[lane] = time;
        bits[lane] = value;
    }

    private void forget(int lane) {
        begun[lane] = false;
        uncertainUntil[lane] = 0;
        if (window != null) {
            window.clear(lane);
        }
    }

    /** NaN where there is none. */
    private double rate(int lane, long time, long value) {
        double real = isReal[lane] ? Double.longBitsToDouble(value) : (double) value;
        if (window != null) {
            window.add(lane, time, real);
            return window.slope(lane, time);
        }
        double step =
                isReal[lane] ? real - Double.longBitsToDouble(bits[lane]) : less(value, bits[lane]);
        return begun[lane] ? step / (time - since[lane]) : Double.NaN;
    }

    /** The difference, exact unless it leaves 64 bits. */
    static double less(long a, long b) {
        long difference = a - b;
        boolean overflows = ((a ^ b) & (a ^ difference)) < 0;
        return overflows ? (double) a - (double) b : (double) difference;
    }

    private void give(int lane, long time, double rate, Batch out) {
        if (Double.isNaN(rate)) {
            return; // only one sample in the window
        }
        double result = rate * perNanos;
        if (Double.isFinite(result)) {
            boolean isSound = uncertainUntil[lane] == 0 || time > uncertainUntil[lane];
            out.addDouble(lane, time, result, isSound ? Quality.GOOD : UNCERTAIN);
        } else {
            out.add(lane, time, 0, UNUSABLE);
        }
    }

    @Override
    void saveLane(int lane, DataOutput out) throws IOException {
        out.writeBoolean(begun[lane]);
        out.writeBoolean(flat[lane]);
        out.writeLong(since[lane]);
        out.writeLong(bits[lane]);
        out.writeLong(uncertainUntil[lane]);
        out.writeLong(told[lane]);
        if (window != null) {
            window.saveLane(lane, out);
        }
    }

    @Override
    void loadLane(int lane, DataInput in) throws IOException {
        begun[lane] = in.readBoolean();
        flat[lane] = in.readBoolean();
        since[lane] = in.readLong();
        bits[lane] = in.readLong();
        uncertainUntil[lane] = in.readLong();
        told[lane] = in.readLong();
        if (window != null) {
            window.loadLane(lane, in);
        }
    }
}
