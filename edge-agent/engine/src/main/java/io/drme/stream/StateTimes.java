package io.drme.stream;

import io.drme.stream.LaneOrder.Arrival;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Which state each lane is in, and for how long it was in each: a state lasts until the next one.
 * The time of the last state, {@link #unknown}, is that of which nobody knows: of bad samples, of a
 * silence that is too long, of a gateway that was down. It is never another's.
 */
final class StateTimes {
    private final LaneOrder order;
    private final int states;
    private final long maxAge;
    private final int[] state;
    private final boolean[] uncertain;
    private final long[] entered;
    private final long[] until;
    private final long[] knownUntil;
    private final long[] nanos;
    private final boolean[] spoilt;

    /**
     * Makes times of lanes that have not begun.
     *
     * @param order of the operator's lanes
     * @param states how many there are, without the unknown one
     * @param maxAge how long a state lasts without a sample, in nanoseconds
     */
    StateTimes(LaneOrder order, int lanes, int states, long maxAge) {
        this.order = order;
        this.states = states + 1;
        this.maxAge = maxAge;
        state = new int[lanes];
        uncertain = new boolean[lanes];
        entered = new long[lanes];
        until = new long[lanes];
        knownUntil = new long[lanes];
        nanos = new long[lanes * this.states];
        spoilt = new boolean[lanes];
        Arrays.fill(state, unknown());
        Arrays.fill(until, LaneClocks.NONE);
    }

    /** The memory of a lane, in bytes. */
    static long bytes(int states) {
        return 64 + 8L * (states + 1);
    }

    int unknown() {
        return states - 1;
    }

    /** Follows gateway time. What was held while nobody watched is not known. */
    void watch(long now) {
        if (order.wasUnwatched(now)) {
            for (int lane = 0; lane < state.length; lane++) {
                if (hasBegun(lane)) {
                    knownUntil[lane] = Math.min(knownUntil[lane], order.watchedTime(lane));
                }
            }
        }
        order.watch(now);
    }

    /** Takes the time of a sample; call {@link #settle} up to it, then {@link #enter}. */
    Arrival take(int lane, long sourceTime, long now) {
        long expected = hasBegun(lane) ? order.time(lane, now) : sourceTime;
        // Where silence ran far ahead of the device, its samples are late until it is begun anew.
        long least =
                hasBegun(lane)
                        ? Math.max(order.newest(lane), until[lane] - LaneClocks.MAX_UNWATCHED_NANOS)
                        : order.newest(lane);
        var arrival = order.take(lane, sourceTime, least, now);
        boolean isJump = sourceTime - expected > LaneClocks.MAX_UNWATCHED_NANOS;
        if (arrival == Arrival.IN_ORDER && isJump) {
            knownUntil[lane] = Math.min(knownUntil[lane], expected);
        }
        if (arrival == Arrival.IN_ORDER && hasBegun(lane) && sourceTime < until[lane]) {
            order.countLate();
        }
        return arrival;
    }

    boolean hasBegun(int lane) {
        return until[lane] != LaneClocks.NONE;
    }

    /** Until when a lane that has begun is silent for sure, at gateway time {@code now}. */
    long silentUntil(int lane, long now) {
        return order.silentUntil(lane, now);
    }

    /** Begins a lane, or begins it anew, at a time; before it nothing is known. */
    void begin(int lane, long time) {
        state[lane] = unknown();
        uncertain[lane] = false;
        entered[lane] = time;
        until[lane] = time;
        knownUntil[lane] = Long.MAX_VALUE;
        clear(lane);
    }

    /** Lets the state last up to a time, not before the last one. */
    void settle(int lane, long time) {
        if (knownUntil[lane] < time && state[lane] != unknown()) {
            add(lane, Math.max(until[lane], knownUntil[lane]));
            state[lane] = unknown();
            uncertain[lane] = false;
            entered[lane] = until[lane];
        }
        add(lane, time);
    }

    private void add(int lane, long time) {
        if (time > until[lane]) {
            nanos[lane * states + state[lane]] += time - until[lane];
            spoilt[lane] |= uncertain[lane];
            until[lane] = time;
        }
    }

    /** Up to when states have lasted for sure: no sample counts before. */
    long settled(int lane) {
        return until[lane];
    }

    /** Says which state it is from the settled time on. */
    void enter(int lane, int newState, boolean isUncertain) {
        if (state[lane] != newState) {
            entered[lane] = until[lane];
        }
        state[lane] = newState;
        uncertain[lane] = isUncertain;
        knownUntil[lane] = maxAge == Long.MAX_VALUE ? maxAge : until[lane] + maxAge;
    }

    int state(int lane) {
        return state[lane];
    }

    /** How long it has been in its state, up to the settled time. */
    long inState(int lane) {
        return until[lane] - entered[lane];
    }

    /** How long it was in a state since the last {@link #clear}. */
    long nanos(int lane, int of) {
        return nanos[lane * states + of];
    }

    /** Whether an uncertain sample counted since the last {@link #clear}. */
    boolean isSpoilt(int lane) {
        return spoilt[lane];
    }

    boolean isUncertain(int lane) {
        return uncertain[lane];
    }

    /** Begins to count anew; the state goes on. */
    void clear(int lane) {
        Arrays.fill(nanos, lane * states, (lane + 1) * states, 0);
        spoilt[lane] = false;
    }

    void saveLane(int lane, DataOutput out) throws IOException {
        out.writeInt(state[lane]);
        out.writeBoolean(uncertain[lane]);
        out.writeLong(entered[lane]);
        out.writeLong(until[lane]);
        out.writeLong(knownUntil[lane]);
        out.writeBoolean(spoilt[lane]);
        for (int s = 0; s < states; s++) {
            out.writeLong(nanos[lane * states + s]);
        }
    }

    void loadLane(int lane, DataInput in) throws IOException {
        state[lane] = in.readInt();
        uncertain[lane] = in.readBoolean();
        entered[lane] = in.readLong();
        until[lane] = in.readLong();
        knownUntil[lane] = in.readLong();
        spoilt[lane] = in.readBoolean();
        for (int s = 0; s < states; s++) {
            nanos[lane * states + s] = in.readLong();
        }
    }
}
