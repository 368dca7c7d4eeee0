package io.drme.simulation;

import io.drme.time.Clock;
import io.drme.time.ClockSync;
import java.time.Duration;

/**
 * The clock of one machine of a world: time passes for all alike, but each has its own idea of the
 * date, which can jump.
 */
final class NodeClock implements Clock {
    private final Clock world;
    private long offsetNanos;
    private ClockSync sync = ClockSync.UNKNOWN;

    NodeClock(Clock world) {
        this.world = world;
    }

    @Override
    public long epochNanos() {
        return world.epochNanos() + offsetNanos;
    }

    @Override
    public long nanoTime() {
        return world.nanoTime();
    }

    /** Returns at once: nothing in a world waits, it is stepped when it is time. */
    @Override
    public void sleep(Duration time) {
        BrokenInvariant.require(
                !time.isPositive(), "something waits for %s in a world where nobody may", time);
    }

    @Override
    public ClockSync sync() {
        return sync;
    }

    /** What the machine says of its clock from now on. */
    void sync(ClockSync now) {
        sync = now;
    }

    /** The date jumps. */
    void jump(Duration by) {
        offsetNanos += by.toNanos();
    }

    /** The date is this from now on. */
    void set(long epochNanos) {
        offsetNanos = epochNanos - world.epochNanos();
    }

    /** How far the date is from the world's. */
    Duration offset() {
        return Duration.ofNanos(offsetNanos);
    }
}
