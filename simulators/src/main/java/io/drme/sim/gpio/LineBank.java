package io.drme.sim.gpio;

import io.drme.model.Value;
import io.drme.sim.DeviceContext;
import io.drme.sim.ValueSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private final List<Session> sessions = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();

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

    /** Tells a session the present levels, and from here on every edge. */
    void begin(Session session, List<WatchRequest> requests) {
        lock.lock();
        try {
            long now = context.clock().nanoTime();
            long elapsed = context.elapsedNanos();
            for (var request : requests) {
                if (request.line() >= count) {
                    session.tell("missing " + request.line());
                } else {
                    var watch = new Watch(request, level(request.line(), elapsed), now);
                    session.add(watch);
                    session.tell(
                            "line %d %d %d"
                                    .formatted(
                                            request.line(),
                                            watch.isActive() ? 1 : 0,
                                            context.clock().epochNanos()));
                }
            }
            session.tell("started");
            sessions.add(session);
        } finally {
            lock.unlock();
        }
    }

    /** Forgets a session. */
    void end(Session session) {
        lock.lock();
        try {
            sessions.remove(session);
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
