package io.drme.cloud.query;

import io.drme.block.BadBlockException;
import io.drme.block.BlockReader;
import io.drme.block.SeriesColumns;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.BlockPlace;
import io.drme.cloud.store.BlockStore.Gateway;
import io.drme.cloud.store.BlockStore.SeriesRow;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.cloud.store.BlockStore.TagRow;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.TimedBlocks;
import io.drme.history.ClockLine;
import io.drme.history.Gap;
import io.drme.history.RollUp;
import io.drme.history.RollUpFunction;
import io.drme.history.RollUpRow;
import io.drme.model.ValueType;
import io.drme.schema.BadEventException;
import io.drme.schema.EventSchema;
import io.drme.schema.GatewayLife;
import io.drme.schema.Payloads;
import io.drme.time.Clock;
import io.drme.time.Hlc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one tag was over time: steps and gaps. Safe for use from any thread; may block. */
public final class Trends {
    /** Blocks looked at by one question; it bounds its time. A year of blocks a minute. */
    private static final int MAX_BLOCKS = 600_000;

    private static final int MAX_EVENTS = 10_000;

    /** What began before the span and reaches into it is looked for so far back. */
    private static final Duration BEFORE = Duration.ofDays(7);

    private static final Duration LATE = Duration.ofMinutes(10);
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final BlockStore store;
    private final Fleet fleet;
    private final Clock clock;

    /** Answers from a store. */
    public Trends(BlockStore store, Fleet fleet, Clock clock) {
        this.store = store;
        this.fleet = fleet;
        this.clock = clock;
    }

    /**
     * Rolls a tag up by steps.
     *
     * @throws RollUp.TooLargeException where there would be too many steps
     */
    public List<RollUpRow> rollUp(
            Gateway gateway, String tag, RollUp.Span span, Set<RollUpFunction> functions)
            throws DatabaseException {
        var within = new Span(span.from(), Math.min(span.to(), clock.epochNanos()));
        var timed = new TimedBlocks(store);
        var clock = timed.clock(gateway.id());
        var rows = timed.series(gateway.id(), tag, clock, within, BlockPlace.START, MAX_BLOCKS);
        var before = timed.before(gateway.id(), tag, clock, span.from());
        var type = type(rows, before);
        if (type.isEmpty()) {
            return List.of();
        }
        boolean weighted = described(gateway, tag).map(t -> t.deadband() > 0).orElse(false);
        var steps = new RollUp.Span(span.from(), within.toNanos(), span.stepNanos());
        var rollUp = new RollUp(type.get(), weighted, steps, functions);
        var ends = ends(gateway, clock, within);
        var opened = new OpenBlock(clock);
        int end = 0;
        if (weighted && before.isPresent() && before.get().type() == type.get()) {
            rollUp.add(opened.series(before.get()));
        }
        for (var row : rows) {
            while (end < ends.size() && ends.get(end) < row.stats().firstTime()) {
                rollUp.interrupt(ends.get(end++));
            }
            boolean isAdded =
                    row.type() != type.get()
                            || (isStraight(clock, row) && rollUp.addStats(row.stats()));
            if (!isAdded) {
                rollUp.add(opened.series(row));
            }
        }
        while (end < ends.size()) {
            rollUp.interrupt(ends.get(end++));
        }
        return rollUp.rows();
    }

    /**
     * Whether a block's figures can be taken as they stand; its polls end soon after its samples.
     */
    private static boolean isStraight(ClockLine clock, SeriesRow row) {
        long end = Math.max(0, (row.stats().lastTime() + LATE.toNanos()) / NANOS_PER_MILLI);
        return clock.isStraight(row.epochId(), row.place(), Math.max(row.place(), Hlc.of(end, 0)));
    }

    /** The newest type where a tag has changed it. */
    private static Optional<ValueType> type(List<SeriesRow> rows, Optional<SeriesRow> before) {
        return rows.isEmpty() ? before.map(SeriesRow::type) : Optional.of(rows.getLast().type());
    }

    private Optional<TagRow> described(Gateway gateway, String tag) throws DatabaseException {
        return store.tags(gateway.id()).stream().filter(t -> t.name().equals(tag)).findFirst();
    }

    /** When the agent ended, so that no value is known to hold any longer. */
    private List<Long> ends(Gateway gateway, ClockLine clock, Span span) throws DatabaseException {
        var ends = new ArrayList<Long>();
        var types = List.of(EventSchema.GATEWAY_LIFE.type());
        for (var stored : store.newestEvents(gateway.id(), types, MAX_EVENTS)) {
            try {
                if (Payloads.of(stored.event()) instanceof GatewayLife life) {
                    long stamp = stored.event().time();
                    ends.add(
                            life.kind().equals("stopped")
                                    ? clock.timeOf(stored.epochId(), stamp)
                                    : clock.lastTime(
                                            stored.epochId(), stamp, life.lastCommitTime()));
                }
            } catch (BadEventException _) {
                // of a release that this one does not know: says nothing to us
            }
        }
        long earliest = span.fromNanos() - BEFORE.toNanos();
        return ends.stream().filter(e -> e >= earliest && e < span.toNanos()).sorted().toList();
    }

    /** The gaps of a tag in a span, each with its reason. */
    public List<Gap> gaps(Gateway gateway, String tag, Span asked) throws DatabaseException {
        var line = CentreGaps.Line.of(fleet.view(gateway));
        return new CentreGaps(store, clock).list(gateway, line, tag, asked);
    }

    /** The block opened last, as neighbouring questions are about the same. */
    private final class OpenBlock {
        private final ClockLine clock;
        private final SeriesColumns series = new SeriesColumns();
        private BlockPlace place = BlockPlace.START;
        private @Nullable BlockReader reader;

        OpenBlock(ClockLine clock) {
            this.clock = clock;
        }

        SeriesColumns series(SeriesRow row) throws DatabaseException {
            var block = open(new BlockPlace(row.epochId(), row.place(), row.sequence()));
            if (block == null) {
                return new SeriesColumns();
            }
            try {
                block.decode(row.ordinal(), series);
                clock.correct(row.epochId(), series);
                return series;
            } catch (BadBlockException e) {
                throw broken(e);
            }
        }

        private @Nullable BlockReader open(BlockPlace where) throws DatabaseException {
            if (where.epochId() != place.epochId() || where.sequence() != place.sequence()) {
                place = where;
                reader = null;
                var payload = store.block(where.epochId(), where.sequence());
                if (payload.isPresent()) {
                    try {
                        reader = BlockReader.open(payload.get());
                    } catch (BadBlockException e) {
                        throw broken(e);
                    }
                }
            }
            return reader;
        }

        private static IllegalStateException broken(BadBlockException e) {
            return new IllegalStateException("a stored block can't be read: " + e.getMessage(), e);
        }
    }
}
