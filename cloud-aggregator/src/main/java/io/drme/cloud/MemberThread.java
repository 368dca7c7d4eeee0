package io.drme.cloud;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a member does every second beside its work: it says how it is, and looks after the fleet.
 */
final class MemberThread implements AutoCloseable {
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);
    private static final Logger log = LoggerFactory.getLogger(MemberThread.class);

    /** Something to be done every second; what it throws is told and does not end it. */
    @FunctionalInterface
    interface Duty {
        void step() throws Exception;
    }

    private final List<Duty> duties;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().name("member").unstarted(this::run);
    private String trouble = "";

    MemberThread(List<Duty> duties) {
        this.duties = List.copyOf(duties);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!stop.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                duties.forEach(this::step);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void step(Duty duty) {
        try {
            duty.step();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            // The supervisor of these duties: each is tried again in a second.
            if (!e.toString().equals(trouble)) {
                trouble = e.toString();
                log.warn("member=behind why=\"{}\"", trouble);
            }
        }
    }

    @Override
    public void close() {
        stop.countDown();
        try {
            if (!thread.join(CLOSE_LIMIT)) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
