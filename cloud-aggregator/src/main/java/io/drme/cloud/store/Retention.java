package io.drme.cloud.store;

import io.drme.cloud.config.RetentionConfig;
import io.drme.cloud.config.RetentionConfig.Keep;
import io.drme.history.ClockLine;
import io.drme.time.Clock;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets go what was kept long enough: samples and roll-ups in segments tag by tag, and the bytes of
 * a block once no tag of its gateway wants them any longer. Number, hash and count of a block stay,
 * so receipts and accounts do not change but that samples are expired which were stored.
 *
 * <p>A step looks at one gateway, or lets go some rows. Confined to its owner thread; blocks.
 */
public final class Retention implements AutoCloseable {
    private static final Duration EVERY = Duration.ofHours(6);
    private static final int BLOCKS_AT_ONCE = 200;
    private static final int ROWS_AT_ONCE = 1_000;
    private static final int LEVELS = 3;
    private static final Logger log = LoggerFactory.getLogger(Retention.class);

    private final BlockStore store;
    private final TimedBlocks timed;
    private final Writer writer;
    private final Statements statements;
    private final Clock clock;
    private final RetentionConfig config;
    private final ArrayDeque<BlockStore.Gateway> gateways = new ArrayDeque<>();
    private final LongAdder blocks = new LongAdder();
    private final LongAdder blockSamples = new LongAdder();
    private final LongAdder tagSamples = new LongAdder();
    private final LongAdder rollUps = new LongAdder();
    private Gone run = new Gone();
    private boolean looked;
    private long lookedNanos;

    private Retention(Database database, Writer writer, Clock clock, RetentionConfig config) {
        this.store = new BlockStore(database);
        this.timed = new TimedBlocks(store);
        this.writer = writer;
        this.statements = writer.statements();
        this.clock = clock;
        this.config = config;
    }

    /** Opens a connection for writing; the caller closes it before the database. */
    public static Retention open(Database database, Clock clock, RetentionConfig config)
            throws DatabaseException {
        return new Retention(database, database.openWriter(Dialect.Role.RECORDS), clock, config);
    }

    /** Blocks whose bytes expired since the start; safe for use from any thread. */
    public long expiredBlocks() {
        return blocks.sum();
    }

    /** Samples in these blocks. */
    public long expiredBlockSamples() {
        return blockSamples.sum();
    }

    /** Samples of tags that can't be asked for any more since the start. */
    public long expiredSamples() {
        return tagSamples.sum();
    }

    /** Roll-ups, one a tag, level and segment, that expired since the start. */
    public long expiredRollUps() {
        return rollUps.sum();
    }

    /**
     * Does the next piece of work.
     *
     * @return whether there may be more at once
     */
    public boolean step() throws DatabaseException {
        if (gateways.isEmpty()) {
            if (looked && clock.nanoTime() - lookedNanos < EVERY.toNanos()) {
                return false;
            }
            looked = true;
            lookedNanos = clock.nanoTime();
            gateways.addAll(store.gateways());
            return !gateways.isEmpty();
        }
        boolean done = false;
        try {
            if (!expire(gateways.element())) {
                gateways.remove();
            }
            done = true;
            return true;
        } catch (SQLException e) {
            throw new DatabaseException("the database failed: " + writer.dialect().advice(e), e);
        } finally {
            if (!done) {
                rollBack();
            }
        }
    }

    private void rollBack() throws DatabaseException {
        try {
            writer.rollBack();
        } catch (SQLException e) {
            throw new DatabaseException("the database failed: " + writer.dialect().advice(e), e);
        }
    }

    /** What became of one gateway in one step. */
    private static final class Gone {
        private long blocks;
        private long blockSamples;
        private long samples;
        private long rollUps;
        private int rows;

        private boolean any() {
            return blocks + samples + rollUps > 0;
        }

        private void add(Gone other) {
            blocks += other.blocks;
            blockSamples += other.blockSamples;
            samples += other.samples;
            rollUps += other.rollUps;
        }
    }

    /** Lets go some of a gateway; false where nothing is left that has to go. */
    private boolean expire(BlockStore.Gateway gateway) throws DatabaseException, SQLException {
        record Named(long id, String tag) {}
        var series = new HashMap<Long, Keep>();
        for (var one :
                store.list(
                        "select id, tag from series where gateway_id = ?",
                        r -> new Named(r.getLong(1), r.getString(2)),
                        gateway.id())) {
            series.put(one.id, config.of(gateway.site(), gateway.name(), one.tag));
        }
        var line = timed.clock(gateway.id());
        var gone = new Gone();
        writer.begin();
        writer.dialect().own(statements, gateway.name());
        for (var one : byKeep(series).entrySet()) {
            samples(line, one.getKey(), one.getValue(), gone);
            for (int level = 1; level <= LEVELS; level++) {
                rollUps(level, line, one.getKey(), one.getValue(), gone);
            }
        }
        blocks(gateway, line, longest(series), gone);
        var sum = new Gone();
        sum.add(run);
        sum.add(gone);
        if (gone.any()) {
            note(gateway, sum);
        } else {
            statements.change(
                    "delete from segment where expired = 1 and epoch_id in (select id from epoch where gateway_id = ?) and not exists (select 1 from segment_series x where x.segment_id = segment.id) and not exists (select 1 from roll_up u where u.segment_id = segment.id)",
                    gateway.id());
        }
        writer.commit();
        run = gone.any() ? sum : new Gone();
        blocks.add(gone.blocks);
        blockSamples.add(gone.blockSamples);
        tagSamples.add(gone.samples);
        rollUps.add(gone.rollUps);
        return gone.any();
    }

    private static Map<Keep, List<Long>> byKeep(Map<Long, Keep> series) {
        var by = new HashMap<Keep, List<Long>>();
        series.forEach((id, keep) -> by.computeIfAbsent(keep, _ -> new ArrayList<>()).add(id));
        return by;
    }

    /** How long a block is kept: as long as one of its gateway's tags is. */
    private Duration longest(Map<Long, Keep> series) {
        var longest = series.isEmpty() ? config.usual().raw() : Duration.ofNanos(1);
        for (var keep : series.values()) {
            if (keep.raw().isZero()) {
                return Duration.ZERO;
            }
            longest = longest.compareTo(keep.raw()) < 0 ? keep.raw() : longest;
        }
        return longest;
    }

    private record Row(long id, long epochId, long segmentId, long stamp, long lastTime, long n) {}

    /** Those that are over by the time they really were, also where the clock was wrong. */
    private static List<Row> over(List<Row> candidates, ClockLine line, long limit) {
        return candidates.stream()
                .filter(r -> line.sourceTime(r.epochId, r.stamp, r.lastTime) < limit)
                .toList();
    }

    private long limit(Duration keep) {
        return clock.epochNanos() - keep.toNanos();
    }

    /** Of a clock that was wrong many may look old that are not. */
    private static int most(ClockLine line, int usual) {
        return line.isStraight() ? usual : Integer.MAX_VALUE;
    }

    private void samples(ClockLine line, Keep keep, List<Long> series, Gone gone)
            throws DatabaseException, SQLException {
        if (keep.raw().isZero()) {
            return;
        }
        long limit = limit(keep.raw());
        for (var id : series) {
            if (gone.rows >= ROWS_AT_ONCE) {
                return;
            }
            var rows =
                    over(
                            store.list(
                                    "select x.part_id, x.epoch_id, x.segment_id, x.last_stamp, x.last_time, x.samples from segment_series x cross join segment g where x.series_id = ? and x.last_time < ? and g.id = x.segment_id and g.state = 1 limit ?",
                                    r ->
                                            new Row(
                                                    r.getLong(1),
                                                    r.getLong(2),
                                                    r.getLong(3),
                                                    r.getLong(4),
                                                    r.getLong(5),
                                                    r.getLong(6)),
                                    id,
                                    limit,
                                    most(line, ROWS_AT_ONCE)),
                            line,
                            limit);
            for (var row : rows) {
                removeSamples(id, row);
                gone.samples += row.n;
            }
            if (!rows.isEmpty()) {
                until(id, line, rows);
            }
            gone.rows += rows.size();
        }
    }

    private void removeSamples(long series, Row row) throws SQLException {
        statements.change(
                "delete from segment_series where series_id = ? and part_id = ?", series, row.id);
        statements.change("update segment set expired = 1 where id = ?", row.segmentId);
        statements.change(
                "delete from segment_part where id = ? and not exists (select 1 from segment_series x where x.segment_id = ? and x.part_id = segment_part.id)",
                row.id,
                row.segmentId);
    }

    private void until(long series, ClockLine line, List<Row> rows) throws SQLException {
        long until =
                1
                        + rows.stream()
                                .mapToLong(r -> line.sourceTime(r.epochId, r.stamp, r.lastTime))
                                .max()
                                .orElse(0);
        long samples = rows.stream().mapToLong(Row::n).sum();
        statements.change(
                "insert into expiry (series_id, until_time, samples, changed_at) values (?, ?, ?, ?) on conflict (series_id) do update set until_time = case when excluded.until_time > expiry.until_time then excluded.until_time else expiry.until_time end, samples = expiry.samples + excluded.samples, changed_at = excluded.changed_at",
                series,
                until,
                samples,
                clock.epochNanos());
    }

    private void rollUps(int level, ClockLine line, Keep keep, List<Long> series, Gone gone)
            throws DatabaseException, SQLException {
        if (keep.rolledUp(level).isZero()) {
            return;
        }
        long limit = limit(keep.rolledUp(level));
        for (var id : series) {
            if (gone.rows >= ROWS_AT_ONCE) {
                return;
            }
            var rows =
                    over(
                            store.list(
                                    "select u.id, u.epoch_id, u.segment_id, u.last_stamp, u.last_time, 1 from roll_up u cross join segment g where u.series_id = ? and u.level = ? and u.last_time < ? and g.id = u.segment_id and g.state = 1 limit ?",
                                    r ->
                                            new Row(
                                                    r.getLong(1),
                                                    r.getLong(2),
                                                    r.getLong(3),
                                                    r.getLong(4),
                                                    r.getLong(5),
                                                    r.getLong(6)),
                                    id,
                                    level,
                                    limit,
                                    most(line, ROWS_AT_ONCE)),
                            line,
                            limit);
            for (var row : rows) {
                statements.change("delete from roll_up where id = ?", row.id);
                statements.change("update segment set expired = 1 where id = ?", row.segmentId);
                gone.rollUps++;
            }
            gone.rows += rows.size();
        }
    }

    private void blocks(BlockStore.Gateway gateway, ClockLine line, Duration keep, Gone gone)
            throws DatabaseException, SQLException {
        if (keep.isZero()) {
            return;
        }
        long limit = limit(keep);
        var rows =
                over(
                        store.list(
                                "select i.id, i.epoch_id, 0, i.place, i.last_time, i.samples from epoch e cross join item i where e.gateway_id = ? and i.epoch_id = e.id and i.stream = 2 and i.state = 1 and i.last_time < ? and not exists (select 1 from fresh f where f.epoch_id = i.epoch_id and f.sequence = i.sequence) limit ?",
                                r ->
                                        new Row(
                                                r.getLong(1),
                                                r.getLong(2),
                                                r.getLong(3),
                                                r.getLong(4),
                                                r.getLong(5),
                                                r.getLong(6)),
                                gateway.id(),
                                limit,
                                most(line, BLOCKS_AT_ONCE)),
                        line,
                        limit);
        for (var row : rows.subList(0, Math.min(rows.size(), BLOCKS_AT_ONCE))) {
            gone.blocks +=
                    statements.change(
                            "update item set state = 3, payload = null where id = ? and state = 1",
                            row.id);
            gone.blockSamples += row.n;
        }
    }

    /** One finding a gateway, which tells of the last time. */
    private void note(BlockStore.Gateway gateway, Gone gone) throws SQLException {
        var text =
                "kept long enough by store.retention: %d samples of tags, %d roll-ups, %d blocks with %d samples"
                        .formatted(gone.samples, gone.rollUps, gone.blocks, gone.blockSamples);
        log.info("gateway={} expired=\"{}\"", gateway.name(), text);
        statements.change(
                "delete from finding where gateway_id = ? and kind = 'expired'", gateway.id());
        statements.change(
                "insert into finding (gateway_id, kind, detail, found_at) values (?, 'expired', ?, ?)",
                gateway.id(),
                text,
                clock.epochNanos());
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
