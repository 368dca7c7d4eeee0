package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Reason;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Pairs each sample of a main lane with a sample of each lane beside it, by their times.
 *
 * <p>A sample waits until its partners are certain, given that no sample is under way for longer
 * than the lateness: either a lane beside has come so far that nothing nearer can follow, or the
 * main lane's own clock has. So the results do not depend on the order in which samples of
 * different lanes come.
 */
final class PairOperator implements Operator {
    private static final long NONE = LaneClocks.NONE;
    private static final int FIRST_PRUNING = 16;

    private final List<Lane> lanes;
    private final List<Lane> mains;
    private final List<Lane> sides;
    private final int[][] rows;
    private final int[][] rowsOf;
    private final String[] tags;
    private final Program[] programs;
    private final boolean isAsOf;
    private final long reach;
    private final long lateness;
    private final boolean byGateway;
    private final boolean dropsUnmatched;

    private final LaneClocks clocks;
    private final int[] lateRun;

    /** Samples of a main lane that wait, and of a lane beside those that may still be wanted. */
    private final TimeLine[] lines;

    private final int[] pruneAt;
    private final Row row = new Row();
    private long late;

    PairOperator(Making making, List<int[]> rows, Program[] programs, PairStep step) {
        var input = making.input();
        this.mains = input.subList(0, making.lanes().size());
        this.sides = input.subList(mains.size(), input.size());
        this.rows = rows.toArray(int[][]::new);
        this.rowsOf = Beside.rowsOf(this.rows, input.size());
        this.programs = programs;
        this.tags = new String[programs.length];
        var results = new ArrayList<Lane>();
        for (int i = 0; i < programs.length; i++) {
            var main = input.get(this.rows[i][0]);
            var result = main.of(programs[i].type());
            results.add(step.dropsUnmatched() ? result.notHeld() : result);
            tags[i] = main.source();
        }
        this.lanes = List.copyOf(results);
        this.isAsOf = step.by() == PairStep.By.AS_OF;
        this.reach = step.reach().toNanos();
        this.lateness = step.lateness().toNanos();
        this.byGateway = step.clock() == EventClock.GATEWAY;
        this.dropsUnmatched = step.dropsUnmatched();
        this.clocks = new LaneClocks(input.size());
        this.lateRun = new int[input.size()];
        this.lines = new TimeLine[input.size()];
        this.pruneAt = new int[input.size()];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = new TimeLine(step.maxWaiting());
        }
        Arrays.fill(pruneAt, FIRST_PRUNING);
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
            int lane = in.tags()[i];
            if (rowsOf[lane].length > 0) {
                accept(in, i, lane, now, out);
            }
        }
    }

    @Override
    public void tick(long now, Batch out) {
        clocks.watch(now);
        for (int result = 0; result < rows.length; result++) {
            int main = rows[result][0];
            if (lines[main].size() > 0) {
                decide(result, clocks.at(main, now) - LaneClocks.SILENCE_NANOS, out);
            }
        }
    }

    private void accept(Batch in, int at, int lane, long now, Batch out) {
        long time = byGateway ? now : in.sourceTimes()[at];
        if (!LaneClocks.isTime(time)) {
            late++;
            return;
        }
        long newest = clocks.newest(lane);
        if (newest != NONE && time < newest - lateness) {
            late++;
            if (++lateRun[lane] < AggregateOperator.MAX_LATE_RUN) {
                return;
            }
            startAnew(lane, out);
        }
        lateRun[lane] = 0;
        if (time >= clocks.newest(lane)) {
            clocks.move(lane, time, now);
        }
        makeRoom(lane, out);
        lines[lane].add(in, at, time);
        for (int result : rowsOf[lane]) {
            decide(result, clocks.newest(rows[result][0]), out);
        }
    }

    /** The device's clock was set back; what waits is decided as it is. */
    private void startAnew(int lane, Batch out) {
        if (lane < mains.size()) {
            decide(rowsOf[lane][0], Long.MAX_VALUE, out);
        }
        lines[lane].clear();
        clocks.begin(lane, NONE);
    }

    private void makeRoom(int lane, Batch out) {
        var line = lines[lane];
        if (lane < mains.size()) {
            if (line.isFull()) {
                give(rowsOf[lane][0], out);
            }
            return;
        }
        if (line.size() >= pruneAt[lane] || line.isFull()) {
            prune(lane);
            pruneAt[lane] = Math.max(FIRST_PRUNING, line.size() * 2);
        }
        if (line.isFull()) {
            line.remove(1);
            late++;
        }
    }

    /** Forgets what no sample that may still come can want. */
    private void prune(int side) {
        long from = Long.MAX_VALUE;
        for (int result : rowsOf[side]) {
            int main = rows[result][0];
            var waiting = lines[main];
            boolean isKnown = clocks.newest(main) != NONE;
            long next = clocks.newest(isKnown ? main : side) - lateness;
            from = Math.min(from, waiting.size() > 0 ? Math.min(waiting.time(0), next) : next);
        }
        var line = lines[side];
        int unwanted = isAsOf ? line.atOrBefore(from) : line.atOrBefore(from - reach - 1) + 1;
        line.remove(Math.max(0, unwanted));
    }

    /** Gives what is certain by now, in the order of time. */
    private void decide(int result, long mainClock, Batch out) {
        var waiting = lines[rows[result][0]];
        long patience = isAsOf ? lateness : reach + lateness;
        while (waiting.size() > 0
                && (waiting.time(0) <= mainClock - patience
                        || isCertain(result, waiting.time(0)))) {
            give(result, out);
        }
    }

    private boolean isCertain(int result, long time) {
        var members = rows[result];
        for (int i = 1; i < members.length; i++) {
            int found = partner(members[i], time);
            long away = isAsOf ? 0 : reach;
            if (found >= 0) {
                away = Math.min(away, Math.abs(lines[members[i]].time(found) - time));
            }
            // Also of its very time another may be under way, and an older one of the main lane.
            long newest = clocks.newest(members[i]);
            if (newest == NONE || newest - lateness < time + away) {
                return false;
            }
        }
        return true;
    }

    /** The index of the sample beside that belongs to a time, or -1. */
    private int partner(int side, long time) {
        var line = lines[side];
        int before = line.atOrBefore(time);
        long ago = before < 0 ? Long.MAX_VALUE : time - line.time(before);
        if (!isAsOf && before + 1 < line.size()) {
            long ahead = line.time(before + 1) - time;
            if (ahead < ago) {
                return ahead <= reach ? line.atOrBefore(time + ahead) : -1;
            }
        }
        return before >= 0 && ago <= reach ? before : -1;
    }

    /** Gives what comes of the oldest sample that waits. */
    private void give(int result, Batch out) {
        var members = rows[result];
        var waiting = lines[members[0]];
        long time = waiting.time(0);
        long stamp = waiting.stamp(0);
        var inputs = row.begin();
        boolean matched = true;
        waiting.give(0, 0, stamp, inputs);
        for (int i = 1; i < members.length; i++) {
            int found = partner(members[i], time);
            if (found >= 0) {
                lines[members[i]].give(found, i, stamp, inputs);
            } else {
                matched = false;
                inputs.addBad(i, stamp, Reason.STALE);
            }
        }
        waiting.remove(1);
        if (matched || !dropsUnmatched) {
            row.give(programs[result], tags[result], result, stamp, out);
        }
    }

    @Override
    public void save(DataOutput out) throws IOException {
        clocks.save(out);
        out.writeLong(late);
        LaneStates.save(mains, out, this::saveLane);
        LaneStates.save(sides, out, (side, o) -> saveLane(mains.size() + side, o));
    }

    private void saveLane(int lane, DataOutput out) throws IOException {
        clocks.saveLane(lane, out);
        out.writeInt(lateRun[lane]);
        out.writeInt(pruneAt[lane]);
        lines[lane].save(out, _ -> 0);
    }

    @Override
    public void load(DataInput in) throws IOException {
        clocks.load(in);
        late = in.readLong();
        LaneStates.load(mains, in, this::loadLane);
        LaneStates.load(sides, in, (side, i) -> loadLane(mains.size() + side, i));
    }

    private void loadLane(int lane, DataInput in) throws IOException {
        clocks.loadLane(lane, in);
        lateRun[lane] = in.readInt();
        pruneAt[lane] = in.readInt();
        lines[lane].load(in, _ -> lane);
    }
}
