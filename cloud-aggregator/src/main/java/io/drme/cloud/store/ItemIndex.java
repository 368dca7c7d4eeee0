package io.drme.cloud.store;

import io.drme.block.BadBlockException;
import io.drme.block.BlockReader;
import io.drme.block.BlockSeries;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.model.TagName;
import io.drme.schema.BadEventException;
import io.drme.sync.Item;
import io.drme.sync.ReceiverStore.Quarantine;
import io.drme.sync.ReceiverStore.State;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Optional;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes an item, and what queries need of its content, in the receiver's transaction. */
final class ItemIndex {
    private static final Logger log = LoggerFactory.getLogger(ItemIndex.class);

    private static final String BLOCK_SERIES =
            "insert into block_series (series_id, epoch_id, sequence, ordinal, place, type, samples, bad_samples, first_time, last_time, complete, first_bits, last_bits, min_bits, max_bits, total, integral, covered_nanos) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private final Statements statements;
    private final Ids ids;
    private final GatewayId gateway;
    private final Ids.Epoch epoch;
    private final long nowNanos;
    private final OpenedBlock opened;

    ItemIndex(
            Statements statements,
            Ids ids,
            GatewayId gateway,
            Ids.Epoch epoch,
            long nowNanos,
            OpenedBlock opened) {
        this.opened = opened;
        this.statements = statements;
        this.ids = ids;
        this.gateway = gateway;
        this.epoch = epoch;
        this.nowNanos = nowNanos;
    }

    void insert(Item item, Optional<Quarantine> quarantine) throws SQLException {
        if (quarantine.isPresent()) {
            row(item, State.QUARANTINED, new Times(0, 0, 0));
            statements.change(
                    "insert into quarantine (item_id, off_chain, detail) select id, ?, ? from item where epoch_id = ? and stream = ? and sequence = ?",
                    quarantine.get().offChain() ? 1 : 0,
                    quarantine.get().detail(),
                    epoch.id(),
                    item.stream().code(),
                    item.sequence());
        } else if (item.stream() == StreamKind.DATA) {
            block(item);
        } else {
            row(item, State.STORED, new Times(nowNanos, nowNanos, 0));
            event(item);
        }
    }

    private void event(Item item) throws SQLException {
        try {
            new EventIndex(statements, epoch).add(item);
            timesMoved(item.sequence());
        } catch (BadEventException e) {
            log.warn("gateway={} item={} not-indexed {}", gateway, item, e.getMessage());
        }
    }

    /** Where the event bends the clock's line, samples that are here are of another time now. */
    private void timesMoved(long sequence) throws SQLException {
        var span =
                statements.one(
                        "select min(i.first_time), max(i.last_time), count(i.id) from clock_step c join item i on i.epoch_id = c.epoch_id and i.stream = 2 and i.state = 1 where c.gateway_id = ? and c.epoch_id = ? and c.sequence = ? and c.crooked = 1",
                        r ->
                                r.getLong(3) == 0
                                        ? new Times(0, -1, 0)
                                        : new Times(r.getLong(1), r.getLong(2), 0),
                        epoch.gatewayId(),
                        epoch.id(),
                        sequence);
        if (span.isPresent() && span.get().first <= span.get().last) {
            ids.arrivals().add(epoch.id(), Arrivals.NO_BLOCK, span.get().first, span.get().last);
        }
    }

    private void block(Item item) throws SQLException {
        BlockReader block;
        try {
            block = opened.of(item.payload());
        } catch (BadBlockException e) {
            // The receiver's reader looked before; what it let pass is kept, and found by nobody.
            log.warn("gateway={} item={} not-indexed {}", gateway, item, e.getMessage());
            row(item, State.STORED, new Times(0, 0, 0));
            return;
        }
        var places = places(item, block);
        long place = LongStream.of(places).min().orElse(0);
        row(
                item,
                State.STORED,
                new Times(block.header().firstTime(), block.header().lastTime(), place));
        fresh(item, block, place);
        // A tag that changed its poll group or type has several series here, and one place: a
        // list that goes on behind a block must not find a part of it again.
        var byTag = new HashMap<TagName, Long>();
        for (var series : block.series()) {
            byTag.merge(series.tag(), places[series.group()], Math::min);
        }
        int ordinal = 0;
        for (var series : block.series()) {
            series(item.sequence(), ordinal++, series, byTag.getOrDefault(series.tag(), 0L));
        }
        statements.changeAll(BLOCK_SERIES);
        newest(item.sequence(), place);
        ids.arrivals()
                .add(
                        epoch.id(),
                        item.sequence(),
                        block.header().firstTime(),
                        block.header().lastTime());
    }

    /** Until a segment holds its samples, the block is read as it came. */
    private void fresh(Item item, BlockReader block, long place) throws SQLException {
        statements.change(
                "insert into fresh (epoch_id, sequence, place, last_stamp, first_time, last_time, received_at, samples) values (?, ?, ?, ?, ?, ?, ?, ?)",
                epoch.id(),
                item.sequence(),
                place,
                lastStamp(item, block),
                block.header().firstTime(),
                block.header().lastTime(),
                nowNanos,
                (long) item.samples());
    }

    private long lastStamp(Item item, BlockReader block) {
        long last = 0;
        for (int group = 0; group < block.groups(); group++) {
            try {
                var ticks = block.ticks(group);
                last =
                        Math.max(
                                last,
                                LongStream.of(ticks.gatewayTimes())
                                        .limit(ticks.size())
                                        .max()
                                        .orElse(0));
            } catch (BadBlockException e) {
                log.warn("gateway={} item={} ticks-unread {}", gateway, item, e.getMessage());
                return Segments.UNKNOWN_STAMP;
            }
        }
        return last;
    }

    /** Notes where the newest samples of the block's series are, unless newer ones are known. */
    private void newest(long sequence, long place) throws SQLException {
        statements.change(
                "update series set newest_epoch = ?, newest_place = ?, newest_sequence = ? where id in (select series_id from block_series where epoch_id = ? and sequence = ?) and (newest_epoch < ? or (newest_epoch = ? and (newest_place < ? or (newest_place = ? and newest_sequence < ?))))",
                epoch.id(),
                place,
                sequence,
                epoch.id(),
                sequence,
                epoch.id(),
                epoch.id(),
                place,
                place,
                sequence);
    }

    /**
     * The least stamp of each group: of envelopes not the first, as older ones may stand behind.
     */
    private long[] places(Item item, BlockReader block) {
        var places = new long[block.groups()];
        for (int group = 0; group < places.length; group++) {
            try {
                var ticks = block.ticks(group);
                places[group] =
                        LongStream.of(ticks.gatewayTimes()).limit(ticks.size()).min().orElse(0);
            } catch (BadBlockException e) {
                // The receiver's reader looked before; history has it first of all.
                log.warn("gateway={} item={} ticks-unread {}", gateway, item, e.getMessage());
            }
        }
        return places;
    }

    private void series(long sequence, int ordinal, BlockSeries series, long place)
            throws SQLException {
        var stats = series.stats();
        long id = ids.series(epoch.gatewayId(), series.tag().text());
        statements.put(
                BLOCK_SERIES,
                id,
                epoch.id(),
                sequence,
                ordinal,
                place,
                series.type().code(),
                stats.count(),
                stats.badCount(),
                stats.firstTime(),
                stats.lastTime(),
                stats.complete() ? 1 : 0,
                stats.firstBits(),
                stats.lastBits(),
                stats.minBits(),
                stats.maxBits(),
                stats.sum(),
                stats.integral(),
                stats.coveredNanos());
    }

    private record Times(long first, long last, long place) {}

    private void row(Item item, State state, Times times) throws SQLException {
        int rows =
                statements.change(
                        "insert into item (epoch_id, stream, sequence, state, samples, first_time, last_time, place, received_at, previous, hash, payload) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
                        epoch.id(),
                        item.stream().code(),
                        item.sequence(),
                        state.code(),
                        (long) item.samples(),
                        times.first,
                        times.last,
                        times.place,
                        nowNanos,
                        item.previous().bytes(),
                        item.hash().bytes(),
                        item.payload());
        if (rows != 1) {
            throw new IllegalStateException(
                    "%s/%s/%d is there already; the receiver looks before"
                            .formatted(gateway, item.stream().text(), item.sequence()));
        }
    }
}
