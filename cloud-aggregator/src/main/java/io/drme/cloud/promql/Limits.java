package io.drme.cloud.promql;

import java.time.Duration;

/** What a query may ask for. Each is told by name where it is reached. */
public final class Limits {
    /** Steps of a range query, as in Prometheus. */
    public static final int STEPS = 11_000;

    /** Series that one selector may choose. */
    public static final int SERIES = 10_000;

    /** Samples that one query may read; they take 16 bytes each, of one series at a time. */
    public static final int SAMPLES = 10_000_000;

    /** Values of series at steps that one query may hold, of 8 bytes each. */
    public static final int POINTS = 5_000_000;

    /** Values that one answer may give; each takes some 190 bytes until it is sent. */
    public static final int ANSWER = 500_000;

    /** Queries that a member answers at once; others wait for {@link #TURN}. */
    public static final int AT_ONCE = 2;

    /** How long a query waits for those before it. */
    public static final Duration TURN = Duration.ofSeconds(5);

    /** How long a query may take where it names nothing less. */
    public static final Duration TIME = Duration.ofSeconds(30);

    /** How old a sample may be to be the value of now, as in Prometheus. */
    public static final Duration LOOKBACK = Duration.ofMinutes(5);

    private Limits() {}
}
