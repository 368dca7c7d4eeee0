package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import java.util.List;

/** Passes what an expression is true of; what it can't tell passes as bad. */
final class FilterOperator implements Operator {
    private final List<Lane> lanes;
    private final String[] tags;
    private final Program[] programs;

    /** Makes a filter; {@code programs} has one a lane, which may be the same. */
    FilterOperator(List<Lane> lanes, Program[] programs) {
        this.lanes = lanes.stream().map(Lane::notHeld).toList();
        this.tags = lanes.stream().map(Lane::source).toArray(String[]::new);
        this.programs = programs;
    }

    @Override
    public List<Lane> lanes() {
        return lanes;
    }

    @Override
    public void process(Batch in, long now, Batch out) {
        int size = in.size();
        for (int i = 0; i < size; i++) {
            int lane = in.tags()[i];
            int truth = programs[lane].test(in, i, tags[lane]);
            if (truth == Program.TRUE || (truth == Program.UNKNOWN && isBad(in, i))) {
                out.addFrom(in, i);
            } else if (truth == Program.UNKNOWN) {
                out.addBad(lane, in.sourceTimes()[i], Reason.OUT_OF_RANGE);
            }
        }
    }

    private static boolean isBad(Batch batch, int at) {
        return Quality.isBad(batch.qualities()[at]);
    }
}
