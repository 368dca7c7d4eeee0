package io.drme.cloud.store;

import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.sync.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Commands that went down, and what is here of a span of time. Safe for use from any thread. */
public final class CommandStore {
    private final BlockStore store;

    /** Reads from the database of this store. */
    public CommandStore(BlockStore store) {
        this.store = store;
    }

    /**
     * A command.
     *
     * @param result null while there is none
     * @param detail more of the result, for a person; null while there is none
     */
    public record CommandRow(
            String gateway,
            Message.Command command,
            @Nullable String result,
            @Nullable String detail) {}

    /** Commands of one verb, newest first. */
    public List<CommandRow> commands(String verb, Optional<String> gateway, int limit)
            throws DatabaseException {
        var rows = new ArrayList<CommandRow>();
        var values = new ArrayList<@Nullable Object>(List.of(verb));
        gateway.ifPresent(values::add);
        values.add(limit);
        store.each(
                "select g.name, c.arguments, c.result, c.detail from command c join gateway g on g.id = c.gateway_id where c.verb = ?"
                        + (gateway.isPresent() ? " and g.name = ?" : "")
                        + " order by c.issued_at desc, c.id limit ?",
                r -> {
                    var name = r.getString(1);
                    var result = r.getString(3);
                    var detail = r.getString(4);
                    return CommandRows.decode(r.getBytes(2))
                            .map(c -> new CommandRow(name, c, result, detail));
                },
                row -> row.ifPresent(rows::add),
                values.toArray());
        return rows;
    }

    /** Items of a stream that overlap a span. */
    public record Count(long items, long quarantined, long expired) {}

    /** What is here of a span. */
    public Count count(long epochId, StreamKind stream, BlockStore.Span span)
            throws DatabaseException {
        var byState = new long[5];
        store.each(
                "select state, count(*) from item where epoch_id = ? and stream = ? and last_time >= ? and first_time < ? group by state",
                r -> new long[] {r.getLong(1), r.getLong(2)},
                row -> byState[(int) row[0]] += row[1],
                epochId,
                stream.code(),
                span.fromNanos(),
                span.toNanos());
        return new Count(byState[1] + byState[2] + byState[3], byState[2], byState[3]);
    }

    /** The epoch in which a gateway speaks now: that of its lease. */
    public Optional<BlockStore.Epoch> current(long gatewayId) throws DatabaseException {
        var found = new ArrayList<BlockStore.Epoch>();
        store.each(
                "select e.id, e.number, e.epoch from lease l join epoch e on e.gateway_id = l.gateway_id and e.epoch = l.epoch where l.gateway_id = ?",
                r -> new BlockStore.Epoch(r.getLong(1), r.getInt(2), EpochId.parse(r.getString(3))),
                found::add,
                gatewayId);
        return found.stream().findFirst();
    }
}
