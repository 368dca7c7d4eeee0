package io.drme.cloud.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The SQL database under the centre: SQLite in WAL mode, each commit forced to the disk.
 *
 * <p>Who writes opens a connection of its own by {@link #openWriter} and keeps it to one thread;
 * SQLite lets one of them write at a time and the others wait. Readers borrow a connection for one
 * question by {@link #read}; that is safe for use from any thread.
 */
public final class Database implements AutoCloseable {
    /**
     * Questions answered at once; more wait. SQLite reads are short and the machine has few cores.
     */
    public static final int READERS = 4;

    /** A question that finds no free connection for so long is refused. */
    private static final Duration READER_WAIT = Duration.ofSeconds(30);

    private static final String BUSY_MILLIS = "30000";

    private final String url;
    private final ReentrantLock turn = new ReentrantLock(true);
    private final ArrayBlockingQueue<Connection> readers = new ArrayBlockingQueue<>(READERS);

    private Database(String url) {
        this.url = url;
    }

    /**
     * Opens a database, makes it where there is none, and brings its tables up to this release.
     *
     * @param url {@code jdbc:sqlite:FILE}
     * @throws DatabaseException when the file can't be used, or was written by a newer release
     */
    public static Database open(String url) throws DatabaseException {
        var database = new Database(url);
        try (var writer = database.openWriter()) {
            Migrations.apply(writer);
            for (int i = 0; i < READERS; i++) {
                database.readers.add(database.connect(true));
            }
            return database;
        } catch (SQLException e) {
            database.close();
            throw new DatabaseException(
                    "database=%s can't be opened: %s".formatted(url, e.getMessage()), e);
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
        return open("jdbc:sqlite:" + directory.resolve("drme.db"));
    }

    /** A connection for one writing thread; the caller closes it. */
    Writer openWriter() throws SQLException {
        return new Writer(connect(false), turn);
    }

    private Connection connect(boolean readOnly) throws SQLException {
        var settings = new Properties();
        settings.setProperty("busy_timeout", BUSY_MILLIS);
        settings.setProperty("cache_size", readOnly ? "-4096" : "-16384");
        settings.setProperty("foreign_keys", "true");
        settings.setProperty("jdbc.get_generated_keys", "false");
        var connection = DriverManager.getConnection(url, settings);
        try (var statement = connection.createStatement()) {
            if (readOnly) {
                statement.execute("pragma query_only = on");
            } else {
                statement.execute("pragma journal_mode = wal");
                statement.execute("pragma synchronous = full");
                statement.execute("pragma wal_autocheckpoint = 4000");
            }
        }
        return connection;
    }

    /** What a reader does with its connection. */
    @FunctionalInterface
    interface Question<T> {
        T ask(Connection connection) throws SQLException;
    }

    /**
     * Asks one question. Blocks while all connections are in use.
     *
     * @throws DatabaseException when the database fails, or no connection got free in time
     */
    <T> T read(Question<T> question) throws DatabaseException {
        Connection connection;
        try {
            connection = readers.poll(READER_WAIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatabaseException("interrupted while waiting for a database connection", e);
        }
        if (connection == null) {
            throw new DatabaseException(
                    "all %d database connections were in use for %d s; ask for less at once"
                            .formatted(READERS, READER_WAIT.toSeconds()));
        }
        try {
            return question.ask(connection);
        } catch (SQLException e) {
            throw new DatabaseException("the database failed: " + e.getMessage(), e);
        } finally {
            readers.add(connection);
        }
    }

    /** Closes the readers' connections; waits for none. */
    @Override
    public void close() {
        for (var reader = readers.poll(); reader != null; reader = readers.poll()) {
            try {
                reader.close();
            } catch (SQLException _) {
                // a reader has nothing to lose
            }
        }
    }
}
