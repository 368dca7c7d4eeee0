package io.drme.stream;

import io.drme.model.Batch;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * All samples of several tags as one, in the order of their time.
 *
 * <p>A sample waits until every tag of its group has come as far, or until the newest of them is
 * {@code lateness} ahead. One that comes after a younger one was given is late: it is counted and
 * left out.
 */
final class MergeOperator implements Operator {
    private static final long NONE = LaneClocks.NONE;

    private final List<Lane> input;
    private final List<Lane> lanes;
    private final LaneGroups groups;
    private final long lateness;
    private final boolean byGateway;

    private final LaneClocks clocks;
    private final TimeLine[] waiting;
    private final long[] given;
    private final long[] inTimeAt;
    private final long[] reached;
    private long late;

    MergeOperator(List<Lane> input, LaneGroups groups, MergeStep step) {
        this.input = input;
        this.lanes = groups.results(input);
        this.groups = groups;
        this.lateness = step.lateness().toNanos();
        this.byGateway = step.clock() == EventClock.GATEWAY;
        int count = groups.count();
        this.clocks = new LaneClocks(count);
        this.waiting = new TimeLine[count];
        for (int i = 0; i < count; i++) {
            waiting[i] = new TimeLine(step.maxWaiting() * groups.members(i).length);
        }
        this.given = filled(count);
        this.inTimeAt = filled(count);
        this.reached = filled(input.size());
    }

    private static long[] filled(int count) {
        var array = new long[count];
        Arrays.fill(array, NONE);
        return array;
    }

    @Override
    public List<Lane> lanes() {
        return lanes;
    }

    @Override
    public long late() {
        return late;
    }

    @Override
    public void process(Batch in, long now, Batch out) {
        clocks.watch(now);
        int size = in.size();
        for (int i = 0; i < size; i++) {
            int group = groups.groupOf(in.tags()[i]);
            if (byGateway) {
                out.addFrom(in, i);
                out.tags()[out.size() - 1] = group;
                out.sourceTimes()[out.size() - 1] = now;
            } else {
                accept(in, i, group, now, out);
            }
        }
    }

    @Override
    public void tick(long now, Batch out) {
        clocks.watch(now);
        for (int group = 0; group < waiting.length; group++) {
            if (waiting[group].size() > 0) {
                giveUntil(group, clocks.at(group, now) - LaneClocks.SILENCE_NANOS - lateness, out);
            }
        }
    }

    private void accept(Batch in, int at, int group, long now, Batch out) {
        long time = in.sourceTimes()[at];
        if (!LaneClocks.isTime(time)) {
            late++;
            return;
        }
        var line = waiting[group];
        if (line.isFull()) {
            giveUntil(group, line.time(0), out);
        }
        if (time < given[group]) {
            late++;
            if (now - inTimeAt[group] <= LaneClocks.MAX_UNWATCHED_NANOS) {
                return;
            }
            startAnew(group, out);
        }
        inTimeAt[group] = now;
        int lane = in.tags()[at];
        reached[lane] = Math.max(reached[lane], time);
        if (time >= clocks.newest(group)) {
            clocks.move(group, time, now);
        }
        line.add(in, at, time);
        giveUntil(group, Math.max(clocks.newest(group) - lateness, reachedByAll(group)), out);
    }

    /** The clocks were set back: for a minute nothing was in time. */
    private void startAnew(int group, Batch out) {
        giveUntil(group, Long.MAX_VALUE, out);
        for (int lane : groups.members(group)) {
            reached[lane] = NONE;
        }
        clocks.begin(group, NONE);
        given[group] = NONE;
    }

    private long reachedByAll(int group) {
        long least = Long.MAX_VALUE;
        for (int lane : groups.members(group)) {
            least = Math.min(least, reached[lane]);
        }
        return least;
    }

    private void giveUntil(int group, long time, Batch out) {
        var line = waiting[group];
        int count = line.atOrBefore(time) + 1;
        for (int i = 0; i < count; i++) {
            line.give(i, group, line.stamp(i), out);
            given[group] = line.time(i);
        }
        line.remove(count);
    }

    @Override
    public void save(DataOutput out) throws IOException {
        clocks.save(out);
        out.writeLong(late);
        LaneStates.save(lanes, out, this::saveGroup);
    }

    /**
     * The line is saved whole, so that samples of one time stay in the order in which they came.
     */
    private void saveGroup(int group, DataOutput out) throws IOException {
        clocks.saveLane(group, out);
        out.writeLong(given[group]);
        out.writeLong(inTimeAt[group]);
        var members = groups.members(group);
        out.writeInt(members.length);
        for (int lane : members) {
            out.writeUTF(input.get(lane).key());
            out.writeLong(reached[lane]);
        }
        waiting[group].save(out, lane -> position(members, lane));
    }

    private static int position(int[] members, int lane) {
        int at = 0;
        while (members[at] != lane) {
            at++;
        }
        return at;
    }

    @Override
    public void load(DataInput in) throws IOException {
        clocks.load(in);
        late = in.readLong();
        LaneStates.load(lanes, in, this::loadGroup);
    }

    private void loadGroup(int group, DataInput in) throws IOException {
        clocks.loadLane(group, in);
        given[group] = in.readLong();
        inTimeAt[group] = in.readLong();
        var saved = new int[in.readInt()];
        for (int i = 0; i < saved.length; i++) {
            saved[i] = member(group, in.readUTF());
            long at = in.readLong();
            if (saved[i] >= 0) {
                reached[saved[i]] = at;
            }
        }
        waiting[group].load(in, i -> saved[i]);
    }

    private int member(int group, String key) {
        for (int lane : groups.members(group)) {
            if (input.get(lane).key().equals(key)) {
                return lane;
            }
        }
        return -1;
    }
}
