package io.drme.cloud.store;

import io.drme.sync.ReceiverStore;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * The receiver's store on a SQL database: one connection, one transaction at a time, each forced to
 * the disk before it is told.
 *
 * <p>Confined to the receiver's thread.
 */
public final class SqlReceiverStore implements ReceiverStore, AutoCloseable {
    private final Connection connection;
    private final Statements statements;
    private final Ids ids;

    private SqlReceiverStore(Connection connection) {
        this.connection = connection;
        this.statements = new Statements(connection);
        this.ids = new Ids(statements);
    }

    /** Opens the store on a database; the caller closes it before the database. */
    public static SqlReceiverStore open(Database database) throws DatabaseException {
        try {
            return new SqlReceiverStore(database.openWriter());
        } catch (SQLException e) {
            throw new DatabaseException("the database can't be written: " + e.getMessage(), e);
        }
    }

    @Override
    public <T> T inTransaction(Work<T> work) throws StoreException {
        boolean done = false;
        try {
            T result = work.in(new SqlTransaction(statements, ids));
            connection.commit();
            done = true;
            return result;
        } catch (SQLException e) {
            throw failure(e);
        } finally {
            if (!done) {
                rollBack();
            }
        }
    }

    private void rollBack() throws StoreException {
        ids.forget();
        try {
            connection.rollback();
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    static StoreException failure(SQLException e) {
        return new StoreException(
                "the centre's database failed: %s; look at the disk's space and health"
                        .formatted(e.getMessage()),
                e);
    }

    @Override
    public void close() throws DatabaseException {
        try (connection) {
            statements.close();
        } catch (SQLException e) {
            throw new DatabaseException("the database can't be closed: " + e.getMessage(), e);
        }
    }
}
