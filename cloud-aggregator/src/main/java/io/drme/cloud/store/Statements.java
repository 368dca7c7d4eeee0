package io.drme.cloud.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The prepared statements of one connection, each made once. Confined to the connection's thread.
 */
final class Statements implements AutoCloseable {
    private final Dialect dialect;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private Connection connection;
    private int moves;

    Statements(Connection connection, Dialect dialect) {
        this.connection = connection;
        this.dialect = dialect;
    }

    /** Goes on with another connection, and closes the one before. */
    void moveTo(Connection next) {
        prepared.clear();
        closeQuietly(connection);
        connection = next;
        moves++;
    }

    private static void closeQuietly(Connection lost) {
        try {
            lost.close();
        } catch (SQLException _) {
            // it was lost already
        }
    }

    /** How often the connection was made anew: what was known by the one before may be wrong. */
    int moves() {
        return moves;
    }

    Dialect dialect() {
        return dialect;
    }

    /** A row as a caller reads it. */
    @FunctionalInterface
    interface Row<T> {
        T read(java.sql.ResultSet row) throws SQLException;
    }

    /** What is done with each row. */
    @FunctionalInterface
    interface RowSink {
        void take(java.sql.ResultSet row) throws SQLException;
    }

    Connection connection() {
        return connection;
    }

    /** Runs a change and gives how many rows it changed. */
    int change(String sql, @Nullable Object... values) throws SQLException {
        return bound(sql, values).executeUpdate();
    }

    /** The first row of an answer. */
    <T> Optional<T> one(String sql, Row<T> reader, @Nullable Object... values) throws SQLException {
        try (var rows = bound(sql, values).executeQuery()) {
            return rows.next() ? Optional.of(reader.read(rows)) : Optional.empty();
        }
    }

    /** Hands on every row of an answer. */
    void each(String sql, RowSink sink, @Nullable Object... values) throws SQLException {
        try (var rows = bound(sql, values).executeQuery()) {
            while (rows.next()) {
                sink.take(rows);
            }
        }
    }

    private PreparedStatement bound(String sql, @Nullable Object... values) throws SQLException {
        var statement = prepared.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        bind(dialect, statement, values);
        return statement;
    }

    /** Puts one more row to what {@link #changeAll} will change; the same SQL for all of them. */
    void put(String sql, @Nullable Object... values) throws SQLException {
        bound(sql, values).addBatch();
    }

    /** Runs what was {@link #put}, with few round trips to the database. */
    void changeAll(String sql) throws SQLException {
        var statement = prepared.get(sql);
        if (statement != null) {
            statement.executeBatch();
        }
    }

    /**
     * Forgets all statements, and what was {@link #put} and not run. One that failed may be of no
     * use any more: SQLite's says "statement is not executing" for ever.
     */
    void forget() throws SQLException {
        try {
            for (var statement : prepared.values()) {
                statement.close();
            }
        } finally {
            prepared.clear();
        }
    }

    static void bind(Dialect dialect, PreparedStatement statement, @Nullable Object... values)
            throws SQLException {
        for (int i = 0; i < values.length; i++) {
            switch (values[i]) {
                case null -> statement.setObject(i + 1, null);
                case Long l -> statement.setLong(i + 1, l);
                case Integer n -> statement.setInt(i + 1, n);
                case Double d -> statement.setDouble(i + 1, d);
                case byte[] b -> statement.setBytes(i + 1, b);
                default -> statement.setString(i + 1, dialect.storable(values[i] + ""));
            }
        }
    }

    @Override
    public void close() throws SQLException {
        forget();
    }
}
