package io.drme.log;

import java.util.Map;

/**
 * What became of the samples of one pass through acquisition and pipelines, for exact accounting:
 * {@code read + derived = filtered + refused + samples handed on}. Empty polls count as nothing.
 *
 * @param read samples that drivers gave
 * @param derived samples that pipelines made
 * @param filtered samples that the deadband held back
 * @param refused samples given up before they came to the store, by cause
 */
public record Intake(long read, long derived, long filtered, Map<DropCause, Long> refused) {

    /** Copies what it is given. */
    public Intake {
        refused = Map.copyOf(refused);
    }

    /** A pass from which nothing was given up. */
    public Intake(long read, long derived, long filtered) {
        this(read, derived, filtered, Map.of());
    }

    /** Samples given up before they came to the store. */
    public long refusedTotal() {
        return refused.values().stream().mapToLong(Long::longValue).sum();
    }
}
