package io.drme.driver.modbus;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How long a unit may hold the line that it shares. One that answers has its whole time limit. One
 * that was silent is tried for as long as an answer takes here as a rule, and only now and then for
 * the whole limit: so that a dead unit hardly slows its neighbours, and one that became slow is
 * found again all the same. How often it is tried is the device loop's affair. Confined to who
 * holds the line.
 */
final class Patience {
    /** No unit is tried for less, for a network has its own moods. */
    static final Duration LEAST = Duration.ofMillis(50);

    /** How many times the slowest of its usual answers a unit may take. */
    static final int FACTOR = 5;

    /** Every so many tries a silent unit has its whole limit. */
    static final int WHOLE_EVERY = 8;

    private final Map<Integer, Integer> silences = new HashMap<>();
    private final Usual usual = new Usual();

    /** How long a unit may take now, at most its limit. */
    Duration with(int unit, Duration limit) {
        int silent = silences.getOrDefault(unit, 0);
        return silent % WHOLE_EVERY == 0 ? limit : soon(unit, limit);
    }

    /** How long the answer of a unit takes at most as a rule; at most its limit. */
    Duration soon(int unit, Duration limit) {
        long own = usual.of(unit);
        return soon(own > 0 ? own : usual.slowest(), limit);
    }

    /**
     * How long is waited where answers take so long as a rule; the limit where that is not known.
     */
    static Duration soon(long usualNanos, Duration limit) {
        long nanos = Math.max(LEAST.toNanos(), FACTOR * usualNanos);
        return usualNanos == 0 ? limit : Duration.ofNanos(Math.min(nanos, limit.toNanos()));
    }

    /** Takes note of an exchange that was answered, by a refusal too, or was not. */
    void learn(int unit, boolean answered, long tookNanos) {
        if (answered) {
            silences.remove(unit);
            usual.learn(unit, tookNanos);
        } else {
            silences.merge(unit, 1, Integer::sum);
        }
    }
}
