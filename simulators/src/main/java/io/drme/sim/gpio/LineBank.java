package io.drme.sim.gpio;

import io.drme.model.Value;
import io.drme.sim.DeviceContext;
import io.drme.sim.ValueSource;
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
    private final Map<Integer, ValueSource> sources;
    private final Map<Integer, Boolean> byHand = new HashMap<>();
    private final Map<Integer, Output> outputs = new HashMap<>();
    private final List<Session> sessions = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();

    /** A line that a client drives. */
    private record Output(Session by, OutputRequest request) {}

    LineBank(DeviceContext context, int count, Map<Integer, ValueSource> sources) {
        this.context = context;
        this.count = count;
        this.sources = Map.copyOf(sources);
    }

    /** How many lines there are, from 0. */
    int count() {
        return count;
    }

    /** Holds a line by hand until {@link #release}. */
    void set(int line, boolean high) {
        lock.lock();
        try {
            byHand.put(line, high);
        } finally {
            lock.unlock();
        }
        tick();
    }

    /** Gives a line back to the scenario. */
    void release(int line) {
        lock.lock();
        try {
            byHand.remove(line);
        } finally {
            lock.unlock();
        }
        tick();
    }

    /** The electrical level now. */
    boolean isHigh(int line) {
        lock.lock();
        try {
            return level(line, context.elapsedNanos());
        } finally {
            lock.unlock();
        }
    }

    private boolean level(int line, long elapsedNanos) {
        var held = byHand.get(line);
        if (held != null) {
            return held;
        }
        var source = sources.get(line);
        return source != null
                && switch (source.at(elapsedNanos)) {
                    case Value.Bool(boolean b) -> b;
                    case Value.Int(long i) -> i != 0;
                    case Value.Real(double d) -> d >= 0.5;
                    case Value.Text _ -> false;
                };
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
                    byHand.put(line, active != activeLow);
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
                ? "line %d %d %d".formatted(line, active(output), context.clock().epochNanos())
                : "taken " + line;
    }

    private String watched(Session session, WatchRequest request) {
        int line = request.line();
        if (line >= count) {
            return "missing " + line;
        }
        boolean high = level(line, context.elapsedNanos());
        var watch = new Watch(request, high, context.clock().nanoTime());
        session.add(watch);
        return "line %d %d %d"
                .formatted(line, watch.isActive() ? 1 : 0, context.clock().epochNanos());
    }

    private int active(Output output) {
        boolean high = level(output.request().line(), context.elapsedNanos());
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
            byHand.put(line, active != output.request().activeLow());
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

    /** Looks at all lines and tells those who watch them. */
    void tick() {
        lock.lock();
        try {
            long now = context.clock().nanoTime();
            long elapsed = context.elapsedNanos();
            for (var session : sessions) {
                for (var watch : session.watches()) {
                    int line = watch.request().line();
                    if (watch.step(level(line, elapsed), now)) {
                        session.tell(
                                "edge %d %d %d %d"
                                        .formatted(
                                                line,
                                                watch.isActive() ? 1 : 0,
                                                context.clock().epochNanos(),
                                                watch.number()));
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
