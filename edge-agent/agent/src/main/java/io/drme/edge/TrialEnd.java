package io.drme.edge;

/** Called when a trial that came to a version of the configuration is over. */
@FunctionalInterface
interface TrialEnd {
    /** Tells it on the supervisor's thread; may wait for a disk, not for the supervisor. */
    void ended(long version, boolean kept);
}
