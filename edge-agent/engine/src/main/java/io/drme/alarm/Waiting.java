package io.drme.alarm;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;

/** For how long one alarm has waited for a person, and whether that was too long. */
final class Waiting {
    private static final long NOT_WAITING = Long.MIN_VALUE;

    private long since = NOT_WAITING;
    private boolean isEscalated;

    /** Another occurrence begins. */
    void begin() {
        since = NOT_WAITING;
        isEscalated = false;
    }

    /**
     * Follows a state.
     *
     * @param elapsed nanoseconds on the owner's clock
     */
    void enter(AlarmState state, long elapsed) {
        if (state != AlarmState.UNACKNOWLEDGED && state != AlarmState.RETURNED) {
            since = NOT_WAITING;
        } else if (since == NOT_WAITING) {
            since = elapsed;
        }
    }

    /** Whether it waits for longer than this, and nobody was told so. */
    boolean isTooLong(Duration most, long elapsed) {
        return !isEscalated && since != NOT_WAITING && elapsed - since >= most.toNanos();
    }

    boolean isEscalated() {
        return isEscalated;
    }

    void escalated(boolean is) {
        isEscalated = is;
    }

    void save(DataOutput out) throws IOException {
        out.writeLong(since);
        out.writeBoolean(isEscalated);
    }

    void load(DataInput in) throws IOException {
        since = in.readLong();
        isEscalated = in.readBoolean();
    }
}
