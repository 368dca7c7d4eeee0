package io.drme.cloud.store;

import io.drme.time.Clock;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Removes what segments have made superfluous, some rows a step: the directory of blocks that are
 * in one, and segments that were replaced or never finished. Confined to its owner.
 */
final class SegmentSweep {
    /** Longer than any question that looked up a segment before it was replaced. */
    private static final Duration KEEP_REPLACED = Duration.ofMinutes(15);

    /** Longer than a segment can be in the making. */
    private static final Duration KEEP_UNFINISHED = Duration.ofHours(2);

    private static final int BLOCKS_AT_ONCE = 20;
    private static final int PARTS_AT_ONCE = 16;

    private final BlockStore store;
    private final Writer writer;
    private final Statements statements;
    private final Clock clock;

    SegmentSweep(BlockStore store, Writer writer, Clock clock) {
        this.store = store;
        this.writer = writer;
        this.statements = writer.statements();
        this.clock = clock;
    }

    private record Taken(long epochId, long sequence) {}

    /** Removes some; false where there is nothing to remove. */
    boolean step() throws DatabaseException, SQLException {
        var taken =
                store.list(
                        "select epoch_id, sequence from fresh where segment_id <> 0 limit ?",
                        r -> new Taken(r.getLong(1), r.getLong(2)),
                        BLOCKS_AT_ONCE);
        if (!taken.isEmpty()) {
            writer.begin();
            for (var block : taken) {
                directory(statements, block.epochId, block.sequence);
            }
            writer.commit();
            return true;
        }
        long now = clock.epochNanos();
        var unread =
                store.list(
                        "select id from segment where state <> 1 and ((state = 2 and changed_at < ?) or changed_at < ?) limit 1",
                        r -> r.getLong(1),
                        now - KEEP_REPLACED.toNanos(),
                        now - KEEP_UNFINISHED.toNanos());
        for (var segment : unread) {
            remove(segment);
        }
        return !unread.isEmpty();
    }

    /** The rows of a series' newest block stay: who starts looks there for newest values. */
    static void directory(Statements statements, long epochId, long sequence) throws SQLException {
        statements.change(
                "delete from block_series where epoch_id = ? and sequence = ? and not exists (select 1 from series s where s.id = block_series.series_id and s.newest_epoch = block_series.epoch_id and s.newest_sequence = block_series.sequence)",
                epochId,
                sequence);
        statements.change(
                "delete from fresh where epoch_id = ? and sequence = ?", epochId, sequence);
    }

    private void remove(long segment) throws SQLException {
        writer.begin();
        int parts =
                statements.change(
                        "delete from segment_part where id in (select id from segment_part where segment_id = ? limit ?)",
                        segment,
                        PARTS_AT_ONCE);
        if (parts == 0) {
            statements.change("delete from segment_series where segment_id = ?", segment);
            statements.change("delete from roll_up where segment_id = ?", segment);
            statements.change("delete from segment where id = ?", segment);
        }
        writer.commit();
    }
}
