package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.stream.DurationStep.Result;
import io.drme.stream.LaneOrder.Arrival;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * For how long a condition has been true, now and in all, and how often it became so. Results come
 * when the truth changes, at each multiple of a time, and before each reset.
 */
final class DurationOperator extends OneByOneOperator {
    private static final byte UNCERTAIN = Quality.uncertain(Reason.INPUT_NOT_GOOD);
    private static final long NONE = LaneClocks.NONE;
    private static final int TRUE = 0;
    private static final int FALSE = 1;

    private final String[] tags;
    private final Program[] programs;
    private final Result[] results;
    private final long every;
    private final long reset;
    private final long offset;
    private final StateTimes times;

    /** What comes next: a result while nothing changes, and a reset. */
    private final long[] nextResult;

    private final long[] nextReset;
    private final long[] counts;
    private final int[] lastKnown;
    private final boolean[] saidUnknown;

    DurationOperator(List<Lane> input, Program[] programs, DurationStep step) {
        super(input, step.results(input));
        this.tags = input.stream().map(Lane::source).toArray(String[]::new);
        this.programs = programs;
        this.results = step.results().toArray(Result[]::new);
        this.every = step.every().toNanos();
        this.reset = step.reset().map(d -> d.toNanos()).orElse(0L);
        this.offset = step.offset().toNanos();
        int count = input.size();
        this.times =
                new StateTimes(
                        order,
                        count,
                        2,
                        step.maxAge().map(d -> d.toNanos()).orElse(Long.MAX_VALUE));
        this.nextResult = new long[count];
        this.nextReset = new long[count];
        this.counts = new long[count];
        this.lastKnown = new int[count];
        this.saidUnknown = new boolean[count];
    }

    @Override
    public void tick(long now, Batch out) {
        watch(now);
        for (int lane = 0; lane < tags.length; lane++) {
            if (times.hasBegun(lane)) {
                reset(lane, times.silentUntil(lane, now), out);
                tell(lane, times.silentUntil(lane, now), out);
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
        boolean isFirst = arrival == Arrival.ANEW || !times.hasBegun(lane);
        if (isFirst) {
            begin(lane, time);
        } else {
            reset(lane, time, out);
            tell(lane, time - 1, out);
            times.settle(lane, time);
        }
        int state = state(in, at, lane);
        boolean changes = isFirst || state != times.state(lane);
        boolean ends = state == FALSE && times.state(lane) == TRUE;
        long last = ends ? times.inState(lane) : NONE;
        if (state == TRUE && lastKnown[lane] != TRUE) {
            counts[lane]++;
        }
        lastKnown[lane] = state == times.unknown() ? lastKnown[lane] : state;
        byte quality = in.qualities()[at];
        times.enter(lane, state, !Quality.isGood(quality) && !Quality.isBad(quality));
        if (changes || nextResult[lane] <= time) {
            emit(lane, times.settled(lane), last, out); // not before what was told in silence
        }
    }

    private int state(Batch in, int at, int lane) {
        int truth = programs[lane].test(in, at, tags[lane]);
        return truth == Program.TRUE ? TRUE : truth == Program.FALSE ? FALSE : times.unknown();
    }

    private void begin(int lane, long time) {
        times.begin(lane, time);
        nextResult[lane] = (time / every + 1) * every;
        nextReset[lane] = reset > 0 ? resetAfter(time) : Long.MAX_VALUE;
        counts[lane] = 0;
        lastKnown[lane] = times.unknown();
        saidUnknown[lane] = false;
    }

    private long resetAfter(long time) {
        return (Math.floorDiv(time - offset, reset) + 1) * reset + offset;
    }

    /** Ends each time between resets that is over; where nothing is known only the first. */
    private void reset(int lane, long clock, Batch out) {
        while (nextReset[lane] <= clock) {
            long at = nextReset[lane];
            times.settle(lane, at);
            emit(lane, at, NONE, out);
            nextReset[lane] = at + reset;
            if (times.state(lane) == times.unknown()) {
                nextReset[lane] = resetAfter(clock);
                times.settle(lane, nextReset[lane] - reset);
            }
            times.clear(lane);
            counts[lane] = 0;
        }
    }

    /** Of results that are due while nobody asked only the last is given. */
    private void tell(int lane, long clock, Batch out) {
        if (nextResult[lane] <= clock) {
            long at = clock / every * every;
            times.settle(lane, at);
            if (times.state(lane) != times.unknown() || !saidUnknown[lane]) {
                emit(lane, at, NONE, out);
            }
            nextResult[lane] = at + every;
        }
    }

    /** Gives the results; {@code last} is how long it was true where that just ended. */
    private void emit(int lane, long time, long last, Batch out) {
        boolean isKnown = times.state(lane) != times.unknown();
        boolean isSound = times.nanos(lane, times.unknown()) == 0 && !times.isSpoilt(lane);
        byte quality = isSound && isKnown && !times.isUncertain(lane) ? Quality.GOOD : UNCERTAIN;
        saidUnknown[lane] = !isKnown;
        nextResult[lane] = Math.max(nextResult[lane], (time / every + 1) * every);
        for (int r = 0; r < results.length; r++) {
            int outLane = lane * results.length + r;
            switch (results[r]) {
                case CURRENT -> current(lane, outLane, time, out);
                case LAST -> {
                    if (last != NONE) {
                        out.addDouble(outLane, time, last / 1e9, quality);
                    }
                }
                case TOTAL -> out.addDouble(outLane, time, times.nanos(lane, TRUE) / 1e9, quality);
                case COUNT -> out.addInt(outLane, time, counts[lane], quality);
            }
        }
    }

    private void current(int lane, int outLane, long time, Batch out) {
        if (times.state(lane) == times.unknown()) {
            out.addBad(outLane, time, Reason.INPUT_NOT_GOOD);
        } else {
            long nanos = times.state(lane) == TRUE ? times.inState(lane) : 0;
            byte quality = times.isUncertain(lane) ? UNCERTAIN : Quality.GOOD;
            out.addDouble(outLane, time, nanos / 1e9, quality);
        }
    }

    @Override
    void saveLane(int lane, DataOutput out) throws IOException {
        times.saveLane(lane, out);
        out.writeLong(nextResult[lane]);
        out.writeLong(nextReset[lane]);
        out.writeLong(counts[lane]);
        out.writeInt(lastKnown[lane]);
        out.writeBoolean(saidUnknown[lane]);
    }

    @Override
    void loadLane(int lane, DataInput in) throws IOException {
        times.loadLane(lane, in);
        nextResult[lane] = in.readLong();
        nextReset[lane] = in.readLong();
        counts[lane] = in.readLong();
        lastKnown[lane] = in.readInt();
        saidUnknown[lane] = in.readBoolean();
    }
}
