package io.drme.stream;

import io.drme.model.Batch;
import io.drme.stream.LaneOrder.Arrival;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Windows from the first sample with a value to the last before a silence, each tag on its own. A
 * straggler counts as long as its session is open; what belongs before the end of one that was told
 * is late.
 */
final class SessionOperator extends OneByOneOperator {
    private final long gap;
    private final long most;
    private final OpenWindows windows;

    /** The end of the last session that was told, before which no sample counts any more. */
    private final long[] closed;

    SessionOperator(List<Lane> input, AggregateStep step, Windows.Session session) {
        super(input, step.results(input));
        this.gap = session.gap().toNanos();
        this.most = session.most().toNanos();
        this.windows = new OpenWindows(input, step);
        this.closed = new long[input.size()];
        Arrays.fill(closed, LaneClocks.NONE);
    }

    private Arrival arrive(int lane, long sourceTime, long now) {
        boolean isFree = windows.count(lane) == 0 || windows.isTimed();
        long least = isFree ? order.newest(lane) : windows.first(lane) - gap;
        return order.take(lane, sourceTime, Math.max(least, closed[lane]), now);
    }

    @Override
    void accept(Batch in, int at, int lane, long now, Batch out) {
        long time = in.sourceTimes()[at];
        var arrival = arrive(lane, time, now);
        if (arrival == Arrival.LATE) {
            return;
        }
        if (windows.count(lane) > 0) {
            if (arrival == Arrival.ANEW) {
                windows.spoil(lane);
                close(lane, out);
            } else if (time >= end(lane)) {
                close(lane, out);
            }
        }
        if (arrival == Arrival.ANEW) {
            closed[lane] = LaneClocks.NONE;
        }
        windows.add(in, at, lane);
    }

    private void close(int lane, Batch out) {
        closed[lane] = end(lane);
        windows.close(lane, closed[lane], out);
    }

    private long end(int lane) {
        return Math.min(windows.last(lane) + gap, windows.first(lane) + most);
    }

    @Override
    public void tick(long now, Batch out) {
        order.watch(now);
        for (int lane = 0; lane < input.size(); lane++) {
            if (windows.count(lane) > 0 && order.silentUntil(lane, now) >= end(lane)) {
                close(lane, out);
            }
        }
    }

    @Override
    void saveLane(int lane, DataOutput out) throws IOException {
        out.writeLong(closed[lane]);
        windows.saveLane(lane, out);
    }

    @Override
    void loadLane(int lane, DataInput in) throws IOException {
        closed[lane] = in.readLong();
        windows.loadLane(lane, in);
    }
}
