package io.drme.sim;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * SIGTERM or Ctrl-C, as a command waits for it. Made once a command; the process ends only after
 * {@link #close}, or after a time, of 3 s where nothing else is said. Safe for use from any thread.
 */
public final class StopSignal implements AutoCloseable {
    private static final Duration MOST_CLOSING = Duration.ofSeconds(3);

    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    private final Duration mostClosing;

    /** Begins to listen for the signal. */
    public StopSignal() {
        this(MOST_CLOSING);
    }

    /**
     * Begins to listen for the signal.
     *
     * @param mostClosing how long the process waits at most for {@link #close} after it
     */
    public StopSignal(Duration mostClosing) {
        this.mostClosing = mostClosing;
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    ended.countDown();
                                    awaitClosed();
                                },
                                "shutdown"));
    }

    /** Waits until the process is asked to end. */
    public void await() throws InterruptedException {
        ended.await();
    }

    /** Waits at most so long; whether the process was asked to end. */
    public boolean await(Duration most) throws InterruptedException {
        return ended.await(most.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Says that everything is closed: the process may end. */
    @Override
    public void close() {
        closed.countDown();
    }

    private void awaitClosed() {
        try {
            if (!closed.await(mostClosing.toNanos(), TimeUnit.NANOSECONDS)) {
                System.err.println("drme-sim: not everything closed in time");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
