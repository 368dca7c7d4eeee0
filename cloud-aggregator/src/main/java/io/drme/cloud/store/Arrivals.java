package io.drme.cloud.store;

import java.sql.SQLException;
import java.util.UUID;

/**
 * Notes the blocks that a connection stores, in its transaction, under a number of its own that
 * only grows. A connection has one transaction after the other, so of its numbers a lower one is
 * never seen after a higher one; numbers of different connections say nothing about each other. A
 * connection that was made anew has another name: the last transaction of the one before may still
 * be on its way.
 *
 * <p>Confined to the writer's thread.
 */
final class Arrivals {
    /** The number of an arrival that only says that something changed in its span. */
    static final long NO_BLOCK = 0;

    private final Statements statements;
    private long writer = newName();
    private long counter;
    private int moves;

    Arrivals(Statements statements) {
        this.statements = statements;
        this.moves = statements.moves();
    }

    private static long newName() {
        return UUID.randomUUID().getLeastSignificantBits() & Long.MAX_VALUE;
    }

    /** Notes a block that the transaction stores. */
    void add(long epochId, long sequence, long firstTime, long lastTime) throws SQLException {
        if (moves != statements.moves()) {
            moves = statements.moves();
            writer = newName();
            counter = 0;
        }
        statements.change(
                "insert into arrival (writer, counter, epoch_id, sequence, first_time, last_time) values (?, ?, ?, ?, ?, ?)",
                writer,
                ++counter,
                epochId,
                sequence,
                firstTime,
                lastTime);
    }
}
