package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * The middle one of the newest values of a group, at each sample: of three, what two agree on. Of
 * booleans it is what most say.
 *
 * <p>Good inputs outvote: uncertain ones count only where too few are good, and the result is
 * uncertain then.
 */
final class VoteOperator implements Operator {
    private static final byte TOO_FEW = Quality.bad(Reason.INPUT_NOT_GOOD);
    private static final byte DOUBTFUL = Quality.uncertain(Reason.INPUT_NOT_GOOD);

    private final List<Lane> lanes;
    private final LaneGroups groups;
    private final int[] atLeast;
    private final Latest latest;
    private final boolean[] isOver;
    private final long[] wholes;
    private final double[] reals;

    VoteOperator(List<Lane> input, LaneGroups groups, MergeStep step) {
        this.lanes = groups.results(input);
        this.groups = groups;
        this.latest = new Latest(input, input.size(), MaxAge.nanos(step.maxAge()));
        this.atLeast = new int[groups.count()];
        int most = 0;
        for (int i = 0; i < atLeast.length; i++) {
            int size = groups.members(i).length;
            atLeast[i] = step.atLeast() == 0 ? size / 2 + 1 : step.atLeast();
            most = Math.max(most, size);
        }
        this.isOver = new boolean[groups.count()];
        this.wholes = new long[most];
        this.reals = new double[most];
    }

    @Override
    public List<Lane> lanes() {
        return lanes;
    }

    @Override
    public long late() {
        return latest.late();
    }

    @Override
    public void process(Batch in, long now, Batch out) {
        latest.watch(now);
        int size = in.size();
        for (int i = 0; i < size; i++) {
            if (latest.take(in, i, now)) {
                int lane = in.tags()[i];
                vote(groups.groupOf(lane), latest.time(lane), now, out);
            }
        }
    }

    /** Nothing is said before so many have come once. */
    private void vote(int group, long time, long now, Batch out) {
        int here = 0;
        int good = 0;
        int usable = 0;
        for (int lane : groups.members(group)) {
            byte quality = latest.quality(lane, now);
            here += latest.has(lane) ? 1 : 0;
            good += Quality.isGood(quality) ? 1 : 0;
            usable += Quality.isBad(quality) ? 0 : 1;
        }
        isOver[group] = usable < atLeast[group];
        if (here < atLeast[group]) {
            return;
        }
        if (good >= atLeast[group]) {
            give(group, time, now, Quality.GOOD, out);
        } else if (usable >= atLeast[group]) {
            give(group, time, now, DOUBTFUL, out);
        } else {
            out.add(group, time, 0, TOO_FEW);
        }
    }

    private void give(int group, long time, long now, byte quality, Batch out) {
        var type = lanes.get(group).type();
        int count = 0;
        for (int lane : groups.members(group)) {
            byte one = latest.quality(lane, now);
            if (Quality.isGood(one) || (!Quality.isGood(quality) && !Quality.isBad(one))) {
                wholes[count] = latest.bits(lane);
                reals[count] = Double.longBitsToDouble(latest.bits(lane));
                count++;
            }
        }
        if (type == ValueType.FLOAT64) {
            Arrays.sort(reals, 0, count);
            double low = reals[(count - 1) / 2];
            double high = reals[count / 2];
            double middle = low == high ? low : low / 2 + high / 2;
            out.add(group, time, Double.doubleToRawLongBits(middle), quality);
            return;
        }
        Arrays.sort(wholes, 0, count);
        long low = wholes[(count - 1) / 2];
        long high = wholes[count / 2];
        boolean isTie = type == ValueType.BOOLEAN && low != high;
        out.add(
                group,
                time,
                isTie ? 0 : (low & high) + ((low ^ high) >> 1),
                isTie ? TOO_FEW : quality);
    }

    /** Silence too is said once: too few are left that are young enough. */
    @Override
    public void tick(long now, Batch out) {
        latest.watch(now);
        for (int group = 0; group < isOver.length; group++) {
            if (!isOver[group]) {
                tick(group, now, out);
            }
        }
    }

    private void tick(int group, long now, Batch out) {
        int here = 0;
        int usable = 0;
        long since = LaneClocks.NONE;
        for (int lane : groups.members(group)) {
            if (latest.has(lane)) {
                here++;
                boolean isStale = latest.isStale(lane, now);
                usable += Quality.isBad(latest.quality(lane, now)) ? 0 : 1;
                since = isStale ? Math.max(since, latest.staleTime(lane)) : since;
            }
        }
        if (here >= atLeast[group] && usable < atLeast[group] && since != LaneClocks.NONE) {
            isOver[group] = true;
            out.add(group, since, 0, TOO_FEW);
        }
    }

    @Override
    public void save(DataOutput out) throws IOException {
        latest.save(out);
        LaneStates.save(lanes, out, (group, o) -> o.writeBoolean(isOver[group]));
    }

    @Override
    public void load(DataInput in) throws IOException {
        latest.load(in);
        LaneStates.load(lanes, in, (group, i) -> isOver[group] = i.readBoolean());
    }
}
