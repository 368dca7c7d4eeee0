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
    /** A transaction that others were in the way of so often is refused. */
    private static final int MOST_TRIES = 5;

    private final Writer writer;
    private final Ids ids;
    private final OpenedBlock opened = new OpenedBlock();

    private SqlReceiverStore(Writer writer) {
        this.writer = writer;
        this.ids = new Ids(writer.statements());
    }

    /** Opens the store on a database; the caller closes it before the database. */
    public static SqlReceiverStore open(Database database) throws DatabaseException {
        return new SqlReceiverStore(database.openWriter(Dialect.Role.RECEIVER));
    }

    /** What looks into items before this stores them; both open a block once. */
    public ItemReader reader() {
        return new ContentReader(opened);
    }

    @Override
    public <T> T inTransaction(Work<T> work) throws StoreException {
        int tries = 1;
        while (true) {
            try {
                return once(work);
            } catch (SQLException e) {
                if (tries++ == MOST_TRIES || kind(e) != Dialect.Failure.CONFLICT) {
                    throw failure(writer.dialect(), e);
                }
            }
        }
    }

    private Dialect.Failure kind(SQLException e) {
        return writer.dialect().failure(e);
    }

    private <T> T once(Work<T> work) throws StoreException, SQLException {
        boolean done = false;
        try {
            writer.begin();
            ids.refresh();
            T result = work.in(new SqlTransaction(writer.statements(), ids, opened));
            writer.commit();
            done = true;
            return result;
        } catch (StoreException e) {
            if (e.getCause() instanceof SQLException cause) {
                throw cause;
            }
            throw e;
        } finally {
            if (!done) {
                ids.forget();
                writer.rollBack();
            }
        }
    }

    static StoreException failure(Dialect dialect, SQLException e) {
        return new StoreException("the centre's database failed: " + dialect.advice(e), e);
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
