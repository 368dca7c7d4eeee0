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
    /** A person puts it aside. */
    SHELVE,
    /** Shelving ends while the condition is present and was acknowledged. */
    UNSHELVE_ACKNOWLEDGED,
    /** Shelving ends while the condition is present and was not acknowledged. */
    UNSHELVE_PRESENT,
    /** Shelving ends while the condition is gone. */
    UNSHELVE_GONE
}
