package io.drme.cloud.store;

import io.drme.log.EventItem;
import io.drme.model.Event;
import io.drme.model.SyncMode;
import io.drme.schema.AlarmTransition;
import io.drme.schema.BadEventException;
import io.drme.schema.ClockStep;
import io.drme.schema.CommandResult;
import io.drme.schema.DeviceState;
import io.drme.schema.EventSchema;
import io.drme.schema.Payload;
import io.drme.schema.Payloads;
import io.drme.schema.TagCatalogue;
import io.drme.sync.Item;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes what queries need of an event in the receiver's transaction. Events may come in any order,
 * so what describes a present state is taken only where it is newer, by (epoch, sequence).
 */
final class EventIndex {
    /** Metadata of an event by which a gateway names its site path. */
    static final String SITE = "site";

    /** Prefix of the metadata by which a gateway names its labels. */
    static final String LABEL = "label.";

    /** Longest name of an alarm, tag or device that is found again: an index takes no more. */
    static final int MAX_KEY = 512;

    private final Statements statements;
    private final Ids.Epoch epoch;

    EventIndex(Statements statements, Ids.Epoch epoch) {
        this.statements = statements;
        this.epoch = epoch;
    }

    /** Indexes an event; one of an unknown type keeps its place by type and time. */
    void add(Item item) throws SQLException, BadEventException {
        var event = EventItem.read(item.payload()).event();
        statements.change(
                "insert into event (epoch_id, sequence, gateway_id, gateway_time, type) values (?, ?, ?, ?, ?)",
                epoch.id(),
                item.sequence(),
                epoch.gatewayId(),
                event.time(),
                event.type());
        describe(item.sequence(), event);
        if (EventSchema.ofId(event.schemaId()).isEmpty()) {
            return;
        }
        var payload = Payloads.of(event);
        checkKeys(payload);
        switch (payload) {
            case AlarmTransition transition ->
                    new AlarmIndex(statements, epoch).add(item.sequence(), transition);
            case TagCatalogue catalogue -> catalogue(item.sequence(), catalogue);
            case DeviceState state -> device(item.sequence(), state);
            case ClockStep step -> new ClockIndex(statements, epoch).add(item.sequence(), step);
            case CommandResult result ->
                    statements.change(
                            "update command set result = ?, detail = ? where id = ? and gateway_id = ?",
                            result.result(),
                            result.detail(),
                            result.command(),
                            epoch.gatewayId());
            default -> {
                // by type and time is all that is asked of the others
            }
        }
    }

    private static void checkKeys(Payload payload) throws BadEventException {
        switch (payload) {
            case AlarmTransition transition -> checkKey(transition.alarm());
            case DeviceState state -> checkKey(state.device());
            case TagCatalogue catalogue -> {
                for (var entry : catalogue.entries()) {
                    checkKey(entry.name());
                }
            }
            default -> {
                // nothing is looked up by what it says
            }
        }
    }

    private static void checkKey(String name) throws BadEventException {
        if (name.length() > MAX_KEY) {
            throw new BadEventException(
                    BadEventException.Why.LIMIT,
                    "a name of %d characters; at most %d are found again"
                            .formatted(name.length(), MAX_KEY));
        }
    }

    /** Any event may say where its gateway stands and what labels it carries. */
    private void describe(long sequence, Event event) throws SQLException {
        var site = event.metadata().get(SITE);
        if (site == null) {
            return;
        }
        var labels =
                event.metadata().entrySet().stream()
                        .filter(e -> e.getKey().startsWith(LABEL))
                        .collect(
                                Collectors.toMap(
                                        e -> e.getKey().substring(LABEL.length()),
                                        Map.Entry::getValue,
                                        (a, _) -> a,
                                        TreeMap::new));
        statements.change(
                "update gateway set site = ?, labels = ?, described_epoch = ?, described_sequence = ? where id = ? and (described_epoch < ? or (described_epoch = ? and described_sequence <= ?))",
                site,
                Labels.write(labels),
                epoch.id(),
                sequence,
                epoch.gatewayId(),
                epoch.id(),
                epoch.id(),
                sequence);
    }

    private void catalogue(long sequence, TagCatalogue catalogue) throws SQLException {
        for (var entry : catalogue.entries()) {
            long window = entry.sync() instanceof SyncMode.Aggregate(long nanos) ? nanos : 0;
            if (!makeWay("tag", "name", entry.name(), sequence)) {
                continue;
            }
            statements.change(
                    "insert into tag (gateway_id, name, type, unit, deadband, poll_nanos, sync, window_nanos, driver, device, low, high, configuration_version, epoch_id, sequence) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    epoch.gatewayId(),
                    entry.name(),
                    entry.type().code(),
                    entry.unit(),
                    entry.deadband(),
                    entry.pollNanos(),
                    text(entry.sync()),
                    window,
                    entry.driver(),
                    entry.device(),
                    entry.low(),
                    entry.high(),
                    catalogue.configurationVersion(),
                    epoch.id(),
                    sequence);
        }
    }

    private static String text(SyncMode sync) {
        return switch (sync) {
            case SyncMode.Raw _ -> "raw";
            case SyncMode.Aggregate _ -> "aggregate";
            case SyncMode.Local _ -> "local";
        };
    }

    private void device(long sequence, DeviceState state) throws SQLException {
        if (makeWay("device", "device", state.device(), sequence)) {
            statements.change(
                    "insert into device (gateway_id, device, driver, state, reason, last_good, last_error, epoch_id, sequence) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    epoch.gatewayId(),
                    state.device(),
                    state.driver(),
                    state.state(),
                    state.reason(),
                    state.lastGood(),
                    state.lastError(),
                    epoch.id(),
                    sequence);
        }
    }

    /** Removes an older row of that key; false where the row that is there is newer. */
    private boolean makeWay(String table, String column, String key, long sequence)
            throws SQLException {
        statements.change(
                "delete from %s where gateway_id = ? and %s = ? and (epoch_id < ? or (epoch_id = ? and sequence <= ?))"
                        .formatted(table, column),
                epoch.gatewayId(),
                key,
                epoch.id(),
                epoch.id(),
                sequence);
        return statements
                .one(
                        "select 1 from %s where gateway_id = ? and %s = ?".formatted(table, column),
                        r -> r.getInt(1),
                        epoch.gatewayId(),
                        key)
                .isEmpty();
    }
}
