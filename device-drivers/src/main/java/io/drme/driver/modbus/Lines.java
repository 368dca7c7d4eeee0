package io.drme.driver.modbus;

import io.drme.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;

/**
 * The connections in use, by where they lead. A connection is as slow as its slowest user needs.
 * Safe for use from any thread.
 */
final class Lines {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Endpoint, Shared> byEndpoint = new HashMap<>();
    private final BiFunction<Endpoint, Clock, Lanes> maker;

    /** No line yet. */
    Lines() {
        this(Lanes::to);
    }

    /** Makes the way to an endpoint in another way, for tests in virtual time. */
    Lines(BiFunction<Endpoint, Clock, Lanes> maker) {
        this.maker = maker;
    }

    private record Shared(Lanes line, List<ModbusSettings> users) {
        void setPace() {
            line.pace(
                    new Line.Pace(
                            users.stream()
                                    .map(ModbusSettings::gap)
                                    .max(Duration::compareTo)
                                    .orElse(Duration.ZERO),
                            users.stream()
                                    .map(ModbusSettings::warmUp)
                                    .max(Duration::compareTo)
                                    .orElse(Duration.ZERO),
                            users.size() > 1));
        }
    }

    /** The line to a device's endpoint, shared with all that lead there. */
    Lanes acquire(ModbusSettings settings, Clock clock) {
        lock.lock();
        try {
            var shared =
                    byEndpoint.computeIfAbsent(
                            settings.endpoint(),
                            to -> new Shared(maker.apply(to, clock), new ArrayList<>()));
            shared.users().add(settings);
            shared.setPace();
            return shared.line();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the line has one user only. */
    boolean isAlone(ModbusSettings settings) {
        lock.lock();
        try {
            var shared = byEndpoint.get(settings.endpoint());
            return shared == null || shared.users().size() <= 1;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the use of a line; with its last user it is closed. */
    void release(ModbusSettings settings) {
        lock.lock();
        try {
            var shared = byEndpoint.get(settings.endpoint());
            if (shared == null || !shared.users().remove(settings)) {
                return;
            }
            if (shared.users().isEmpty()) {
                byEndpoint.remove(settings.endpoint());
                shared.line().shutdown();
            } else {
                shared.setPace();
                int unit = settings.unitId();
                if (shared.users().stream().noneMatch(u -> u.unitId() == unit)) {
                    shared.line().forget(unit);
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
