package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Says when things happen in an order or number. A thing happens when its condition becomes true;
 * while the condition can't be told, it stays what it was.
 *
 * <p><b>No overlaps.</b> What was part of a result is not part of another one.
 *
 * <p><b>Quality.</b> A result is uncertain where one of its events was seen with an uncertain
 * input, or where it could not be told meanwhile whether the other thing stayed away.
 */
final class PatternOperator implements Operator {
    private static final long NONE = LaneClocks.NONE;
    private static final byte DOUBTFUL = Quality.uncertain(Reason.INPUT_NOT_GOOD);

    private final List<Lane> lanes;
    private final int[][] rows;
    private final int[][] rowsOf;
    private final String[] tags;
    private final Program[] whens;
    private final Program[] others;
    private final PatternStep.Kind kind;
    private final int times;
    private final long within;
    private final long lasts;

    private final Latest latest;
    private final ResultClock clock;
    private final Row row = new Row();
    private final boolean[] wasTrue;
    private final boolean[] otherWasTrue;
    private final long[] openAt;
    private final boolean[] isDoubtful;
    private final long[] trueUntil;
    private final long[] given;

    /** Times of the events of each lane, and whether they are certain; a ring of so many. */
    private final long[] events;

    private final boolean[] doubts;
    private final int[] eventCount;

    PatternOperator(
            Making making, List<int[]> rows, Program[] whens, Program[] others, PatternStep step) {
        var input = making.input();
        this.rows = rows.toArray(int[][]::new);
        this.rowsOf = Beside.rowsOf(this.rows, input.size());
        this.whens = whens;
        this.others = others;
        this.kind = step.kind();
        this.times = kind == PatternStep.Kind.TIMES ? step.times() : 0;
        this.within = step.within().toNanos();
        this.lasts = step.lasts().map(d -> d.toNanos()).orElse(NONE);
        int count = whens.length;
        this.tags = new String[count];
        var results = new ArrayList<Lane>();
        for (int i = 0; i < count; i++) {
            var main = input.get(this.rows[i][0]);
            results.add(new Lane(main.source(), main.function(), ValueType.BOOLEAN, false));
            tags[i] = main.source();
        }
        this.lanes = List.copyOf(results);
        this.latest = new Latest(input, making.lanes().size(), Long.MAX_VALUE);
        this.clock = new ResultClock(latest, count);
        this.wasTrue = new boolean[count];
        this.otherWasTrue = new boolean[count];
        this.openAt = new long[count];
        this.isDoubtful = new boolean[count];
        this.trueUntil = new long[count];
        this.events = new long[count * times];
        this.doubts = new boolean[count * times];
        this.eventCount = new int[count];
        Arrays.fill(openAt, NONE);
        this.given = new long[count];
        Arrays.fill(trueUntil, NONE);
        Arrays.fill(given, NONE);
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
        int size = in.size();
        for (int i = 0; i < size; i++) {
            if (latest.take(in, i, now)) {
                int lane = in.tags()[i];
                for (int result : rowsOf[lane]) {
                    accept(result, lane, now, out);
                }
            }
        }
    }

    @Override
    public void tick(long now, Batch out) {
        watch(now);
        for (int result = 0; result < rows.length; result++) {
            if (openAt[result] != NONE || trueUntil[result] != NONE) {
                long main = latest.clock(rows[result][0], now);
                expire(result, main - LaneClocks.SILENCE_NANOS, out);
            }
        }
    }

    /** What a pattern waits for may have been there while nobody watched. */
    private void watch(long now) {
        if (latest.wasUnwatched(now)) {
            for (int result = 0; result < openAt.length; result++) {
                isDoubtful[result] |= openAt[result] != NONE;
            }
        }
        latest.watch(now);
    }

    private void accept(int result, int lane, long now, Batch out) {
        var members = rows[result];
        if (!latest.has(members[0])) {
            return;
        }
        long before = clock.newest(result);
        long time = clock.move(result, members[0], lane, now);
        if (time < before) {
            if (trueUntil[result] != NONE) {
                out.add(result, time, 0, Quality.GOOD); // its end can't be told by this clock
            }
            forget(result);
        }
        expire(result, time - 1, out);
        var inputs = row.begin();
        for (int i = 0; i < members.length; i++) {
            latest.give(members[i], now, i, time, inputs);
        }
        int other = others.length == 0 ? Program.FALSE : row.test(others[result], tags[result]);
        int when = row.test(whens[result], tags[result]);
        boolean otherHappens = other == Program.TRUE && !otherWasTrue[result];
        boolean happens = when == Program.TRUE && !wasTrue[result];
        otherWasTrue[result] =
                other == Program.UNKNOWN ? otherWasTrue[result] : other == Program.TRUE;
        wasTrue[result] = when == Program.UNKNOWN ? wasTrue[result] : when == Program.TRUE;
        switch (kind) {
            case THEN -> then(result, time, happens, otherHappens, out);
            case WITHOUT -> without(result, time, happens, other);
            case TIMES -> count(result, time, happens, out);
        }
    }

    /** The main input's clock was set back: how long ago anything was can't be told any more. */
    private void forget(int result) {
        openAt[result] = NONE;
        trueUntil[result] = NONE;
        given[result] = NONE;
        eventCount[result] = 0;
    }

    /** Of several first things, the second belongs to the newest. */
    private void then(int result, long time, boolean happens, boolean otherHappens, Batch out) {
        if (otherHappens && openAt[result] != NONE) {
            if (time - openAt[result] <= within) {
                give(result, time, isDoubtful[result] || row.isAnyUncertain(), out);
            }
            openAt[result] = NONE;
        }
        if (happens) {
            openAt[result] = time;
            isDoubtful[result] = row.isAnyUncertain();
        }
    }

    /** The time runs from the first thing that nothing answered. */
    private void without(int result, long time, boolean happens, int other) {
        if (happens && openAt[result] == NONE) {
            openAt[result] = time;
            isDoubtful[result] = row.isAnyUncertain();
        }
        if (other == Program.TRUE) {
            openAt[result] = NONE;
        }
        isDoubtful[result] |= other == Program.UNKNOWN;
    }

    private void count(int result, long time, boolean happens, Batch out) {
        if (!happens) {
            return;
        }
        int first = result * times;
        int at = first + eventCount[result] % times;
        events[at] = time;
        doubts[at] = row.isAnyUncertain();
        eventCount[result]++;
        int oldest = first + eventCount[result] % times;
        if (eventCount[result] >= times && time - events[oldest] <= within) {
            boolean isAnyDoubtful = false;
            for (int i = first; i < first + times; i++) {
                isAnyDoubtful |= doubts[i];
            }
            give(result, time, isAnyDoubtful, out);
            eventCount[result] = 0;
        } else if (eventCount[result] == 2 * times) {
            eventCount[result] = times;
        }
    }

    private void give(int result, long time, boolean doubtful, Batch out) {
        given[result] = Math.max(time, given[result]);
        out.add(result, given[result], 1, doubtful ? DOUBTFUL : Quality.GOOD);
        trueUntil[result] = lasts == NONE ? NONE : time + lasts;
    }

    /** Gives what comes of time that has passed, in its order. */
    private void expire(int result, long until, Batch out) {
        boolean waits = kind == PatternStep.Kind.WITHOUT && openAt[result] != NONE;
        long deadline = waits ? openAt[result] + within : Long.MAX_VALUE;
        endUntil(result, Math.min(deadline, until), out);
        if (deadline <= until) {
            openAt[result] = NONE;
            give(result, deadline, isDoubtful[result], out);
            endUntil(result, until, out);
        }
    }

    private void endUntil(int result, long until, Batch out) {
        if (trueUntil[result] != NONE && trueUntil[result] <= until) {
            given[result] = Math.max(trueUntil[result], given[result]);
            out.add(result, given[result], 0, Quality.GOOD);
            trueUntil[result] = NONE;
        }
    }

    @Override
    public void save(DataOutput out) throws IOException {
        latest.save(out);
        LaneStates.save(lanes, out, this::saveResult);
    }

    private void saveResult(int result, DataOutput out) throws IOException {
        clock.saveResult(result, out);
        out.writeBoolean(wasTrue[result]);
        out.writeBoolean(otherWasTrue[result]);
        out.writeLong(openAt[result]);
        out.writeBoolean(isDoubtful[result]);
        out.writeLong(trueUntil[result]);
        out.writeLong(given[result]);
        out.writeInt(eventCount[result]);
        for (int i = result * times; i < (result + 1) * times; i++) {
            out.writeLong(events[i]);
            out.writeBoolean(doubts[i]);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        latest.load(in);
        LaneStates.load(lanes, in, this::loadResult);
    }

    private void loadResult(int result, DataInput in) throws IOException {
        clock.loadResult(result, in);
        wasTrue[result] = in.readBoolean();
        otherWasTrue[result] = in.readBoolean();
        openAt[result] = in.readLong();
        isDoubtful[result] = in.readBoolean();
        trueUntil[result] = in.readLong();
        given[result] = in.readLong();
        eventCount[result] = in.readInt();
        for (int i = result * times; i < (result + 1) * times; i++) {
            events[i] = in.readLong();
            doubts[i] = in.readBoolean();
        }
    }
}
