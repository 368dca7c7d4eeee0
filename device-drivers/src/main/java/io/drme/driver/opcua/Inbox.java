package io.drme.driver.opcua;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.jspecify.annotations.Nullable;

/**
 * Hands values from Milo's callback thread to the thread that owns the device.
 *
 * <p>Bounded: when the owner is slow, the newest value of each tag is held back and an older one
 * that it replaces is counted. What is held goes first as soon as there is room, so the order of a
 * tag's values is kept.
 *
 * <p><b>Threads.</b> {@link #deliver} and {@link #flush} are called by one thread at a time (Milo's
 * delivery queue sees to that), {@link #take} by the owner.
 */
final class Inbox {
    /** The most deliveries that wait; with the limit on a delivery some 64,000 values, 10 MB. */
    static final int MAX_DELIVERIES = 64;

    /** One value of one tag. */
    record Arrival(int tag, DataValue value) {}

    private final BlockingQueue<List<Arrival>> queue = new ArrayBlockingQueue<>(MAX_DELIVERIES);
    private final Map<Integer, Arrival> held = new LinkedHashMap<>();
    private final AtomicLong replaced = new AtomicLong();

    /** Takes one delivery. */
    void deliver(List<Arrival> arrivals) {
        flush();
        if (held.isEmpty() && queue.offer(arrivals)) {
            return;
        }
        for (var arrival : arrivals) {
            if (held.put(arrival.tag(), arrival) != null) {
                replaced.incrementAndGet();
            }
        }
    }

    /** Passes on what was held back, if there is room; called at every sign of life too. */
    void flush() {
        if (!held.isEmpty() && queue.offer(List.copyOf(held.values()))) {
            held.clear();
        }
    }

    /** Wakes a waiting {@link #take}; from any thread. */
    void wake() {
        // A full queue wakes by itself, so a refused offer is no loss.
        boolean _ = queue.offer(List.of());
    }

    /** What has arrived, in order; waits for the first delivery. Empty after the wait, or woken. */
    List<Arrival> take(Duration wait) throws InterruptedException {
        @Nullable List<Arrival> first = queue.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
        if (first == null) {
            return List.of();
        }
        var rest = new ArrayList<List<Arrival>>();
        queue.drainTo(rest);
        if (rest.isEmpty()) {
            return first;
        }
        var all = new ArrayList<>(first);
        rest.forEach(all::addAll);
        return all;
    }

    /** How many values were replaced by newer ones before the owner took them. */
    long replaced() {
        return replaced.get();
    }
}
