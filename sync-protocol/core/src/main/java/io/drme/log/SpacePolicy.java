package io.drme.log;

import io.drme.block.BlockHash;
import io.drme.model.StreamKind;
import io.drme.schema.Payloads;
import io.drme.sync.RangeSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the store within {@code max-size}, and history within {@code keep}, by deleting whole
 * segments: first what receipts cover, or is local and older than {@code keep}, which is no loss;
 * then, where {@code when-full} allows it, the oldest samples; events last.
 *
 * <p>A loss is counted and its event written in the journal, durably, before the file goes.
 * Confined to the store's thread.
 */
final class SpacePolicy implements SpaceKeeper {
    private static final Logger log = LoggerFactory.getLogger(SpacePolicy.class);

    /** For the next segment, and for one of what thinning writes. */
    private static final int SEGMENTS_KEPT_FREE = 2;

    private @Nullable StoreCore core;
    private boolean makingRoom;

    /** Events from this moment on are needed though receipts cover them; nanoseconds since 1970. */
    private long eventsNeededSince = Long.MAX_VALUE;

    /** What a victim costs, cheapest first. */
    enum Cost {
        NOTHING,
        HISTORY_OF_EVENTS,
        /** Receipted, but needed, or behind events that are still there: only for want of space. */
        NEEDED_EVENTS,
        SAMPLES,
        EVENTS,
        NOT_ALLOWED
    }

    record Victim(StreamKind stream, Segment segment, Cost cost) {
        boolean isCheaperThan(Victim other) {
            if (cost != other.cost) {
                return cost.compareTo(other.cost) < 0;
            }
            return stream == other.stream
                    ? segment.number < other.segment.number // whatever the clock did
                    : segment.writtenAt < other.segment.writtenAt;
        }
    }

    /** While the journal is being replayed nothing can be given up. */
    void pause(boolean paused) {
        makingRoom = paused;
    }

    /** Ends the construction: policy and core know each other. */
    void serve(StoreCore newCore) {
        core = newCore;
    }

    /** As {@link Store#needEventsSince}. */
    void needEventsSince(long atNanos) {
        eventsNeededSince = atNanos;
    }

    /** What the policy of the epoch before was told. */
    void goOnFrom(SpacePolicy before) {
        eventsNeededSince = before.eventsNeededSince;
    }

    private StoreCore core() {
        if (core == null) {
            throw new IllegalStateException("the policy serves no store yet");
        }
        return core;
    }

    @Override
    public void admit(long bytes) throws DiskException {
        // The events of a drop may need a segment themselves: they may pass the limit by that one.
        while (!makingRoom
                && StoreFigures.sizeBytes(core()) + bytes > core().setup.config().maxSizeBytes()) {
            if (!tryMakeRoom()) {
                throw new DiskException.Full(
                        "store.max-size of %d bytes is reached and when-full is %s; raise max-size, or"
                                        .formatted(
                                                core().setup.config().maxSizeBytes(),
                                                core().setup.config().whenFull())
                                + " bring the centre back",
                        null);
            }
            if (!core().journal.hasRoomForNotes()) {
                return; // only a seal frees the journal, and it is a seal that asks
            }
        }
    }

    /** Where the journal can't take the note of a drop, what is sealed passes the limit instead. */
    private boolean tryMakeRoom() throws DiskException {
        try {
            return makeRoom();
        } catch (DiskException.Full e) {
            if (core().journal.hasRoomForNotes()) {
                throw e;
            }
            log.warn("store passes max-size for a moment: {}", e.getMessage());
            return true;
        }
    }

    @Override
    public boolean makeRoom() throws DiskException {
        if (makingRoom) {
            return false;
        }
        var victim = cheapest();
        if (victim.isEmpty() || victim.get().cost == Cost.NOT_ALLOWED) {
            return false;
        }
        drop(victim.get());
        return true;
    }

    /** Deletes what {@code keep} no longer asks for. */
    void expire() throws DiskException {
        long before = core().age.now() - core().setup.config().keep().toNanos();
        while (true) {
            Optional<Victim> old = Optional.empty();
            for (var entry : core().logs.entrySet()) {
                for (var segment : entry.getValue().segments()) {
                    var victim = victim(entry.getKey(), segment);
                    if (victim.isPresent()
                            && segment.writtenAt < before
                            && victim.get().cost.compareTo(Cost.HISTORY_OF_EVENTS) <= 0) {
                        old = victim;
                    }
                }
            }
            if (old.isEmpty()) {
                return;
            }
            drop(old.get());
        }
    }

    /** Expires what is old and, where {@code when-full} says so, thins ahead of need. */
    void tidy() throws DiskException {
        expire();
        if (core().setup.config().whenFull() == StoreConfig.WhenFull.THIN) {
            new Thinner(core(), this).run();
        }
    }

    /** Whether so little room is left that thinning should begin: it needs some itself. */
    boolean isNearLimit() throws DiskException {
        long kept = SEGMENTS_KEPT_FREE * (long) core().sizes.segmentBytes();
        return StoreFigures.sizeBytes(core()) + kept > core().setup.config().maxSizeBytes()
                || core().setup.disk().freeBytes() < kept;
    }

    /** Deletes the segment that costs nothing, if there is one. */
    boolean dropFree() throws DiskException {
        var victim = cheapest().filter(v -> v.cost.compareTo(Cost.HISTORY_OF_EVENTS) <= 0);
        if (victim.isPresent()) {
            drop(victim.get());
        }
        return victim.isPresent();
    }

    /** The oldest segment that has samples which would be lost with it. */
    Optional<Victim> oldestSamples() {
        return cheapest().filter(v -> v.cost == Cost.SAMPLES);
    }

    /** Gives up some items of a segment, durably, while the others stay. */
    void drop(StreamKind stream, Segment segment, RangeSet.Range range) throws DiskException {
        var gone = RangeSet.of(range.from(), range.to());
        if (segment.held.minus(gone).isEmpty()) {
            drop(new Victim(stream, segment, Cost.SAMPLES));
            return;
        }
        var dropped = describe(stream, segment, range);
        core().noteGone(stream, segment, range.to());
        giveUp(dropped);
        core().state.stream(stream).removed = core().state.stream(stream).removed.union(gone);
        core().setsChanged = true;
        core().log(stream).trim(gone);
        core().commitUrgent();
    }

    private void giveUp(DroppedRange dropped) {
        count(dropped);
        if (dropped.stream() == StreamKind.DATA) {
            core().heldPending -= dropped.samples();
        } else if (dropped.stream() == StreamKind.LOCAL) {
            core().heldLocal -= dropped.samples();
        }
    }

    /** How much more can be stored before something is lost, were nothing acknowledged any more. */
    long roomBytes() throws DiskException {
        long limit = core().setup.config().maxSizeBytes() - StoreFigures.sizeBytes(core());
        long room = Math.min(limit, core().setup.disk().freeBytes());
        for (var entry : core().logs.entrySet()) {
            for (var segment : entry.getValue().segments()) {
                var victim = victim(entry.getKey(), segment);
                if (victim.isEmpty()) {
                    room += segment.fileBytes - segment.end;
                } else if (victim.get().cost.compareTo(Cost.NEEDED_EVENTS) <= 0) {
                    room += segment.fileBytes;
                }
            }
        }
        return Math.max(0, room);
    }

    private Optional<Victim> cheapest() {
        Optional<Victim> best = Optional.empty();
        for (var entry : core().logs.entrySet()) {
            for (var segment : entry.getValue().segments()) {
                var victim = victim(entry.getKey(), segment);
                if (victim.isPresent()
                        && (best.isEmpty() || victim.get().isCheaperThan(best.get()))) {
                    best = victim;
                }
            }
        }
        return best;
    }

    private Optional<Victim> victim(StreamKind stream, Segment segment) {
        if (core().log(stream).tail().filter(t -> t == segment).isPresent()) {
            return Optional.empty();
        }
        return Optional.of(new Victim(stream, segment, cost(stream, segment)));
    }

    private Cost cost(StreamKind stream, Segment segment) {
        if (segment.givenUp) {
            return Cost.NOTHING;
        }
        boolean isFree = lost(stream, segment).isEmpty();
        if (stream != StreamKind.EVENTS) {
            return isFree ? Cost.NOTHING : allowed(Cost.SAMPLES);
        }
        if (!isFree) {
            return allowed(Cost.EVENTS);
        }
        return isOldest(segment) && segment.lastTime < eventsNeededSince
                ? Cost.HISTORY_OF_EVENTS
                : Cost.NEEDED_EVENTS;
    }

    /** A record of events that has a hole tells of alarms in states that they are not in. */
    private boolean isOldest(Segment segment) {
        return core().log(StreamKind.EVENTS).segments().stream()
                .filter(s -> !s.givenUp)
                .findFirst()
                .filter(s -> s == segment)
                .isPresent();
    }

    private Cost allowed(Cost cost) {
        return core().setup.config().whenFull() == StoreConfig.WhenFull.STOP
                ? Cost.NOT_ALLOWED
                : cost;
    }

    /** What would be lost with a segment. */
    RangeSet lost(StreamKind stream, Segment segment) {
        if (stream != StreamKind.LOCAL) {
            return segment.held.minus(core().state.stream(stream).acknowledged);
        }
        long kept = core().setup.config().keep().toNanos();
        boolean isOld = segment.writtenAt < core().age.now() - kept;
        return isOld ? RangeSet.EMPTY : segment.held;
    }

    private void drop(Victim victim) throws DiskException {
        var segment = victim.segment;
        makingRoom = true;
        try {
            if (!segment.givenUp) {
                giveUp(victim.stream, segment);
            }
            core().commitUrgent();
            core().log(victim.stream).delete(segment);
            log.info(
                    "store deleted stream={} segment={} items={} cost={}",
                    victim.stream.text(),
                    segment.number,
                    segment.held,
                    victim.cost);
        } finally {
            makingRoom = false;
        }
    }

    private void giveUp(StreamKind stream, Segment segment) throws DiskException {
        var lost = lost(stream, segment);
        var ranges = new ArrayList<DroppedRange>();
        for (var range : lost.ranges()) {
            ranges.add(describe(stream, segment, range));
        }
        var receipted = core().log(stream).items(segment.held.minus(lost));
        core().noteGone(stream, segment, segment.last());
        if (stream == StreamKind.EVENTS) {
            for (var drop : LostDrops.in(core(), lost)) {
                core().addEvent(Payloads.event(0, drop));
            }
            EpochEnds.sayAgain(core(), segment.held);
        }
        ranges.forEach(this::giveUp);
        if (stream == StreamKind.LOCAL && lost.isEmpty()) {
            core().state.expiredLocal += segment.samples;
            core().heldLocal -= segment.samples;
        }
        segment.givenUp = true;
        var state = core().state.stream(stream);
        long lostSamples = ranges.stream().mapToLong(DroppedRange::samples).sum();
        if (stream == StreamKind.DATA) {
            release(state.released, segment, receipted, segment.samples - lostSamples);
        }
        state.removed = state.removed.union(segment.held);
        core().setsChanged = true;
    }

    /** Item by item, unless the segment can't be read to its end any more. */
    private static void release(
            ReleasedSpans released, Segment segment, List<StoredItem> items, long samples) {
        if (items.stream().mapToLong(StoredItem::samples).sum() == samples) {
            for (var item : items) {
                released.add(item.sequence(), item.sequence(), item.samples());
            }
        } else {
            released.add(segment.first(), segment.last(), samples);
        }
    }

    private DroppedRange describe(StreamKind stream, Segment segment, RangeSet.Range range)
            throws DiskException {
        long samples = segment.samples;
        long first = segment.firstTime;
        long last = segment.lastTime;
        if (segment.held.size() != range.size()) {
            samples = 0;
            first = Long.MAX_VALUE;
            last = Long.MIN_VALUE;
            for (var item : core().log(stream).items(RangeSet.of(range.from(), range.to()))) {
                samples += item.samples();
                first = Math.min(first, item.firstTime());
                last = Math.max(last, item.lastTime());
            }
        }
        return new DroppedRange(
                stream,
                range.from(),
                range.to(),
                stream == StreamKind.EVENTS ? range.size() : samples,
                DropCause.STORE_FULL,
                core().log(stream).tip(segment, range.to()).hash(),
                first == Long.MAX_VALUE ? 0 : first,
                last == Long.MIN_VALUE ? 0 : last,
                "");
    }

    /**
     * Gives up an item that is held and can't be read, in memory; the next commit writes it down.
     */
    void giveUpDamaged(StreamKind stream, long sequence) throws DiskException {
        var segment = core().log(stream).segmentOf(sequence).orElseThrow();
        var item = RangeSet.of(sequence, sequence);
        var heads = core().log(stream).items(segment.held);
        var own = heads.stream().filter(h -> h.sequence() == sequence).findFirst();
        core().noteGone(stream, segment, sequence);
        // Where even its head can't be read, it had what the others do not have.
        long others = heads.stream().mapToLong(StoredItem::samples).sum();
        long samples =
                own.map(StoredItem::samples).map(Long::valueOf).orElse(segment.samples - others);
        core().quarantine
                .note("%s: item %d can't be read any more".formatted(segment.path, sequence));
        core().log(stream).forget(sequence, Math.toIntExact(samples));
        var state = core().state.stream(stream);
        if (stream == StreamKind.DATA && state.acknowledged.contains(sequence)) {
            state.released.add(sequence, sequence, samples);
        } else if (state.reported.intersect(item).isEmpty() && !isReceipted(stream, sequence)) {
            giveUp(
                    new DroppedRange(
                            stream,
                            sequence,
                            sequence,
                            stream == StreamKind.EVENTS ? 1 : samples,
                            DropCause.DAMAGED,
                            sequence == state.last ? state.lastHash : BlockHash.NONE,
                            own.map(StoredItem::firstTime).orElse(segment.firstTime),
                            own.map(StoredItem::lastTime).orElse(segment.lastTime),
                            ""));
        }
        state.removed = state.removed.with(sequence);
        core().setsChanged = true;
    }

    private boolean isReceipted(StreamKind stream, long sequence) {
        return stream != StreamKind.LOCAL
                && core().state.stream(stream).acknowledged.contains(sequence);
    }

    /** Counts a loss and has its event written with the next commit. */
    void count(DroppedRange dropped) {
        if (dropped.stream() != StreamKind.EVENTS && dropped.samples() > 0) {
            core().state
                    .dropped(dropped.stream())
                    .merge(dropped.cause(), dropped.samples(), Long::sum);
        }
        var state = core().state.stream(dropped.stream());
        state.reported = state.reported.with(dropped.from(), dropped.to());
        core().addDropEvent(dropped);
        log.warn(
                "store dropped stream={} items={}-{} samples={} cause={}",
                dropped.stream().text(),
                dropped.from(),
                dropped.to(),
                dropped.samples(),
                dropped.cause().text());
    }

    /** Counts a range that the centre had acknowledged and lost, and that is gone here too. */
    void reportLostAtCentre(StreamKind stream, RangeSet.Range range) {
        long samples = core().state.stream(stream).released.take(range.from(), range.to());
        core().state.acknowledged -= samples;
        count(
                new DroppedRange(
                        stream,
                        range.from(),
                        range.to(),
                        stream == StreamKind.EVENTS ? range.size() : samples,
                        DropCause.LOST_AT_CENTRE,
                        BlockHash.NONE,
                        0,
                        0,
                        ""));
        core().setsChanged = true;
    }
}
