package io.drme.cloud.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.sqlite.JDBC;

/** SQLite in WAL mode, each commit forced to the disk. Its file belongs to one process. */
final class SqliteDialect implements Dialect {
    /**
     * Questions answered at once; more wait. SQLite reads are short and the machine has few cores.
     */
    private static final int READERS = 4;

    /** A question that finds no free connection for so long is refused. */
    private static final Duration READER_WAIT = Duration.ofSeconds(30);

    private static final String BUSY_MILLIS = "30000";

    private final String url;

    SqliteDialect(String url) {
        this.url = url;
    }

    @Override
    public Connection connect(Role role) throws SQLException {
        return connect(false);
    }

    private Connection connect(boolean readOnly) throws SQLException {
        var settings = new Properties();
        settings.setProperty("busy_timeout", BUSY_MILLIS);
        settings.setProperty("cache_size", readOnly ? "-4096" : "-16384");
        settings.setProperty("foreign_keys", "true");
        settings.setProperty("jdbc.get_generated_keys", "false");
        // by name: DriverManager would load every driver that ships
        var connection = new JDBC().connect(url, settings);
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

    @Override
    public Readers openReaders() throws SQLException {
        var free = new ArrayBlockingQueue<Connection>(READERS);
        var readers = new Queue(free);
        try {
            for (int i = 0; i < READERS; i++) {
                free.add(connect(true));
            }
            return readers;
        } catch (SQLException e) {
            readers.close();
            throw e;
        }
    }

    private record Queue(ArrayBlockingQueue<Connection> free) implements Readers {
        @Override
        public Connection take() throws SQLException {
            try {
                var connection = free.poll(READER_WAIT.toNanos(), TimeUnit.NANOSECONDS);
                if (connection == null) {
                    throw new SQLException(
                            "all %d database connections were in use for %d s; ask for less at once"
                                    .formatted(READERS, READER_WAIT.toSeconds()));
                }
                return connection;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SQLException("interrupted while waiting for a database connection", e);
            }
        }

        @Override
        public void giveBack(Connection connection) {
            free.add(connection);
        }

        /** Waits for none that is in use. */
        @Override
        public void close() {
            for (var reader = free.poll(); reader != null; reader = free.poll()) {
                try {
                    reader.close();
                } catch (SQLException _) {
                    // a reader has nothing to lose
                }
            }
        }
    }

    /** By hand: the driver would begin the next one with each commit, and hold the file's lock. */
    @Override
    public void begin(Statements statements) throws SQLException {
        statements.change("begin immediate");
    }

    @Override
    public void commit(Statements statements) throws SQLException {
        statements.change("commit");
    }

    @Override
    public void rollBack(Statements statements) throws SQLException {
        statements.change("rollback");
    }

    @Override
    public void own(Statements statements, String gateway) {
        // "begin immediate" owns the whole file
    }

    @Override
    public void beginSnapshot(Statements statements) throws SQLException {
        statements.change("begin");
    }

    @Override
    public String tables() {
        return "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'";
    }

    @Override
    public void numberOn(Statements statements, String table) {
        // the next number is above the greatest
    }

    @Override
    public void ownSchema(Statements statements) {
        // as above
    }

    @Override
    public void beAlone(Statements statements) {
        // its data directory is one process' own
    }

    @Override
    public List<String> migrations() {
        return List.of(
                "001-first.sql",
                "002-clock.sql",
                "003-series-by-block.sql",
                "004-cluster.sql",
                "005-alarms.sql",
                "006-segments.sql",
                "007-retention.sql",
                "008-fleet.sql");
    }

    @Override
    public String ddl(String sql) {
        return sql.replace("${bytes}", "blob")
                .replace("${id}", "integer not null primary key")
                .replace("${clustered}", "without rowid");
    }

    @Override
    public Sized sized() {
        return new Sized(
                "sqlite",
                "select page_count * page_size from pragma_page_count(), pragma_page_size()");
    }

    @Override
    public String storable(String text) {
        return text;
    }

    @Override
    public Failure failure(SQLException e) {
        return Failure.OTHER;
    }

    @Override
    public String advice(SQLException e) {
        // what has no code of SQLite's is ours, and says itself what to do
        var hint = e.getErrorCode() == 0 ? "" : "; look at the disk's space and health";
        return e.getMessage() + hint;
    }

    @Override
    public String toString() {
        return url;
    }
}
