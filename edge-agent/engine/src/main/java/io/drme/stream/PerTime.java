package io.drme.stream;

import java.util.Locale;

/** The time that a rate or an integral is per; the names stand in files, and are UCUM's. */
enum PerTime {
    /** A second. */
    S(1_000_000_000L),
    /** A minute. */
    MIN(60_000_000_000L),
    /** An hour. */
    H(3_600_000_000_000L),
    /** A day. */
    D(86_400_000_000_000L);

    private final long nanos;

    PerTime(long nanos) {
        this.nanos = nanos;
    }

    /** Its length in nanoseconds. */
    double nanos() {
        return nanos;
    }

    private String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** A UCUM unit times this time; a unit that is not known stays so. */
    String times(String unit) {
        return unit.isEmpty() ? "" : unit + "." + text();
    }

    /** A UCUM unit a time; a unit that is not known stays so. */
    String under(String unit) {
        return unit.isEmpty() ? "" : unit + "/" + text();
    }
}
