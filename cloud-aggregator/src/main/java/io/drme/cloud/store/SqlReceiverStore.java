package io.drme.cloud.store;

import io.drme.sync.ItemReader;
import io.drme.sync.ReceiverStore;
import java.sql.SQLException;

/**
 * The receiver's store on a SQL database: one connection, one transaction at a time, each forced to
 * the disk before it is told.
 *
 * <p>Confined to the receiver's thread.
 */
public final class SqlReceiverStore implements ReceiverStore, AutoCloseable {
    private final Writer writer;
    private final Ids ids;
    private final OpenedBlock opened = new OpenedBlock();

    private SqlReceiverStore(Writer writer) {
        this.writer = writer;
        this.ids = new Ids(writer.statements());
    }

    /** Opens the store on a database; the caller closes it before the database. */
    public static SqlReceiverStore open(Database database) throws DatabaseException {
        try {
            return new SqlReceiverStore(database.openWriter());
        } catch (SQLException e) {
            throw new DatabaseException("the database can't be written: " + e.getMessage(), e);
        }
    }

    /** What looks into items before this stores them; both open a block once. */
    public ItemReader reader() {
        return new ContentReader(opened);
    }

    @Override
    public <T> T inTransaction(Work<T> work) throws StoreException {
        boolean done = false;
        try {
            writer.begin();
            T result = work.in(new SqlTransaction(writer.statements(), ids, opened));
            writer.commit();
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
            writer.rollBack();
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
        try {
            writer.close();
        } catch (SQLException e) {
            throw new DatabaseException("the database can't be closed: " + e.getMessage(), e);
        }
    }
}
