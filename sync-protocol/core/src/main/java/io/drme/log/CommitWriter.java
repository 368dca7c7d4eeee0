package io.drme.log;

import io.drme.block.TickFrameWriter;
import io.drme.model.StreamKind;
import io.drme.time.Hlc;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes what waits into the journal: mostly one frame, more where it would be long, and one sync.
 * When it fails everything still waits. Confined to the store's thread.
 */
final class CommitWriter implements AutoCloseable {
    /** How far ahead of the last commit stamps may run, beyond two beats of {@code sync-every}. */
    private static final Duration STAMP_AHEAD = Duration.ofSeconds(2);

    private final StoreSetup setup;
    private final Sizes sizes;
    private final Journal journal;
    private final Waiting waiting;
    private final LongSupplier stampMillis;
    private final Map<StreamKind, TickFrameWriter> writers = new EnumMap<>(StreamKind.class);
    private final List<Committed> written = new ArrayList<>();

    CommitWriter(
            StoreSetup setup,
            Sizes sizes,
            Journal journal,
            Waiting waiting,
            LongSupplier stampMillis) {
        this.stampMillis = stampMillis;
        this.setup = setup;
        this.sizes = sizes;
        this.journal = journal;
        this.waiting = waiting;
        for (var kind : StoreCore.SAMPLE_STREAMS) {
            writers.put(kind, new TickFrameWriter());
        }
    }

    /**
     * A frame that was written.
     *
     * @param position where it begins in the journal
     * @param end where the next one begins
     * @param from index of its first tick among those that waited
     * @param to index behind its last tick
     * @param state the store's state as of this frame
     * @param events the event items in it
     */
    record Committed(
            long position, long end, int from, int to, StoreState state, List<byte[]> events) {
        Committed withTicks(int newFrom, int newTo) {
            return new Committed(position, end, newFrom, newTo, state, events);
        }
    }

    private TickFrameWriter writer(StreamKind kind) {
        var writer = writers.get(kind);
        if (writer == null) {
            throw new IllegalStateException("no samples are on " + kind);
        }
        return writer;
    }

    /**
     * Writes the events that wait, but no samples, and syncs; without a block into room that is
     * kept for it.
     *
     * @param block a block of envelopes that goes with them, or none
     * @return the one frame
     */
    Committed writeUrgent(StoreState state, byte @Nullable [] block, long lastEventTime)
            throws DiskException {
        written.clear();
        try {
            var next = state.copy();
            stamp(next, lastEventTime);
            writeFrame(
                    next,
                    true,
                    List.copyOf(waiting.events()),
                    new Urgent(block == null ? null : ByteBuffer.wrap(block)));
            journal.sync();
        } catch (DiskException e) {
            journal.abandon();
            writers.values().forEach(CommitWriter::discard);
            throw e;
        }
        return written.getFirst();
    }

    /**
     * Writes and syncs what waits, or, where that is much, a beginning of it.
     *
     * @param state the state as of now, without what waits
     * @param sets whether its sets have to be written
     * @return the frames, at least one
     */
    List<Committed> write(StoreState state, boolean sets, long lastEventTime) throws DiskException {
        written.clear();
        try {
            writeFrames(state, sets, lastEventTime);
            journal.sync();
        } catch (DiskException e) {
            journal.abandon();
            writers.values().forEach(CommitWriter::discard);
            throw e;
        }
        return List.copyOf(written);
    }

    private static void discard(TickFrameWriter writer) {
        writer.clear();
        writer.forget();
    }

    private void writeFrames(StoreState state, boolean sets, long lastEventTime)
            throws DiskException {
        var ticks = waiting.ticks();
        var events = waiting.events();
        var next = state;
        long before = 0;
        long total = 0;
        int from = 0;
        int eventsFrom = 0;
        do {
            next = next.copy();
            int to = from;
            long bytes = 0;
            while (to < ticks.size()
                    && (to == from || bytes + ticks.get(to).bytes() <= sizes.frameBytes())) {
                bytes += add(ticks.get(to++), next);
            }
            int eventsTo = eventsFrom;
            while (to == ticks.size()
                    && eventsTo < events.size()
                    && (bytes == 0 || bytes < sizes.frameBytes())) {
                bytes += events.get(eventsTo++).length;
            }
            boolean isLast = to == ticks.size() && eventsTo == events.size();
            long samples = next.accepted() - state.accepted() - before;
            waiting.countInto(next, before, samples, isLast);
            stamp(next, lastEventTime);
            writeFrame(next, sets, List.copyOf(events.subList(eventsFrom, eventsTo)), null);
            written.set(written.size() - 1, written.getLast().withTicks(from, to));
            before += samples;
            total += bytes;
            from = to;
            eventsFrom = eventsTo;
        } while ((from < ticks.size() || eventsFrom < events.size())
                && total < sizes.journalSegmentBytes() / 2);
    }

    private long add(Waiting.Tick tick, StoreState next) {
        writer(tick.stream()).add(tick.batch(), tick.tags());
        if (tick.stream() == StreamKind.DATA) {
            next.acceptedData += tick.batch().size();
        } else {
            next.acceptedLocal += tick.batch().size();
        }
        return tick.bytes();
    }

    private void stamp(StoreState next, long lastEventTime) {
        long wall = setup.clock().epochNanos();
        long ahead = setup.config().syncEvery().multipliedBy(2).plus(STAMP_AHEAD).toMillis();
        long newest = Math.max(waiting.newestStamp(), lastEventTime);
        long millis = Math.max(Hlc.millis(newest), stampMillis.getAsLong()) + ahead;
        next.hlcMark = Math.max(next.hlcMark, Hlc.of(Math.min(millis, (1L << 47) - 1), 0));
        next.lastEventTime = lastEventTime;
        next.lastCommitNanos = wall;
    }

    /** What is no ordinary commit; without a block it may take the room that is kept. */
    private record Urgent(@Nullable ByteBuffer block) {}

    private void writeFrame(
            StoreState next, boolean sets, List<byte[]> events, @Nullable Urgent urgent)
            throws DiskException {
        var block = urgent == null ? null : urgent.block;
        int tickBytes = block == null ? 0 : block.remaining();
        for (var writer : writers.values()) {
            tickBytes += writer.maxFrameBytes();
        }
        boolean key =
                journal.prepare(
                        JournalFrame.maxBytes(next, events, tickBytes),
                        urgent != null && block == null);
        var data = ticks(StreamKind.DATA, key);
        var local = ticks(StreamKind.LOCAL, key);
        var frame = new JournalFrame(next, sets || key, events, block, data, local);
        int bytes = length(block) + length(data) + length(local);
        frame.putInto(journal.payload(JournalFrame.maxBytes(next, events, bytes)), journal.end());
        long position = journal.written();
        journal.append();
        written.add(new Committed(position, journal.written(), 0, 0, next, events));
    }

    private static int length(@Nullable ByteBuffer part) {
        return part == null ? 0 : part.remaining();
    }

    private @Nullable ByteBuffer ticks(StreamKind kind, boolean key) {
        var writer = writer(kind);
        if (key) {
            writer.forget();
        }
        return writer.ticks() == 0 ? null : writer.finish(key);
    }

    @Override
    public void close() {
        writers.values().forEach(TickFrameWriter::close);
    }
}
