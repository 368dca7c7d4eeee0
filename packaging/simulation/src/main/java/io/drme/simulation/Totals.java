package io.drme.simulation;

import io.drme.log.Counters;

/** The terms of the first equation of exact accounting, in samples of one epoch. */
record Totals(long read, long derived, long filtered, long refused, long accepted) {
    static final Totals ZERO = new Totals(0, 0, 0, 0, 0);

    static Totals of(Counters c) {
        long refused = c.refused().values().stream().mapToLong(Long::longValue).sum();
        return new Totals(c.read(), c.derived(), c.filtered(), refused, c.accepted());
    }

    Totals plus(Totals more) {
        return new Totals(
                read + more.read,
                derived + more.derived,
                filtered + more.filtered,
                refused + more.refused,
                accepted + more.accepted);
    }
}
