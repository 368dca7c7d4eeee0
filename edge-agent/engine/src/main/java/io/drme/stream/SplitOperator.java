package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import java.util.ArrayList;
import java.util.List;

/** Sends each sample to the first branch that is true of it; where that can't be told, as bad. */
final class SplitOperator implements Operator {
    private final List<Lane> lanes;
    private final String[] tags;
    private final Program[][] conditions;
    private final boolean hasRest;
    private final int branches;

    /**
     * Makes a split.
     *
     * @param names of the branches, that of the rest last
     * @param conditions by branch and lane
     * @param hasRest whether the last of the names is for what no condition is true of
     */
    SplitOperator(List<Lane> input, List<String> names, Program[][] conditions, boolean hasRest) {
        var results = new ArrayList<Lane>();
        for (var lane : input) {
            names.forEach(name -> results.add(lane.as(name)));
        }
        this.lanes = List.copyOf(results);
        this.tags = input.stream().map(Lane::source).toArray(String[]::new);
        this.conditions = conditions;
        this.hasRest = hasRest;
        this.branches = names.size();
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
            long unknown = 0;
            int branch = 0;
            while (branch < conditions.length) {
                int truth = conditions[branch][lane].test(in, i, tags[lane]);
                if (truth == Program.TRUE) {
                    break;
                }
                unknown |= truth == Program.UNKNOWN ? 1L << branch : 0;
                branch++;
            }
            if (branch < conditions.length || (unknown == 0 && hasRest)) {
                out.addFrom(in, i);
                out.tags()[out.size() - 1] = lane * branches + branch;
            } else if (unknown != 0) {
                giveBad(in, i, unknown | (hasRest ? 1L << branch : 0), out);
            }
        }
    }

    private void giveBad(Batch in, int at, long to, Batch out) {
        byte quality = in.qualities()[at];
        byte bad = Quality.isBad(quality) ? quality : Quality.bad(Reason.OUT_OF_RANGE);
        for (int branch = 0; branch < branches; branch++) {
            if ((to >>> branch & 1) != 0) {
                out.add(in.tags()[at] * branches + branch, in.sourceTimes()[at], 0, bad);
            }
        }
    }
}
