package io.drme.cloud.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * All in which the databases under the centre differ; what is not here is the same SQL on each.
 *
 * <p>Safe for use from any thread.
 */
sealed interface Dialect permits SqliteDialect, PostgresDialect {

    /** What a writing connection is for. */
    enum Role {
        /** Brings the tables up to this release. */
        SCHEMA,
        /** Stores items; one process has such a connection, or each member of a cluster. */
        RECEIVER,
        /** Notes what the receiver's transaction does not. */
        RECORDS
    }

    /** What a failure means for who asked. */
    enum Failure {
        /** The connection is lost; another may do. What was not committed did not happen. */
        GONE,
        /** Another transaction was in the way: the same work may be done again. */
        CONFLICT,
        /** Anything else. */
        OTHER
    }

    /** A new connection that writes. The caller closes it. */
    Connection connect(Role role) throws SQLException;

    /** Opens connections that only read. The caller closes them. */
    Readers openReaders() throws SQLException;

    /** Begins a transaction on a connection of {@link #connect}, and shows that it still works. */
    void begin(Statements statements) throws SQLException;

    /** Makes the transaction durable: when this returns, it outlives a power cut. */
    void commit(Statements statements) throws SQLException;

    /** Undoes the transaction. */
    void rollBack(Statements statements) throws SQLException;

    /**
     * Until the end of the transaction no other process writes for this gateway, and what is read
     * from here on is the newest that any has committed.
     */
    void own(Statements statements, String gateway) throws SQLException;

    /** Begins a transaction that only reads, and sees one moment of the whole database. */
    void beginSnapshot(Statements statements) throws SQLException;

    /** The question for the names of all tables. */
    String tables();

    /** Rows of a table that are inserted from here on get numbers above those that are there. */
    void numberOn(Statements statements, String table) throws SQLException;

    /** Until the end of the transaction no other process changes the tables. */
    void ownSchema(Statements statements) throws SQLException;

    /**
     * Until the end of the transaction no centre has the database.
     *
     * @throws SQLException where one has it, with what to do: what it wrote would lack what the
     *     tables then have
     */
    void beAlone(Statements statements) throws SQLException;

    /** The files that make the tables, in order; a name begins with the version it leads to. */
    List<String> migrations();

    /** A statement of such a file in this database's words. */
    String ddl(String sql);

    /** What this database is called, and the question for the bytes that it takes on its disk. */
    Sized sized();

    /**
     * How a database says how large it is.
     *
     * @param sql gives one number, in bytes
     */
    record Sized(String kind, String sql) {}

    /** The text as the database can hold it. */
    String storable(String text);

    /** What a failure means. */
    Failure failure(SQLException e);

    /** What went wrong and what to do about it, for a person. */
    String advice(SQLException e);

    /** Connections for questions, each lent to one thread at a time. Safe for use from any. */
    interface Readers extends AutoCloseable {
        /**
         * A connection; waits while all are in use.
         *
         * @throws SQLException when none gets free in time, or the database can't be reached
         */
        Connection take() throws SQLException;

        /** Ends the question; the connection is not to be used any more. */
        void giveBack(Connection connection);

        @Override
        void close();
    }
}
