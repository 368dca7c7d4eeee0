package io.drme.sim.gpio;

/** One line as one client watches it: debounced, inverted, and only the edges that it asked for. */
final class Watch {
    private final WatchRequest request;
    private boolean seen;
    private long seenSinceNanos;
    private boolean settled;
    private int told;

    Watch(WatchRequest request, boolean high, long nowNanos) {
        this.request = request;
        this.seen = high;
        this.settled = high;
        this.seenSinceNanos = nowNanos;
    }

    WatchRequest request() {
        return request;
    }

    /** The level that counts, inverted where low is active. */
    boolean isActive() {
        return settled != request.activeLow();
    }

    /**
     * Looks at the line.
     *
     * @param high its electrical level
     * @param nowNanos of a clock that never runs backwards
     * @return whether the client is to hear of an edge
     */
    boolean step(boolean high, long nowNanos) {
        if (high != seen) {
            seen = high;
            seenSinceNanos = nowNanos;
        }
        if (seen == settled || nowNanos - seenSinceNanos < request.debounceNanos()) {
            return false;
        }
        settled = seen;
        boolean wanted = isActive() ? request.rising() : request.falling();
        told += wanted ? 1 : 0;
        return wanted;
    }

    /** The number of the last edge that the client is to hear of, from 1. */
    long number() {
        return Integer.toUnsignedLong(told);
    }
}
