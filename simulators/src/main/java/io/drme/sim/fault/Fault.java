package io.drme.sim.fault;

import java.time.Duration;

/**
 * One thing that goes wrong.
 *
 * @param kind what
 * @param delay of {@code slow} before an answer, of {@code drip} before each byte, the most of
 *     {@code jitter}; how long {@code restart} and each of {@code spikes} take; how far {@code
 *     wrong-clock} is behind
 * @param code of {@code exception}: the protocol's error code; 0 for the protocol's usual one
 */
public record Fault(FaultKind kind, Duration delay, int code) {
    /** Behaves. */
    public static final Fault NONE = of(FaultKind.NONE);

    /** The delay where none is given: longer than any sensible time limit of a poll. */
    public static final Duration DEFAULT_DELAY = Duration.ofSeconds(1);

    /** A fault with the usual delay and code. */
    public static Fault of(FaultKind kind) {
        return new Fault(kind, DEFAULT_DELAY, 0);
    }
}
