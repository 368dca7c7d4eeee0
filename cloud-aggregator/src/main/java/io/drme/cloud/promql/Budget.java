package io.drme.cloud.promql;

import io.drme.time.Clock;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** What one query may still use. Confined to its thread. */
final class Budget {
    /** Elements looked at between two looks at the clock. */
    private static final long WORK_UNCHECKED = 100_000;

    private final Clock clock;
    private final long untilNanos;
    private final Duration limit;
    private final BooleanSupplier wanted;
    private long samples;
    private long points;
    private long given;
    private long worked;

    /**
     * A whole budget.
     *
     * @param wanted whether somebody still waits for the answer
     */
    Budget(Clock clock, Duration limit, BooleanSupplier wanted) {
        this.clock = clock;
        this.limit = limit;
        this.untilNanos = clock.nanoTime() + limit.toNanos();
        this.wanted = wanted;
    }

    /** Ends the query where its time is over or nobody waits. */
    void check() throws QueryException {
        if (!wanted.getAsBoolean()) {
            throw new QueryException(
                    QueryException.Kind.CANCELED, "the query was canceled: its client is gone");
        }
        if (clock.nanoTime() - untilNanos > 0) {
            throw new QueryException(
                    QueryException.Kind.TIMEOUT,
                    "the query timed out after %d ms; ask for fewer series, a shorter span or a larger step"
                            .formatted(limit.toMillis()));
        }
    }

    /** Counts samples that were read. */
    void read(int more) throws QueryException {
        samples += more;
        if (samples > Limits.SAMPLES) {
            throw new QueryException(
                    QueryException.Kind.EXECUTION,
                    "the query needs more than %d samples; ask for fewer series or a shorter span"
                            .formatted(Limits.SAMPLES));
        }
        check();
    }

    /** Counts elements that are gone through, and checks now and then. */
    void work(long more) throws QueryException {
        worked += more;
        if (worked >= WORK_UNCHECKED) {
            worked = 0;
            check();
        }
    }

    /** Counts values of the answer. */
    void give(long more) throws QueryException {
        given += more;
        if (given > Limits.ANSWER) {
            throw new QueryException(
                    QueryException.Kind.EXECUTION,
                    "the answer has more than %d points; ask for fewer series, a shorter span or a larger step"
                            .formatted(Limits.ANSWER));
        }
    }

    /** Counts values that are held at once: series times steps. */
    void hold(long more) throws QueryException {
        points += more;
        if (points > Limits.POINTS) {
            throw new QueryException(
                    QueryException.Kind.EXECUTION,
                    "the query needs more than %d points in memory; ask for fewer series or a larger step"
                            .formatted(Limits.POINTS));
        }
        check();
    }
}
