package io.drme.log;

import io.drme.block.BadBlockException;
import io.drme.block.BlockHash;
import io.drme.block.BlockReader;
import io.drme.block.TickFrameReader;
import io.drme.model.Batch;
import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.schema.Payloads;
import io.drme.schema.Refusal;
import io.drme.sync.RangeSet;
import io.drme.time.Hlc;
import io.drme.time.HybridClock;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Brings a store back to what it had made durable: marks first, then the logs, then what the
 * journal holds beyond them, which becomes the next blocks and events. What should be there and is
 * not is counted and reported.
 *
 * <p>Memory is bounded by a journal frame, a block and one segment's index at a time.
 */
final class StoreRecovery implements Journal.Visitor {
    private final StoreCore core;
    private final SpacePolicy policy;
    private final Quarantine quarantine;
    private final Optional<Marks.Mark> mark;
    private final boolean fresh;
    private final List<DroppedRange> dropped = new ArrayList<>();
    private Map<StreamKind, TickFrameReader> readers = new EnumMap<>(StreamKind.class);
    private final Map<StreamKind, Long> loaded = new EnumMap<>(StreamKind.class);
    private RangeSet journaledEvents = RangeSet.EMPTY;
    private long journalSamples;

    /** The newest stamp of what the journal gave; that before and after what it does not give. */
    private long newestStamp;

    private long holeFrom = -1;
    private long holeTo;

    private StoreRecovery(
            StoreCore core,
            SpacePolicy policy,
            Quarantine quarantine,
            Optional<Marks.Mark> mark,
            boolean fresh) {
        this.core = core;
        this.policy = policy;
        this.quarantine = quarantine;
        this.mark = mark;
        this.fresh = fresh;
    }

    /** A recovered store's parts. */
    record Opened(StoreCore core, SpacePolicy policy, Recovery recovery) {}

    /** Recovers the disk's current epoch, or begins the first one. The disk is locked already. */
    static Opened open(StoreSetup setup, Sizes sizes) throws DiskException {
        var quarantine = new Quarantine(setup.disk());
        var epochs = new EpochFile(setup.disk());
        var known = epochs.read(quarantine);
        var epoch =
                known.orElseGet(
                        () -> new EpochId(setup.random().nextLong(), setup.random().nextLong()));
        if (known.isEmpty()) {
            epochs.makeDirectories(epoch);
            epochs.write(epoch);
        }
        return open(setup, sizes, epoch, quarantine, known.isEmpty());
    }

    static Opened open(
            StoreSetup setup, Sizes sizes, EpochId epoch, Quarantine quarantine, boolean fresh)
            throws DiskException {
        new EpochFile(setup.disk()).makeDirectories(epoch);
        var marks = new Marks(setup.disk(), epoch);
        var mark = marks.read(quarantine);
        var state = mark.map(Marks.Mark::state).orElseGet(StoreState::new);
        var core = new StoreCore(setup, sizes, epoch, quarantine, marks, state);
        try {
            var policy = new SpacePolicy();
            policy.serve(core);
            var recovery = new StoreRecovery(core, policy, quarantine, mark, fresh);
            return new Opened(core, policy, recovery.run());
        } catch (DiskException e) {
            core.abandon();
            throw e;
        }
    }

    private OptionalLong newestWritten() {
        return core.logs.values().stream()
                .flatMap(log -> log.segments().stream())
                .mapToLong(segment -> segment.writtenAt)
                .filter(at -> at != Long.MIN_VALUE)
                .max();
    }

    private Recovery run() throws DiskException {
        core.journal.survey(core.state);
        for (var kind : StreamKind.values()) {
            loadLog(kind);
        }
        newestWritten().ifPresent(at -> core.age = AgeClock.after(core.setup.clock(), at));
        policy.pause(true);
        replay();
        policy.pause(false);
        long lastCommit = core.state.lastCommitNanos;
        boolean isClean = fresh || mark.filter(Marks.Mark::clean).isPresent();
        deleteRemoved();
        core.journal.startAt(core.built);
        core.journal.createMissing();
        core.lastEventTime = Math.max(core.lastEventTime, core.state.lastEventTime);
        long highWater = Math.max(core.state.hlcMark, core.lastEventTime);
        core.stamps = new HybridClock(core.setup.clock(), highWater);
        account();
        core.state.bootCount++;
        trySeal();
        core.commit();
        return new Recovery(
                fresh,
                isClean && journalSamples == 0,
                lastCommit,
                journalSamples,
                quarantine.damages(),
                List.copyOf(dropped));
    }

    private void loadLog(StreamKind kind) throws DiskException {
        var stream = core.state.stream(kind);
        long known = mark.isPresent() ? stream.last : Long.MAX_VALUE - 1;
        var recovery = new SegmentRecovery(core.setup.disk(), kind, core.epoch, quarantine);
        var segments = recovery.run(known);
        var log =
                new SegmentLog(
                        core.setup.disk(),
                        kind,
                        core.epoch,
                        core.sizes.segmentBytes(),
                        policy,
                        segments);
        core.logs.put(kind, log);
        if (!segments.isEmpty() && segments.getLast().last() > stream.last) {
            var last = segments.getLast();
            stream.last = last.last();
            stream.lastHash = last.lastHash;
            stream.endOrdinal = Math.max(stream.endOrdinal, last.endOrdinal);
            stream.covers = Math.max(stream.covers, last.covers);
            var item = log.read(stream.last);
            if (item.isPresent()) {
                stream.lastHash = BlockHash.of(item.get().bytes());
                stream.endOrdinal = item.get().head().ordinal() + item.get().head().samples();
                stream.covers = item.get().head().covers();
            }
        }
        loaded.put(kind, stream.last);
    }

    private long loaded(StreamKind kind) {
        return loaded.getOrDefault(kind, 0L);
    }

    private void replay() throws DiskException {
        long from = mark.map(Marks.Mark::position).orElse(0L);
        core.built = from;
        segment();
        core.journal.replay(from, quarantine, this);
        core.built = Math.max(core.built, core.journal.end());
        var events = core.state.stream(StreamKind.EVENTS);
        if (core.lastEvent < events.last) {
            core.lastEvent = events.last;
            core.lastEventHash = events.lastHash;
        }
        for (var kind : StoreCore.SAMPLE_STREAMS) {
            journalSamples += core.tailSamples(kind);
        }
    }

    @Override
    public void segment() {
        readers = new EnumMap<>(StreamKind.class);
        for (var kind : StoreCore.SAMPLE_STREAMS) {
            readers.put(kind, new TickFrameReader());
        }
    }

    @Override
    public void hole(long from, long to) {
        quarantine.note("journal: what was at positions %d to %d is gone".formatted(from, to - 1));
        beginHole();
        segment();
    }

    @Override
    public void frame(long position, long end, ByteBuffer payload) {
        var read = JournalFrame.read(payload, core.state);
        if (read.isEmpty()) {
            return;
        }
        var frame = read.get();
        boolean isNews = end > mark.map(Marks.Mark::position).orElse(0L);
        if (isNews) {
            core.state = frame.figures();
        }
        var data = decode(StreamKind.DATA, frame.data());
        var local = decode(StreamKind.LOCAL, frame.local());
        if (isNews) {
            build(StreamKind.DATA, data, frame.figures().acceptedData, position);
            build(StreamKind.LOCAL, local, frame.figures().acceptedLocal, position);
            core.built = end;
            takeBlock(frame.block());
            frame.events().forEach(this::takeEvent);
        }
    }

    /** The ticks of a frame; none where they can't be read, which is noted. */
    private List<Waiting.Tick> decode(StreamKind kind, @Nullable ByteBuffer frame) {
        var ticks = new ArrayList<Waiting.Tick>();
        var reader = readers.get(kind);
        if (frame == null || reader == null) {
            return ticks;
        }
        try {
            reader.open(frame);
            var batch = new Batch();
            while (reader.next(batch)) {
                ticks.add(new Waiting.Tick(batch, reader.table(), kind, 0));
                batch = new Batch();
            }
        } catch (BadBlockException e) {
            quarantine.note(
                    "journal: a frame of %s can't be read: %s"
                            .formatted(kind.text(), e.getMessage()));
            beginHole();
            return List.of();
        }
        return ticks;
    }

    private void beginHole() {
        if (holeFrom < 0) {
            holeFrom = newestStamp;
        }
        holeTo = 0;
    }

    /** Builds what no sealed item has: by journal position, and within a frame by ordinal. */
    private void build(StreamKind kind, List<Waiting.Tick> ticks, long accepted, long position) {
        var stream = core.state.stream(kind);
        if (position < stream.covers) {
            return;
        }
        long sealed = stream.endOrdinal;
        long ordinal = accepted;
        for (var tick : ticks) {
            ordinal -= tick.batch().size();
        }
        for (var tick : ticks) {
            newestStamp = Math.max(newestStamp, tick.batch().gatewayTime());
            holeTo = holeFrom >= 0 && holeTo == 0 ? tick.batch().gatewayTime() : holeTo;
            int size = tick.batch().size();
            if (size == 0 || ordinal + size > sealed) {
                core.build(tick, ordinal, position);
            }
            ordinal += size;
        }
    }

    /**
     * A block of envelopes that may not have reached its log. Where samples before it are not in
     * blocks, their log lost what it had synced; then the block is given up as well, and counted.
     */
    private void takeBlock(@Nullable ByteBuffer block) {
        if (block == null) {
            return;
        }
        var bytes = new byte[block.remaining()];
        block.get(bytes);
        try {
            var header = BlockReader.open(bytes).header();
            var stream = core.state.stream(header.stream());
            if (header.sequence() == stream.last + 1 && core.tailSamples(header.stream()) == 0) {
                core.recovered(
                        header.stream(),
                        new ItemHead(
                                header.sequence(),
                                header.seal().firstOrdinal(),
                                header.count(),
                                header.firstTime(),
                                header.lastTime(),
                                core.state.lastCommitNanos,
                                header.seal().journalPosition()),
                        bytes);
            } else if (header.sequence() > stream.last) {
                quarantine.note(
                        "journal: envelopes in block %d of %s have no place behind block %d"
                                .formatted(header.sequence(), header.stream().text(), stream.last));
            }
        } catch (BadBlockException e) {
            quarantine.note("journal: a block of envelopes can't be read: " + e.getMessage());
        }
    }

    private void takeEvent(byte[] bytes) {
        var item = EventItem.decode(bytes);
        if (item.isEmpty() || item.get().sequence() <= core.lastEvent) {
            return;
        }
        core.lastEvent = item.get().sequence();
        core.lastEventHash = BlockHash.of(bytes);
        if (item.get().sequence() > loaded(StreamKind.EVENTS)) {
            core.recovered(bytes);
            journaledEvents = journaledEvents.with(item.get().sequence());
        }
    }

    /** A crash may have come between the note that a segment is given up and its deletion. */
    private void deleteRemoved() throws DiskException {
        for (var kind : StreamKind.values()) {
            var removed = core.state.stream(kind).removed;
            for (var segment : List.copyOf(core.log(kind).segments())) {
                if (removed.containsAll(segment.held)) {
                    core.log(kind).delete(segment);
                }
            }
            if (kind != StreamKind.EVENTS) {
                core.log(kind).trim(removed);
            }
        }
    }

    /** Finds what is missing: by number in each stream, and by count in the samples. */
    private void account() throws DiskException {
        var data = core.log(StreamKind.DATA);
        var acknowledged = core.state.stream(StreamKind.DATA).acknowledged;
        core.heldPending += data.samplesIn(heldBefore(StreamKind.DATA).minus(acknowledged));
        var local = core.log(StreamKind.LOCAL);
        core.heldLocal += local.samplesIn(heldBefore(StreamKind.LOCAL));
        for (var kind : StreamKind.values()) {
            noteGone(kind);
        }
        long lostData =
                core.state.expectedPending() - core.heldPending - core.tailSamples(StreamKind.DATA);
        long lostLocal =
                core.state.expectedLocal() - core.heldLocal - core.tailSamples(StreamKind.LOCAL);
        core.state.acceptedData += Math.max(0, -lostData);
        core.state.acceptedLocal += Math.max(0, -lostLocal);
        core.state.read += Math.max(0, -lostData) + Math.max(0, -lostLocal);
        lose(StreamKind.DATA, lostData);
        lose(StreamKind.LOCAL, lostLocal);
        tellOfJournal(Math.max(0, lostData) + Math.max(0, lostLocal));
    }

    /** What was lost before it was in a block has no number that a drop could name. */
    private void tellOfJournal(long lost) {
        long named =
                dropped.stream()
                        .filter(d -> d.stream() != StreamKind.EVENTS)
                        .mapToLong(DroppedRange::samples)
                        .sum();
        if (lost > named) {
            long from = Hlc.epochNanos(Math.max(holeFrom, 0));
            long to = holeTo == 0 ? core.state.lastCommitNanos : Hlc.epochNanos(holeTo);
            core.addEvent(
                    Payloads.event(
                            0,
                            new Refusal(
                                    DropCause.DAMAGED.text(),
                                    lost - named,
                                    from,
                                    Math.max(from, to))));
        }
    }

    /** What was in the files before the replay added blocks. */
    private RangeSet heldBefore(StreamKind kind) {
        long last = loaded(kind);
        return last == 0 ? RangeSet.EMPTY : core.log(kind).held().intersect(RangeSet.of(1, last));
    }

    private void lose(StreamKind kind, long samples) {
        if (samples > 0) {
            core.state.dropped(kind).merge(DropCause.DAMAGED, samples, Long::sum);
            quarantine.note("%s: %d accepted samples are gone".formatted(kind.text(), samples));
        }
    }

    private void noteGone(StreamKind kind) throws DiskException {
        var stream = core.state.stream(kind);
        long last = kind == StreamKind.EVENTS ? core.lastEvent : loaded(kind);
        if (last == 0) {
            return;
        }
        var held = heldBefore(kind);
        held = kind == StreamKind.EVENTS ? held.union(journaledEvents) : held;
        var gone = RangeSet.of(1, last).minus(held).minus(stream.removed);
        if (gone.isEmpty()) {
            return;
        }
        stream.removed = stream.removed.union(gone);
        core.setsChanged = true;
        quarantine.note("%s: items %s are gone".formatted(kind.text(), gone));
        var lost = kind == StreamKind.LOCAL ? gone : gone.minus(stream.acknowledged);
        for (var range : lost.ranges()) {
            var one = describe(kind, range);
            dropped.add(one);
            stream.reported = stream.reported.with(range.from(), range.to());
            core.addDropEvent(one);
        }
    }

    private DroppedRange describe(StreamKind kind, RangeSet.Range range) throws DiskException {
        var log = core.log(kind);
        var stream = core.state.stream(kind);
        var before = neighbour(log, range.from() - 1);
        var after = neighbour(log, range.to() + 1);
        long from = before.map(i -> i.firstOrdinal() + i.samples()).orElse(0L);
        long to = after.map(StoredItem::firstOrdinal).orElse(stream.endOrdinal);
        boolean isKnown = range.from() == 1 || before.isPresent();
        long samples = isKnown ? Math.max(0, to - from) : 0;
        return new DroppedRange(
                kind,
                range.from(),
                range.to(),
                kind == StreamKind.EVENTS ? range.size() : samples,
                DropCause.DAMAGED,
                range.to() == stream.last ? stream.lastHash : BlockHash.NONE,
                before.map(StoredItem::lastTime).orElse(0L),
                after.map(StoredItem::firstTime).orElse(0L),
                "");
    }

    private static Optional<StoredItem> neighbour(SegmentLog log, long sequence)
            throws DiskException {
        return sequence < 1
                ? Optional.empty()
                : log.items(RangeSet.of(sequence, sequence)).stream().findFirst();
    }

    /** What the journal alone had becomes the next blocks; where the disk is in the way, later. */
    private void trySeal() {
        try {
            core.seal();
        } catch (DiskException e) {
            quarantine.note("recovered samples wait in memory to be sealed: " + e.getMessage());
        }
    }
}
