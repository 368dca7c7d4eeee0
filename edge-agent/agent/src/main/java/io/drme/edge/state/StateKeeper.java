package io.drme.edge.state;

import io.drme.time.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes snapshots of operator state now and then, on a thread of its own: taking one needs the
 * pipeline's thread only for a moment, and what the disk takes nobody waits for.
 *
 * <p>{@link #step} belongs to the supervisor's thread, which says when it is time; {@link #close}
 * to the one that ends the agent.
 */
public final class StateKeeper implements AutoCloseable {
    /** How much of the log a start after a crash has to go through; nothing is lost. */
    public static final Duration EVERY = Duration.ofSeconds(30);

    private static final Duration JOIN_WITHIN = Duration.ofSeconds(1);
    private static final Logger log = LoggerFactory.getLogger(StateKeeper.class);

    private final StateFiles files;
    private final Clock clock;
    private final Source source;
    private final ArrayBlockingQueue<Boolean> due = new ArrayBlockingQueue<>(1);
    private final Thread thread = Thread.ofPlatform().name("state").unstarted(this::run);

    private long next;
    private volatile boolean failing;
    private volatile boolean stopped;

    /** Where a snapshot comes from. */
    @FunctionalInterface
    public interface Source {
        /**
         * Takes a snapshot; everything in it has to be on record when this returns.
         *
         * @return nothing where there is nothing to keep, or the record can't be written just now
         * @throws IllegalStateException when its owner has ended
         */
        Optional<OperatorState> take() throws InterruptedException;

        /** A snapshot is on disk: a start goes on from it and what is on record since. */
        default void written(OperatorState state) throws InterruptedException {}
    }

    /** Makes it; {@link #start} starts its thread. */
    public StateKeeper(StateFiles files, Clock clock, Source source) {
        this.files = files;
        this.clock = clock;
        this.source = source;
        this.next = clock.nanoTime() + EVERY.toNanos();
    }

    /** Starts the thread. */
    public void start() {
        thread.start();
    }

    /** Has a snapshot written when it is time; does not wait for it. */
    public void step() {
        if (clock.nanoTime() - next >= 0) {
            next = clock.nanoTime() + EVERY.toNanos();
            var _ = due.offer(true); // one that waits already will do
        }
    }

    private void run() {
        try {
            while (!stopped && due.take()) {
                var state = source.take();
                if (state.isPresent() && save(state.get())) {
                    source.written(state.get());
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException _) {
            log.debug("the pipeline has ended; the last snapshot is written at the end");
        }
    }

    /** Writes one now; what the disk refuses is told once and tried again with the next. */
    private boolean save(OperatorState state) {
        try {
            files.save(state);
            if (failing) {
                failing = false;
                log.info("operator state written again");
            }
            return true;
        } catch (IOException e) {
            if (!failing) {
                failing = true;
                log.error(
                        "operator state not written: {}; the one before stays, it is tried again",
                        e.getMessage());
            }
            return false;
        }
    }

    /** Ends the thread; what it writes just now is written whole or not at all. */
    @Override
    public void close() {
        stopped = true;
        var _ = due.offer(false);
        try {
            if (!thread.join(JOIN_WITHIN)) {
                thread.interrupt();
                log.warn("thread={} did not end within {} s", thread.getName(), 1);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes the last snapshot, once the thread has ended. */
    public void saveLast(OperatorState state) {
        if (!thread.isAlive()) {
            var _ = save(state);
        }
    }
}
