package io.drme.sim.line;

import io.drme.time.Clock;
import io.drme.time.SystemClock;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What stands in the buffer of a narrow line, first in, first out, whoever sent it. Any thread may
 * add; one drains.
 */
final class NarrowQueue {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final Clock clock = new SystemClock();
    private final BlockingQueue<Piece> queue = new LinkedBlockingQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicLong deepest = new AtomicLong();

    private record Piece(int bytes, long cameAt, Runnable passOn) {}

    void add(int bytes, boolean isWatched, Runnable passOn) {
        long ahead = queuedBytes.getAndAdd(bytes);
        if (isWatched) {
            deepest.accumulateAndGet(ahead, Math::max);
        }
        queue.add(new Piece(bytes, clock.nanoTime(), passOn));
    }

    long deepestAhead() {
        return deepest.get();
    }

    void watchFromNow() {
        deepest.set(0);
    }

    /**
     * Passes on at this rate until interrupted. The line is busy from one piece to the next without
     * a break, however late this thread wakes up: so over many pieces the rate is exact.
     */
    void drain(long bytesPerSecond) {
        try {
            long freeAt = clock.nanoTime();
            while (true) {
                var piece = queue.take();
                long begin = freeAt - piece.cameAt < 0 ? piece.cameAt : freeAt;
                freeAt = begin + piece.bytes * NANOS_PER_SECOND / bytesPerSecond;
                long wait = freeAt - clock.nanoTime();
                if (wait > 0) {
                    clock.sleep(Duration.ofNanos(wait));
                }
                queuedBytes.addAndGet(-piece.bytes);
                piece.passOn.run();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
