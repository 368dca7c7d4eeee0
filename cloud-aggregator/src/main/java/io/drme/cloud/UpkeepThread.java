package io.drme.cloud;

import io.drme.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after what is stored, in the background: of its time it works at most a quarter, so that
 * who sends and who asks go before. In a cluster one member does at a time.
 */
final class UpkeepThread implements AutoCloseable {
    private static final int REST_PER_WORK = 3;
    private static final Duration IDLE = Duration.ofSeconds(1);
    private static final Duration AFTER_TROUBLE = Duration.ofSeconds(10);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final Logger log = LoggerFactory.getLogger(UpkeepThread.class);

    /** Something to be done piece by piece. */
    @FunctionalInterface
    interface Duty {
        /** Does the next piece; false where there is nothing to do now. */
        boolean step() throws Exception;
    }

    private final List<Duty> duties;
    private final Clock clock;
    private final BooleanSupplier isMine;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().name("upkeep").unstarted(this::run);
    private String trouble = "";

    /**
     * Does these duties while it is this member's turn.
     *
     * @param isMine whether this member is the one that does
     */
    UpkeepThread(List<Duty> duties, Clock clock, BooleanSupplier isMine) {
        this.duties = List.copyOf(duties);
        this.clock = clock;
        this.isMine = isMine;
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            var rest = Duration.ZERO;
            while (!stop.await(rest.toNanos(), TimeUnit.NANOSECONDS)) {
                rest = isMine.getAsBoolean() ? work() : IDLE;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Works a little; gives how long to rest. */
    private Duration work() {
        long begin = clock.nanoTime();
        boolean isBusy = false;
        for (var duty : duties) {
            try {
                isBusy |= duty.step();
                trouble = "";
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return IDLE;
            } catch (Exception e) {
                // The supervisor of these duties: each is tried again, from where it was.
                if (!e.toString().equals(trouble)) {
                    trouble = e.toString();
                    log.warn("upkeep=behind why=\"{}\"", trouble);
                }
                return AFTER_TROUBLE;
            }
        }
        return isBusy ? Duration.ofNanos(REST_PER_WORK * (clock.nanoTime() - begin)) : IDLE;
    }

    @Override
    public void close() {
        stop.countDown();
        try {
            if (!thread.join(CLOSE_LIMIT)) {
                thread.interrupt();
                thread.join();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
