package io.drme.driver.modbus;

import io.drme.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** The connections in use, by where they lead. Safe for use from any thread. */
final class Lines {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Line> byUrl = new HashMap<>();
    private final Map<String, Integer> users = new HashMap<>();

    /** The line to a device's host and port, shared with all that lead there. */
    Line acquire(ModbusSettings settings, Clock clock) {
        lock.lock();
        try {
            users.merge(settings.url(), 1, Integer::sum);
            return byUrl.computeIfAbsent(
                    settings.url(), _ -> new Line(settings.host(), settings.port(), clock));
        } finally {
            lock.unlock();
        }
    }

    /** Whether the line has one user only. */
    boolean isAlone(ModbusSettings settings) {
        lock.lock();
        try {
            return users.getOrDefault(settings.url(), 0) <= 1;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the use of a line; with its last user it is closed. */
    void release(ModbusSettings settings) {
        lock.lock();
        try {
            int left = users.merge(settings.url(), -1, Integer::sum);
            if (left <= 0) {
                users.remove(settings.url());
                var line = byUrl.remove(settings.url());
                if (line != null) {
                    line.shutdown();
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
