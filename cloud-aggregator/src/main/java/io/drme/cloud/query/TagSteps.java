package io.drme.cloud.query;

import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.Gateway;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.cloud.store.BlockStore.TagRow;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.PieceReader;
import io.drme.cloud.store.SeriesPieces;
import io.drme.cloud.store.SeriesPieces.Piece;
import io.drme.cloud.store.TimedBlocks;
import io.drme.history.ClockLine;
import io.drme.history.RollUp;
import io.drme.history.RollUpFunction;
import io.drme.history.RollUpRow;
import io.drme.model.ValueType;
import io.drme.schema.BadEventException;
import io.drme.schema.EventSchema;
import io.drme.schema.GatewayLife;
import io.drme.schema.Payloads;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Rolls one tag up by steps. Safe for use from any thread; may block. */
final class TagSteps {
    private static final int MAX_EVENTS = 10_000;

    /** What began before the span and reaches into it is looked for so far back. */
    private static final Duration BEFORE = Duration.ofDays(7);

    private final BlockStore store;
    private final Clock clock;

    TagSteps(BlockStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Rolls a tag up by steps.
     *
     * @throws RollUp.TooLargeException where there would be too many steps
     */
    List<RollUpRow> rollUp(
            Gateway gateway, String tag, RollUp.Span span, Set<RollUpFunction> functions)
            throws DatabaseException {
        var within = new Span(span.from(), Math.min(span.to(), clock.epochNanos()));
        var timed = new TimedBlocks(store);
        var clock = timed.clock(gateway.id());
        var places = new SeriesPieces(store);
        var pieces =
                places.list(
                        gateway.id(),
                        tag,
                        clock,
                        within,
                        SeriesPieces.After.NOTHING,
                        TrendFeed.level(span.stepNanos()));
        var before = places.before(gateway.id(), tag, clock, span.from());
        var type = type(pieces, before);
        if (type.isEmpty()) {
            return List.of();
        }
        boolean weighted = described(gateway, tag).map(t -> t.deadband() > 0).orElse(false);
        var steps = new RollUp.Span(span.from(), within.toNanos(), span.stepNanos());
        var rollUp = new RollUp(type.get(), weighted, steps, functions);
        var reader = new PieceReader(store, clock);
        var feed = new TrendFeed(rollUp, type.get(), clock, reader, ends(gateway, clock, within));
        if (weighted && before.isPresent()) {
            feed.take(List.of(before.get()));
        }
        feed.take(pieces);
        feed.end();
        return rollUp.rows();
    }

    /** The newest type where a tag has changed it. */
    private static Optional<ValueType> type(List<Piece> pieces, Optional<Piece> before) {
        return pieces.isEmpty() ? before.map(Piece::type) : Optional.of(pieces.getLast().type());
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
}
