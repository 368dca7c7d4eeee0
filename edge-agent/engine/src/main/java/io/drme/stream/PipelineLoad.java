package io.drme.stream;

/**
 * How one pipeline does.
 *
 * @param name as configured
 * @param share what it may take
 * @param rate samples that it ran over a second, since the last look
 * @param cpu part of one core that it took since the last look
 * @param nanosASample a moving mean of what a sample cost, in nanoseconds
 * @param waiting samples that wait for it
 * @param ageNanos for how long the oldest of them, or a tick, has waited
 * @param waitingBytes what those take
 * @param roomBytes how much they may take before it is run in any case
 * @param stateBytes what its state takes at most
 * @param deferred passes that it made later than in their turn, since the schedule was made
 * @param overdue of those, passes that it made later than its bound
 * @param forced of those, passes that it made because there was no more room
 * @param late samples that came too late for their place in one of its steps, since its state began
 */
public record PipelineLoad(
        String name,
        Share share,
        double rate,
        double cpu,
        double nanosASample,
        int waiting,
        long ageNanos,
        long waitingBytes,
        long roomBytes,
        long stateBytes,
        long deferred,
        long overdue,
        long forced,
        long late) {
    /** So many times its bound late is as much as no room at all. */
    private static final int BOUNDS_LATE = 4;

    /** How near its limits it is: 0 where nothing waits, 1 and above where they are reached. */
    public double strain() {
        double late = (double) ageNanos / BOUNDS_LATE / share.within().toNanos();
        return Math.max(late, (double) waitingBytes / roomBytes);
    }
}
