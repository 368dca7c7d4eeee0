package io.drme.testing;

import io.drme.time.Clock;
import io.drme.time.ClockSync;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A clock that a test holds: time passes by {@link #advance} and {@link #sleep} only, and the wall
 * clock can be set apart from it. Safe for use from any thread.
 */
public final class ManualClock implements Clock {
    /** 2026-01-01T00:00:00Z. */
    public static final long START_EPOCH_NANOS = 1_767_225_600_000_000_000L;

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong offset = new AtomicLong(START_EPOCH_NANOS);
    private final AtomicReference<ClockSync> sync = new AtomicReference<>(ClockSync.UNKNOWN);

    @Override
    public long epochNanos() {
        return nanos.get() + offset.get();
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    /** Lets the time pass at once. */
    @Override
    public void sleep(Duration time) {
        advance(time);
    }

    /** Lets time pass. */
    public void advance(Duration time) {
        nanos.addAndGet(Math.max(0, time.toNanos()));
    }

    /** Makes the wall clock jump, while {@link #nanoTime} goes on undisturbed. */
    public void jump(Duration by) {
        offset.addAndGet(by.toNanos());
    }

    /** What the machine says from now on of its clock. */
    public void sync(ClockSync now) {
        sync.set(now);
    }

    @Override
    public ClockSync sync() {
        return sync.get();
    }
}
