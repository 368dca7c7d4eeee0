package io.drme.time;

import java.time.Duration;
import java.time.Instant;

/** The machine's own clock. */
public final class SystemClock implements Clock {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    @Override
    public long epochNanos() {
        var now = Instant.now();
        return now.getEpochSecond() * NANOS_PER_SECOND + now.getNano();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void sleep(Duration time) throws InterruptedException {
        Thread.sleep(time);
    }

    @Override
    public ClockSync sync() {
        return KernelClock.sync();
    }
}
