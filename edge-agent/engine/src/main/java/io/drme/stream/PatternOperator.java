package io.drme.stream;

import io.drme.model.Batch;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * Says when things happen in an order or number, in the order in which samples come: those of one
 * of the {@link Moments} are one thing. {@link ResultClock} tells at what time, so that the clocks
 * of devices need not agree. {@link TimedPatternOperator} goes by source times.
 */
final class PatternOperator implements Operator {
    private final PatternPrograms programs;
    private final List<Lane> lanes;
    private final int[][] rowsOf;
    private final PatternMatches matches;
    private final Latest latest;
    private final ResultClock clock;
    private final Moments moments;
    private final Row row = new Row();

    PatternOperator(Making making, PatternPrograms programs, PatternStep step) {
        var input = making.input();
        int count = programs.count();
        this.programs = programs;
        this.lanes = programs.results(input);
        this.rowsOf = Beside.rowsOf(programs.rows(), input.size());
        this.matches = new PatternMatches(step, count);
        this.latest = new Latest(input, making.lanes().size(), Long.MAX_VALUE);
        this.clock = new ResultClock(latest, count);
        this.moments = new Moments(count);
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
        watch(now);
        for (int from = 0; from < in.size(); ) {
            int to = Moments.end(in, from);
            for (int i = from; i < to; i++) {
                if (latest.take(in, i, now)) {
                    int lane = in.tags()[i];
                    for (int result : rowsOf[lane]) {
                        moments.note(result, lane);
                    }
                }
            }
            for (int i = 0; i < moments.count(); i++) {
                accept(moments.result(i), now, out);
            }
            moments.clear();
            from = to;
        }
    }

    @Override
    public void tick(long now, Batch out) {
        watch(now);
        for (int result = 0; result < lanes.size(); result++) {
            if (matches.isWaiting(result)) {
                long main = latest.clock(programs.rows()[result][0], now);
                matches.expire(result, main - LaneClocks.SILENCE_NANOS, out);
            }
        }
    }

    private void watch(long now) {
        if (latest.wasUnwatched(now)) {
            matches.doubt();
        }
        latest.watch(now);
    }

    private void accept(int result, long now, Batch out) {
        var members = programs.rows()[result];
        if (!latest.has(members[0])) {
            return;
        }
        long before = clock.newest(result);
        long time = clock.move(result, members[0], moments.lane(result), now);
        if (time < before) {
            matches.forget(result, time, out);
        }
        var inputs = row.begin();
        for (int i = 0; i < members.length; i++) {
            latest.give(members[i], now, i, time, inputs);
        }
        programs.see(matches, result, lanes.get(result).source(), row, time, out);
    }

    @Override
    public void save(DataOutput out) throws IOException {
        latest.save(out);
        LaneStates.save(
                lanes,
                out,
                (result, to) -> {
                    clock.saveResult(result, to);
                    matches.saveResult(result, to);
                });
    }

    @Override
    public void load(DataInput in) throws IOException {
        latest.load(in);
        LaneStates.load(
                lanes,
                in,
                (result, from) -> {
                    clock.loadResult(result, from);
                    matches.loadResult(result, from);
                });
    }
}
