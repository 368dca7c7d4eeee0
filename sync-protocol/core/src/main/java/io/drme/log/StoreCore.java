package io.drme.log;

import io.drme.block.BlockBuilder;
import io.drme.block.BlockHash;
import io.drme.block.BlockSeal;
import io.drme.block.Envelope;
import io.drme.model.EpochId;
import io.drme.model.Event;
import io.drme.model.StreamKind;
import io.drme.schema.Payloads;
import io.drme.sync.RangeSet;
import io.drme.time.Hlc;
import io.drme.time.HybridClock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The store's working parts for one epoch, and the two steps that everything else is made of:
 * {@link #commit}, which makes what waits durable in the journal, and {@link #seal}, which turns
 * what is committed into blocks and lets the journal go.
 *
 * <p>Confined to the store's thread.
 */
final class StoreCore {
    /** The streams that hold samples. */
    static final List<StreamKind> SAMPLE_STREAMS = List.of(StreamKind.DATA, StreamKind.LOCAL);

    /** Events are synced to their log at this size, so that few wait in memory. */
    private static final int EVENT_SYNC_BYTES = 256 << 10;

    final StoreSetup setup;
    final Sizes sizes;
    final EpochId epoch;
    final Quarantine quarantine;
    final Marks marks;
    final Journal journal;
    final Map<StreamKind, SegmentLog> logs = new EnumMap<>(StreamKind.class);
    final Waiting waiting;
    final Origins origins;

    /** As of the last commit. */
    StoreState state;

    /** Whether the sets of the state changed since the last commit. */
    boolean setsChanged;

    private final Map<StreamKind, BlockBuilder> builders = new EnumMap<>(StreamKind.class);
    private final Map<StreamKind, TimeSpan> spans = new EnumMap<>(StreamKind.class);
    private final CommitWriter writer;

    /** Events that are in the journal and not in their log yet. */
    private final Deque<byte[]> journaled = new ArrayDeque<>();

    /** Whether a log is being appended to: then no other work on the logs may begin. */
    private boolean busy;

    private int schemaVersion;
    private long configurationVersion;

    /** Samples of sealed items that are held, not acknowledged; and those of local. */
    long heldPending;

    long heldLocal;

    /** By which {@code keep} counts. */
    AgeClock age;

    /** Gives the stamps of this life. */
    HybridClock stamps;

    /** Number and hash of the newest event, committed or waiting. */
    long lastEvent;

    BlockHash lastEventHash = BlockHash.NONE;
    long lastEventTime;

    /** Journal position up to which the builders and the logs have everything. */
    long built;

    /** Number, on the stream, of the first sample in each builder. */
    private final Map<StreamKind, Long> firstOrdinals = new EnumMap<>(StreamKind.class);

    StoreCore(
            StoreSetup setup,
            Sizes sizes,
            EpochId epoch,
            Quarantine quarantine,
            Marks marks,
            StoreState state)
            throws DiskException {
        this.setup = setup;
        this.stamps = new HybridClock(setup.clock(), 0);
        this.age = AgeClock.first(setup.clock());
        this.sizes = sizes;
        this.epoch = epoch;
        this.quarantine = quarantine;
        this.marks = marks;
        this.state = state;
        this.origins = Origins.read(setup.disk(), epoch, quarantine);
        this.journal = new Journal(setup.disk(), epoch, sizes);
        this.waiting = new Waiting(sizes.journalSegmentBytes() / 2);
        this.writer = new CommitWriter(setup, sizes, journal, waiting, () -> stamps.nowMillis());
        for (var kind : SAMPLE_STREAMS) {
            builders.put(kind, new BlockBuilder());
            spans.put(kind, new TimeSpan());
        }
    }

    SegmentLog log(StreamKind kind) {
        return part(logs, kind);
    }

    BlockBuilder builder(StreamKind kind) {
        return part(builders, kind);
    }

    private static <T> T part(Map<StreamKind, T> parts, StreamKind kind) {
        var part = parts.get(kind);
        if (part == null) {
            throw new IllegalStateException("the store has no such part for " + kind);
        }
        return part;
    }

    void describe(int newSchemaVersion, long newConfigurationVersion) {
        schemaVersion = newSchemaVersion;
        configurationVersion = newConfigurationVersion;
    }

    /** Gives an event its place behind the others; it waits for the next commit. */
    Event addEvent(Event event) {
        long wanted =
                event.time() == 0 ? Math.max(stamps.next(), waiting.newestStamp()) : event.time();
        long time = Math.max(wanted, lastEventTime + 1);
        var placed =
                time == event.time()
                        ? event
                        : new Event(
                                time,
                                event.type(),
                                event.schemaId(),
                                event.schemaVersion(),
                                event.payload(),
                                event.metadata());
        var item =
                new EventItem(setup.gateway(), epoch, lastEvent + 1, lastEventHash, placed)
                        .encode();
        waiting.addEvent(item);
        lastEvent++;
        lastEventHash = BlockHash.of(item);
        lastEventTime = time;
        return placed;
    }

    void addDropEvent(DroppedRange dropped) {
        addEvent(Payloads.event(0, dropped.payload()));
    }

    /** Makes durable what waits, and the state as it is now. */
    void commit() throws DiskException {
        do {
            if (!journal.hasFreeSegment()) {
                trySeal();
            }
            var frames = writer.write(state, setsChanged, lastEventTime);
            long samples = frames.getLast().state().accepted() - state.accepted();
            state = frames.getLast().state();
            setsChanged = false;
            int ticksDone = frames.getLast().to();
            var ticks = List.copyOf(waiting.ticks().subList(0, ticksDone));
            int eventsDone = 0;
            for (var frame : frames) {
                journaled.addAll(frame.events());
                eventsDone += frame.events().size();
            }
            waiting.remove(ticksDone, samples, eventsDone);
            for (var frame : frames) {
                build(frame, ticks);
            }
            drainEvents();
        } while (!waiting.isEmpty());
    }

    /**
     * Makes durable what was given up, and its events, before its file goes. It touches the journal
     * only, as it may be called while a log makes room for a segment.
     */
    void commitUrgent() throws DiskException {
        committed(writer.writeUrgent(state, null, lastEventTime));
    }

    /**
     * To be called before an item's number is added to those removed: until marks tell of it, the
     * frame that says so has to say how far it reached.
     */
    void noteGone(StreamKind kind, Segment segment, long sequence) throws DiskException {
        var stream = state.stream(kind);
        if (sequence > Math.max(marks.floor(kind), stream.gone.last())) {
            stream.gone = log(kind).tip(segment, sequence);
        } else if (stream.gone.last() <= marks.floor(kind)) {
            stream.gone = StreamTip.NONE;
        }
    }

    private void committed(CommitWriter.Committed frame) {
        state = frame.state();
        setsChanged = false;
        waiting.clearEvents();
        journaled.addAll(frame.events());
        built = Math.max(built, frame.end());
    }

    private void held(StreamKind kind, long samples) {
        if (kind == StreamKind.DATA) {
            heldPending += samples;
        } else {
            heldLocal += samples;
        }
    }

    /**
     * Replaces blocks by envelopes; no sample may be committed and not sealed.
     *
     * @throws DiskException when it could not be made durable; then it was not begun
     */
    void thin(Thinning thinning) throws DiskException {
        var gone = thinning.dropped();
        var segment = log(thinning.stream()).segmentOf(gone.to()).orElseThrow();
        noteGone(thinning.stream(), segment, gone.to());
        long eventBefore = lastEvent;
        var hashBefore = lastEventHash;
        long timeBefore = lastEventTime;
        addDropEvent(thinning.dropped());
        var next = state.copy();
        thinning.applyTo(next);
        try {
            committed(writer.writeUrgent(next, thinning.block(), lastEventTime));
        } catch (DiskException e) {
            waiting.takeBackEvent();
            lastEvent = eventBefore;
            lastEventHash = hashBefore;
            lastEventTime = timeBefore;
            throw e;
        }
        held(thinning.stream(), thinning.head().samples() - thinning.dropped().samples());
        Thinning.place(state.stream(thinning.stream()), thinning.head(), thinning.block());
        append(thinning.stream(), thinning.head(), thinning.block());
        log(thinning.stream()).trim(RangeSet.of(gone.from(), gone.to()));
    }

    /** Adds a block of envelopes that was found in the journal. */
    void recovered(StreamKind kind, ItemHead head, byte[] block) {
        Thinning.place(state.stream(kind), head, block);
        append(kind, head, block);
        held(kind, head.samples());
    }

    /**
     * Sealing makes room in the journal; where the disk is in the way, the commit may still fit.
     */
    private void trySeal() {
        try {
            seal();
        } catch (DiskException _) {
            // The commit that follows tells when there is no room left.
        }
    }

    private void build(CommitWriter.Committed frame, List<Waiting.Tick> ticks) {
        long data = frame.state().acceptedData;
        long local = frame.state().acceptedLocal;
        for (var tick : ticks.subList(frame.from(), frame.to())) {
            data -= tick.stream() == StreamKind.DATA ? tick.batch().size() : 0;
            local -= tick.stream() == StreamKind.LOCAL ? tick.batch().size() : 0;
        }
        for (var tick : ticks.subList(frame.from(), frame.to())) {
            boolean isData = tick.stream() == StreamKind.DATA;
            build(tick, isData ? data : local, frame.position());
            data += isData ? tick.batch().size() : 0;
            local += isData ? 0 : tick.batch().size();
        }
        built = Math.max(built, frame.end());
    }

    /**
     * Adds a committed tick to its builder.
     *
     * @param ordinal number of its first sample on the stream
     * @param position journal position of its frame
     */
    void build(Waiting.Tick tick, long ordinal, long position) {
        var builder = builder(tick.stream());
        if (!builder.isEmpty()
                && (!builder.hasRoomFor(tick.batch())
                        || ordinal != ordinalIn(tick.stream()) + builder.samples())) {
            sealStream(tick.stream(), position);
        }
        if (builder.isEmpty()) {
            firstOrdinals.put(tick.stream(), ordinal);
        }
        builder.add(tick.batch(), tick.tags());
        part(spans, tick.stream()).add(tick.batch());
    }

    private long ordinalIn(StreamKind kind) {
        return firstOrdinals.getOrDefault(kind, 0L);
    }

    /** Adds an event that was found in the journal. */
    void recovered(byte[] item) {
        journaled.add(item);
    }

    /** Appends the events that are in the journal to their log. */
    private void drainEvents() throws DiskException {
        while (!journaled.isEmpty()) {
            appendEventItem(journaled.remove());
        }
        if (log(StreamKind.EVENTS).unsyncedBytes() > EVENT_SYNC_BYTES) {
            busy = true;
            try {
                log(StreamKind.EVENTS).sync();
            } finally {
                busy = false;
            }
        }
    }

    private void appendEventItem(byte[] item) {
        var decoded =
                EventItem.decode(item)
                        .orElseThrow(() -> new IllegalStateException("no event was journaled"));
        long time = Hlc.epochNanos(decoded.event().time());
        var stream = state.stream(StreamKind.EVENTS);
        stream.last = decoded.sequence();
        stream.lastHash = BlockHash.of(item);
        var head = new ItemHead(decoded.sequence(), 0, 0, time, time, age.now(), built);
        append(StreamKind.EVENTS, head, item);
    }

    private void append(StreamKind kind, ItemHead head, byte[] item) {
        boolean wasBusy = busy;
        busy = true;
        try {
            log(kind).append(head, item);
        } finally {
            busy = wasBusy;
        }
    }

    /** Samples that are committed and not sealed. */
    int tailSamples(StreamKind kind) {
        return builder(kind).samples();
    }

    /** Whether a block has reached the size at which it is sealed whatever its age. */
    boolean isFull() {
        return SAMPLE_STREAMS.stream()
                .anyMatch(kind -> builder(kind).approximateBytes() >= sizes.sealBytes());
    }

    boolean hasTail() {
        return SAMPLE_STREAMS.stream().anyMatch(kind -> !builder(kind).isEmpty());
    }

    /** Turns what is committed into blocks, makes all logs durable, and lets the journal go. */
    void seal() throws DiskException {
        for (var kind : SAMPLE_STREAMS) {
            sealStream(kind, built);
        }
        // Making room for a segment drops others, and each drop is an event.
        do {
            drainEvents();
            busy = true;
            try {
                for (var log : logs.values()) {
                    log.sync();
                }
            } finally {
                busy = false;
            }
        } while (!journaled.isEmpty());
        mark(false);
        journal.release(sealedThrough());
    }

    /** Journal position below which everything is in blocks and events. */
    private long sealedThrough() {
        long through = built;
        for (var kind : SAMPLE_STREAMS) {
            if (!builder(kind).isEmpty()) {
                through = Math.min(through, state.stream(kind).covers);
            }
        }
        return through;
    }

    boolean isSynced() {
        return journaled.isEmpty() && logs.values().stream().allMatch(SegmentLog::isSynced);
    }

    /** Writes down the state, apart from journal and log. */
    void mark(boolean clean) throws DiskException {
        var copy = state.copy();
        for (var kind : SAMPLE_STREAMS) {
            if (builder(kind).isEmpty()) {
                copy.stream(kind).covers = built;
            }
        }
        marks.write(new Marks.Mark(copy, sealedThrough(), clean));
    }

    private void sealStream(StreamKind kind, long covers) {
        var builder = builder(kind);
        if (builder.isEmpty()) {
            return;
        }
        int samples = builder.samples();
        var block = builder.seal(header(kind, covers));
        var stream = state.stream(kind);
        var span = part(spans, kind);
        var head =
                new ItemHead(
                        stream.last + 1,
                        ordinalIn(kind),
                        samples,
                        span.first,
                        span.last,
                        age.now(),
                        covers);
        span.clear();
        append(kind, head, block);
        stream = state.stream(kind); // making room may have committed, and so copied, the state
        stream.last++;
        stream.lastHash = BlockHash.of(block);
        stream.endOrdinal = ordinalIn(kind) + samples;
        stream.covers = covers;
        held(kind, samples);
    }

    private BlockSeal header(StreamKind kind, long covers) {
        return header(kind, ordinalIn(kind), covers, null);
    }

    BlockSeal header(StreamKind kind, long ordinal, long covers, @Nullable Envelope envelope) {
        var stream = state.stream(kind);
        return new BlockSeal(
                setup.gateway(),
                epoch,
                kind,
                stream.last + 1,
                ordinal,
                stream.lastHash,
                schemaVersion,
                configurationVersion,
                covers,
                envelope);
    }

    /** The samples not sealed yet as a block for reading only; null where there are none. */
    byte @Nullable [] preview(StreamKind kind) {
        var builder = builder(kind);
        return builder.isEmpty() ? null : builder.preview(header(kind, built));
    }

    /** Whether stamps may soon run beyond what is written down. */
    boolean isStampLimitNear() {
        return Hlc.millis(state.hlcMark)
                <= stamps.nowMillis() + setup.config().syncEvery().toMillis();
    }

    /** Ends the tails with their footers and notes that all was closed in order. */
    void end() throws DiskException {
        for (var log : logs.values()) {
            log.endTail();
        }
        long newest = Math.max(waiting.newestStamp(), lastEventTime);
        state.hlcMark = Math.max(Hlc.of(stamps.nowMillis(), 0), Math.max(stamps.last(), newest));
        mark(true);
    }

    /** Closes files and frees memory, making nothing durable. */
    void abandon() {
        journal.close();
        logs.values().forEach(SegmentLog::abandon);
        builders.values().forEach(BlockBuilder::close);
        writer.close();
    }
}
