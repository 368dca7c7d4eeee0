package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.stream.LaneOrder.Arrival;
import io.drme.stream.StatesStep.Result;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * How long each tag was in which state, a window, and how often it changed. All times of a window
 * add up to its length.
 */
final class StatesOperator extends OneByOneOperator {
    private static final byte UNCERTAIN = Quality.uncertain(Reason.INPUT_NOT_GOOD);
    private static final int NONE = -1;

    private final String[] tags;
    private final Program[][] conditions;
    private final Result[] results;
    private final int states;
    private final long window;
    private final long offset;
    private final StateTimes times;

    /** The window that is open, the last state that was known, and what was said last. */
    private final long[] open;

    private final int[] lastKnown;
    private final long[] changes;
    private final boolean[] saidUnknown;
    private final int resultsALane;

    StatesOperator(List<Lane> input, Program[][] conditions, StatesStep step) {
        super(input, step.results(input));
        this.tags = input.stream().map(Lane::source).toArray(String[]::new);
        this.conditions = conditions;
        this.results = step.results().toArray(Result[]::new);
        this.states = step.states().size();
        this.window = step.window().toNanos();
        this.offset = step.offset().toNanos();
        this.times =
                new StateTimes(
                        order,
                        input.size(),
                        states - 1,
                        step.maxAge().map(d -> d.toNanos()).orElse(Long.MAX_VALUE));
        this.open = new long[input.size()];
        this.lastKnown = new int[input.size()];
        this.changes = new long[input.size()];
        this.saidUnknown = new boolean[input.size()];
        this.resultsALane = lanes().size() / Math.max(1, input.size());
    }

    @Override
    public void tick(long now, Batch out) {
        watch(now);
        for (int lane = 0; lane < tags.length; lane++) {
            if (times.hasBegun(lane)) {
                advance(lane, times.silentUntil(lane, now), out);
            }
        }
    }

    @Override
    void watch(long now) {
        times.watch(now);
    }

    @Override
    void accept(Batch in, int at, int lane, long now, Batch out) {
        long time = in.sourceTimes()[at];
        var arrival = times.take(lane, time, now);
        if (arrival == Arrival.LATE) {
            return;
        }
        if (arrival == Arrival.ANEW || !times.hasBegun(lane)) {
            begin(lane, time);
        } else {
            advance(lane, time, out);
            times.settle(lane, time);
        }
        int state = state(in, at, lane);
        if (state != times.unknown()) {
            changes[lane] += lastKnown[lane] != NONE && lastKnown[lane] != state ? 1 : 0;
            lastKnown[lane] = state;
        }
        byte quality = in.qualities()[at];
        times.enter(lane, state, !Quality.isGood(quality) && !Quality.isBad(quality));
    }

    /** Before the first sample of its first window nothing is known. */
    private void begin(int lane, long time) {
        open[lane] = Math.floorDiv(time - offset, window);
        times.begin(lane, start(open[lane]));
        times.settle(lane, time);
        lastKnown[lane] = NONE;
        changes[lane] = 0;
        saidUnknown[lane] = false;
    }

    private long start(long number) {
        return number * window + offset;
    }

    /** The first whose condition is true; not known where one before may be true as well. */
    private int state(Batch in, int at, int lane) {
        for (int s = 0; s < conditions.length; s++) {
            int truth = conditions[s][lane].test(in, at, tags[lane]);
            if (truth != Program.FALSE) {
                return truth == Program.TRUE ? s : times.unknown();
            }
        }
        return conditions.length;
    }

    private void advance(int lane, long clock, Batch out) {
        while (start(open[lane] + 1) <= clock) {
            long end = start(open[lane] + 1);
            times.settle(lane, end);
            boolean allUnknown = times.nanos(lane, times.unknown()) == window;
            if (!allUnknown || !saidUnknown[lane]) {
                emit(lane, end, allUnknown, out);
            }
            saidUnknown[lane] = allUnknown;
            times.clear(lane);
            changes[lane] = 0;
            open[lane]++;
            if (allUnknown && times.state(lane) == times.unknown()) {
                open[lane] = Math.floorDiv(clock - offset, window);
                times.settle(lane, start(open[lane]));
                times.clear(lane);
            }
        }
    }

    private void emit(int lane, long end, boolean allUnknown, Batch out) {
        boolean isSound = times.nanos(lane, times.unknown()) == 0 && !times.isSpoilt(lane);
        byte quality = isSound ? Quality.GOOD : UNCERTAIN;
        int outLane = lane * resultsALane;
        for (var result : results) {
            if (result == Result.CHANGES) {
                out.addInt(outLane++, end, changes[lane], quality);
                continue;
            }
            double unit = result == Result.SECONDS ? 1e9 : window;
            for (int s = 0; s < states; s++) {
                double value = times.nanos(lane, s) / unit;
                if (s == times.unknown()) {
                    out.addDouble(outLane++, end, value, Quality.GOOD);
                } else if (allUnknown) {
                    out.addBad(outLane++, end, Reason.INPUT_NOT_GOOD);
                } else {
                    out.addDouble(outLane++, end, value, quality);
                }
            }
        }
    }

    @Override
    void saveLane(int lane, DataOutput out) throws IOException {
        times.saveLane(lane, out);
        out.writeLong(open[lane]);
        out.writeInt(lastKnown[lane]);
        out.writeLong(changes[lane]);
        out.writeBoolean(saidUnknown[lane]);
    }

    @Override
    void loadLane(int lane, DataInput in) throws IOException {
        times.loadLane(lane, in);
        open[lane] = in.readLong();
        lastKnown[lane] = in.readInt();
        changes[lane] = in.readLong();
        saidUnknown[lane] = in.readBoolean();
    }
}
