package io.drme.stream;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * Keeps each lane in the order of source time: what is older than it may be is late, counted and
 * left out. A run of {@link AggregateOperator#MAX_LATE_RUN} means that the device's clock was set
 * back: the lane begins anew there.
 */
final class LaneOrder {

    /** What the time of a sample says. */
    enum Arrival {
        /** It counts. */
        IN_ORDER,
        /** It is left out; it was counted. */
        LATE,
        /** The lane's clock was set back: it counts, and nothing from before does any more. */
        ANEW
    }

    private final LaneClocks clocks;
    private final int[] lateRun;
    private long late;

    LaneOrder(int lanes) {
        clocks = new LaneClocks(lanes);
        lateRun = new int[lanes];
    }

    /** Follows gateway time, also where it was set back. */
    void watch(long now) {
        clocks.watch(now);
    }

    /** Takes a sample that must be no older than the newest of its lane. */
    Arrival take(int lane, long sourceTime, long now) {
        return take(lane, sourceTime, clocks.newest(lane), now);
    }

    /** Takes a sample that must be newer than the newest of its lane. */
    Arrival takeNewer(int lane, long sourceTime, long now) {
        long newest = clocks.newest(lane);
        return take(lane, sourceTime, newest == LaneClocks.NONE ? newest : newest + 1, now);
    }

    /** Takes a sample that must be no older than {@code least}. */
    Arrival take(int lane, long sourceTime, long least, long now) {
        if (!LaneClocks.isTime(sourceTime)) {
            late++;
            return Arrival.LATE;
        }
        if (sourceTime < least) {
            if (++lateRun[lane] < AggregateOperator.MAX_LATE_RUN) {
                late++;
                return Arrival.LATE;
            }
            lateRun[lane] = 0;
            clocks.move(lane, sourceTime, now);
            return Arrival.ANEW;
        }
        lateRun[lane] = 0;
        if (sourceTime >= clocks.newest(lane)) {
            clocks.move(lane, sourceTime, now);
        }
        return Arrival.IN_ORDER;
    }

    /**
     * Counts a sample that is taken, but whose place is gone: results for later times than its own
     * were given in silence. It says something only of what comes behind them.
     */
    void countLate() {
        late++;
    }

    /** Whether nobody watched between the last call and {@code now}; ask before {@link #watch}. */
    boolean wasUnwatched(long now) {
        return clocks.wasUnwatched(now);
    }

    /** The newest source time of a lane, or {@link LaneClocks#NONE}. */
    long newest(int lane) {
        return clocks.newest(lane);
    }

    /** The time of a lane that has begun, at gateway time {@code now}. */
    long time(int lane, long now) {
        return clocks.at(lane, now);
    }

    /** The time of a lane that has begun, when it was watched last. */
    long watchedTime(int lane) {
        return clocks.at(lane, clocks.watchedAt());
    }

    /** Until when a lane that has begun is silent for sure, at gateway time {@code now}. */
    long silentUntil(int lane, long now) {
        return clocks.at(lane, now) - LaneClocks.SILENCE_NANOS;
    }

    /** How many samples were late, since ever. */
    long late() {
        return late;
    }

    /** Saves the order, and each lane of an operator with it. */
    void save(List<Lane> lanes, DataOutput out, LaneStates.Saver saver) throws IOException {
        clocks.save(out);
        out.writeLong(late);
        LaneStates.save(
                lanes,
                out,
                (lane, to) -> {
                    clocks.saveLane(lane, to);
                    to.writeInt(lateRun[lane]);
                    saver.save(lane, to);
                });
    }

    /** Loads what {@link #save} wrote, of the lanes that are still there. */
    void load(List<Lane> lanes, DataInput in, LaneStates.Loader loader) throws IOException {
        clocks.load(in);
        late = in.readLong();
        LaneStates.load(
                lanes,
                in,
                (lane, from) -> {
                    clocks.loadLane(lane, from);
                    lateRun[lane] = from.readInt();
                    loader.load(lane, from);
                });
    }
}
