package io.drme.stream;

import io.drme.model.Batch;
import io.drme.stream.LaneOrder.Arrival;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Windows of so many samples with a value, each tag on its own. A result is stamped with the newest
 * of them; what is older than the result before is late.
 */
final class CountOperator implements Operator {
    private final List<Lane> input;
    private final List<Lane> lanes;
    private final int samples;
    private final OpenWindows windows;
    private final LaneOrder order;
    private final long[] closed;

    CountOperator(List<Lane> input, AggregateStep step, Windows.Count count) {
        this.input = input;
        this.lanes = step.results(input);
        this.samples = count.samples();
        this.windows = new OpenWindows(input, step);
        this.order = new LaneOrder(input.size());
        this.closed = new long[input.size()];
        Arrays.fill(closed, LaneClocks.NONE);
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
        long least = windows.isTimed() ? order.newest(lane) : closed[lane];
        var arrival = order.take(lane, in.sourceTimes()[at], least, now);
        if (arrival == Arrival.LATE) {
            return;
        }
        if (arrival == Arrival.ANEW && windows.count(lane) > 0) {
            windows.spoil(lane);
            windows.close(lane, windows.last(lane), out);
        }
        windows.add(in, at, lane);
        closed[lane] = arrival == Arrival.ANEW ? LaneClocks.NONE : closed[lane];
        if (windows.count(lane) == samples) {
            closed[lane] = windows.last(lane);
            windows.close(lane, closed[lane], out);
        }
    }

    @Override
    public void save(DataOutput out) throws IOException {
        order.save(
                input,
                out,
                (lane, to) -> {
                    to.writeLong(closed[lane]);
                    windows.saveLane(lane, to);
                });
    }

    @Override
    public void load(DataInput in) throws IOException {
        order.load(
                input,
                in,
                (lane, from) -> {
                    closed[lane] = from.readLong();
                    windows.loadLane(lane, from);
                });
    }
}
