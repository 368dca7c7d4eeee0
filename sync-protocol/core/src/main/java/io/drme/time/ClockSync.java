package io.drme.time;

/**
 * What the machine knows of its wall clock.
 *
 * @param state whether something keeps it right
 * @param uncertaintyNanos how far off it may be; negative where unknown
 */
public record ClockSync(State state, long uncertaintyNanos) {
    /** Nothing is known. */
    public static final ClockSync UNKNOWN = new ClockSync(State.UNKNOWN, -1);

    /** Nothing keeps the clock right. */
    public static final ClockSync UNSYNCED = new ClockSync(State.UNSYNCED, -1);

    /** Whether something keeps a clock right. */
    public enum State {
        /** It was set by a time source that is followed. */
        SYNCED,
        /** It was not, or the source was lost long ago. */
        UNSYNCED,
        /** The machine can't tell. */
        UNKNOWN
    }

    /** A clock that is followed and off by at most so many nanoseconds. */
    public static ClockSync within(long nanos) {
        return new ClockSync(State.SYNCED, nanos);
    }

    /** Whether a time source is followed. */
    public boolean isSynced() {
        return state == State.SYNCED;
    }
}
