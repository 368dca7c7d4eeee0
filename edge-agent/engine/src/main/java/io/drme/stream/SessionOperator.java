package io.drme.stream;

import io.drme.model.Batch;
import io.drme.stream.LaneOrder.Arrival;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * Windows from the first sample with a value to the last before a silence, each tag on its own. A
 * straggler counts as long as its session is open.
 */
final class SessionOperator implements Operator {
    private final List<Lane> input;
    private final List<Lane> lanes;
    private final long gap;
    private final long most;
    private final OpenWindows windows;
    private final LaneOrder order;

    SessionOperator(List<Lane> input, AggregateStep step, Windows.Session session) {
        this.input = input;
        this.lanes = step.results(input);
        this.gap = session.gap().toNanos();
        this.most = session.most().toNanos();
        this.windows = new OpenWindows(input, step);
        this.order = new LaneOrder(input.size());
    }

    @Override
    public List<Lane> lanes() {
        return lanes;
    }

    @Override
    public long late() {
        return order.late();
    }

    @Override
    public void process(Batch in, long now, Batch out) {
        order.watch(now);
        int size = in.size();
        for (int i = 0; i < size; i++) {
            accept(in, i, in.tags()[i], now, out);
        }
    }

    private void accept(Batch in, int at, int lane, long now, Batch out) {
        long time = in.sourceTimes()[at];
        var arrival = order.take(lane, time, least(lane), now);
        if (arrival == Arrival.LATE) {
            return;
        }
        if (windows.count(lane) > 0) {
            if (arrival == Arrival.ANEW) {
                windows.spoil(lane);
                windows.close(lane, end(lane), out);
            } else if (time >= end(lane)) {
                windows.close(lane, end(lane), out);
            }
        }
        windows.add(in, at, lane);
    }

    private long least(int lane) {
        return windows.count(lane) == 0 || windows.isTimed()
                ? order.newest(lane)
                : windows.first(lane) - gap;
    }

    private long end(int lane) {
        return Math.min(windows.last(lane) + gap, windows.first(lane) + most);
    }

    @Override
    public void tick(long now, Batch out) {
        order.watch(now);
        for (int lane = 0; lane < input.size(); lane++) {
            if (windows.count(lane) > 0 && order.silentUntil(lane, now) >= end(lane)) {
                windows.close(lane, end(lane), out);
            }
        }
    }

    @Override
    public void save(DataOutput out) throws IOException {
        order.save(input, out, windows::saveLane);
    }

    @Override
    public void load(DataInput in) throws IOException {
        order.load(input, in, windows::loadLane);
    }
}
