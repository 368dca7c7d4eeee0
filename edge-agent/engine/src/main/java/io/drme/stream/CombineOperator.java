package io.drme.stream;

import io.drme.model.Batch;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What an expression makes of the newest values of several tags, as soon as one comes, and once of
 * those that come in one of the {@link Moments}; {@link ResultClock} tells at what time.
 */
final class CombineOperator implements Operator {
    private static final long NONE = LaneClocks.NONE;

    private final List<Lane> lanes;
    private final int[][] rows;
    private final int[][] rowsOf;
    private final String[] tags;
    private final Program[] programs;

    /** Bits of the inputs of which one causes a result, or 0: all of them together. */
    private final int triggers;

    private final Latest latest;
    private final ResultClock clock;
    private final Moments moments;
    private final Row row = new Row();

    /** Bits of the inputs that came in the moment, and of those since the last result. */
    private final int[] came;

    private final int[] fresh;
    private final boolean[] isStale;

    CombineOperator(Making making, List<int[]> rows, Program[] programs, CombineStep step) {
        var input = making.input();
        this.rows = rows.toArray(int[][]::new);
        this.rowsOf = Beside.rowsOf(this.rows, input.size());
        this.programs = programs;
        var results = new ArrayList<Lane>();
        this.tags = new String[programs.length];
        for (int i = 0; i < programs.length; i++) {
            var main = input.get(this.rows[i][0]);
            boolean held = Arrays.stream(this.rows[i]).allMatch(l -> input.get(l).held());
            results.add(
                    new Lane(
                            main.source(), main.function(), programs[i].type(), held, main.unit()));
            tags[i] = main.source();
        }
        this.lanes = List.copyOf(results);
        this.triggers = triggers(step);
        this.latest = new Latest(input, making.lanes().size(), MaxAge.nanos(step.maxAge()));
        this.moments = new Moments(programs.length);
        this.came = new int[programs.length];
        this.fresh = new int[programs.length];
        this.isStale = new boolean[programs.length];
        this.clock = new ResultClock(latest, programs.length);
    }

    private static int triggers(CombineStep step) {
        return switch (step.on()) {
            case CombineStep.ANY -> -1;
            case CombineStep.ALL -> 0;
            case Environment.VALUE -> 1;
            default -> 2 << step.beside().names().indexOf(step.on());
        };
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
        for (int from = 0; from < in.size(); ) {
            int to = Moments.end(in, from);
            for (int i = from; i < to; i++) {
                if (latest.take(in, i, now)) {
                    note(in.tags()[i]);
                }
            }
            for (int i = 0; i < moments.count(); i++) {
                accept(moments.result(i), now, out);
            }
            moments.clear();
            from = to;
        }
    }

    private void note(int lane) {
        for (int result : rowsOf[lane]) {
            var members = rows[result];
            for (int i = 0; i < members.length; i++) {
                came[result] |= members[i] == lane ? 1 << i : 0;
            }
            moments.note(result, lane);
        }
    }

    private void accept(int result, long now, Batch out) {
        var members = rows[result];
        boolean all = true;
        for (int lane : members) {
            all &= latest.has(lane);
        }
        fresh[result] |= came[result];
        boolean isTime =
                triggers == 0
                        ? fresh[result] == (1 << members.length) - 1
                        : (came[result] & triggers) != 0;
        came[result] = 0;
        if (all && isTime) {
            fresh[result] = 0;
            isStale[result] = staleSince(result, now) != NONE;
            give(result, clock.move(result, members[0], moments.lane(result), now), now, out);
        }
    }

    private void give(int result, long time, long now, Batch out) {
        var inputs = row.begin();
        var members = rows[result];
        for (int i = 0; i < members.length; i++) {
            latest.give(members[i], now, i, time, inputs);
        }
        row.give(programs[result], tags[result], result, time, out);
    }

    /** Says once that an input has become too old. */
    @Override
    public void tick(long now, Batch out) {
        latest.watch(now);
        for (int result = 0; result < rows.length; result++) {
            long since = isStale[result] ? NONE : staleSince(result, now);
            if (since != NONE && clock.newest(result) != NONE) {
                isStale[result] = true;
                long time = latest.clock(rows[result][0], since);
                give(result, clock.move(result, time), now, out);
            }
        }
    }

    /** Since when, by the gateway's clock, the first of the inputs is too old; or none is. */
    private long staleSince(int result, long now) {
        long since = NONE;
        for (int lane : rows[result]) {
            if (latest.has(lane) && latest.isStale(lane, now)) {
                long at = latest.staleAt(lane);
                since = since == NONE ? at : Math.min(since, at);
            }
        }
        return since;
    }

    @Override
    public void save(DataOutput out) throws IOException {
        latest.save(out);
        LaneStates.save(lanes, out, this::saveResult);
    }

    private void saveResult(int result, DataOutput out) throws IOException {
        out.writeInt(fresh[result]);
        out.writeBoolean(isStale[result]);
        clock.saveResult(result, out);
    }

    @Override
    public void load(DataInput in) throws IOException {
        latest.load(in);
        LaneStates.load(lanes, in, this::loadResult);
    }

    private void loadResult(int result, DataInput in) throws IOException {
        fresh[result] = in.readInt();
        isStale[result] = in.readBoolean();
        clock.loadResult(result, in);
    }
}
