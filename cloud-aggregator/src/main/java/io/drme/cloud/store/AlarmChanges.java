package io.drme.cloud.store;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Changes of alarms by time. Safe for use from any thread; may block. */
public final class AlarmChanges {
    private static final String SELECT =
            "select g.name, g.id, t.epoch_id, t.alarm_id, a.name, a.tag, a.priority, t.from_state, t.to_state, t.at_time, t.by_name from alarm_transition t join alarm a on a.gateway_id = t.gateway_id and a.alarm_id = t.alarm_id join gateway g on g.id = t.gateway_id where t.at_time >= ? order by t.at_time desc, t.epoch_id desc, t.sequence desc limit ?";

    private final BlockStore store;

    /** Reads from the database of this store. */
    public AlarmChanges(BlockStore store) {
        this.store = store;
    }

    /**
     * One change.
     *
     * @param priority as the occurrence has it now
     * @param at by the gateway's own clock, nanoseconds since 1970 UTC
     * @param by empty where the plant did it
     */
    public record Row(
            String gateway,
            long gatewayId,
            long epochId,
            String id,
            String name,
            String tag,
            String priority,
            String from,
            String to,
            long at,
            String by) {}

    /** The newest since a time by the gateways' clocks, oldest first. */
    public List<Row> since(long fromNanos, int limit) throws DatabaseException {
        var found = new ArrayList<Row>();
        store.each(
                SELECT,
                r ->
                        new Row(
                                r.getString(1),
                                r.getLong(2),
                                r.getLong(3),
                                r.getString(4),
                                r.getString(5),
                                r.getString(6),
                                r.getString(7),
                                r.getString(8),
                                r.getString(9),
                                r.getLong(10),
                                r.getString(11)),
                found::add,
                fromNanos,
                limit);
        Collections.reverse(found);
        return found;
    }
}
