package io.drme.driver;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Hands what a device tells by itself from the thread on which it is heard to the thread that owns
 * the device.
 *
 * <p>Bounded: when the owner is slow, the newest arrival of each tag is held back and an older one
 * that it replaces is counted. What is held goes first as soon as there is room, and with the next
 * {@link #take} at the latest; the order of a tag's arrivals is kept.
 *
 * <p><b>Threads.</b> {@link #deliver} and {@link #flush} are called by one thread at a time, {@link
 * #take} by the owner, {@link #wake} and {@link #replaced} by any.
 *
 * @param <T> an immutable arrival
 */
public final class Handover<T> {
    private final ToIntFunction<T> tag;
    private final BlockingQueue<List<T>> queue;

    /** With {@link #lock}: while it is held nothing is added to the queue either. */
    private final Map<Integer, T> held = new LinkedHashMap<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicLong replaced = new AtomicLong();

    /**
     * Makes an empty one.
     *
     * @param maxDeliveries the most deliveries that wait
     * @param tag which tag an arrival belongs to
     */
    public Handover(int maxDeliveries, ToIntFunction<T> tag) {
        this.tag = tag;
        this.queue = new ArrayBlockingQueue<>(maxDeliveries);
    }

    /** Takes one delivery, an immutable list. Never blocks. */
    public void deliver(List<T> arrivals) {
        lock.lock();
        try {
            flush();
            if (held.isEmpty() && queue.offer(arrivals)) {
                return;
            }
            for (var arrival : arrivals) {
                if (held.put(tag.applyAsInt(arrival), arrival) != null) {
                    replaced.incrementAndGet();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Passes on what was held back, if there is room; to be called at every sign of life too. */
    public void flush() {
        lock.lock();
        try {
            if (!held.isEmpty() && queue.offer(List.copyOf(held.values()))) {
                held.clear();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Wakes a waiting {@link #take}. */
    public void wake() {
        // A full queue wakes by itself, so a refused offer is no loss.
        boolean _ = queue.offer(List.of());
    }

    /** What has arrived, in order; waits for the first delivery. Empty after the wait, or woken. */
    public List<T> take(Duration wait) throws InterruptedException {
        @Nullable List<T> first = queue.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
        if (first == null) {
            return List.of();
        }
        var all = new ArrayList<>(first);
        addRest(all);
        return all;
    }

    /** What has arrived, in order; waits for nothing, and is for the owner as {@link #take} is. */
    public List<T> takeRest() {
        var all = new ArrayList<T>();
        addRest(all);
        return all;
    }

    private void addRest(List<T> all) {
        // Together: between the two a delivery could put what is newer behind what is drained.
        lock.lock();
        try {
            var rest = new ArrayList<List<T>>();
            queue.drainTo(rest);
            rest.forEach(all::addAll);
            all.addAll(held.values());
            held.clear();
        } finally {
            lock.unlock();
        }
    }

    /** How many arrivals were replaced by newer ones before the owner took them. */
    public long replaced() {
        return replaced.get();
    }
}
