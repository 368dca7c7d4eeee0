package io.drme.web;

import io.drme.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Slows guessing down. Failures are counted for an address, for a name from an address, and, with
 * more patience, for a name from anywhere, so that nobody can lock a person out from afar for long.
 * Safe for use from any thread.
 */
final class FailedSignIns {
    private static final int FREE_OF_NAME_AT_ADDRESS = 5;
    private static final int FREE_OF_ADDRESS = 20;
    private static final int FREE_OF_NAME = 50;

    /** The first wait; each further failure doubles it. */
    private static final Duration FIRST_WAIT = Duration.ofSeconds(5);

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(15);

    /** Failures are forgotten after so long without one. */
    private static final Duration MEMORY = Duration.ofMinutes(30);

    /** The most counters; beyond, the oldest is forgotten. */
    private static final int MAX_COUNTERS = 4_096;

    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by {@link #lock}. */
    private final LinkedHashMap<String, Count> counts = new LinkedHashMap<>();

    private record Count(int failures, long lastNanos, long openFromNanos) {}

    private record Key(String text, int free) {}

    FailedSignIns(Clock clock) {
        this.clock = clock;
    }

    /** How long to wait before the next try is looked at; zero for not at all. */
    Duration wait(String name, String address) {
        long now = clock.nanoTime();
        lock.lock();
        try {
            long longest = 0;
            for (var key : keys(name, address)) {
                var count = counts.get(key.text());
                if (count != null) {
                    longest = Math.max(longest, count.openFromNanos() - now);
                }
            }
            return Duration.ofNanos(longest);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets a try pass.
     *
     * @throws ProblemException 429 while there is a wait
     */
    void check(String name, String address) {
        var wait = wait(name, address);
        if (wait.isPositive()) {
            throw new Problem(
                            "too-many-failures",
                            "Too many failed sign-ins",
                            429,
                            "sign-ins failed too often from " + address,
                            "",
                            "a pause of " + (wait.toSeconds() + 1) + " s",
                            "Wait, then try again; ask an administrator for a one-time code if the"
                                    + " password is forgotten")
                    .asException();
        }
    }

    /** Counts a failure. */
    void failed(String name, String address) {
        long now = clock.nanoTime();
        lock.lock();
        try {
            for (var key : keys(name, address)) {
                var before = counts.remove(key.text());
                boolean fresh = before == null || now - before.lastNanos() > MEMORY.toNanos();
                int failures = fresh || before == null ? 1 : before.failures() + 1;
                int over = Math.min(20, failures - key.free());
                long wait =
                        over < 0
                                ? 0
                                : Math.min(LONGEST_WAIT.toNanos(), FIRST_WAIT.toNanos() << over);
                counts.put(key.text(), new Count(failures, now, now + wait));
            }
            while (counts.size() > MAX_COUNTERS) {
                Map.Entry<String, Count> _ = counts.pollFirstEntry();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Forgets the failures of a name at an address after a success. */
    void succeeded(String name, String address) {
        lock.lock();
        try {
            counts.remove(keys(name, address).getFirst().text());
        } finally {
            lock.unlock();
        }
    }

    private static List<Key> keys(String name, String address) {
        return List.of(
                new Key("name at address:" + name + " " + address, FREE_OF_NAME_AT_ADDRESS),
                new Key("address:" + address, FREE_OF_ADDRESS),
                new Key("name:" + name, FREE_OF_NAME));
    }
}
