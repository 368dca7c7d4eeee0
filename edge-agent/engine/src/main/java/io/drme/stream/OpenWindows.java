package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.ValueType;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * The one window of each lane that is open, where windows are by session or by count. What is
 * weighted by time counts from a sample to the next one in the same window.
 */
final class OpenWindows {
    private final WindowFunction[] functions;
    private final boolean timed;
    private final ValueType[] types;
    private final Panes panes;
    private final int[] counts;
    private final long[] first;
    private final long[] last;
    private final boolean[] known;
    private final long[] since;
    private final long[] bits;

    OpenWindows(List<Lane> input, AggregateStep step) {
        functions = step.functions().toArray(WindowFunction[]::new);
        timed = step.functions().stream().anyMatch(WindowFunction::isTimed);
        types = input.stream().map(Lane::type).toArray(ValueType[]::new);
        panes = new Panes(input, step);
        counts = new int[types.length];
        first = new long[types.length];
        last = new long[types.length];
        known = new boolean[types.length];
        since = new long[types.length];
        bits = new long[types.length];
    }

    /** Whether samples must come in order, because their time counts. */
    boolean isTimed() {
        return timed;
    }

    /** How many samples with a value are in a lane's window; none where it is not open. */
    int count(int lane) {
        return counts[lane];
    }

    /** The oldest source time in a window that is open. */
    long first(int lane) {
        return first[lane];
    }

    /** The newest source time in a window that is open. */
    long last(int lane) {
        return last[lane];
    }

    /** Adds a sample; without a value it only says so of the window that is open. */
    void add(Batch in, int at, int lane) {
        long time = in.sourceTimes()[at];
        long value = in.bits()[at];
        byte quality = in.qualities()[at];
        boolean usable =
                !Quality.isBad(quality)
                        && (types[lane] != ValueType.FLOAT64
                                || Double.isFinite(Double.longBitsToDouble(value)));
        if (!usable && counts[lane] == 0) {
            return;
        }
        int slot = panes.rows().slot(lane, 0);
        if (!Quality.isGood(quality) || !usable) {
            panes.spoil(slot);
        }
        if (known[lane]) {
            panes.elapse(lane, slot, bits[lane], time - since[lane]);
        }
        known[lane] = timed && usable;
        since[lane] = time;
        bits[lane] = value;
        if (usable) {
            panes.see(lane, slot, time, value, in.text(at));
            panes.count(lane, slot, value);
            panes.weigh(lane, slot, value, 1);
            first[lane] = counts[lane] == 0 ? time : Math.min(first[lane], time);
            last[lane] = counts[lane] == 0 ? time : Math.max(last[lane], time);
            counts[lane]++;
        }
    }

    /** Says that the window of a lane is not all that it should be. */
    void spoil(int lane) {
        panes.spoil(panes.rows().slot(lane, 0));
    }

    /** Gives the results of a lane's window, which is open, and ends it. */
    void close(int lane, long time, Batch out) {
        panes.gather(lane, 0, 0);
        for (int f = 0; f < functions.length; f++) {
            panes.emit(functions[f], lane, lane * functions.length + f, time, out);
        }
        panes.rows().clear(lane);
        counts[lane] = 0;
        known[lane] = false;
    }

    void saveLane(int lane, DataOutput out) throws IOException {
        out.writeInt(counts[lane]);
        out.writeLong(first[lane]);
        out.writeLong(last[lane]);
        out.writeBoolean(known[lane]);
        out.writeLong(since[lane]);
        out.writeLong(bits[lane]);
        panes.rows().save(lane, out);
    }

    void loadLane(int lane, DataInput in) throws IOException {
        counts[lane] = in.readInt();
        first[lane] = in.readLong();
        last[lane] = in.readLong();
        known[lane] = in.readBoolean();
        since[lane] = in.readLong();
        bits[lane] = in.readLong();
        panes.rows().load(lane, in);
    }
}
