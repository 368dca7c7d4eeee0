package io.drme.cloud.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * A pool of connections that only read. One that broke is replaced; each is looked at before it is
 * lent when it lay idle.
 */
final class PostgresReaders implements Dialect.Readers {
    /** Questions answered at once; more wait. The server works in its own processes. */
    private static final int MOST = 8;

    /** A question that gets no connection within so long is refused. */
    private static final Duration WAIT = Duration.ofSeconds(5);

    /** A question that takes longer is given up. */
    private static final String LONGEST = "30s";

    /** Rows that come at once: an audit reads more blocks than memory holds. */
    private static final String ROWS_AT_ONCE = "200";

    private final HikariDataSource pool;

    /** Connects when the first question comes. */
    PostgresReaders(PostgresAddress address) {
        var properties = address.properties("drme-cloud queries");
        properties.setProperty("defaultRowFetchSize", ROWS_AT_ONCE);
        properties.setProperty(
                "options", properties.getProperty("options") + " -c statement_timeout=" + LONGEST);
        var config = new HikariConfig();
        config.setPoolName("database-readers");
        config.setDriverClassName("org.postgresql.Driver");
        config.setJdbcUrl(address.url());
        config.setDataSourceProperties(properties);
        config.setMaximumPoolSize(MOST);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(WAIT.toMillis());
        config.setInitializationFailTimeout(-1);
        // by portions, which takes a transaction
        config.setAutoCommit(false);
        config.setReadOnly(true);
        pool = new HikariDataSource(config);
    }

    @Override
    public Connection take() throws SQLException {
        return pool.getConnection();
    }

    @Override
    public void giveBack(Connection connection) {
        try {
            connection.close();
        } catch (SQLException _) {
            // the pool drops what it can't take back
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
