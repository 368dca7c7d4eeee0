package io.drme.driver;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to leave a lost device alone: longer each time up to a bound, with jitter, so that a
 * hundred devices behind one switch do not all come back in the same instant. Confined to its
 * owner.
 */
final class BackOff {
    /** The first pause after a device was lost; a short glitch costs no more. */
    static final Duration FIRST = Duration.ofMillis(500);

    /** The longest pause while a device is out of reach: it is back within so much of healing. */
    static final Duration MOST = Duration.ofSeconds(30);

    /** The first pause after a refusal; a person has to change something before it can help. */
    static final Duration FIRST_REFUSED = Duration.ofSeconds(30);

    /** The longest pause while a device refuses us. */
    static final Duration MOST_REFUSED = Duration.ofMinutes(5);

    private static final int MOST_DOUBLINGS = 20;

    private final RandomGenerator random;
    private int failures;
    private int refusals;

    BackOff(RandomGenerator random) {
        this.random = random;
    }

    /** The pause after one more failure: from half the step to the whole of it. */
    Duration next(boolean refused) {
        return refused
                ? jittered(FIRST_REFUSED, MOST_REFUSED, refusals++)
                : jittered(FIRST, MOST, failures++);
    }

    private Duration jittered(Duration first, Duration most, int before) {
        long step = Math.min(first.toNanos() << Math.min(before, MOST_DOUBLINGS), most.toNanos());
        return Duration.ofNanos(step / 2 + random.nextLong(step / 2 + 1));
    }

    /** Values came; the next failure starts from the beginning. */
    void reset() {
        failures = 0;
        refusals = 0;
    }
}
