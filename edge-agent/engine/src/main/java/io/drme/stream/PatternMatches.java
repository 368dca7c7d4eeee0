package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * How far the pattern of each result has come: a thing happens when its condition becomes true;
 * while the condition can't be told, it stays what it was.
 *
 * <p><b>No overlaps.</b> What was part of a result is not part of another one.
 *
 * <p><b>Quality.</b> A result is uncertain where one of its events was seen with an uncertain
 * input, or where it could not be told meanwhile whether the other thing stayed away.
 */
final class PatternMatches {
    private static final long NONE = LaneClocks.NONE;
    private static final byte DOUBTFUL = Quality.uncertain(Reason.INPUT_NOT_GOOD);

    private final PatternStep.Kind kind;
    private final int times;
    private final long within;
    private final long lasts;

    private final boolean[] wasTrue;
    private final boolean[] otherWasTrue;
    private final long[] openAt;
    private final boolean[] isDoubtful;
    private final long[] trueUntil;
    private final long[] given;

    /** Times of the events of each result, and whether they are certain; a ring of so many. */
    private final long[] events;

    private final boolean[] doubts;
    private final int[] eventCount;

    PatternMatches(PatternStep step, int count) {
        this.kind = step.kind();
        this.times = kind == PatternStep.Kind.TIMES ? step.times() : 0;
        this.within = step.within().toNanos();
        this.lasts = step.lasts().map(d -> d.toNanos()).orElse(NONE);
        this.wasTrue = new boolean[count];
        this.otherWasTrue = new boolean[count];
        this.openAt = new long[count];
        this.isDoubtful = new boolean[count];
        this.trueUntil = new long[count];
        this.given = new long[count];
        this.events = new long[count * times];
        this.doubts = new boolean[count * times];
        this.eventCount = new int[count];
        Arrays.fill(openAt, NONE);
        Arrays.fill(trueUntil, NONE);
        Arrays.fill(given, NONE);
    }

    /** Whether something comes of time alone. */
    boolean isWaiting(int result) {
        return openAt[result] != NONE || trueUntil[result] != NONE;
    }

    /** What patterns wait for may have been there while nobody watched. */
    void doubt() {
        for (int result = 0; result < openAt.length; result++) {
            isDoubtful[result] |= openAt[result] != NONE;
        }
    }

    /**
     * The clock was set back to a time: how long ago anything was can't be told any more, nor when
     * what is true ends.
     */
    void forget(int result, long time, Batch out) {
        if (trueUntil[result] != NONE) {
            out.add(result, time, 0, Quality.GOOD);
        }
        openAt[result] = NONE;
        trueUntil[result] = NONE;
        given[result] = NONE;
        eventCount[result] = 0;
    }

    /**
     * Takes what both conditions are from a time on, no older than those before; as {@link Program}
     * says it.
     *
     * @param uncertain whether an input is
     */
    void see(int result, long time, int when, int other, boolean uncertain, Batch out) {
        expire(result, time - 1, out);
        boolean otherHappens = other == Program.TRUE && !otherWasTrue[result];
        boolean happens = when == Program.TRUE && !wasTrue[result];
        otherWasTrue[result] =
                other == Program.UNKNOWN ? otherWasTrue[result] : other == Program.TRUE;
        wasTrue[result] = when == Program.UNKNOWN ? wasTrue[result] : when == Program.TRUE;
        switch (kind) {
            case THEN -> {
                if (otherHappens) {
                    follow(result, time, uncertain, out);
                }
                if (happens) {
                    openAt[result] = time;
                    isDoubtful[result] = uncertain;
                }
            }
            case WITHOUT -> without(result, time, happens, uncertain, other);
            case TIMES -> {
                if (happens) {
                    count(result, time, uncertain, out);
                }
            }
        }
    }

    /** Of several first things, the second belongs to the newest. */
    private void follow(int result, long time, boolean uncertain, Batch out) {
        if (openAt[result] != NONE) {
            if (time - openAt[result] <= within) {
                give(result, time, isDoubtful[result] || uncertain, out);
            }
            openAt[result] = NONE;
        }
    }

    /** The time runs from the first thing that nothing answered. */
    private void without(int result, long time, boolean happens, boolean uncertain, int other) {
        if (happens && openAt[result] == NONE) {
            openAt[result] = time;
            isDoubtful[result] = uncertain;
        }
        if (other == Program.TRUE) {
            openAt[result] = NONE;
        }
        isDoubtful[result] |= other == Program.UNKNOWN;
    }

    private void count(int result, long time, boolean uncertain, Batch out) {
        int first = result * times;
        int at = first + eventCount[result] % times;
        events[at] = time;
        doubts[at] = uncertain;
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
    void expire(int result, long until, Batch out) {
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

    void saveResult(int result, DataOutput out) throws IOException {
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

    void loadResult(int result, DataInput in) throws IOException {
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
