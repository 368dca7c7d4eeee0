package io.drme.cloud.store;

import io.drme.model.GatewayId;
import io.drme.sync.Message;
import java.sql.SQLException;
import java.util.Map;

/**
 * Writes what the receiver's transaction does not: greetings, reports, findings and commands. What
 * it loses in a crash, the gateways say again.
 *
 * <p>Confined to its owner thread; nothing is durable before {@link #commit}.
 */
public final class Records implements AutoCloseable {
    private static final int MAX_TEXT = 4_096;
    private static final String FIND =
            "insert into finding (gateway_id, kind, detail, found_at) values (?, ?, ?, ?)";

    private final Writer writer;
    private final Statements statements;
    private final Ids ids;

    private Records(Writer writer) {
        this.writer = writer;
        this.statements = writer.statements();
        this.ids = new Ids(statements);
    }

    /** Opens a connection for writing; the caller closes it before the database. */
    public static Records open(Database database) throws DatabaseException {
        return new Records(database.openWriter(Dialect.Role.RECORDS));
    }

    @FunctionalInterface
    private interface Change {
        void run() throws SQLException;
    }

    private void change(Change change) throws DatabaseException {
        try {
            writer.begin();
            ids.refresh();
            change.run();
        } catch (SQLException e) {
            ids.forget();
            rollBack();
            throw failure(e);
        }
    }

    /** Takes back what was written since the last commit. */
    public void rollBack() throws DatabaseException {
        try {
            writer.rollBack();
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private DatabaseException failure(SQLException e) {
        return new DatabaseException("the database failed: " + writer.dialect().advice(e), e);
    }

    /** Remembers a hello. */
    public void greeted(GatewayId gateway, Message.Hello hello, long nowNanos)
            throws DatabaseException {
        change(() -> {
            long id = ids.gateway(gateway, nowNanos);
            statements.change(
                    "insert into hello (gateway_id, software, configuration_hash, schema_hash, host, boot_count, received_at) values (?, ?, ?, ?, ?, ?, ?) on conflict (gateway_id) do update set software = excluded.software, configuration_hash = excluded.configuration_hash, schema_hash = excluded.schema_hash, host = excluded.host, boot_count = excluded.boot_count, received_at = excluded.received_at",
                    id,
                    cut(hello.software()),
                    cut(hello.configurationHash()),
                    cut(hello.schemaHash()),
                    cut(hello.host()),
                    hello.bootCount(),
                    nowNanos);
        });
    }

    /** Remembers the last reports of a gateway's epochs. */
    public void reported(Map<GatewayId, Report> reports) throws DatabaseException {
        change(() -> {
            for (var entry : reports.entrySet()) {
                var report = entry.getValue();
                var epoch = ids.epoch(entry.getKey(), report.epoch(), report.receivedNanos());
                // another member may have had a later one, if the gateway moved on to it
                statements.change(
                        "insert into report (epoch_id, gateway_time, received_at, body) values (?, ?, ?, ?) on conflict (epoch_id) do update set gateway_time = excluded.gateway_time, received_at = excluded.received_at, body = excluded.body where excluded.received_at >= report.received_at or excluded.gateway_time >= report.gateway_time",
                        epoch.id(),
                        report.gatewayTimeNanos(),
                        report.receivedNanos(),
                        report.encode());
            }
        });
    }

    /** Notes something that a person should see. */
    public void found(GatewayId gateway, String kind, String detail, long nowNanos)
            throws DatabaseException {
        change(() ->
                statements.change(
                        FIND, ids.gateway(gateway, nowNanos), kind, cut(detail), nowNanos));
    }

    /**
     * Notes that a gateway sent what can't be read. One that never was here stays unknown: anybody
     * can send garbage under any name.
     */
    public void damaged(GatewayId gateway, String detail, long nowNanos) throws DatabaseException {
        change(() -> {
            if (ids.findGateway(gateway).isPresent()) {
                statements.change(
                        FIND, ids.gateway(gateway, nowNanos), "damaged", cut(detail), nowNanos);
            }
        });
    }

    private static String cut(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
    }

    /** Makes what was written since the last commit durable. */
    public void commit() throws DatabaseException {
        try {
            writer.commit();
        } catch (SQLException e) {
            ids.forget();
            rollBack();
            throw failure(e);
        }
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
