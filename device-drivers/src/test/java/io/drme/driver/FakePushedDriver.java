package io.drme.driver;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayDeque;

/** A device in memory that tells by itself; a wait lets virtual time pass. */
final class FakePushedDriver implements PushedDriver {
    final ArrayDeque<Integer> changes = new ArrayDeque<>();
    boolean alive = true;
    boolean lost;
    boolean losesAfterChanges;
    int connects;

    private final ManualClock clock;
    private long heardNanos;

    FakePushedDriver(ManualClock clock) {
        this.clock = clock;
    }

    @Override
    public void connect() {
        connects++;
        heardNanos = clock.nanoTime();
    }

    @Override
    public long heardNanos() {
        return heardNanos;
    }

    @Override
    public boolean take(Batch out, Duration wait) throws DriverException {
        if (lost) {
            throw new DriverException.Unreachable("press-3 is off", null);
        }
        if (changes.isEmpty()) {
            clock.advance(wait);
            heardNanos = alive ? clock.nanoTime() : heardNanos;
            return alive;
        }
        heardNanos = clock.nanoTime();
        while (!changes.isEmpty()) {
            out.addInt(changes.pop(), clock.epochNanos(), 1, Quality.GOOD);
        }
        if (losesAfterChanges) {
            lost = true;
            throw new DriverException.Unreachable("press-3 was switched off", null);
        }
        return true;
    }

    @Override
    public void disconnect() {}

    @Override
    public Exchange lastExchange() {
        return Exchange.NONE;
    }

    @Override
    public void close() {}
}
