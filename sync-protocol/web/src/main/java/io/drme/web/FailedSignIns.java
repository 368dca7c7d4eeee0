package io.drme.web;

import io.drme.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Slows guessing down. Failures are counted for a place, for a name from there, and, with more
 * patience, for a name from anywhere, so that nobody can lock a person out from afar for long. A
 * place is an address or a screen for everybody. Safe for use from any thread.
 */
final class FailedSignIns {
    private static final int FREE_OF_NAME_AT_PLACE = 5;
    private static final int FREE_OF_ADDRESS = 20;
    private static final int FREE_OF_WALL = 50;
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

    private record Key(String text, int free, Duration longest) {}

    /**
     * Where tries come from.
     *
     * @param what as it stands in a message
     * @param free how many failures cost nothing
     * @param longest wait of everybody there
     * @param eases whether a success of one halves the failures of all
     */
    record Place(String what, int free, Duration longest, boolean eases) {

        /** A client's IP address. */
        static Place address(String address) {
            return new Place(address, FREE_OF_ADDRESS, LONGEST_WAIT, false);
        }

        /**
         * A screen for everybody, where the mistakes of some must not keep the others from acting
         * for more than a moment.
         *
         * @param session tells its session from others; no secret
         */
        static Place wall(String session) {
            return new Place("the screen " + session, FREE_OF_WALL, FIRST_WAIT, true);
        }
    }

    FailedSignIns(Clock clock) {
        this.clock = clock;
    }

    /** How long to wait before the next try is looked at; zero for not at all. */
    Duration wait(String name, Place place) {
        long now = clock.nanoTime();
        lock.lock();
        try {
            long longest = 0;
            for (var key : keys(name, place)) {
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
    void check(String name, Place place) {
        var wait = wait(name, place);
        if (wait.isPositive()) {
            throw new Problem(
                            "too-many-failures",
                            "Too many failed sign-ins",
                            429,
                            "sign-ins failed too often from " + place.what(),
                            "",
                            "a pause of " + (wait.toSeconds() + 1) + " s",
                            "Wait, then try again; ask an administrator for a one-time code if the"
                                    + " password is forgotten")
                    .asException();
        }
    }

    /** Counts a failure. */
    void failed(String name, Place place) {
        long now = clock.nanoTime();
        lock.lock();
        try {
            for (var key : keys(name, place)) {
                var before = counts.remove(key.text());
                boolean fresh = before == null || now - before.lastNanos() > MEMORY.toNanos();
                int failures = fresh || before == null ? 1 : before.failures() + 1;
                int over = Math.min(20, failures - key.free());
                long wait =
                        over < 0
                                ? 0
                                : Math.min(key.longest().toNanos(), FIRST_WAIT.toNanos() << over);
                counts.put(key.text(), new Count(failures, now, now + wait));
            }
            while (counts.size() > MAX_COUNTERS) {
                Map.Entry<String, Count> _ = counts.pollFirstEntry();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Forgets the failures of a name at a place after a success, and half of such a screen's. */
    void succeeded(String name, Place place) {
        lock.lock();
        try {
            counts.remove(keys(name, place).getFirst().text());
            if (place.eases()) {
                counts.computeIfPresent(
                        ofPlace(place).text(),
                        (_, c) -> new Count(c.failures() / 2, c.lastNanos(), c.lastNanos()));
            }
        } finally {
            lock.unlock();
        }
    }

    private static Key ofPlace(Place place) {
        return new Key("place:" + place.what(), place.free(), place.longest());
    }

    private static List<Key> keys(String name, Place place) {
        return List.of(
                new Key(
                        "name at place:" + name + " " + place.what(),
                        FREE_OF_NAME_AT_PLACE,
                        LONGEST_WAIT),
                ofPlace(place),
                new Key("name:" + name, FREE_OF_NAME, LONGEST_WAIT));
    }
}
