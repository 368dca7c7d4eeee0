package io.drme.time;

/**
 * Notices when the wall clock steps against the steady one, and when it comes to be synced or is no
 * longer. Holds no thread; confined to its owner.
 */
final class ClockWatch {
    /** Less than this is slewing, or a step that nobody would see. */
    static final long STEP_NANOS = 500_000_000;

    private static final long ASK_NANOS = 1_000_000_000;

    /** Uncertainty is told again once it has grown by its double and this. */
    private static final long UNCERTAIN_NANOS = 50_000_000;

    private final Clock clock;
    private boolean looked;
    private long wallThen;
    private long steadyThen;
    private long askedAt;
    private ClockSync told = ClockSync.UNKNOWN;
    private long jump;

    ClockWatch(Clock clock) {
        this.clock = clock;
    }

    /**
     * Whether something has changed since it was last true; the first look is a change too. The
     * machine is asked once a second, and at each step.
     */
    boolean look(long wall, long steady) {
        jump = looked ? (wall - wallThen) - (steady - steadyThen) : 0;
        boolean stepped = Math.abs(jump) >= STEP_NANOS;
        if (looked && !stepped && steady - askedAt < ASK_NANOS) {
            return false;
        }
        askedAt = steady;
        var now = clock.sync();
        if (looked && !stepped && !isNews(now)) {
            return false;
        }
        jump = stepped ? jump : 0;
        looked = true;
        told = now;
        wallThen = wall;
        steadyThen = steady;
        return true;
    }

    private boolean isNews(ClockSync now) {
        if (now.isSynced() != told.isSynced()) {
            return true;
        }
        return now.isSynced()
                && now.uncertaintyNanos() > told.uncertaintyNanos() * 2 + UNCERTAIN_NANOS;
    }

    /** By how much the clock stepped at the change found last; 0 where it did not. */
    long jumpNanos() {
        return jump;
    }

    /** What the machine said at the change found last. */
    ClockSync told() {
        return told;
    }
}
