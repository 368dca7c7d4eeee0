package io.drme.cloud.watch;

import io.drme.cloud.grid.Changes;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.CentreAlarms;
import io.drme.cloud.store.CentreAlarms.Row;
import io.drme.cloud.store.DatabaseException;
import io.drme.sync.Message;
import io.drme.time.Clock;
import io.drme.web.Problem;

/**
 * What people do about the centre's own alarms: here it happens at once, where a gateway's alarms
 * wait for the gateway. Safe for use from any thread; blocks on the database.
 */
public final class CentreDesk {
    private final CentreAlarms alarms;
    private final Clock clock;
    private final Changes changes;

    /** Handles the alarms of a store. */
    public CentreDesk(BlockStore store, Clock clock, Changes changes) {
        this.alarms = new CentreAlarms(store);
        this.clock = clock;
        this.changes = changes;
    }

    /** Does what a command says; durable when it returns. */
    public void take(Message.Command command) {
        var id = command.arguments().getOrDefault("id", "");
        try {
            var changed =
                    alarms.update(open ->
                            open.stream()
                                    .filter(r -> r.id().equals(id))
                                    .map(r -> handled(r, command))
                                    .toList());
            changed.forEach(row -> changes.alarm(row.shown()));
        } catch (DatabaseException e) {
            throw Problem.unavailable(
                            "store",
                            "the centre's database can't keep it now: " + e.getMessage(),
                            "Try again in a moment")
                    .asException();
        }
    }

    private Row handled(Row row, Message.Command command) {
        var words = command.arguments().getOrDefault("comment", row.comment());
        return switch (command.verb()) {
            case "acknowledge" ->
                    row.handled(
                            row.state().equals("returned") ? "normal" : "acknowledged",
                            clock.epochNanos(),
                            command.issuer(),
                            words,
                            0);
            case "shelve" ->
                    row.handled(
                            "shelved",
                            row.acknowledgedAt(),
                            row.acknowledgedBy(),
                            command.arguments().getOrDefault("reason", ""),
                            clock.epochNanos() + nanos(command));
            case "unshelve" ->
                    row.handled(
                            "unacknowledged", row.acknowledgedAt(), row.acknowledgedBy(), words, 0);
            default ->
                    row.handled(
                            row.state(),
                            row.acknowledgedAt(),
                            row.acknowledgedBy(),
                            words,
                            row.shelvedUntil());
        };
    }

    /** How long, as {@code AlarmRoutes} writes it: nanoseconds with their unit. */
    private static long nanos(Message.Command command) {
        return Long.parseLong(command.arguments().getOrDefault("for", "0ns").replace("ns", ""));
    }
}
