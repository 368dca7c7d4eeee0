package io.drme.cloud.store;

import io.drme.cloud.store.BlockStore.BlockPlace;
import io.drme.cloud.store.BlockStore.SeriesRow;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.history.ClockLine;
import io.drme.model.ValueType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds stored blocks by time, wherever a gateway's clock had them stamped. Safe for use from any
 * thread; may block.
 */
public final class TimedBlocks {
    private static final String SERIES =
            "select b.epoch_id, b.sequence, b.place, b.ordinal, b.type, b.samples, b.bad_samples, b.first_time, b.last_time, b.complete, b.first_bits, b.last_bits, b.min_bits, b.max_bits, b.total, b.integral, b.covered_nanos ";

    private final BlockStore store;

    /** Finds blocks of this store. */
    public TimedBlocks(BlockStore store) {
        this.store = store;
    }

    /** How a gateway's times are to be read; epochs are known by their row numbers. */
    public ClockLine clock(long gatewayId) throws DatabaseException {
        return ClockLine.of(
                store.list(
                        ClockIndex.COLUMNS + " where gateway_id = ?", ClockIndex::step, gatewayId));
    }

    /** As {@link #clock}, with epochs by their numbers within the gateway. */
    public ClockLine numberedClock(long gatewayId) throws DatabaseException {
        return ClockLine.of(
                store.list(
                        "select e.number, c.life, c.stamp, c.wall, c.jump, c.uncertainty, c.synced from clock_step c join epoch e on e.id = c.epoch_id where c.gateway_id = ?",
                        ClockIndex::step,
                        gatewayId));
    }

    /** The gateways some of whose times can't be taken as they stand. */
    public Set<Long> crooked() throws DatabaseException {
        return new HashSet<>(
                store.list(
                        "select distinct gateway_id from clock_step where crooked = 1",
                        r -> r.getLong(1)));
    }

    private static String any(List<ClockLine.Raw> spans, String condition) {
        return "(" + String.join(" or ", Collections.nCopies(spans.size(), condition)) + ")";
    }

    /** The newest block of each series of a gateway: (epoch, sequence) pairs, each once. */
    public List<SeriesRow> newest(long gatewayId) throws DatabaseException {
        return store.list(
                SERIES
                        + "from series s cross join block_series b where s.gateway_id = ? and b.epoch_id = s.newest_epoch and b.sequence = s.newest_sequence and b.series_id = s.id",
                TimedBlocks::row,
                gatewayId);
    }

    /**
     * Blocks of a gateway that may hold polls or samples in a span, whatever their tags, in order.
     */
    public List<BlockPlace> blocks(long gatewayId, ClockLine clock, Span span, int limit)
            throws DatabaseException {
        var spans = clock.raw(span.fromNanos(), span.toNanos());
        var values = new ArrayList<@Nullable Object>(List.of(gatewayId));
        for (var one : spans) {
            values.addAll(List.of(one.from(), one.to()));
        }
        values.add(limit);
        return store.list(
                "select i.epoch_id, i.place, i.sequence from epoch e cross join item i where e.gateway_id = ? and i.epoch_id = e.id and i.stream = 2 and i.state = 1 and "
                        + any(spans, "i.last_time >= ? and i.first_time < ?")
                        + " order by i.epoch_id, i.place, i.sequence limit ?",
                r -> new BlockPlace(r.getLong(1), r.getLong(2), r.getLong(3)),
                values.toArray());
    }

    /** Stored blocks of an epoch whose samples lie around a time as it is stored. */
    public List<BlockPlace> around(long epochId, long nanos, int limit) throws DatabaseException {
        return store.list(
                "select epoch_id, place, sequence from item where epoch_id = ? and stream = 2 and state = 1 and last_time >= ? and first_time <= ? order by last_time limit ?",
                r -> new BlockPlace(r.getLong(1), r.getLong(2), r.getLong(3)),
                epochId,
                nanos,
                nanos,
                limit);
    }

    /** When the newest sample or poll that is here was; 0 where none is. */
    public long lastArrived(long gatewayId, ClockLine clock) throws DatabaseException {
        if (clock.isStraight()) {
            return store.list(
                            "select coalesce(max(i.last_time), 0) from epoch e cross join item i where e.gateway_id = ? and i.epoch_id = e.id and i.stream = 2 and i.state = 1",
                            r -> r.getLong(1),
                            gatewayId)
                    .getFirst();
        }
        return store
                .list(
                        "select i.epoch_id, i.last_time from epoch e cross join item i where e.gateway_id = ? and i.epoch_id = e.id and i.stream = 2 and i.state = 1 order by i.epoch_id desc, i.place desc limit 1",
                        r -> clock.shownTime(r.getLong(1), Long.MAX_VALUE, r.getLong(2)),
                        gatewayId)
                .stream()
                .findFirst()
                .orElse(0L);
    }

    private static SeriesRow row(ResultSet r) throws SQLException {
        return new SeriesRow(
                r.getLong(1),
                r.getLong(2),
                r.getLong(3),
                r.getInt(4),
                ValueType.ofCode(r.getInt(5)),
                new io.drme.block.SeriesStats(
                        r.getInt(6),
                        r.getInt(7),
                        r.getLong(8),
                        r.getLong(9),
                        r.getInt(10) != 0,
                        r.getLong(11),
                        r.getLong(12),
                        r.getLong(13),
                        r.getLong(14),
                        r.getDouble(15),
                        r.getDouble(16),
                        r.getLong(17)));
    }
}
