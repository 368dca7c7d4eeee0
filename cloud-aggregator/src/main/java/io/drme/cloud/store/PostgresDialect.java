package io.drme.cloud.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PostgreSQL, from {@link #OLDEST} on, shared by all that have its address.
 *
 * <p><b>Who writes.</b> The receiver's connection holds a lock of the whole database, so that a
 * second centre does not start on it; members of one cluster share it. A transaction moreover owns
 * each gateway for which it writes: it waits for others that do, and then reads what they
 * committed, the lease too. So even a process that takes itself for the owner while another took
 * over writes nothing in a session that is not the gateway's newest. Read committed is enough by
 * that; what is left to be done again are transactions that own the same gateways in another order.
 */
final class PostgresDialect implements Dialect {
    /** The oldest major version that has all that is used. */
    static final int OLDEST = 13;

    /** First half of the keys of locks by gateway: "DRME". */
    private static final int GATEWAYS = 0x44524D45;

    /** Key of the lock of the whole database: "DRMECENT". */
    private static final long CENTRE = 0x44524D4543454E54L;

    /** Key of the lock of its tables: "DRMETABL". */
    private static final long TABLES = 0x44524D455441424CL;

    /** A centre that was just killed may hold its lock until the server notices. */
    private static final String WAIT_FOR_CENTRE = "5s";

    private static final Logger log = LoggerFactory.getLogger(PostgresDialect.class);

    private final PostgresAddress address;

    private PostgresDialect(PostgresAddress address) {
        this.address = address;
    }

    static PostgresDialect of(DatabaseSettings settings) throws DatabaseException {
        return new PostgresDialect(PostgresAddress.of(settings));
    }

    @Override
    public Connection connect(Role role) throws SQLException {
        var properties = address.properties(name(role));
        if (role == Role.SCHEMA) {
            // to copy a table takes as long as it takes
            properties.setProperty("socketTimeout", "0");
        }
        var connection = DriverManager.getConnection(address.url(), properties);
        boolean usable = false;
        try {
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            connection.setAutoCommit(false);
            // a commit is told only when it is on the server's disk, whatever its file says
            run(
                    connection,
                    "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') in ('off', 'local')");
            switch (role) {
                case SCHEMA -> look(connection);
                case RECEIVER -> lockCentre(connection, name(role));
                case RECORDS -> {
                    // its rows are one gateway's last words each: who comes last is right
                }
            }
            connection.commit();
            usable = true;
            return connection;
        } finally {
            if (!usable) {
                connection.close();
            }
        }
    }

    /** What the server's list of connections shows; members of one cluster have the same. */
    private String name(Role role) {
        var cluster = address.settings().cluster();
        return "drme-cloud " + word(role) + cluster.map(c -> " of " + c).orElse("");
    }

    private static String word(Role role) {
        return switch (role) {
            case SCHEMA -> "schema";
            case RECEIVER -> "receiver";
            case RECORDS -> "records";
        };
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String ask(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : "";
        }
    }

    /** Whether the server is one that can be used. */
    private static void look(Connection connection) throws SQLException {
        check(
                connection.getMetaData().getDatabaseMajorVersion(),
                ask(connection, "show server_encoding"));
        if (ask(connection, "show fsync").equals("off")) {
            log.warn(
                    "database=unsafe why=\"the server runs with fsync=off: a power cut takes what was acknowledged\"");
        }
    }

    static void check(int version, String encoding) throws SQLException {
        if (version < OLDEST) {
            throw new SQLException(
                    "the server is PostgreSQL %d; expected %d or newer; upgrade it"
                            .formatted(version, OLDEST));
        }
        if (!encoding.equals("UTF8")) {
            throw new SQLException(
                    "the database is encoded in %s; expected UTF8; make it anew: createdb -T template0 -E UTF8 NAME"
                            .formatted(encoding));
        }
    }

    /** Alone the database is this centre's; members share it with those of the same name. */
    private void lockCentre(Connection connection, String name) throws SQLException {
        boolean isShared = address.settings().cluster().isPresent();
        try {
            run(connection, "set local lock_timeout = '" + WAIT_FOR_CENTRE + "'");
            run(
                    connection,
                    "select pg_advisory_lock%s(%d)".formatted(isShared ? "_shared" : "", CENTRE));
        } catch (SQLException e) {
            if (!PostgresFailures.LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                throw e;
            }
            connection.rollback();
            throw new SQLException(
                    "another centre writes into this database (%s); stop it, or give this one a database of its own"
                            .formatted(holder(connection, "")),
                    PostgresFailures.LOCK_NOT_AVAILABLE,
                    e);
        }
        var other = isShared ? holder(connection, name) : "";
        if (!other.isEmpty()) {
            throw new SQLException(
                    "another cluster writes into this database (%s); give this one its cluster.name, or a database of its own"
                            .formatted(other),
                    PostgresFailures.LOCK_NOT_AVAILABLE);
        }
    }

    /** Somebody whose connection has another name than this, and the centre's lock. */
    private static String holder(Connection connection, String notOf) throws SQLException {
        return ask(
                connection,
                "select coalesce(host(a.client_addr), 'local') || ', server process ' || a.pid || ', ' || a.application_name || ', since ' || to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC' from pg_locks l join pg_stat_activity a on a.pid = l.pid where l.locktype = 'advisory' and l.granted and l.objsubid = 1 and l.classid = "
                        + (CENTRE >>> 32)
                        + " and l.objid = "
                        + (CENTRE & 0xFFFFFFFFL)
                        + " and l.database = (select oid from pg_database where datname = current_database()) and a.application_name <> '"
                        + notOf
                        + "'");
    }

    @Override
    public Readers openReaders() {
        return new PostgresReaders(address);
    }

    /** The question begins the transaction, and finds out whether the connection still works. */
    @Override
    public void begin(Statements statements) throws SQLException {
        if (statements.connection().isClosed()) {
            throw new SQLException("the connection was lost", PostgresFailures.LOST);
        }
        statements.one("select 1", r -> r.getInt(1));
    }

    @Override
    public void commit(Statements statements) throws SQLException {
        statements.connection().commit();
    }

    @Override
    public void rollBack(Statements statements) throws SQLException {
        statements.connection().rollback();
    }

    @Override
    public void own(Statements statements, String gateway) throws SQLException {
        statements.one(
                "select pg_advisory_xact_lock(?, ?)",
                r -> r.getString(1),
                GATEWAYS,
                gateway.hashCode());
    }

    @Override
    public void beginSnapshot(Statements statements) throws SQLException {
        statements.change("set transaction isolation level repeatable read, read only");
    }

    @Override
    public String tables() {
        return "select table_name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE'";
    }

    @Override
    public void numberOn(Statements statements, String table) throws SQLException {
        var identity =
                statements.one(
                        "select column_name from information_schema.columns where table_schema = current_schema() and table_name = ? and is_identity = 'YES'",
                        r -> r.getString(1),
                        table);
        if (identity.isPresent()) {
            statements.one(
                    "select setval(pg_get_serial_sequence(?, ?), 1 + (select coalesce(max("
                            + identity.get()
                            + "), 0) from "
                            + table
                            + "), false)",
                    r -> r.getLong(1),
                    table,
                    identity.get());
        }
    }

    @Override
    public void ownSchema(Statements statements) throws SQLException {
        statements.one("select pg_advisory_xact_lock(?)", r -> r.getString(1), TABLES);
    }

    @Override
    public void beAlone(Statements statements) throws SQLException {
        var connection = statements.connection();
        try {
            run(connection, "set local lock_timeout = '" + WAIT_FOR_CENTRE + "'");
            run(connection, "select pg_advisory_xact_lock(%d)".formatted(CENTRE));
            run(connection, "set local lock_timeout to default");
        } catch (SQLException e) {
            if (!PostgresFailures.LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                throw e;
            }
            connection.rollback();
            throw new SQLException(
                    "its tables are of an earlier release, and a centre writes into it (%s); stop all its members, then start this release, which brings the tables up"
                            .formatted(holder(connection, "")),
                    PostgresFailures.LOCK_NOT_AVAILABLE,
                    e);
        }
    }

    @Override
    public List<String> migrations() {
        return List.of(
                "003-postgresql.sql",
                "004-cluster.sql",
                "005-alarms.sql",
                "006-segments.sql",
                "007-retention.sql",
                "008-fleet.sql");
    }

    @Override
    public String ddl(String sql) {
        return sql.replace("${bytes}", "bytea")
                .replace("${id}", "bigint generated by default as identity primary key")
                .replace("${clustered}", "");
    }

    /** Its texts hold every character but one. */
    @Override
    public Sized sized() {
        return new Sized("postgresql", "select pg_database_size(current_database())");
    }

    @Override
    public String storable(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD');
    }

    @Override
    public Failure failure(SQLException e) {
        return PostgresFailures.of(e);
    }

    @Override
    public String advice(SQLException e) {
        return PostgresFailures.advice(e, address);
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
