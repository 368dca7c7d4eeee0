package io.drme.cloud.query;

import io.drme.block.BadBlockException;
import io.drme.block.BlockReader;
import io.drme.block.SeriesColumns;
import io.drme.block.TickColumns;
import io.drme.cloud.query.Fleet.GatewayView;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.BlockPlace;
import io.drme.cloud.store.BlockStore.Gateway;
import io.drme.cloud.store.BlockStore.SeriesRow;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.cloud.store.BlockStore.TagRow;
import io.drme.cloud.store.DatabaseException;
import io.drme.history.Gap;
import io.drme.history.Gaps;
import io.drme.history.RollUp;
import io.drme.history.RollUpFunction;
import io.drme.history.RollUpRow;
import io.drme.model.StreamKind;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import io.drme.schema.BadEventException;
import io.drme.schema.EventSchema;
import io.drme.schema.GatewayLife;
import io.drme.schema.Payload;
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
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** What began before the span and reaches into it is looked for so far back. */
    private static final Duration BEFORE = Duration.ofDays(7);

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
        var rows = store.series(gateway.id(), tag, within, BlockPlace.START, MAX_BLOCKS);
        var before = store.before(gateway.id(), tag, span.from());
        var type = type(rows, before);
        if (type.isEmpty()) {
            return List.of();
        }
        boolean weighted = described(gateway, tag).map(t -> t.deadband() > 0).orElse(false);
        var steps = new RollUp.Span(span.from(), within.toNanos(), span.stepNanos());
        var rollUp = new RollUp(type.get(), weighted, steps, functions);
        var ends = ends(gateway, within);
        var opened = new OpenBlock();
        int end = 0;
        if (weighted && before.isPresent() && before.get().type() == type.get()) {
            rollUp.add(opened.series(before.get()));
        }
        for (var row : rows) {
            while (end < ends.size() && ends.get(end) < row.stats().firstTime()) {
                rollUp.interrupt(ends.get(end++));
            }
            if (row.type() == type.get() && !rollUp.addStats(row.stats())) {
                rollUp.add(opened.series(row));
            }
        }
        while (end < ends.size()) {
            rollUp.interrupt(ends.get(end++));
        }
        return rollUp.rows();
    }

    /** The newest type where a tag has changed it. */
    private static Optional<ValueType> type(List<SeriesRow> rows, Optional<SeriesRow> before) {
        return rows.isEmpty() ? before.map(SeriesRow::type) : Optional.of(rows.getLast().type());
    }

    private Optional<TagRow> described(Gateway gateway, String tag) throws DatabaseException {
        return store.tags(gateway.id()).stream().filter(t -> t.name().equals(tag)).findFirst();
    }

    /** When the agent ended, so that no value is known to hold any longer. */
    private List<Long> ends(Gateway gateway, Span span) throws DatabaseException {
        var ends = new ArrayList<Long>();
        for (var event :
                events(
                        gateway,
                        List.of(EventSchema.GATEWAY_LIFE),
                        span.fromNanos() - BEFORE.toNanos(),
                        span.toNanos())) {
            if (event.payload instanceof GatewayLife life) {
                if (life.kind().equals("stopped")) {
                    ends.add(Hlc.epochNanos(event.time));
                } else if (life.lastCommitTime() > 0) {
                    ends.add(life.lastCommitTime());
                }
            }
        }
        return ends.stream().sorted().toList();
    }

    /** An event that this release can read. */
    private record Known(long time, Payload payload) {}

    private List<Known> events(
            Gateway gateway, List<EventSchema> schemas, long fromNanos, long toNanos)
            throws DatabaseException {
        var types = schemas.stream().map(EventSchema::type).toList();
        long from = Hlc.of(Math.max(0, fromNanos / NANOS_PER_MILLI), 0);
        long to = Hlc.of(Math.max(0, toNanos / NANOS_PER_MILLI + 1), 0);
        var found = new ArrayList<Known>();
        for (var stored : store.events(gateway.id(), types, from, to, MAX_EVENTS)) {
            try {
                found.add(new Known(stored.event().time(), Payloads.of(stored.event())));
            } catch (BadEventException _) {
                // of a release that this one does not know: says nothing to us
            }
        }
        return found;
    }

    /** The gaps of a tag in a span, each with its reason. */
    public List<Gap> gaps(Gateway gateway, String tag, Span asked) throws DatabaseException {
        var view = fleet.view(gateway);
        long arrived = store.lastArrived(gateway.id());
        long now = clock.epochNanos();
        boolean isFollowing = view.state().equals("online") && view.now().pendingItems() <= 1;
        long to =
                Math.min(asked.toNanos(), isFollowing ? Math.max(arrived, asked.fromNanos()) : now);
        if (to <= asked.fromNanos()) {
            return List.of();
        }
        var span = new Span(asked.fromNanos(), to);
        var gaps =
                new Gaps(
                        tag,
                        span.fromNanos(),
                        to,
                        described(gateway, tag).map(TagRow::pollNanos).orElse(0L));
        new Evidence(gateway, tag, span).feed(gaps);
        var early =
                events(
                        gateway,
                        List.of(EventSchema.GATEWAY_LIFE, EventSchema.CLOCK_STEP),
                        span.fromNanos() - BEFORE.toNanos(),
                        to);
        early.forEach(e -> gaps.event(e.time, e.payload, StreamKind.DATA));
        // What is dropped or thinned today is of days ago.
        events(
                        gateway,
                        List.of(EventSchema.DROP),
                        span.fromNanos() - BEFORE.toNanos(),
                        Math.max(to, now) + BEFORE.toNanos())
                .forEach(e -> gaps.event(e.time, e.payload, StreamKind.DATA));
        events(gateway, List.of(EventSchema.TAG_CATALOGUE), 0, to)
                .forEach(e -> gaps.event(e.time, e.payload, StreamKind.DATA));
        pending(gateway, view, span, arrived, gaps);
        return gaps.list();
    }

    /**
     * What is still on the gateway: holes between the blocks that are here, and what comes after.
     */
    private void pending(Gateway gateway, GatewayView view, Span span, long arrived, Gaps gaps)
            throws DatabaseException {
        for (var hole : store.holes(gateway.id())) {
            gaps.pending(
                    hole.fromNanos(),
                    hole.toNanos(),
                    "blocks %d to %d are still on the gateway%s"
                            .formatted(hole.fromSequence(), hole.toSequence(), progress(view)));
        }
        if (arrived < span.toNanos() && arrived > 0) {
            gaps.pending(arrived, span.toNanos(), "has not arrived yet" + progress(view));
        }
    }

    private static String progress(GatewayView view) {
        var waiting =
                "; %d samples waited there at its last report"
                        .formatted(view.now().pendingSamples());
        var time =
                view.drainSeconds() <= 0
                        ? ""
                        : ", here in about %.0f s".formatted(view.drainSeconds());
        return view.state().equals("offline") ? waiting + "; " + view.why() : waiting + time;
    }

    /** The samples and polls of one tag in a span. */
    private final class Evidence {
        private final Gateway gateway;
        private final String tag;
        private final Span span;
        private final OpenBlock opened = new OpenBlock();
        private int groupNumber = -1;

        Evidence(Gateway gateway, String tag, Span span) {
            this.gateway = gateway;
            this.tag = tag;
            this.span = span;
        }

        void feed(Gaps gaps) throws DatabaseException {
            var before = store.before(gateway.id(), tag, span.fromNanos());
            if (before.isPresent()) {
                samples(before.get(), gaps);
            }
            for (var row : store.series(gateway.id(), tag, span, BlockPlace.START, MAX_BLOCKS)) {
                samples(row, gaps);
            }
            if (groupNumber >= 0) {
                for (var block : store.blocks(gateway.id(), span, MAX_BLOCKS)) {
                    ticks(block, gaps);
                }
            }
        }

        private void samples(SeriesRow row, Gaps gaps) throws DatabaseException {
            var columns = opened.series(row);
            for (int i = 0; i < columns.size(); i++) {
                gaps.sample(columns.sourceTimes()[i], columns.qualities()[i]);
            }
            groupNumber = opened.groupOf(new TagName(tag)).orElse(groupNumber);
        }

        private void ticks(BlockPlace place, Gaps gaps) throws DatabaseException {
            var columns = opened.ticks(place, groupNumber);
            for (int i = 0; columns != null && i < columns.size(); i++) {
                gaps.tick(columns.gatewayTimes()[i], columns.outcomes()[i]);
            }
        }
    }

    /** The block opened last, as neighbouring questions are about the same. */
    private final class OpenBlock {
        private final SeriesColumns series = new SeriesColumns();
        private BlockPlace place = BlockPlace.START;
        private @Nullable BlockReader reader;

        SeriesColumns series(SeriesRow row) throws DatabaseException {
            var block = open(new BlockPlace(row.epochId(), row.place(), row.sequence()));
            if (block == null) {
                return new SeriesColumns();
            }
            try {
                block.decode(row.ordinal(), series);
                return series;
            } catch (BadBlockException e) {
                throw broken(e);
            }
        }

        Optional<Integer> groupOf(TagName tag) {
            var block = reader;
            if (block == null) {
                return Optional.empty();
            }
            var found = block.seriesOf(tag);
            return found.length == 0
                    ? Optional.empty()
                    : Optional.of(
                            block.groupNumber(block.series().get(found[found.length - 1]).group()));
        }

        @Nullable TickColumns ticks(BlockPlace where, int groupNumber) throws DatabaseException {
            var block = open(where);
            if (block == null) {
                return null;
            }
            for (int group = 0; group < block.groups(); group++) {
                if (block.groupNumber(group) == groupNumber) {
                    try {
                        return block.ticks(group);
                    } catch (BadBlockException e) {
                        throw broken(e);
                    }
                }
            }
            return null;
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
