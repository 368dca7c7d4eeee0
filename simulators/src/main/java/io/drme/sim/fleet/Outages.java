package io.drme.sim.fleet;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When a gateway's line is cut: never, or for 5 to 15 s in turn with 10 to 40 s in which it stands,
 * by the seed. Confined to its owner.
 */
final class Outages {
    private static final long LEAST_CUT = Duration.ofSeconds(5).toNanos();
    private static final long MOST_CUT = Duration.ofSeconds(15).toNanos();
    private static final long LEAST_UP = Duration.ofSeconds(10).toNanos();
    private static final long MOST_UP = Duration.ofSeconds(40).toNanos();

    private final RandomGenerator random;
    private boolean isHit;
    private boolean isCut;
    private long nextNanos;

    Outages(FleetOptions options, RandomGenerator random, long nowNanos) {
        this.random = random;
        this.isHit = random.nextDouble() < options.outage();
        this.nextNanos = nowNanos + random.nextLong(LEAST_UP / 2, LEAST_UP);
    }

    /** Whether the line is cut or mended now; {@link #isCut} says which. */
    boolean turns(long nowNanos) {
        if (!isHit || nowNanos - nextNanos < 0) {
            return false;
        }
        isCut = !isCut;
        nextNanos =
                nowNanos
                        + (isCut
                                ? random.nextLong(LEAST_CUT, MOST_CUT)
                                : random.nextLong(LEAST_UP, MOST_UP));
        return true;
    }

    boolean isCut() {
        return isCut;
    }

    /** When it turns next; the far future where it never does. */
    long nextNanos() {
        return isHit ? nextNanos : nextNanos + MOST_UP * 1_000_000;
    }

    /** There are no more; whether one ends by that. */
    boolean end() {
        boolean ends = isCut;
        isHit = false;
        isCut = false;
        return ends;
    }
}
