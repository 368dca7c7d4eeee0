package io.drme.cloud.store;

import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connection that writes, with its transactions begun by hand. In this process one at a time is
 * open, so that what it read can't have changed when it writes; of other processes the {@link
 * Dialect} keeps it apart.
 *
 * <p>A connection that was lost is made anew at the next beginning: nothing has happened by then.
 *
 * <p>Confined to its owner thread.
 */
final class Writer implements AutoCloseable {
    private static final long TURN_WITHIN_SECONDS = 30;

    private final Dialect dialect;
    private final Dialect.Role role;
    private final ReentrantLock turn;
    private final Availability availability;
    private final Statements statements;
    private boolean open;

    /**
     * Connects.
     *
     * @param turn shared by all that write to the database, and fair: SQLite's own waiting looks
     *     again after ever longer sleeps, so that who commits without a pause starves the others
     */
    Writer(Dialect dialect, Dialect.Role role, ReentrantLock turn, Availability availability)
            throws SQLException {
        this.dialect = dialect;
        this.role = role;
        this.turn = turn;
        this.availability = availability;
        this.statements = new Statements(dialect.connect(role), dialect);
    }

    Statements statements() {
        return statements;
    }

    Dialect dialect() {
        return dialect;
    }

    /** Begins a transaction, unless one is open. Waits while another connection has one. */
    void begin() throws SQLException {
        if (open) {
            return;
        }
        awaitTurn();
        try {
            beginConnected();
            open = true;
            availability.works(role);
        } finally {
            if (!open) {
                turn.unlock();
            }
        }
    }

    private void beginConnected() throws SQLException {
        try {
            dialect.begin(statements);
        } catch (SQLException e) {
            if (dialect.failure(e) != Dialect.Failure.GONE) {
                throw e;
            }
            reconnect();
            dialect.begin(statements);
        }
    }

    private void reconnect() throws SQLException {
        try {
            statements.moveTo(dialect.connect(role));
        } catch (SQLException e) {
            availability.lost(dialect.failure(e), dialect.advice(e));
            throw e;
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

    /**
     * Makes the transaction durable; nothing where none is open. When this fails, it may be durable
     * or not, and it is still to be rolled back.
     */
    void commit() throws SQLException {
        if (open) {
            dialect.commit(statements);
            open = false;
            turn.unlock();
        }
    }

    /** Undoes the transaction; nothing where none is open, or its connection is lost. */
    void rollBack() throws SQLException {
        if (open) {
            open = false;
            try {
                // First, as it is our own memory only: what is put must not go with the next block.
                statements.forget();
                dialect.rollBack(statements);
            } catch (SQLException e) {
                if (dialect.failure(e) != Dialect.Failure.GONE) {
                    throw e;
                }
            } finally {
                turn.unlock();
            }
        }
    }

    @Override
    public void close() throws SQLException {
        try (var _ = statements.connection()) {
            rollBack();
            statements.close();
        }
    }
}
