package io.drme.sim.gpio;

import io.drme.sim.DeviceContext;
import io.drme.sim.ValueSource;
import io.drme.sim.fault.FaultKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The lines of the chip: what the scenario says, unless a person holds one by hand. Safe for any
 * thread: the ticker looks, sessions watch and set.
 */
final class LineBank {
    private final DeviceContext context;
    private final int count;
    private final Contacts contacts;
    private final Map<Integer, Output> outputs = new HashMap<>();
    private final List<Session> sessions = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();

    /** A line that a client drives. */
    private record Output(Session by, OutputRequest request) {}

    /**
     * All lines as the scenario has them.
     *
     * @param tick how often they are looked at
     */
    LineBank(DeviceContext context, int count, Map<Integer, ValueSource> sources, Duration tick) {
        this.context = context;
        this.count = count;
        this.contacts = new Contacts(context, sources, tick);
    }

    /** How many lines there are, from 0. */
    int count() {
        return count;
    }

    /** Holds a line by hand until {@link #release}. */
    void set(int line, boolean high) {
        lock.lock();
        try {
            contacts.hold(line, high);
        } finally {
            lock.unlock();
        }
        tick();
    }

    /** Gives a line back to the scenario. */
    void release(int line) {
        lock.lock();
        try {
            contacts.release(line);
        } finally {
            lock.unlock();
        }
        tick();
    }

    /** The electrical level now. */
    boolean isHigh(int line) {
        lock.lock();
        try {
            return contacts.isHigh(line);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Tells a session the present levels, and from here on every edge; what it drives has its first
     * level.
     *
     * @param requests {@link WatchRequest}s and {@link OutputRequest}s, in the order of the answers
     */
    void begin(Session session, List<Record> requests) {
        lock.lock();
        try {
            for (var request : requests) {
                if (request instanceof OutputRequest(int line, boolean active, boolean activeLow)
                        && line < count
                        && !outputs.containsKey(line)) {
                    outputs.put(line, new Output(session, (OutputRequest) request));
                    contacts.hold(line, active != activeLow);
                }
            }
            for (var request : requests) {
                session.tell(
                        switch (request) {
                            case OutputRequest output -> taken(session, output);
                            case WatchRequest watch -> watched(session, watch);
                            default -> throw new IllegalStateException(request.toString());
                        });
            }
            session.tell("started");
            sessions.add(session);
        } finally {
            lock.unlock();
        }
        tick();
    }

    private String taken(Session session, OutputRequest request) {
        int line = request.line();
        var output = outputs.get(line);
        if (output == null) {
            return "missing " + line;
        }
        return output.by() == session
                ? "line %d %d %d".formatted(line, active(output), time())
                : "taken " + line;
    }

    private String watched(Session session, WatchRequest request) {
        int line = request.line();
        if (line >= count) {
            return "missing " + line;
        }
        boolean high = contacts.isHigh(line);
        var watch = new Watch(request, high, context.clock().nanoTime());
        session.add(watch);
        return "line %d %d %d".formatted(line, watch.isActive() ? 1 : 0, time());
    }

    private int active(Output output) {
        boolean high = contacts.isHigh(output.request().line());
        return high != output.request().activeLow() ? 1 : 0;
    }

    /**
     * Drives a line of the session's own, and gives the level that is read back.
     *
     * @return nothing where it is not the session's
     */
    OptionalInt write(Session session, int line, boolean active) {
        lock.lock();
        try {
            var output = outputs.get(line);
            if (output == null || output.by() != session) {
                return OptionalInt.empty();
            }
            contacts.hold(line, active != output.request().activeLow());
            tick();
            return OptionalInt.of(active(output));
        } finally {
            lock.unlock();
        }
    }

    /** Forgets a session. What it drove keeps its level, as it does on most chips. */
    void end(Session session) {
        lock.lock();
        try {
            sessions.remove(session);
            outputs.values().removeIf(o -> o.by() == session);
        } finally {
            lock.unlock();
        }
    }

    /** What a power cut leaves: no session, and nothing that was set or driven. */
    void forgetAll() {
        lock.lock();
        try {
            sessions.clear();
            outputs.clear();
            contacts.releaseAll();
        } finally {
            lock.unlock();
        }
    }

    /** The time with which changes are stamped. */
    long time() {
        long now = context.clock().epochNanos();
        var fault = context.faults().ofDevice();
        return fault.kind() == FaultKind.WRONG_CLOCK ? now - fault.delay().toNanos() : now;
    }

    /** Looks at all lines and tells those who watch them. */
    void tick() {
        lock.lock();
        try {
            contacts.look(count);
            long now = context.clock().nanoTime();
            var fault = context.faults().ofDevice();
            if (fault.kind() == FaultKind.FROZEN) {
                return;
            }
            for (var session : sessions) {
                for (var watch : session.watches()) {
                    int line = watch.request().line();
                    if (watch.step(contacts.isHigh(line), now)) {
                        session.edge(
                                line,
                                "edge %d %d %d %d"
                                        .formatted(
                                                line,
                                                watch.isActive() ? 1 : 0,
                                                time(),
                                                watch.number()));
                    }
                }
                session.handOver(
                        fault.kind() == FaultKind.LOST_EDGES ? fault.delay() : Duration.ZERO, now);
            }
        } finally {
            lock.unlock();
        }
    }
}
