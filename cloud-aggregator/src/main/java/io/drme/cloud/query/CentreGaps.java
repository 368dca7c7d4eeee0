package io.drme.cloud.query;

import io.drme.block.BadBlockException;
import io.drme.block.BlockReader;
import io.drme.cloud.query.Fleet.GatewayView;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.BlockPlace;
import io.drme.cloud.store.BlockStore.Gateway;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.cloud.store.BlockStore.TagRow;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.MissingBlocks;
import io.drme.cloud.store.PieceReader;
import io.drme.cloud.store.SeriesPieces;
import io.drme.cloud.store.TimedBlocks;
import io.drme.history.ClockLine;
import io.drme.history.Gap;
import io.drme.history.Gaps;
import io.drme.history.TagBlocks;
import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.model.TagName;
import io.drme.schema.BadEventException;
import io.drme.schema.Drop;
import io.drme.schema.EventSchema;
import io.drme.schema.Payload;
import io.drme.schema.Payloads;
import io.drme.sync.RangeSet;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The gaps of a tag by what the centre holds: the same computation as on the gateway, and in
 * addition what has not arrived. Safe for use from any thread; may block.
 */
final class CentreGaps {
    /** Blocks looked at by one question; it bounds its time. A year of blocks a minute. */
    private static final int MAX_BLOCKS = 600_000;

    /** Blocks of one moment: one a poll group of a large gateway. */
    private static final int MAX_AROUND = 64;

    /** Events looked at by one question, the newest. */
    private static final int MAX_EVENTS = 100_000;

    /** Blocks in quarantine looked at by one question, the newest. */
    private static final int MAX_QUARANTINED = 10_000;

    /** A block's times are those of its samples; its polls may be so far outside of them. */
    private static final long MARGIN_NANOS = Duration.ofMinutes(10).toNanos();

    private static final String EXPIRED =
            "its samples were kept as long as the centre's store.retention says";

    private static final List<String> KINDS =
            List.of(
                    EventSchema.GATEWAY_LIFE.type(),
                    EventSchema.TAG_CATALOGUE.type(),
                    EventSchema.DROP.type(),
                    EventSchema.REFUSAL.type(),
                    EventSchema.PACE_CHANGE.type());

    private final BlockStore store;
    private final TimedBlocks timed;
    private final MissingBlocks missing;
    private final Clock clock;

    CentreGaps(BlockStore store, Clock clock) {
        this.store = store;
        this.timed = new TimedBlocks(store);
        this.missing = new MissingBlocks(store);
        this.clock = clock;
    }

    /**
     * How a gateway's line does.
     *
     * @param isFollowing whether what was sealed there is here but for the last moments
     * @param progress what is known of what is not here yet, for a person, behind a sentence
     */
    record Line(boolean isFollowing, String progress) {
        static Line of(GatewayView view) {
            boolean isFollowing = view.state().equals("online") && view.now().pendingItems() <= 1;
            return new Line(isFollowing, progress(view));
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
    }

    /** The gaps in a span, oldest first, each with its reason. */
    List<Gap> list(Gateway gateway, Line line, String tag, Span asked) throws DatabaseException {
        var times = timed.clock(gateway.id());
        var apart = new Apart(missing.quarantined(gateway.id(), MAX_QUARANTINED));
        long read = timed.lastArrived(gateway.id(), times);
        long arrived = Math.max(read, apart.lastCame());
        long newest = line.isFollowing ? Math.max(arrived, asked.fromNanos()) : clock.epochNanos();
        long to = Math.min(asked.toNanos(), newest);
        if (to <= asked.fromNanos()) {
            return List.of();
        }
        var span = new Span(asked.fromNanos(), to);
        long pollNanos =
                store.tags(gateway.id()).stream()
                        .filter(t -> t.name().equals(tag))
                        .findFirst()
                        .map(TagRow::pollNanos)
                        .orElse(0L);
        var gaps = new Gaps(tag, span.fromNanos(), to, pollNanos);
        var events = events(gateway);
        var absent = new Absences(gateway, line, events, apart);
        var ids = new HashMap<EpochId, Long>();
        for (var epoch : store.epochs(gateway.id())) {
            ids.put(epoch.epoch(), epoch.id());
        }
        var blocks =
                new TagBlocks(
                        new TagName(tag), gaps, absent::why, times, e -> ids.getOrDefault(e, 0L));
        long expired = store.expiredUntil(gateway.id(), tag);
        if (expired > span.fromNanos()) {
            gaps.expired(span.fromNanos(), Math.min(expired, to), EXPIRED);
        }
        feed(gateway, tag, times, new Span(Math.max(span.fromNanos(), expired), to), blocks);
        events.forEach(e -> e.tell(times, gaps));
        pending(gateway, times, line, gaps);
        if (arrived > read) {
            gaps.quarantined(read, arrived, apart.newestDetail());
        }
        if (arrived > 0) {
            gaps.nothingArrivedSince(arrived, "has not arrived yet" + line.progress);
        }
        return gaps.list();
    }

    private void feed(Gateway gateway, String tag, ClockLine times, Span span, TagBlocks blocks)
            throws DatabaseException {
        var places = new ArrayList<BlockPlace>();
        before(gateway, tag, times, span.fromNanos() - MARGIN_NANOS).ifPresent(places::add);
        var wide = new Span(span.fromNanos() - MARGIN_NANOS, span.toNanos() + MARGIN_NANOS);
        for (var place : timed.blocks(gateway.id(), times, wide, MAX_BLOCKS)) {
            if (places.isEmpty() || !place.equals(places.getFirst())) {
                places.add(place);
            }
        }
        var present = present(places);
        try {
            boolean isFound = false;
            for (int i = 0; i < places.size() && !isFound; i++) {
                var block = open(places.get(i));
                isFound = block.isPresent() && blocks.findGroup(block.get());
            }
            for (var place : places) {
                var block = open(place);
                if (block.isPresent()) {
                    blocks.block(
                            block.get(), present.getOrDefault(place.epochId(), RangeSet.EMPTY));
                }
            }
        } catch (BadBlockException e) {
            throw new IllegalStateException("a stored block can't be read: " + e.getMessage(), e);
        }
    }

    /** A sample by which its block is found, its times as they are stored. */
    private record Sample(long epochId, long stamp, long sourceTime) {}

    /** The last block before a time that has samples of the tag. */
    private Optional<BlockPlace> before(Gateway gateway, String tag, ClockLine times, long nanos)
            throws DatabaseException {
        var pieces = new SeriesPieces(store);
        var last = new ArrayList<Sample>();
        for (var span : times.raw(nanos, nanos)) {
            for (var part : pieces.around(gateway.id(), tag, span.from())) {
                lastBefore(part, span.from()).ifPresent(last::add);
            }
        }
        var whole = pieces.before(gateway.id(), tag, times, nanos);
        if (whole.isPresent() && whole.get() instanceof SeriesPieces.Part part) {
            last.add(new Sample(part.epochId(), part.lastStamp(), part.lastTime()));
        }
        var sample =
                last.stream()
                        .max(
                                Comparator.comparingLong(Sample::epochId)
                                        .thenComparingLong(Sample::stamp));
        if (whole.isPresent()
                && whole.get() instanceof SeriesPieces.Fresh(_, var row, _)
                && sample.filter(s -> isBehind(s, row)).isEmpty()) {
            return Optional.of(new BlockPlace(row.epochId(), row.place(), row.sequence()));
        }
        return sample.isEmpty() ? Optional.empty() : holding(sample.get(), tag);
    }

    private static boolean isBehind(Sample sample, BlockStore.SeriesRow row) {
        return sample.epochId > row.epochId()
                || (sample.epochId == row.epochId() && sample.stamp >= row.place());
    }

    private Optional<Sample> lastBefore(SeriesPieces.Piece part, long nanos)
            throws DatabaseException {
        var samples = new PieceReader(store, ClockLine.EMPTY).read(part);
        for (int i = samples.size() - 1; i >= 0; i--) {
            if (samples.sourceTimes()[i] < nanos) {
                return Optional.of(
                        new Sample(
                                part.epochId(),
                                samples.gatewayTimes()[i],
                                samples.sourceTimes()[i]));
            }
        }
        return Optional.empty();
    }

    /** The block that a sample came in. */
    private Optional<BlockPlace> holding(Sample sample, String tag) throws DatabaseException {
        try {
            for (var place : timed.around(sample.epochId, sample.sourceTime, MAX_AROUND)) {
                var block = open(place);
                if (block.isPresent() && block.get().seriesOf(new TagName(tag)).length > 0) {
                    return Optional.of(place);
                }
            }
        } catch (BadBlockException e) {
            throw new IllegalStateException("a stored block can't be read: " + e.getMessage(), e);
        }
        return Optional.empty();
    }

    private Optional<BlockReader> open(BlockPlace place)
            throws DatabaseException, BadBlockException {
        var payload = store.block(place.epochId(), place.sequence());
        return payload.isPresent()
                ? Optional.of(BlockReader.open(payload.get()))
                : Optional.empty();
    }

    private static Map<Long, RangeSet> present(List<BlockPlace> places) {
        var ranges = new HashMap<Long, List<RangeSet.Range>>();
        for (var place : places) {
            ranges.computeIfAbsent(place.epochId(), _ -> new ArrayList<>())
                    .add(new RangeSet.Range(place.sequence(), place.sequence()));
        }
        var present = new HashMap<Long, RangeSet>();
        ranges.forEach((epoch, list) -> present.put(epoch, RangeSet.of(list)));
        return present;
    }

    private record Known(long epochId, long stamp, Payload payload) {
        void tell(ClockLine times, Gaps gaps) {
            long at = times.timeOf(epochId, stamp);
            if (times.isLost(epochId, stamp)) {
                gaps.lost(at, payload);
            } else {
                gaps.event(at, times.correct(epochId, stamp, payload), StreamKind.DATA);
            }
        }
    }

    private List<Known> events(Gateway gateway) throws DatabaseException {
        var known = new ArrayList<Known>();
        for (var stored : store.newestEvents(gateway.id(), KINDS, MAX_EVENTS)) {
            try {
                known.add(
                        new Known(
                                stored.epochId(),
                                stored.event().time(),
                                Payloads.of(stored.event())));
            } catch (BadEventException _) {
                // of a release that this one does not know: says nothing to us
            }
        }
        return known;
    }

    /** Blocks that came and are kept apart. */
    private record Apart(List<MissingBlocks.Quarantined> blocks) {
        /** When the last one came that has no usable one behind it; 0 where there is none. */
        long lastCame() {
            return blocks.stream()
                    .filter(MissingBlocks.Quarantined::isNewest)
                    .mapToLong(MissingBlocks.Quarantined::receivedNanos)
                    .max()
                    .orElse(0);
        }

        String newestDetail() {
            return detail(blocks.stream().filter(MissingBlocks.Quarantined::isNewest).toList());
        }

        /** Those of an epoch among these numbers. */
        List<MissingBlocks.Quarantined> among(long epochId, RangeSet sequences) {
            return blocks.stream()
                    .filter(b -> b.epochId() == epochId && sequences.contains(b.sequence()))
                    .toList();
        }

        static String detail(List<MissingBlocks.Quarantined> some) {
            var first = some.getFirst();
            return some.size() == 1
                    ? "block %d is in quarantine at the centre: %s"
                            .formatted(first.sequence(), first.why())
                    : "%d blocks from %d on are in quarantine at the centre: %s"
                            .formatted(some.size(), first.sequence(), first.why());
        }
    }

    /** Why blocks are not here that lie between others. */
    private final class Absences {
        private final String progress;
        private final Map<EpochId, Long> ids = new HashMap<>();
        private final Map<EpochId, RangeSet> settled = new HashMap<>();
        private final Map<EpochId, List<Drop>> drops = new HashMap<>();

        private final Apart apart;

        Absences(Gateway gateway, Line line, List<Known> events, Apart apart)
                throws DatabaseException {
            this.progress = line.progress;
            this.apart = apart;
            for (var epoch : store.epochs(gateway.id())) {
                ids.put(epoch.epoch(), epoch.id());
                settled.put(epoch.epoch(), store.held(epoch.id(), StreamKind.DATA));
                var list = new ArrayList<Drop>();
                for (var event : events) {
                    if (event.epochId == epoch.id()
                            && event.payload instanceof Drop drop
                            && drop.stream() == StreamKind.DATA) {
                        list.add(drop);
                    }
                }
                drops.put(epoch.epoch(), list);
            }
        }

        Optional<TagBlocks.Why> why(EpochId epoch, RangeSet sequences) {
            var notHere = sequences.minus(settled.getOrDefault(epoch, RangeSet.EMPTY));
            if (!notHere.isEmpty()) {
                var detail = "blocks %s are still on the gateway%s".formatted(notHere, progress);
                return Optional.of(new TagBlocks.Why(Gaps.UPLINK_DOWN, detail));
            }
            for (var drop : drops.getOrDefault(epoch, List.of())) {
                var range = RangeSet.of(drop.fromSequence(), drop.toSequence());
                if (!range.intersect(sequences).isEmpty()) {
                    var detail = "%s, blocks %s".formatted(drop.cause(), sequences);
                    return Optional.of(new TagBlocks.Why(Gaps.reason(drop), detail));
                }
            }
            var kept = apart.among(ids.getOrDefault(epoch, 0L), sequences);
            return kept.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new TagBlocks.Why(Gaps.QUARANTINED, Apart.detail(kept)));
        }
    }

    /** What is still on the gateway between the blocks that are here. */
    private void pending(Gateway gateway, ClockLine times, Line line, Gaps gaps)
            throws DatabaseException {
        for (var hole : missing.holes(gateway.id())) {
            gaps.pending(
                    times.shownTime(hole.epochId(), Long.MAX_VALUE, hole.fromNanos()),
                    times.shownTime(hole.epochId(), Long.MAX_VALUE, hole.toNanos()),
                    "blocks %d to %d are still on the gateway%s"
                            .formatted(hole.fromSequence(), hole.toSequence(), line.progress));
        }
    }
}
