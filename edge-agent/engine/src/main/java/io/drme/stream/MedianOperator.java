package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.stream.LaneOrder.Arrival;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * The middle of the last samples with a value, in the type of the input; while there are fewer, of
 * those that there are, the lower of two.
 */
final class MedianOperator extends OneByOneOperator {
    private static final byte UNCERTAIN = Quality.uncertain(Reason.INPUT_NOT_GOOD);
    private static final byte UNUSABLE = Quality.bad(Reason.OUT_OF_RANGE);

    private final boolean[] isReal;
    private final int length;
    private final long maxGap;

    /** The last samples of each lane as a ring, in an order of their own: see {@link #ordered}. */
    private final long[] ring;

    private final boolean[] uncertain;
    private final int[] counts;
    private final int[] next;
    private final long[] since;
    private final long[] sorted;

    MedianOperator(List<Lane> lanes, int length, Duration maxGap) {
        super(lanes, lanes);
        this.length = length;
        this.maxGap = maxGap.toNanos();
        int count = lanes.size();
        this.isReal = Lane.reals(lanes);
        this.ring = new long[count * length];
        this.uncertain = new boolean[count * length];
        this.counts = new int[count];
        this.next = new int[count];
        this.since = new long[count];
        this.sorted = new long[length];
    }

    @Override
    void accept(Batch in, int at, int lane, long now, Batch out) {
        long time = in.sourceTimes()[at];
        var arrival = order.takeNewer(lane, time, now);
        if (arrival == Arrival.LATE) {
            return;
        }
        if (arrival == Arrival.ANEW) {
            counts[lane] = 0; // also where this sample has no value: what was is of another time
            next[lane] = 0;
        }
        byte quality = in.qualities()[at];
        long bits = in.bits()[at];
        boolean isFinite = !isReal[lane] || Double.isFinite(Double.longBitsToDouble(bits));
        if (Quality.isBad(quality) || !isFinite) {
            out.add(lane, time, 0, Quality.isBad(quality) ? quality : UNUSABLE);
            return;
        }
        if (time - since[lane] > maxGap) {
            counts[lane] = 0;
            next[lane] = 0;
        }
        since[lane] = time;
        int slot = lane * length + next[lane];
        ring[slot] = ordered(lane, bits);
        uncertain[slot] = !Quality.isGood(quality);
        next[lane] = (next[lane] + 1) % length;
        counts[lane] = Math.min(counts[lane] + 1, length);
        give(lane, time, out);
    }

    private void give(int lane, long time, Batch out) {
        int count = counts[lane];
        boolean isSound = true;
        for (int i = 0; i < count; i++) {
            sorted[i] = ring[lane * length + i];
            isSound &= !uncertain[lane * length + i];
        }
        Arrays.sort(sorted, 0, count);
        long middle = ordered(lane, sorted[(count - 1) / 2]);
        out.add(lane, time, middle, isSound ? Quality.GOOD : UNCERTAIN);
    }

    /** Bits in the order of their numbers: of a negative double the others are turned around. */
    private long ordered(int lane, long bits) {
        return isReal[lane] && bits < 0 ? bits ^ Long.MAX_VALUE : bits;
    }

    @Override
    void saveLane(int lane, DataOutput out) throws IOException {
        out.writeLong(since[lane]);
        out.writeInt(counts[lane]);
        out.writeInt(next[lane]);
        for (int i = lane * length; i < lane * length + counts[lane]; i++) {
            out.writeLong(ring[i]);
            out.writeBoolean(uncertain[i]);
        }
    }

    @Override
    void loadLane(int lane, DataInput in) throws IOException {
        since[lane] = in.readLong();
        counts[lane] = in.readInt();
        next[lane] = in.readInt();
        for (int i = lane * length; i < lane * length + counts[lane]; i++) {
            ring[i] = in.readLong();
            uncertain[i] = in.readBoolean();
        }
    }
}
