package io.drme.cloud.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The SQL database under the centre: SQLite in a file of its own, or a PostgreSQL server.
 *
 * <p>Who writes opens a connection of its own by {@link #openWriter} and keeps it to one thread; in
 * this process one of them writes at a time and the others wait. Readers borrow a connection for
 * one question by {@link #each}; that is safe for use from any thread.
 */
public final class Database implements AutoCloseable {
    private final Dialect dialect;
    private final Dialect.Readers readers;
    private final Availability availability;
    private final ReentrantLock turn;

    private Database(
            Dialect dialect,
            Dialect.Readers readers,
            Availability availability,
            ReentrantLock turn) {
        this.dialect = dialect;
        this.readers = readers;
        this.availability = availability;
        this.turn = turn;
    }

    /**
     * Opens a database, makes its tables where there are none, and brings them up to this release.
     *
     * @throws DatabaseException when it can't be used, with what to do; or was written by a newer
     *     release
     */
    public static Database open(DatabaseSettings settings) throws DatabaseException {
        return open(settings, Migrations::apply);
    }

    /**
     * Opens a database whose tables are those of this release, and leaves them as they are: a
     * centre of another release may be running on it.
     *
     * @throws DatabaseException when it can't be used, or is of another release, with what to do
     */
    public static Database openAsIs(DatabaseSettings settings) throws DatabaseException {
        return open(settings, Migrations::check);
    }

    @FunctionalInterface
    private interface Tables {
        void look(Writer writer) throws SQLException, DatabaseException;
    }

    private static Database open(DatabaseSettings settings, Tables tables)
            throws DatabaseException {
        var dialect =
                settings.url().startsWith(DatabaseSettings.POSTGRES)
                        ? PostgresDialect.of(settings)
                        : new SqliteDialect(settings.url());
        var availability = new Availability();
        var turn = new ReentrantLock(true);
        try (var writer = new Writer(dialect, Dialect.Role.SCHEMA, turn, availability)) {
            tables.look(writer);
            return new Database(dialect, dialect.openReaders(), availability, turn);
        } catch (SQLException e) {
            throw new DatabaseException(
                    "database=%s can't be opened: %s".formatted(dialect, dialect.advice(e)), e);
        }
    }

    /** Opens the SQLite database of a data directory. */
    public static Database openIn(Path directory) throws DatabaseException {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new DatabaseException(
                    "directory=%s can't be made: %s".formatted(directory, e.getMessage()), e);
        }
        return open(DatabaseSettings.in(directory));
    }

    /** How large it is. */
    BlockStore.Size size() throws DatabaseException {
        var sized = dialect.sized();
        var bytes = new ArrayList<Long>();
        each(sized.sql(), r -> r.getLong(1), bytes::add);
        return new BlockStore.Size(sized.kind(), bytes.getFirst());
    }

    /** A connection for one writing thread; the caller closes it. */
    Writer openWriter(Dialect.Role role) throws DatabaseException {
        try {
            return new Writer(dialect, role, turn, availability);
        } catch (SQLException e) {
            throw new DatabaseException(
                    "database=%s can't be written: %s".formatted(dialect, dialect.advice(e)), e);
        }
    }

    /** Why the database can't be reached just now, as who writes finds it. */
    public Optional<String> trouble() {
        return availability.trouble();
    }

    /** How often the database went away since the start. */
    public long losses() {
        return availability.losses();
    }

    /**
     * Asks one question and hands on each row. Blocks while all connections are in use.
     *
     * @throws DatabaseException when the database fails, or no connection got free in time
     */
    <T> void each(
            String sql, Statements.Row<T> reader, Consumer<T> sink, @Nullable Object... values)
            throws DatabaseException {
        var rows = new Rows<>(sql, reader, sink, values);
        try {
            try {
                ask(rows);
            } catch (SQLException e) {
                // The connection was lost while it lay idle; before the first row nobody has seen
                // anything of the answer.
                if (!rows.asked || rows.begun || dialect.failure(e) != Dialect.Failure.GONE) {
                    throw e;
                }
                ask(rows);
            }
        } catch (SQLException e) {
            throw new DatabaseException("the database failed: " + dialect.advice(e), e);
        }
    }

    private void ask(Rows<?> rows) throws SQLException {
        var connection = readers.take();
        try {
            rows.ask(connection);
        } finally {
            readers.giveBack(connection);
        }
    }

    private final class Rows<T> {
        private final String sql;
        private final Statements.Row<T> reader;
        private final Consumer<T> sink;
        private final @Nullable Object[] values;
        private boolean asked;
        private boolean begun;

        Rows(String sql, Statements.Row<T> reader, Consumer<T> sink, @Nullable Object... values) {
            this.sql = sql;
            this.reader = reader;
            this.sink = sink;
            this.values = values;
        }

        void ask(Connection connection) throws SQLException {
            asked = true;
            try (var statement = connection.prepareStatement(sql)) {
                Statements.bind(dialect, statement, values);
                try (var rows = statement.executeQuery()) {
                    while (rows.next()) {
                        begun = true;
                        sink.accept(reader.read(rows));
                    }
                }
            }
        }
    }

    /** Closes the readers' connections. */
    @Override
    public void close() {
        readers.close();
    }
}
