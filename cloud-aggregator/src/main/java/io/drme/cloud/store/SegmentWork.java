package io.drme.cloud.store;

import io.drme.block.BadBlockException;
import io.drme.block.BlockReader;
import io.drme.block.SeriesColumns;
import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.ValueType;
import io.drme.time.Clock;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One segment in the making: some series a pass, so that memory is bounded whatever a gateway has.
 * Confined to its owner.
 */
final class SegmentWork implements AutoCloseable {
    /** Most samples held at once, but for a series that alone has more. */
    private static final long SAMPLES_A_PASS = 600_000;

    /** More blocks wait for the next time. */
    private static final int MOST_BLOCKS = 3_000;

    private static final Logger log = LoggerFactory.getLogger(SegmentWork.class);

    private final BlockStore store;
    private final Writer writer;
    private final Statements statements;
    private final Clock clock;
    private final SegmentStats stats;
    private final Target target;
    private final List<Unread> blocks;
    private final List<Long> replaced;
    private final Set<Unread> unread;
    private final Map<Long, String> names = new HashMap<>();
    private final Map<String, Long> ids = new HashMap<>();
    private final List<List<Long>> passes;
    private final SegmentMaker maker;
    private final SeriesColumns columns = new SeriesColumns();
    private final long segmentId;
    private int next;
    private boolean spoiled;

    private SegmentWork(
            BlockStore store,
            Writer writer,
            Clock clock,
            SegmentStats stats,
            Target target,
            Inputs inputs)
            throws DatabaseException, SQLException {
        this.store = store;
        this.writer = writer;
        this.statements = writer.statements();
        this.clock = clock;
        this.stats = stats;
        this.target = target;
        this.blocks = inputs.blocks;
        this.replaced = inputs.replaced;
        this.unread = inputs.unread;
        for (var series :
                store.list(
                        "select id, tag from series where gateway_id = ?",
                        r -> new Named(r.getLong(1), r.getString(2)),
                        target.gatewayId)) {
            names.put(series.id, series.tag);
            ids.put(series.tag, series.id);
        }
        this.passes = passes();
        this.segmentId = inserted();
        this.maker = new SegmentMaker(target.gateway, target.epoch, target.period);
    }

    /** Which hour or day of which epoch. */
    record Target(
            GatewayId gateway,
            long gatewayId,
            EpochId epoch,
            long epochId,
            int level,
            long period) {
        private long hours() {
            return level == Segments.HOUR ? 1 : Segments.HOURS_PER_DAY;
        }

        long fromStamp() {
            return period * hours() * Segments.STAMPS_PER_HOUR;
        }

        long toStamp() {
            return fromStamp() + hours() * Segments.STAMPS_PER_HOUR;
        }
    }

    /**
     * A block that could not be read, and stays as it came until its gateway sends it again.
     *
     * @param receivedNanos tells it from the one that then comes
     */
    record Unread(long epochId, long sequence, long receivedNanos) {}

    private record Replaced(long id, int level) {}

    private record Named(long id, String tag) {}

    private record Held(long seriesId, long samples) {}

    private record Inputs(List<Unread> blocks, List<Long> replaced, Set<Unread> unread) {}

    /**
     * Begins a segment; empty where there is nothing to put together.
     *
     * @param unread blocks that are left out; those that can't be read are added
     */
    static Optional<SegmentWork> begin(
            BlockStore store,
            Writer writer,
            Clock clock,
            SegmentStats stats,
            Target target,
            Set<Unread> unread)
            throws DatabaseException, SQLException {
        var replaced =
                store.list(
                        "select id, level from segment where epoch_id = ? and state = 1 and expired = 0 and ((level = ? and period = ?) or (level = 1 and ? = 2 and period between ? and ?)) order by period, level",
                        r -> new Replaced(r.getLong(1), r.getInt(2)),
                        target.epochId,
                        target.level,
                        target.period,
                        target.level,
                        target.period * Segments.HOURS_PER_DAY,
                        target.period * Segments.HOURS_PER_DAY + Segments.HOURS_PER_DAY - 1);
        var blocks =
                store.list(
                        "select sequence, received_at from fresh where epoch_id = ? and segment_id = 0 and place >= ? and place < ? order by place, sequence limit ?",
                        r -> new Unread(target.epochId, r.getLong(1), r.getLong(2)),
                        target.epochId,
                        target.fromStamp(),
                        target.toStamp(),
                        MOST_BLOCKS);
        blocks.removeAll(unread);
        boolean isMade = replaced.stream().allMatch(s -> s.level == target.level);
        if (blocks.isEmpty() && (isMade || target.level == Segments.HOUR)) {
            return Optional.empty();
        }
        var inputs = new Inputs(blocks, replaced.stream().map(Replaced::id).toList(), unread);
        return Optional.of(new SegmentWork(store, writer, clock, stats, target, inputs));
    }

    /** Which series, in their order, are packed together. */
    private List<List<Long>> passes() throws DatabaseException {
        var held = new ArrayList<Held>();
        held.addAll(
                store.list(
                        "select b.series_id, sum(b.samples) from fresh f join block_series b on b.epoch_id = f.epoch_id and b.sequence = f.sequence where f.epoch_id = ? and f.segment_id = 0 and f.place >= ? and f.place < ? group by b.series_id",
                        r -> new Held(r.getLong(1), r.getLong(2)),
                        target.epochId,
                        target.fromStamp(),
                        target.toStamp()));
        if (!replaced.isEmpty()) {
            held.addAll(
                    store.list(
                            "select series_id, sum(samples) from segment_series where segment_id in ("
                                    + marks()
                                    + ") group by series_id",
                            r -> new Held(r.getLong(1), r.getLong(2)),
                            replaced.toArray()));
        }
        var samples = new TreeMap<Long, Long>();
        held.forEach(h -> samples.merge(h.seriesId, h.samples, Long::sum));
        return passes(samples);
    }

    private static List<List<Long>> passes(SortedMap<Long, Long> samples) {
        var all = new ArrayList<List<Long>>();
        var pass = new ArrayList<Long>();
        long held = 0;
        for (var series : samples.entrySet()) {
            pass.add(series.getKey());
            held += series.getValue();
            if (held >= SAMPLES_A_PASS && pass.size() % SegmentMaker.TAGS_TOGETHER == 0) {
                all.add(List.copyOf(pass));
                pass.clear();
                held = 0;
            }
        }
        if (!pass.isEmpty()) {
            all.add(pass);
        }
        return all;
    }

    private String marks() {
        return String.join(", ", Collections.nCopies(replaced.size(), "?"));
    }

    private long inserted() throws SQLException {
        writer.begin();
        writer.dialect().own(statements, target.gateway.text());
        statements.change(
                "insert into segment (epoch_id, level, period, state, changed_at) values (?, ?, ?, ?, ?)",
                target.epochId,
                target.level,
                target.period,
                Segments.BEING_MADE,
                clock.epochNanos());
        long id =
                statements
                        .one(
                                "select max(id) from segment where epoch_id = ? and level = ? and period = ?",
                                r -> r.getLong(1),
                                target.epochId,
                                target.level,
                                target.period)
                        .orElseThrow();
        writer.commit();
        return id;
    }

    /** Packs the next series; false where all are, or a block can't be read. */
    boolean pass() throws DatabaseException, SQLException {
        if (spoiled || next == passes.size()) {
            return false;
        }
        var wanted = passes.get(next++);
        var runs = new TreeMap<Long, Map<ValueType, Run>>();
        fromSegments(wanted, runs);
        fromBlocks(wanted, runs);
        if (spoiled) {
            return false;
        }
        var all = new ArrayList<SegmentMaker.Series>();
        for (var series : wanted) {
            for (var run : runs.getOrDefault(series, Map.of()).values()) {
                run.sort();
                all.add(new SegmentMaker.Series(series, names.getOrDefault(series, ""), run));
            }
        }
        try {
            write(maker.parts(all), maker.rollUps(all));
        } catch (BadBlockException e) {
            throw new IllegalStateException("what was just packed can't be read: " + e, e);
        }
        return true;
    }

    private void fromSegments(List<Long> wanted, SortedMap<Long, Map<ValueType, Run>> into)
            throws DatabaseException {
        if (replaced.isEmpty()) {
            return;
        }
        record Place(long partId, int ordinal, long seriesId) {}
        var values = new ArrayList<@Nullable Object>(replaced);
        values.add(wanted.getFirst());
        values.add(wanted.getLast());
        var places =
                store.list(
                        "select x.part_id, x.ordinal, x.series_id from segment_series x join segment g on g.id = x.segment_id where x.segment_id in ("
                                + marks()
                                + ") and x.series_id between ? and ? order by g.level desc, g.period, x.part_id, x.ordinal",
                        r -> new Place(r.getLong(1), r.getInt(2), r.getLong(3)),
                        values.toArray());
        long open = 0;
        BlockReader block = null;
        for (var place : places) {
            if (place.partId != open) {
                open = place.partId;
                block = part(open);
            }
            if (block != null) {
                try {
                    take(block, place.ordinal, place.seriesId, into);
                } catch (BadBlockException e) {
                    unreadable("part " + open, e);
                }
            }
        }
    }

    private @Nullable BlockReader part(long id) throws DatabaseException {
        var payload =
                store.list("select payload from segment_part where id = ?", r -> r.getBytes(1), id);
        if (payload.isEmpty()) {
            return null;
        }
        try {
            return BlockReader.openColumns(payload.getFirst());
        } catch (BadBlockException e) {
            unreadable("part " + id, e);
            return null;
        }
    }

    private void unreadable(String what, BadBlockException e) {
        stats.unreadable();
        log.warn("segment={} {}=unreadable why=\"{}\"", this, what, e.getMessage());
    }

    private void fromBlocks(List<Long> wanted, SortedMap<Long, Map<ValueType, Run>> into)
            throws DatabaseException {
        var those = new HashSet<>(wanted);
        for (var one : blocks) {
            var payload = store.block(target.epochId, one.sequence);
            try {
                if (payload.isEmpty()) {
                    spoiledBy(one, "its bytes are not there");
                } else {
                    take(BlockReader.openColumns(payload.get()), those, into);
                }
            } catch (BadBlockException e) {
                spoiledBy(one, String.valueOf(e.getMessage()));
            }
        }
    }

    private void take(BlockReader block, Set<Long> those, SortedMap<Long, Map<ValueType, Run>> into)
            throws BadBlockException {
        for (int i = 0; i < block.seriesCount(); i++) {
            var series = ids.get(block.tag(i).text());
            if (series != null && those.contains(series)) {
                take(block, i, series, into);
            }
        }
    }

    /** Some of its samples may be packed already: the segment is made again without it. */
    private void spoiledBy(Unread block, String why) {
        spoiled = true;
        if (unread.add(block)) {
            stats.unreadable();
            log.warn(
                    "segment={} block={} unreadable why=\"{}\" do=\"drmectl backfill {}: it stays out of segments until the gateway sends it again\"",
                    this,
                    block.sequence,
                    why,
                    target.gateway);
        }
    }

    private void take(
            BlockReader block, int ordinal, long series, SortedMap<Long, Map<ValueType, Run>> into)
            throws BadBlockException {
        block.decode(ordinal, columns);
        into.computeIfAbsent(series, _ -> new TreeMap<>())
                .computeIfAbsent(columns.type(), Run::new)
                .add(columns, block.groupNumber(block.groupOf(ordinal)));
    }

    private void write(List<SegmentMaker.Part> parts, List<SegmentMaker.Rolled> rolled)
            throws SQLException {
        writer.begin();
        for (var part : parts) {
            statements.change(
                    "insert into segment_part (segment_id, payload) values (?, ?)",
                    segmentId,
                    part.payload());
            long partId =
                    statements
                            .one(
                                    "select max(id) from segment_part where segment_id = ?",
                                    r -> r.getLong(1),
                                    segmentId)
                            .orElseThrow();
            long samples = 0;
            for (var s : part.series()) {
                samples += s.samples();
                statements.change(
                        "insert into segment_series (series_id, epoch_id, place, segment_id, part_id, ordinal, last_stamp, type, samples, first_time, last_time) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        s.seriesId(),
                        target.epochId,
                        s.place(),
                        segmentId,
                        partId,
                        s.ordinal(),
                        s.lastStamp(),
                        s.type().code(),
                        s.samples(),
                        s.firstTime(),
                        s.lastTime());
            }
            stats.packed(samples, part.payload().length);
        }
        for (var one : rolled) {
            rollUp(one);
        }
        writer.commit();
    }

    private void rollUp(SegmentMaker.Rolled one) throws SQLException {
        var run = one.of();
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (int i = 0; i < run.size(); i++) {
            first = Math.min(first, run.source(i));
            last = Math.max(last, run.source(i));
        }
        statements.change(
                "insert into roll_up (series_id, level, epoch_id, place, segment_id, last_stamp, type, first_time, last_time, payload) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                one.seriesId(),
                one.level(),
                target.epochId,
                run.stamp(0),
                segmentId,
                run.stamp(run.size() - 1),
                run.type().code(),
                first,
                last,
                one.payload());
    }

    /** Whether a block of it can't be read: the segment has to be made again, without that. */
    boolean isSpoiled() {
        return spoiled;
    }

    /**
     * Has the segment read from now on, in place of what went into it, all at once.
     *
     * @return false where some of that was taken by somebody else, and nothing was changed
     */
    boolean readFromNow() throws SQLException {
        writer.begin();
        writer.dialect().own(statements, target.gateway.text());
        long now = clock.epochNanos();
        boolean isUnchanged = true;
        for (var old : replaced) {
            isUnchanged &=
                    statements.change(
                                    "update segment set state = 2, changed_at = ? where id = ? and state = 1 and expired = 0",
                                    now,
                                    old)
                            == 1;
        }
        for (var block : blocks) {
            isUnchanged &=
                    statements.change(
                                    "update fresh set segment_id = ? where epoch_id = ? and sequence = ? and segment_id = 0",
                                    segmentId,
                                    target.epochId,
                                    block.sequence)
                            == 1;
        }
        isUnchanged &=
                statements.change(
                                "update segment set state = 1, changed_at = ? where id = ? and state = 0",
                                now,
                                segmentId)
                        == 1;
        if (isUnchanged) {
            writer.commit();
            stats.made(blocks.size());
        } else {
            writer.rollBack();
        }
        return isUnchanged;
    }

    @Override
    public String toString() {
        return "%s/%s/%s-%d"
                .formatted(
                        target.gateway,
                        target.epoch,
                        target.level == Segments.HOUR ? "hour" : "day",
                        target.period);
    }

    @Override
    public void close() {
        maker.close();
    }
}
