package io.drme.cloud.store;

import io.drme.cloud.config.RetentionConfig;
import io.drme.cloud.config.RetentionConfig.Keep;
import io.drme.time.Clock;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets go what was kept long enough: samples and roll-ups in segments tag by tag, and the bytes of
 * a block once no tag of its gateway wants them any longer. Number, hash and count of a block stay,
 * so receipts and accounts do not change but that samples are expired which were stored. What
 * pipelines of the centre made is in no segment, and goes by blocks.
 *
 * <p>A step looks at one gateway, or lets go some rows. Confined to its owner thread; blocks.
 */
public final class Retention implements AutoCloseable {
    private static final Duration EVERY = Duration.ofHours(6);
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
        var overdue = new Overdue(store, clock, timed.clock(gateway.id()));
        overdue.findInSegments(series);
        overdue.findBlocks(gateway, longest(series));
        boolean isMore = !overdue.isEmpty();
        var gone = new Gone();
        writer.begin();
        writer.dialect().own(statements, gateway.name());
        letGo(gateway, overdue, gone);
        var sum = new Gone();
        sum.add(run);
        sum.add(gone);
        if (gone.any()) {
            note(gateway, sum);
        } else if (!isMore) {
            statements.change(
                    "delete from segment where expired = 1 and epoch_id in (select id from epoch where gateway_id = ?) and not exists (select 1 from segment_series x where x.segment_id = segment.id) and not exists (select 1 from roll_up u where u.segment_id = segment.id)",
                    gateway.id());
        }
        writer.commit();
        run = isMore ? sum : new Gone();
        blocks.add(gone.blocks);
        blockSamples.add(gone.blockSamples);
        tagSamples.add(gone.samples);
        rollUps.add(gone.rollUps);
        return isMore;
    }

    /** What was found, unless it was put together anew or replaced since. */
    private void letGo(BlockStore.Gateway gateway, Overdue overdue, Gone gone) throws SQLException {
        var until = new HashMap<Long, Until>();
        for (var row : overdue.samples()) {
            if (isLetGo(row.within()) && removeSamples(row)) {
                gone.samples += row.samples();
                until.merge(
                        row.series(),
                        new Until(overdue.sourceTime(row), row.samples()),
                        Until::and);
            }
        }
        for (var row : overdue.rollUps()) {
            if (isLetGo(row.within())) {
                gone.rollUps += statements.change("delete from roll_up where id = ?", row.id());
            }
        }
        for (var row : overdue.blocks()) {
            int changed =
                    statements.change(
                            "update item set state = 3, payload = null where id = ? and epoch_id = ? and stream = 2 and sequence = ? and last_time = ? and state = 1",
                            row.id(),
                            row.epochId(),
                            row.within(),
                            row.lastTime());
            gone.blocks += changed;
            gone.blockSamples += changed * row.samples();
            if (changed > 0 && gateway.isDerived()) {
                gone.samples += removeFresh(row, overdue.sourceTime(row), until);
            }
        }
        for (var one : until.entrySet()) {
            noteUntil(one.getKey(), one.getValue());
        }
    }

    /** From here on the segment is not made anew; false where it was, and is not read any more. */
    private boolean isLetGo(long segment) throws SQLException {
        return statements.change(
                        "update segment set expired = 1 where id = ? and state = 1", segment)
                == 1;
    }

    /** The block of a pipeline is in no segment: what finds its samples goes with it. */
    private long removeFresh(Overdue.Row block, long lastTime, Map<Long, Until> until)
            throws SQLException {
        var those = new HashMap<Long, Long>();
        statements.each(
                "select series_id, sum(samples) from block_series where epoch_id = ? and sequence = ? group by series_id",
                r -> those.put(r.getLong(1), r.getLong(2)),
                block.epochId(),
                block.within());
        those.forEach((id, n) -> until.merge(id, new Until(lastTime, n), Until::and));
        SegmentSweep.directory(statements, block.epochId(), block.within());
        return those.values().stream().mapToLong(Long::longValue).sum();
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

    /** Until when a tag's samples are gone, and how many went now. */
    private record Until(long lastTime, long samples) {
        private Until and(Until other) {
            return new Until(Math.max(lastTime, other.lastTime), samples + other.samples);
        }
    }

    private boolean removeSamples(Overdue.Row row) throws SQLException {
        int removed =
                statements.change(
                        "delete from segment_series where series_id = ? and epoch_id = ? and part_id = ? and last_time = ?",
                        row.series(),
                        row.epochId(),
                        row.id(),
                        row.lastTime());
        statements.change(
                "delete from segment_part where id = ? and not exists (select 1 from segment_series x where x.segment_id = ? and x.part_id = segment_part.id)",
                row.id(),
                row.within());
        return removed > 0;
    }

    private void noteUntil(long series, Until until) throws SQLException {
        statements.change(
                "insert into expiry (series_id, until_time, samples, changed_at) values (?, ?, ?, ?) on conflict (series_id) do update set until_time = case when excluded.until_time > expiry.until_time then excluded.until_time else expiry.until_time end, samples = expiry.samples + excluded.samples, changed_at = excluded.changed_at",
                series,
                until.lastTime + 1,
                until.samples,
                clock.epochNanos());
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
