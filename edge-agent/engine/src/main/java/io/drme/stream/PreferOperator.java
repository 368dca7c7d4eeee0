package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * The samples of the best usable tag of a group: a good one before an uncertain one, and of the
 * same quality the one that is preferred. Where the best changes, its newest value is given at
 * once.
 */
final class PreferOperator implements Operator {
    private static final int NOBODY = -1;

    private final List<Lane> input;
    private final List<Lane> lanes;
    private final LaneGroups groups;
    private final Latest latest;
    private final int[] chosen;

    /** Makes it; members of each group are in order of preference. */
    PreferOperator(List<Lane> input, LaneGroups groups, long maxAgeNanos) {
        this.input = input;
        this.lanes = groups.results(input);
        this.groups = groups;
        this.latest = new Latest(input, input.size(), maxAgeNanos);
        this.chosen = new int[groups.count()];
        Arrays.fill(chosen, NOBODY);
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
                accept(in.tags()[i], now, out);
            }
        }
    }

    private void accept(int lane, long now, Batch out) {
        int group = groups.groupOf(lane);
        int best = best(group, now);
        int before = chosen[group];
        chosen[group] = best;
        if (best != NOBODY && (best == lane || best != before)) {
            latest.give(best, now, group, latest.time(lane), out);
        } else if (best == NOBODY && (before != NOBODY || lane == groups.members(group)[0])) {
            latest.give(lane, now, group, latest.time(lane), out);
        }
    }

    @Override
    public void tick(long now, Batch out) {
        latest.watch(now);
        for (int group = 0; group < chosen.length; group++) {
            int before = chosen[group];
            if (before != NOBODY && latest.isStale(before, now)) {
                int best = best(group, now);
                long time = latest.staleTime(before);
                chosen[group] = best;
                if (best == NOBODY) {
                    out.addBad(group, time, Reason.STALE);
                } else {
                    latest.give(best, now, group, time, out);
                }
            }
        }
    }

    private int best(int group, long now) {
        int best = NOBODY;
        for (int lane : groups.members(group)) {
            byte quality = latest.quality(lane, now);
            if (Quality.isGood(quality)) {
                return lane;
            }
            if (best == NOBODY && !Quality.isBad(quality)) {
                best = lane;
            }
        }
        return best;
    }

    @Override
    public void save(DataOutput out) throws IOException {
        latest.save(out);
        LaneStates.save(
                input, out, (lane, o) -> o.writeBoolean(chosen[groups.groupOf(lane)] == lane));
    }

    @Override
    public void load(DataInput in) throws IOException {
        latest.load(in);
        LaneStates.load(input, in, this::loadLane);
    }

    private void loadLane(int lane, DataInput in) throws IOException {
        if (in.readBoolean()) {
            chosen[groups.groupOf(lane)] = lane;
        }
    }
}
