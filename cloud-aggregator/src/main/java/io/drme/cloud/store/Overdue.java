package io.drme.cloud.store;

import io.drme.cloud.config.RetentionConfig.Keep;
import io.drme.history.ClockLine;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks for what a gateway has here that was kept long enough, some rows at most. It only reads, so
 * nobody who writes waits for it; who lets the rows go has to see whether they are still as found.
 * Confined to its owner; blocks.
 */
final class Overdue {
    static final int BLOCKS_AT_ONCE = 200;
    static final int ROWS_AT_ONCE = 1_000;
    private static final int LEVELS = 3;

    private final BlockStore store;
    private final Clock clock;
    private final ClockLine line;
    private final List<Row> samples = new ArrayList<>();
    private final List<Row> rollUps = new ArrayList<>();
    private final List<Row> blocks = new ArrayList<>();

    Overdue(BlockStore store, Clock clock, ClockLine line) {
        this.store = store;
        this.clock = clock;
        this.line = line;
    }

    /**
     * A row that is over.
     *
     * @param id of the part, the roll-up or the item
     * @param series 0 for a block
     * @param within the segment that holds it; of a block its number
     */
    record Row(
            long id,
            long series,
            long epochId,
            long within,
            long stamp,
            long lastTime,
            long samples) {}

    /** Series of segments, each with its samples. */
    List<Row> samples() {
        return samples;
    }

    /** Roll-ups, one a tag, level and segment. */
    List<Row> rollUps() {
        return rollUps;
    }

    /** Blocks as they came. */
    List<Row> blocks() {
        return blocks;
    }

    boolean isEmpty() {
        return samples.isEmpty() && rollUps.isEmpty() && blocks.isEmpty();
    }

    /** When its newest sample really was, also where the clock was wrong. */
    long sourceTime(Row row) {
        return line.sourceTime(row.epochId, row.stamp, row.lastTime);
    }

    /** Looks for what is in segments. */
    void findInSegments(Map<Long, Keep> series) throws DatabaseException {
        for (var one : byKeep(series).entrySet()) {
            var keep = one.getKey();
            for (var id : one.getValue()) {
                find(
                        "select x.part_id, x.series_id, x.epoch_id, x.segment_id, x.last_stamp, x.last_time, x.samples from segment_series x cross join segment g where x.series_id = ? and x.last_time < ? and g.id = x.segment_id and g.state = 1 limit ?",
                        keep.raw(),
                        room(),
                        samples,
                        id);
                for (int level = 1; level <= LEVELS; level++) {
                    find(
                            "select u.id, u.series_id, u.epoch_id, u.segment_id, u.last_stamp, u.last_time, 1 from roll_up u cross join segment g where u.series_id = ? and u.level = ? and u.last_time < ? and g.id = u.segment_id and g.state = 1 limit ?",
                            keep.rolledUp(level),
                            room(),
                            rollUps,
                            id,
                            level);
                }
                if (room() == 0) {
                    return;
                }
            }
        }
    }

    private int room() {
        return ROWS_AT_ONCE - samples.size() - rollUps.size();
    }

    private static Map<Keep, List<Long>> byKeep(Map<Long, Keep> series) {
        var by = new HashMap<Keep, List<Long>>();
        series.forEach((id, keep) -> by.computeIfAbsent(keep, _ -> new ArrayList<>()).add(id));
        return by;
    }

    /** Looks for blocks whose samples segments hold; of what pipelines made, for all. */
    void findBlocks(BlockStore.Gateway gateway, Duration keep) throws DatabaseException {
        find(
                "select i.id, 0, i.epoch_id, i.sequence, i.place, i.last_time, i.samples from epoch e cross join item i where e.gateway_id = ? and i.epoch_id = e.id and i.stream = 2 and i.state = 1 and "
                        + (gateway.isDerived()
                                ? ""
                                : "not exists (select 1 from fresh f where f.epoch_id = i.epoch_id and f.sequence = i.sequence) and ")
                        + "i.last_time < ? limit ?",
                keep,
                BLOCKS_AT_ONCE,
                blocks,
                gateway.id());
    }

    /** The question ends with the time below which rows look old, and how many are asked for. */
    private void find(String sql, Duration keep, int most, List<Row> into, Object... of)
            throws DatabaseException {
        if (keep.isZero() || most == 0) {
            return;
        }
        long limit = clock.epochNanos() - keep.toNanos();
        int full = into.size() + most;
        var values = new ArrayList<@Nullable Object>(List.of(of));
        values.add(limit);
        // of a clock that was wrong many may look old that are not
        values.add(line.isStraight() ? most : Integer.MAX_VALUE);
        store.each(
                sql,
                r ->
                        new Row(
                                r.getLong(1),
                                r.getLong(2),
                                r.getLong(3),
                                r.getLong(4),
                                r.getLong(5),
                                r.getLong(6),
                                r.getLong(7)),
                row -> {
                    if (into.size() < full && sourceTime(row) < limit) {
                        into.add(row);
                    }
                },
                values.toArray());
    }
}
