package io.drme.alarm;

/** What can change the state of an alarm. */
enum Input {
    /** The condition is present, for as long as the on-delay asks. */
    RAISE,
    /** The condition is gone, for as long as the off-delay asks. */
    CLEAR,
    /** A person acknowledges. */
    ACKNOWLEDGE,
    /** A person resets what is latched. */
    RESET,
    /** A person puts it aside for a time. */
    SHELVE,
    /** The condition is present, and the plant's design holds the alarm back. */
    RAISE_SUPPRESSED,
    /** The plant's design begins to hold the alarm back. */
    SUPPRESS,
    /** A person takes it out of service. */
    TAKE_OUT,
    /** It is told of again; the condition is present and was acknowledged. */
    BACK_ACKNOWLEDGED,
    /** It is told of again; the condition is present and was not acknowledged. */
    BACK_PRESENT,
    /** It is told of again; the condition, which people had been told of, is gone. */
    BACK_GONE,
    /** It is told of again; nobody had been told of a condition, and there is none. */
    BACK_UNTOLD,
    /**
     * A person lets it back while the condition is present and the plant's design holds it back.
     */
    BACK_SUPPRESSED
}
