package io.drme.cloud.store;

import io.drme.block.BadBlockException;
import io.drme.cloud.store.BlockStore.SeriesRow;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.history.Bucket;
import io.drme.history.ClockLine;
import io.drme.model.ValueType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds where the samples of a tag are: in blocks that are read as they came, and in segments. One
 * question finds both, so that of a block that becomes part of a segment meanwhile it sees either
 * the one or the other. Safe for use from any thread; may block.
 */
public final class SeriesPieces {
    /** Pieces of one answer; it bounds its memory. A year of blocks a minute. */
    private static final int MOST = 600_000;

    private static final String SERIES = "(select id from series where gateway_id = ? and tag = ?)";

    private static final String FRESH =
            "select 0 as kind, b.epoch_id, b.place, f.last_stamp, b.sequence, b.ordinal, b.type, b.samples, b.bad_samples, b.first_time, b.last_time, b.complete, b.first_bits, b.last_bits, b.min_bits, b.max_bits, b.total, b.integral, b.covered_nanos, null as payload from epoch e cross join fresh f cross join block_series b where e.gateway_id = ? and f.epoch_id = e.id and f.segment_id = 0 and b.epoch_id = f.epoch_id and b.sequence = f.sequence and b.series_id = "
                    + SERIES
                    + " and ";

    private static final String PARTS =
            "select 1, x.epoch_id, x.place, x.last_stamp, x.part_id, x.ordinal, x.type, x.samples, 0, x.first_time, x.last_time, 0, x.segment_id, 0, 0, 0, 0.0, 0.0, 0, null from segment_series x cross join segment g where x.series_id = "
                    + SERIES
                    + " and g.id = x.segment_id and g.state = 1 and ";

    private static final String ROLL_UPS =
            "select 2, u.epoch_id, u.place, u.last_stamp, u.id, 0, u.type, 0, 0, u.first_time, u.last_time, 0, u.segment_id, 0, 0, 0, 0.0, 0.0, 0, u.payload from roll_up u cross join segment g where u.series_id = "
                    + SERIES
                    + " and u.level = ? and g.id = u.segment_id and g.state = 1 and ";

    private final BlockStore store;

    /** Finds pieces of this store. */
    public SeriesPieces(BlockStore store) {
        this.store = store;
    }

    /** A place where samples of a tag are. */
    public sealed interface Piece {
        /** The epoch's row. */
        long epochId();

        /** The least stamp of the tag's polls in it. */
        long place();

        /** A stamp that none of its samples is behind; below {@link #place} where unknown. */
        long lastStamp();

        /** Type of the values. */
        ValueType type();
    }

    /** A series of a block as it came. */
    public record Fresh(String tag, SeriesRow row, long lastStamp) implements Piece {
        @Override
        public long epochId() {
            return row.epochId();
        }

        @Override
        public long place() {
            return row.place();
        }

        @Override
        public ValueType type() {
            return row.type();
        }
    }

    /** A series of a block of a segment. */
    public record Part(
            long epochId,
            long place,
            long lastStamp,
            long segmentId,
            long partId,
            int ordinal,
            ValueType type,
            int samples,
            long firstTime,
            long lastTime)
            implements Piece {}

    /** The buckets of the tag's samples of a type in a segment. */
    public record RolledUp(
            long epochId,
            long place,
            long lastStamp,
            long segmentId,
            ValueType type,
            List<Bucket> buckets)
            implements Piece {}

    /**
     * A place in a gateway's order.
     *
     * @param epochId row of the epoch; 0 is before all
     * @param stamp gateway time within it
     */
    public record After(long epochId, long stamp) {
        /** Before all there is. */
        public static final After NOTHING = new After(0, Long.MIN_VALUE);
    }

    /**
     * The pieces that may hold samples of a tag in a span of source time, in the gateway's order.
     *
     * @param after only what may be behind that
     * @param level of the roll-ups that are wanted beside, 1 minute, 2 hour, 3 day; 0 for none
     */
    public List<Piece> list(
            long gatewayId, String tag, ClockLine clock, Span span, After after, int level)
            throws DatabaseException {
        var spans = clock.raw(span.fromNanos(), span.toNanos());
        var values = new ArrayList<@Nullable Object>();
        var sql = "";
        if (level > 0) {
            // first, as its last column tells PostgreSQL what the others' nulls are
            sql =
                    ROLL_UPS
                            + any(spans.size(), "u.last_time >= ? and u.first_time < ?")
                            + " union all ";
            values.addAll(List.of(gatewayId, tag, level));
            addTimes(values, spans, 1);
        }
        sql +=
                FRESH
                        + any(
                                spans.size(),
                                "f.last_time >= ? and f.first_time < ? and b.last_time >= ? and b.first_time < ?")
                        + " and (f.epoch_id > ? or (f.epoch_id = ? and (f.last_stamp < 0 or f.last_stamp >= ?))) union all "
                        + PARTS
                        + any(spans.size(), "x.last_time >= ? and x.first_time < ?")
                        + " and (x.epoch_id > ? or (x.epoch_id = ? and x.last_stamp >= ?)) order by 2, 3, 1, 5, 6 limit ?";
        values.addAll(List.of(gatewayId, gatewayId, tag));
        addTimes(values, spans, 2);
        values.addAll(List.of(after.epochId, after.epochId, after.stamp, gatewayId, tag));
        addTimes(values, spans, 1);
        values.addAll(List.of(after.epochId, after.epochId, after.stamp, MOST));
        return store.list(sql, r -> piece(r, tag), values.toArray());
    }

    private static void addTimes(
            List<@Nullable Object> values, List<ClockLine.Raw> spans, int times) {
        for (var one : spans) {
            for (int i = 0; i < times; i++) {
                values.addAll(List.of(one.from(), one.to()));
            }
        }
    }

    private static String any(int spans, String condition) {
        return "(" + String.join(" or ", Collections.nCopies(spans, condition)) + ")";
    }

    /** The last piece before a time that holds samples of a tag. */
    public Optional<Piece> before(long gatewayId, String tag, ClockLine clock, long nanos)
            throws DatabaseException {
        var found = new ArrayList<Piece>();
        for (var span : clock.raw(nanos, nanos)) {
            found.addAll(before(gatewayId, tag, span.from()));
        }
        return found.stream()
                .filter(p -> lastTime(clock, p) < nanos)
                .max(
                        Comparator.comparingLong((Piece p) -> lastTime(clock, p))
                                .thenComparingLong(Piece::epochId)
                                .thenComparingLong(Piece::place));
    }

    private List<Piece> before(long gatewayId, String tag, long nanos) throws DatabaseException {
        var found =
                new ArrayList<>(
                        store.list(
                                FRESH
                                        + "b.last_time < ? order by e.number desc, b.place desc, b.sequence desc, b.ordinal desc limit 1",
                                r -> piece(r, tag),
                                gatewayId,
                                gatewayId,
                                tag,
                                nanos));
        found.addAll(
                store.list(
                        PARTS
                                + "x.last_time < ? order by x.epoch_id desc, x.place desc, x.part_id desc, x.ordinal desc limit 1",
                        r -> piece(r, tag),
                        gatewayId,
                        tag,
                        nanos));
        return found;
    }

    /** The parts of segments with samples of a tag on both sides of a time as it is stored. */
    public List<Piece> around(long gatewayId, String tag, long nanos) throws DatabaseException {
        return store.list(
                PARTS + "x.first_time < ? and x.last_time >= ? order by 2, 3, 5, 6",
                r -> piece(r, tag),
                gatewayId,
                tag,
                nanos,
                nanos);
    }

    /** When its newest sample was, as the clock's history corrects it. */
    public static long lastTime(ClockLine clock, Piece piece) {
        long shown =
                switch (piece) {
                    case Fresh fresh -> fresh.row.stats().lastTime();
                    case Part part -> part.lastTime;
                    case RolledUp rolled -> rolled.buckets.getLast().lastTime();
                };
        return clock.sourceTime(piece.epochId(), piece.place(), shown);
    }

    private static Piece piece(ResultSet r, String tag) throws SQLException {
        var type = ValueType.ofCode(r.getInt(7));
        return switch (r.getInt(1)) {
            case 0 ->
                    new Fresh(
                            tag,
                            new SeriesRow(
                                    r.getLong(2),
                                    r.getLong(5),
                                    r.getLong(3),
                                    r.getInt(6),
                                    type,
                                    stats(r)),
                            r.getLong(4));
            case 1 ->
                    new Part(
                            r.getLong(2),
                            r.getLong(3),
                            r.getLong(4),
                            r.getLong(13),
                            r.getLong(5),
                            r.getInt(6),
                            type,
                            r.getInt(8),
                            r.getLong(10),
                            r.getLong(11));
            default ->
                    new RolledUp(
                            r.getLong(2),
                            r.getLong(3),
                            r.getLong(4),
                            r.getLong(13),
                            type,
                            buckets(r.getBytes(20)));
        };
    }

    private static io.drme.block.SeriesStats stats(ResultSet r) throws SQLException {
        return new io.drme.block.SeriesStats(
                r.getInt(8),
                r.getInt(9),
                r.getLong(10),
                r.getLong(11),
                r.getInt(12) != 0,
                r.getLong(13),
                r.getLong(14),
                r.getLong(15),
                r.getLong(16),
                r.getDouble(17),
                r.getDouble(18),
                r.getLong(19));
    }

    /** One that can't be read is as if it were not there: the samples tell. */
    private static List<Bucket> buckets(byte[] payload) {
        try {
            return RollUpBlock.decode(payload);
        } catch (BadBlockException _) {
            return List.of();
        }
    }
}
