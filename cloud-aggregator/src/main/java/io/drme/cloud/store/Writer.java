package io.drme.cloud.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connection that writes, with its transactions begun by hand: SQLite's driver would begin the
 * next one with each commit, and hold the lock that others wait for. A transaction takes that lock
 * at its beginning, so that what it read can't have changed when it writes.
 *
 * <p>Confined to its owner thread.
 */
final class Writer implements AutoCloseable {
    private static final long TURN_WITHIN_SECONDS = 30;

    private final Connection connection;
    private final ReentrantLock turn;
    private final Statements statements;
    private boolean open;

    /**
     * Takes over a connection that commits each statement by itself.
     *
     * @param turn shared by all that write to the database, and fair: SQLite's own waiting looks
     *     again after ever longer sleeps, so that who commits without a pause starves the others
     */
    Writer(Connection connection, ReentrantLock turn) {
        this.connection = connection;
        this.turn = turn;
        this.statements = new Statements(connection);
    }

    Statements statements() {
        return statements;
    }

    /** Begins a transaction, unless one is open. Waits while another connection has one. */
    void begin() throws SQLException {
        if (open) {
            return;
        }
        awaitTurn();
        try {
            statements.change("begin immediate");
            open = true;
        } finally {
            if (!open) {
                turn.unlock();
            }
        }
    }

    private void awaitTurn() throws SQLException {
        try {
            if (!turn.tryLock(TURN_WITHIN_SECONDS, TimeUnit.SECONDS)) {
                throw new SQLException(
                        "another writer of the centre did not end within %d s"
                                .formatted(TURN_WITHIN_SECONDS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted while waiting to write", e);
        }
    }

    /** Makes the transaction durable; nothing where none is open. */
    void commit() throws SQLException {
        if (open) {
            statements.change("commit");
            open = false;
            turn.unlock();
        }
    }

    /** Undoes the transaction; nothing where none is open. */
    void rollBack() throws SQLException {
        if (open) {
            open = false;
            try {
                statements.change("rollback");
            } finally {
                turn.unlock();
            }
        }
    }

    @Override
    public void close() throws SQLException {
        try (connection) {
            rollBack();
            statements.close();
        }
    }
}
