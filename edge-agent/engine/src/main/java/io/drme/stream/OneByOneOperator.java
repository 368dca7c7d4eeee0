package io.drme.stream;

import io.drme.model.Batch;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * What operators share that look at each lane on its own, sample by sample, in the order of source
 * time: samples come from {@link LaneOrder}, and those that are late end there.
 */
abstract class OneByOneOperator implements Operator {
    /** The lanes that it reads. */
    final List<Lane> input;

    final LaneOrder order;
    private final List<Lane> lanes;

    OneByOneOperator(List<Lane> input, List<Lane> lanes) {
        this.input = input;
        this.lanes = lanes;
        this.order = new LaneOrder(input.size());
    }

    @Override
    public final List<Lane> lanes() {
        return lanes;
    }

    @Override
    public final long late() {
        return order.late();
    }

    @Override
    public final void process(Batch in, long now, Batch out) {
        watch(now);
        int size = in.size();
        for (int i = 0; i < size; i++) {
            accept(in, i, in.tags()[i], now, out);
        }
    }

    /** Follows gateway time; before the samples of a batch, and to be called at each tick. */
    void watch(long now) {
        order.watch(now);
    }

    /** Handles a sample. */
    abstract void accept(Batch in, int at, int lane, long now, Batch out);

    /** Writes everything of a lane that later results depend on, but for its order. */
    abstract void saveLane(int lane, DataOutput out) throws IOException;

    /** Reads what {@link #saveLane} wrote. */
    abstract void loadLane(int lane, DataInput in) throws IOException;

    @Override
    public final void save(DataOutput out) throws IOException {
        order.save(input, out, this::saveLane);
    }

    @Override
    public final void load(DataInput in) throws IOException {
        order.load(input, in, this::loadLane);
    }
}
