package io.drme.cloud.store;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * A connection that writes, with its transactions begun by hand: SQLite's driver would begin the
 * next one with each commit, and hold the lock that others wait for. A transaction takes that lock
 * at its beginning, so that what it read can't have changed when it writes.
 *
 * <p>Confined to its owner thread.
 */
final class Writer implements AutoCloseable {
    private final Connection connection;
    private final Statements statements;
    private boolean open;

    /** Takes over a connection that commits each statement by itself. */
    Writer(Connection connection) {
        this.connection = connection;
        this.statements = new Statements(connection);
    }

    Statements statements() {
        return statements;
    }

    /** Begins a transaction, unless one is open. Waits while another connection has one. */
    void begin() throws SQLException {
        if (!open) {
            statements.change("begin immediate");
            open = true;
        }
    }

    /** Makes the transaction durable; nothing where none is open. */
    void commit() throws SQLException {
        if (open) {
            statements.change("commit");
            open = false;
        }
    }

    /** Undoes the transaction; nothing where none is open. */
    void rollBack() throws SQLException {
        if (open) {
            open = false;
            statements.change("rollback");
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
