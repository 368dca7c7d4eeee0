package io.drme.driver.modbus;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How long answers take at most of late, by unit. A slow answer counts for about {@link #MEMORY}
 * answers. Confined to who holds its owner's lock.
 */
final class Usual {
    private static final int MEMORY = 64;

    private final Map<Integer, Long> nanos = new HashMap<>();

    /** Takes note of how long an answer took, or was waited for. */
    void learn(int unit, long tookNanos) {
        nanos.merge(unit, tookNanos, (was, now) -> Math.max(now, was - was / MEMORY));
    }

    /** Nobody asks for a unit any more. */
    void forget(int unit) {
        nanos.remove(unit);
    }

    /** What a unit takes; 0 where it never answered. */
    long of(int unit) {
        return nanos.getOrDefault(unit, 0L);
    }

    /** What the slowest takes; 0 where nobody answered yet. */
    long slowest() {
        return nanos.values().stream().mapToLong(n -> n).max().orElse(0);
    }

    /** What the fastest takes but for some; 0 where no other answered yet. */
    long fastestBut(Set<Integer> units) {
        return nanos.entrySet().stream()
                .filter(e -> !units.contains(e.getKey()))
                .mapToLong(Map.Entry::getValue)
                .min()
                .orElse(0);
    }
}
