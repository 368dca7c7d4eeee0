package io.drme.edge.recording;

import io.drme.block.BadBlockException;
import io.drme.block.BatchCursor;
import io.drme.block.BlockReader;
import io.drme.edge.acquisition.ArrivalOrder;
import io.drme.log.Store;
import io.drme.log.StoreView;
import io.drme.model.Batch;
import io.drme.model.StreamKind;
import io.drme.model.TagTable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the log holds of the samples since a moment, in the order in which the gateway had them: of
 * all streams together, sealed or not.
 *
 * <p>For the owner of the store; blocks for as long as the disk takes. Holds one block of each
 * stream at a time.
 */
public final class LogTail {
    private static final Logger log = LoggerFactory.getLogger(LogTail.class);
    private static final List<StreamKind> STREAMS = List.of(StreamKind.DATA, StreamKind.LOCAL);

    private static final int UNKNOWN = -1;

    /** Between two blocks stand so many envelopes at most: a seal makes no more. */
    private static final int MOST_ENVELOPES = 16;

    private final Store store;
    private final int derivedGroup;

    /**
     * Reads a store.
     *
     * @param derivedGroup the number of the group that derived samples belong to
     */
    public LogTail(Store store, int derivedGroup) {
        this.store = store;
        this.derivedGroup = derivedGroup;
    }

    /** Takes what was recorded under one stamp. */
    @FunctionalInterface
    public interface Visitor {
        /** Takes it; {@code moment} is reused after the call. */
        void see(Moment moment);
    }

    /** What was recorded under one stamp. */
    public static final class Moment {
        private final Batch samples = new Batch();
        private final Batch results = new Batch();
        private final Batch data = new Batch();
        private final Batch local = new Batch();
        private boolean isRead;

        private void begin(int group, long stamp) {
            for (var batch : List.of(samples, results, data, local)) {
                batch.begin(group, stamp);
            }
            isRead = false;
        }

        /** Hybrid logical clock stamp. */
        public long stamp() {
            return samples.gatewayTime();
        }

        /** Whether a device was read, be it without a new value. */
        public boolean isRead() {
            return isRead;
        }

        /** What devices gave, in the order in which it went to the pipelines. */
        public Batch samples() {
            return samples;
        }

        /** What was derived; where nothing was read either, and it is empty, a tick was made. */
        public Batch results() {
            return results;
        }
    }

    /** The newest stamp that something is recorded under; nothing where the log is empty. */
    public OptionalLong newest() {
        var view = store.view();
        return STREAMS.stream()
                .flatMapToLong(kind ->
                        LongStream.concat(
                                store.tail(kind).map(LogTail::newest).orElse(LongStream.empty()),
                                newestHeld(view, kind)))
                .max();
    }

    private static LongStream newestHeld(StoreView view, StreamKind kind) {
        var ranges = view.held(kind).ranges();
        long last = ranges.isEmpty() ? 0 : ranges.getLast().to();
        return view.read(kind, last).map(LogTail::newest).orElse(LongStream.empty());
    }

    private static LongStream newest(byte[] bytes) {
        try {
            return LongStream.of(newest(BlockReader.openColumns(bytes)));
        } catch (BadBlockException _) {
            return LongStream.empty(); // told where it is gone through
        }
    }

    /**
     * What was recorded after a stamp; to be visited before anything else is recorded.
     *
     * @param stamp hybrid logical clock stamp; what has it or an earlier one is left out
     * @param mostSamples so many samples of sealed blocks of each stream, the newest; older ones
     *     are left out
     */
    public Part since(long stamp, long mostSamples) {
        return new Part(stamp, mostSamples);
    }

    /** A part of the log, up to its end. */
    public final class Part {
        private final StoreView view = store.view();
        private final List<Held> held;
        private final long from;

        private Part(long stamp, long mostSamples) {
            held = STREAMS.stream().map(kind -> held(view, kind, stamp, mostSamples)).toList();
            from = held.stream().mapToLong(Held::after).max().orElse(stamp);
        }

        /**
         * The stamp that it begins behind: that asked for, or where there was more, a later one.
         */
        public long from() {
            return from;
        }

        /** How many blocks of it can't be read: their samples are left out. */
        public int unreadable() {
            return held.stream().mapToInt(Held::unreadable).sum();
        }

        /**
         * Visits it in the order of the stamps.
         *
         * @param table gives the indexes of the batches; samples of tags that it does not know with
         *     their type are left out
         */
        public void visit(TagTable table, Visitor visitor) {
            var data = new Stream(view, held.getFirst(), from, table);
            var local = new Stream(view, held.getLast(), from, table);
            var moment = new Moment();
            for (long next = first(data, local); next != Stream.END; next = first(data, local)) {
                moment.begin(derivedGroup, next);
                moment.isRead |= data.take(next, moment.data, moment.results);
                moment.isRead |= local.take(next, moment.local, moment.results);
                ArrivalOrder.merge(moment.data, moment.local, moment.samples);
                visitor.see(moment);
            }
        }

        private static long first(Stream data, Stream local) {
            return Math.min(data.stamp(), local.stamp());
        }
    }

    /**
     * Blocks of a stream.
     *
     * @param sequences those that may hold something behind {@code after}
     * @param after what was asked for, or the stamp up to which there was more than may be
     * @param unreadable blocks that can't be read and stand between those of {@code sequences}
     */
    private record Held(StreamKind kind, Deque<Long> sequences, long after, int unreadable) {}

    /** Stamps ascend from block to block, but for envelopes, which stand behind younger ones. */
    private static Held held(StoreView view, StreamKind kind, long after, long mostSamples) {
        var sequences = new ArrayDeque<Long>();
        long samples = 0;
        int older = 0;
        int unreadable = 0;
        int unsure = 0; // behind what was found last of what is asked for
        var ranges = view.held(kind).ranges();
        for (int r = ranges.size() - 1; r >= 0; r--) {
            for (long s = ranges.get(r).to(); s >= ranges.get(r).from(); s--) {
                var block = view.read(kind, s).flatMap(bytes -> head(bytes, kind));
                if (block.isEmpty()) {
                    unsure++; // it says nothing of how old it is
                    continue;
                }
                older = block.get().newest() <= after ? older + 1 : 0;
                if (older == MOST_ENVELOPES) {
                    return new Held(kind, sequences, after, unreadable);
                }
                if (older == 0) {
                    unreadable += unsure;
                    unsure = 0;
                    samples += block.get().samples();
                    if (samples > mostSamples) {
                        return new Held(kind, sequences, block.get().newest(), unreadable);
                    }
                    sequences.addFirst(s);
                }
            }
        }
        return new Held(kind, sequences, after, unreadable);
    }

    private record Head(long newest, int samples) {}

    private static Optional<Head> head(byte[] bytes, StreamKind kind) {
        try {
            var block = BlockReader.openColumns(bytes);
            return Optional.of(new Head(newest(block), block.header().count()));
        } catch (BadBlockException e) {
            log.warn("block unreadable stream={} reason={}", kind.text(), e.getMessage());
            return Optional.empty();
        }
    }

    private static long newest(BlockReader block) throws BadBlockException {
        long newest = Long.MIN_VALUE;
        for (int group = 0; group < block.groups(); group++) {
            var ticks = block.ticks(group);
            for (int i = 0; i < ticks.size(); i++) {
                newest = Math.max(newest, ticks.gatewayTimes()[i]);
            }
        }
        return newest;
    }

    /** One stream, from the first block that holds something of what is asked for. */
    private final class Stream {
        /** Behind every stamp. */
        static final long END = Long.MAX_VALUE;

        private final StoreView view;
        private final StreamKind kind;
        private final TagTable table;
        private final Deque<Long> sequences;
        private final Batch head = new Batch();
        private Optional<byte[]> tail;
        private int[] indexes = {};
        private @Nullable BatchCursor cursor;
        private long stamp;

        Stream(StoreView view, Held held, long after, TagTable table) {
            this.view = view;
            this.kind = held.kind();
            this.table = table;
            this.sequences = held.sequences();
            this.tail = store.tail(kind);
            this.stamp = after;
            advance();
        }

        long stamp() {
            return stamp;
        }

        /**
         * Adds what was recorded under a stamp.
         *
         * @return whether a device was read then, be it without a new value
         */
        boolean take(long wanted, Batch samples, Batch results) {
            boolean isRead = false;
            while (stamp == wanted) {
                isRead |= head.group() != derivedGroup;
                add(head.group() == derivedGroup ? results : samples);
                advance();
            }
            return isRead;
        }

        private void add(Batch into) {
            for (int i = 0; i < head.size(); i++) {
                int tag = indexes[head.tags()[i]];
                var text = head.text(i);
                if (tag == UNKNOWN) {
                    continue;
                }
                if (text == null) {
                    into.add(tag, head.sourceTimes()[i], head.bits()[i], head.qualities()[i]);
                } else {
                    into.addText(tag, head.sourceTimes()[i], text, head.qualities()[i]);
                }
            }
        }

        /** Goes to the next batch; what a block repeats of the one before is passed over. */
        private void advance() {
            long last = stamp;
            var now = cursor;
            if (now != null && now.next(head) && head.gatewayTime() >= last) {
                stamp = head.gatewayTime();
                return;
            }
            do {
                now = cursor;
                if (now != null && now.next(head)) {
                    stamp = head.gatewayTime();
                } else if (!open()) {
                    stamp = END;
                }
            } while (stamp <= last);
        }

        /** Opens the next block that can be read; the samples not sealed yet come last. */
        private boolean open() {
            while (true) {
                var next = sequences.poll();
                var bytes = next == null ? tail : view.read(kind, next);
                if (next == null) {
                    tail = Optional.empty();
                    if (bytes.isEmpty()) {
                        return false;
                    }
                }
                if (bytes.isPresent() && open(bytes.get())) {
                    return true;
                }
            }
        }

        private boolean open(byte[] bytes) {
            try {
                var block = BlockReader.openColumns(bytes);
                indexes = new int[block.seriesCount()];
                for (int i = 0; i < indexes.length; i++) {
                    var index = table.indexOf(block.tag(i));
                    boolean fits =
                            index.isPresent() && table.type(index.getAsInt()) == block.type(i);
                    indexes[i] = fits ? index.getAsInt() : UNKNOWN;
                }
                cursor = block.batches();
                return true;
            } catch (BadBlockException e) {
                log.warn("block unreadable stream={} reason={}", kind.text(), e.getMessage());
                return false;
            }
        }
    }
}
