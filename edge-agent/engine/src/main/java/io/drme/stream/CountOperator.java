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
final class CountOperator extends OneByOneOperator {
    private final int samples;
    private final OpenWindows windows;
    private final long[] closed;

    CountOperator(List<Lane> input, AggregateStep step, Windows.Count count) {
        super(input, step.results(input));
        this.samples = count.samples();
        this.windows = new OpenWindows(input, step);
        this.closed = new long[input.size()];
        Arrays.fill(closed, LaneClocks.NONE);
    }

    private Arrival arrive(int lane, long sourceTime, long now) {
        long least = windows.isTimed() ? order.newest(lane) : closed[lane];
        return order.take(lane, sourceTime, least, now);
    }

    @Override
    void accept(Batch in, int at, int lane, long now, Batch out) {
        var arrival = arrive(lane, in.sourceTimes()[at], now);
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
