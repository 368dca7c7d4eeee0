package io.drme.sim.fault;

import io.drme.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What goes wrong on one device at the moment: for the whole device, or for one of its units. What
 * is set by hand goes before what the scenario's schedule brings. Safe for use from any thread: the
 * control API sets it, connections ask for it.
 */
public final class Faults {
    /** Stands for the whole device. */
    public static final String WHOLE = "";

    private record Entry(Fault fault, long sinceNanos, long untilNanos) {}

    /**
     * A fault that stands now.
     *
     * @param sinceNanos when it was set, by the clock; tells one from the same set again
     */
    public record Standing(Fault fault, long sinceNanos) {}

    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Entry> byUnit = new TreeMap<>();
    private List<Schedule> schedules = List.of();
    private long startNanos;

    /** Nothing goes wrong yet. */
    public Faults(Clock clock) {
        this.clock = clock;
    }

    /**
     * Has faults come by themselves; of two that last at once for a unit the later in the list is
     * seen.
     *
     * @param start of the scenario, by the clock
     */
    public void schedule(List<Schedule> comings, long start) {
        lock.lock();
        try {
            schedules = List.copyOf(comings);
            startNanos = start;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sets or, with {@link FaultKind#NONE}, ends a fault; not what a schedule brings.
     *
     * @param unit a unit of the device, or {@link #WHOLE}, which also ends those of its units when
     *     the fault is NONE
     * @param time after which it ends by itself; nothing for ever
     */
    public void set(String unit, Fault fault, Optional<Duration> time) {
        lock.lock();
        try {
            if (fault.kind() != FaultKind.NONE) {
                long now = clock.nanoTime();
                long until = time.map(t -> now + t.toNanos()).orElse(Long.MAX_VALUE);
                byUnit.put(unit, new Entry(fault, now, until));
            } else if (unit.equals(WHOLE)) {
                byUnit.clear();
            } else {
                byUnit.remove(unit);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What goes wrong now for a unit: its own fault, otherwise the whole device's. */
    public Fault of(String unit) {
        return standing(unit).fault();
    }

    /** The same with the time at which it was set. */
    public Standing standing(String unit) {
        lock.lock();
        try {
            expire();
            var entry = byUnit.getOrDefault(unit, byUnit.get(WHOLE));
            if (entry != null) {
                return new Standing(entry.fault(), entry.sinceNanos());
            }
            var scheduled = scheduled();
            return scheduled.getOrDefault(
                    unit, scheduled.getOrDefault(WHOLE, new Standing(Fault.NONE, 0)));
        } finally {
            lock.unlock();
        }
    }

    /** What goes wrong now for the whole device. */
    public Fault ofDevice() {
        return of(WHOLE);
    }

    /** All that goes wrong now, by unit. */
    public Map<String, Fault> all() {
        lock.lock();
        try {
            expire();
            var faults = new TreeMap<String, Fault>();
            scheduled().forEach((unit, standing) -> faults.put(unit, standing.fault()));
            byUnit.forEach((unit, entry) -> faults.put(unit, entry.fault()));
            return faults;
        } finally {
            lock.unlock();
        }
    }

    private Map<String, Standing> scheduled() {
        var lasting = new TreeMap<String, Standing>();
        long now = clock.nanoTime() - startNanos;
        for (var one : schedules) {
            one.lastsSince(now)
                    .ifPresent(since ->
                            lasting.put(one.unit(), new Standing(one.fault(), startNanos + since)));
        }
        return lasting;
    }

    private void expire() {
        long now = clock.nanoTime();
        byUnit.values().removeIf(e -> e.untilNanos() != Long.MAX_VALUE && e.untilNanos() <= now);
    }
}
