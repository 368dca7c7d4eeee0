package io.drme.edge.notify;

import io.drme.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what blocks, each on a virtual thread of its own, one at a time for each name. What does not
 * end in time is interrupted and counts as failed, so that no receiver holds up anything for ever.
 *
 * <p>Confined to one owner; the threads only put down their outcome.
 */
final class Couriers implements Post, AutoCloseable {
    /** Behind the limits of the channels themselves: for a receiver that trickles. */
    static final Duration LIMIT = Duration.ofSeconds(2L * Channel.LIMIT_SECONDS);

    private static final Duration END_WITHIN = Duration.ofMillis(500);
    private static final Logger log = LoggerFactory.getLogger(Couriers.class);

    private final Clock clock;
    private final Function<String, Channel> channels;
    private final Map<String, Flight> flights = new HashMap<>();

    private record Flight(ArrayBlockingQueue<Outcome> outcome, Thread thread, long untilNanos) {}

    /** Something that blocks. */
    @FunctionalInterface
    interface Job {
        Outcome run() throws InterruptedException;
    }

    /**
     * Runs nothing yet.
     *
     * @param channels the way to a receiver; asked on the owner's thread
     */
    Couriers(Clock clock, Function<String, Channel> channels) {
        this.clock = clock;
        this.channels = channels;
    }

    @Override
    public void begin(String receiver, Message message, String id) {
        var channel = channels.apply(receiver);
        run(receiver, () -> channel.send(message, id));
    }

    /** Runs a job; its outcome comes by {@link #poll}. */
    void run(String name, Job job) {
        var outcome = new ArrayBlockingQueue<Outcome>(1);
        var thread =
                Thread.ofVirtual().name("notify-" + name).start(() -> outcome.add(outcome(job)));
        flights.put(name, new Flight(outcome, thread, clock.nanoTime() + LIMIT.toNanos()));
    }

    /** What becomes of a job, a mistake of ours included: the next try may go better. */
    static Outcome outcome(Job job) {
        try {
            return job.run();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return failed("it was broken off");
        } catch (RuntimeException e) {
            log.error("notification failed by a mistake of the agent", e);
            return failed("a mistake of the agent: " + e);
        }
    }

    /**
     * Runs a job and waits for its end; after a time it is interrupted and counts as failed. For
     * any thread.
     */
    static Outcome within(Duration limit, String name, Job job) throws InterruptedException {
        var outcome = new ArrayBlockingQueue<Outcome>(1);
        var thread =
                Thread.ofVirtual().name("notify-" + name).start(() -> outcome.add(outcome(job)));
        try {
            @Nullable Outcome ended = outcome.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
            return ended == null ? failed("no end within " + limit.toSeconds() + " s") : ended;
        } finally {
            thread.interrupt();
        }
    }

    private static Outcome failed(String why) {
        return new Outcome.Failed(why, "", Optional.empty());
    }

    /** Whether something runs under a name, or its outcome waits. */
    boolean isBusy(String name) {
        return flights.containsKey(name);
    }

    @Override
    public Optional<Outcome> poll(String receiver) {
        var flight = flights.get(receiver);
        if (flight == null) {
            // It was begun by nobody here: what was in flight does not survive.
            return Optional.of(failed("it was broken off"));
        }
        @Nullable Outcome outcome = flight.outcome().poll();
        if (outcome == null && clock.nanoTime() - flight.untilNanos() < 0) {
            return Optional.empty();
        }
        flights.remove(receiver);
        if (outcome == null) {
            flight.thread().interrupt();
            return Optional.of(failed("no end within " + LIMIT.toSeconds() + " s"));
        }
        return Optional.of(outcome);
    }

    /** Breaks off what is under way; it is tried again after the next start. */
    @Override
    public void close() {
        flights.values().forEach(f -> f.thread().interrupt());
        try {
            for (var flight : flights.values()) {
                if (!flight.thread().join(END_WITHIN)) {
                    log.warn("thread={} does not end", flight.thread().getName());
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
