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

    /** A slow answer counts for about so many answers. */
    private static final int MEMORY = 64;

    private final Map<Integer, Integer> silences = new HashMap<>();
    private final Map<Integer, Long> usualNanos = new HashMap<>();

    /** How long a unit may take now, at most its limit. */
    Duration with(int unit, Duration limit) {
        int silent = silences.getOrDefault(unit, 0);
        long slowest = usualNanos.values().stream().mapToLong(n -> n).max().orElse(0);
        long usual = usualNanos.getOrDefault(unit, slowest);
        if (silent % WHOLE_EVERY == 0 || usual == 0) {
            return limit;
        }
        long nanos = Math.max(LEAST.toNanos(), FACTOR * usual);
        return Duration.ofNanos(Math.min(nanos, limit.toNanos()));
    }

    /** Takes note of an exchange that was answered, by a refusal too, or was not. */
    void learn(int unit, boolean answered, long tookNanos) {
        if (answered) {
            silences.remove(unit);
            usualNanos.merge(unit, tookNanos, (was, now) -> Math.max(now, was - was / MEMORY));
        } else {
            silences.merge(unit, 1, Integer::sum);
        }
    }
}
