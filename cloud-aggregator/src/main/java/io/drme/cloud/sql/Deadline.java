package io.drme.cloud.sql;

import io.drme.cloud.grid.SqlGrid.SqlException;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Until when a statement has to have its answer, its waits among it. Confined to its thread. */
final class Deadline {
    private final Clock clock;
    private final Duration limit;
    private final long untilNanos;
    private final BooleanSupplier wanted;

    Deadline(Clock clock, Duration limit, BooleanSupplier wanted) {
        this.clock = clock;
        this.limit = limit;
        this.untilNanos = clock.nanoTime() + limit.toNanos();
        this.wanted = wanted;
    }

    /** Ends the statement where its time is over or nobody waits. */
    void check() throws SqlException {
        if (!wanted.getAsBoolean()) {
            throw new SqlException("its client is gone", true);
        }
        if (clock.nanoTime() - untilNanos >= 0) {
            throw late();
        }
    }

    SqlException late() {
        return new SqlException(
                "the statement was ended after %d ms, while it waited or its rows were read; narrow it down, or try again"
                        .formatted(limit.toMillis()),
                true);
    }

    /** What is left of the time; not below zero. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, untilNanos - clock.nanoTime()));
    }
}
