package io.drme.cloud.store;

import io.drme.model.StreamKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The blocks of a gateway that no query can read: not here yet, or here and kept apart. Safe for
 * use from any thread; each call asks the database and may block.
 */
public final class MissingBlocks {
    private final BlockStore store;

    /** Reads from this store. */
    public MissingBlocks(BlockStore store) {
        this.store = store;
    }

    /** Blocks that are not here although later ones are, and the time between their neighbours. */
    public record Hole(
            long epochId, long fromSequence, long toSequence, long fromNanos, long toNanos) {}

    /** The holes in the newest epoch of a gateway. */
    public List<Hole> holes(long gatewayId) throws DatabaseException {
        var epochs = store.epochs(gatewayId);
        var holes = new ArrayList<Hole>();
        if (!epochs.isEmpty()) {
            long epochId = epochs.getLast().id();
            long next = 1;
            for (var range : store.held(epochId, StreamKind.DATA).ranges()) {
                if (range.from() > next) {
                    long begin = lastBefore(epochId, next).orElse(0L);
                    long end = firstFrom(epochId, range.from()).orElse(begin);
                    holes.add(new Hole(epochId, next, range.from() - 1, begin, end));
                }
                next = range.to() + 1;
            }
        }
        return holes;
    }

    /** By blocks whose times are known: not of closed numbers, nor of those kept apart. */
    private Optional<Long> lastBefore(long epochId, long sequence) throws DatabaseException {
        return time(
                "select last_time from item where epoch_id = ? and stream = 2 and sequence < ? and state <> 2 order by sequence desc limit 1",
                epochId,
                sequence);
    }

    private Optional<Long> firstFrom(long epochId, long sequence) throws DatabaseException {
        return time(
                "select first_time from item where epoch_id = ? and stream = 2 and sequence >= ? and state <> 2 order by sequence limit 1",
                epochId,
                sequence);
    }

    private Optional<Long> time(String sql, long epochId, long sequence) throws DatabaseException {
        var found = new ArrayList<Long>();
        store.each(sql, r -> r.getLong(1), found::add, epochId, sequence);
        return found.stream().findFirst();
    }

    /**
     * A block that is kept apart: it could not be read, or its hash did not fit its neighbours.
     *
     * @param isNewest whether no usable block of the gateway is behind it
     * @param receivedNanos when it came, cloud time
     * @param why for a person
     */
    public record Quarantined(
            long epochId, long sequence, boolean isNewest, long receivedNanos, String why) {}

    /** The blocks of a gateway that are kept apart, in order; of very many the newest. */
    public List<Quarantined> quarantined(long gatewayId, int limit) throws DatabaseException {
        var found = new ArrayList<Quarantined>();
        store.each(
                "select i.epoch_id, i.sequence, i.received_at, q.detail, case when exists (select 1 from epoch f cross join item n where f.gateway_id = e.gateway_id and n.epoch_id = f.id and n.stream = 2 and n.state = 1 and (f.number > e.number or (f.id = e.id and n.sequence > i.sequence))) then 1 else 0 end from quarantine q join item i on i.id = q.item_id join epoch e on e.id = i.epoch_id where e.gateway_id = ? and i.stream = 2 order by e.number desc, i.sequence desc limit ?",
                r ->
                        new Quarantined(
                                r.getLong(1),
                                r.getLong(2),
                                r.getInt(5) == 0,
                                r.getLong(3),
                                r.getString(4)),
                found::add,
                gatewayId,
                limit);
        return found.reversed();
    }
}
