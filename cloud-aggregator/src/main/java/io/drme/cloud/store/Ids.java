package io.drme.cloud.store;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Row numbers of gateways, epochs and series, remembered. What a transaction that failed has made
 * is forgotten with it. Confined to the writer's thread.
 */
final class Ids {
    private final Statements statements;
    private final Map<String, Long> gateways = new HashMap<>();
    private final Map<EpochKey, Epoch> epochs = new HashMap<>();
    private final Map<SeriesKey, Long> series = new HashMap<>();
    private final Arrivals arrivals;
    private int moves;

    Ids(Statements statements) {
        this.statements = statements;
        this.arrivals = new Arrivals(statements);
        this.moves = statements.moves();
    }

    /** A database that was away may have come back without what it had committed. */
    void refresh() {
        if (moves != statements.moves()) {
            forget();
            moves = statements.moves();
        }
    }

    /** Where the blocks that this connection stores are noted. */
    Arrivals arrivals() {
        return arrivals;
    }

    /** An epoch's row and its number within the gateway. */
    record Epoch(long id, long gatewayId, int number) {}

    private record EpochKey(GatewayId gateway, EpochId epoch) {}

    private record SeriesKey(long gatewayId, String tag) {}

    long gateway(GatewayId gateway, long nowNanos) throws SQLException {
        var known = gateways.get(gateway.text());
        if (known != null) {
            return known;
        }
        var found = findGateway(gateway);
        if (found.isEmpty()) {
            statements.change(
                    "insert into gateway (name, first_seen) values (?, ?) on conflict do nothing",
                    gateway.text(),
                    nowNanos);
            found = findGateway(gateway);
        }
        long id =
                found.orElseThrow(() ->
                        new IllegalStateException("gateway " + gateway + " was just inserted"));
        gateways.put(gateway.text(), id);
        return id;
    }

    Optional<Long> findGateway(GatewayId gateway) throws SQLException {
        return statements.one(
                "select id from gateway where name = ?", r -> r.getLong(1), gateway.text());
    }

    Optional<Epoch> findEpoch(GatewayId gateway, EpochId epoch) throws SQLException {
        var key = new EpochKey(gateway, epoch);
        var known = epochs.get(key);
        if (known != null) {
            return Optional.of(known);
        }
        var found =
                statements.one(
                        "select e.id, e.gateway_id, e.number from epoch e join gateway g on g.id = e.gateway_id where g.name = ? and e.epoch = ?",
                        r -> new Epoch(r.getLong(1), r.getLong(2), r.getInt(3)),
                        gateway.text(),
                        epoch.toString());
        found.ifPresent(e -> epochs.put(key, e));
        return found;
    }

    Epoch epoch(GatewayId gateway, EpochId epoch, long nowNanos) throws SQLException {
        return epoch(
                gateway,
                epoch,
                nowNanos,
                "1 + coalesce((select max(number) from epoch where gateway_id = ?), 0)");
    }

    /**
     * An epoch of which an event of a later one speaks: a centre that was restored may never have
     * heard of it, and then its number is below those it knows.
     */
    Epoch earlierEpoch(GatewayId gateway, EpochId epoch, long nowNanos) throws SQLException {
        return epoch(
                gateway,
                epoch,
                nowNanos,
                "coalesce((select min(number) from epoch where gateway_id = ?), 2) - 1");
    }

    private Epoch epoch(GatewayId gateway, EpochId epoch, long nowNanos, String number)
            throws SQLException {
        var found = findEpoch(gateway, epoch);
        if (found.isPresent()) {
            return found.get();
        }
        long gatewayId = gateway(gateway, nowNanos);
        // who numbers them must see all that are numbered
        statements.dialect().own(statements, gateway.text());
        statements.change(
                "insert into epoch (gateway_id, number, epoch, first_seen) values (?, "
                        + number
                        + ", ?, ?) on conflict do nothing",
                gatewayId,
                gatewayId,
                epoch.toString(),
                nowNanos);
        return findEpoch(gateway, epoch)
                .orElseThrow(
                        () -> new IllegalStateException("epoch " + epoch + " was just inserted"));
    }

    long series(long gatewayId, String tag) throws SQLException {
        var key = new SeriesKey(gatewayId, tag);
        var known = series.get(key);
        if (known != null) {
            return known;
        }
        var found = findSeries(gatewayId, tag);
        if (found.isEmpty()) {
            statements.change("insert into series (gateway_id, tag) values (?, ?)", gatewayId, tag);
            found = findSeries(gatewayId, tag);
        }
        long id =
                found.orElseThrow(
                        () -> new IllegalStateException("series " + tag + " was just inserted"));
        series.put(key, id);
        return id;
    }

    private Optional<Long> findSeries(long gatewayId, String tag) throws SQLException {
        return statements.one(
                "select id from series where gateway_id = ? and tag = ?",
                r -> r.getLong(1),
                gatewayId,
                tag);
    }

    void forget() {
        gateways.clear();
        epochs.clear();
        series.clear();
    }
}
