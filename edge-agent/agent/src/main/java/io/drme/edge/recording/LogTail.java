package io.drme.edge.recording;

import io.drme.block.BadBlockException;
import io.drme.block.BatchCursor;
import io.drme.block.BlockReader;
import io.drme.log.Store;
import io.drme.log.StoreView;
import io.drme.model.Batch;
import io.drme.model.StreamKind;
import io.drme.model.TagTable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
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
    public interface Visitor {
        /** What devices gave; {@code samples} is reused after the call. */
        void read(Batch samples);

        /**
         * Something was derived without a sample: by a tick.
         *
         * @param stamp of the tick
         */
        void ticked(long stamp);
    }

    /**
     * Visits what was recorded after a stamp.
     *
     * @param stamp hybrid logical clock stamp; what has it or an earlier one is left out
     * @param table gives the indexes of the batches; samples of tags that it does not know with
     *     their type are left out
     */
    public void since(long stamp, TagTable table, Visitor visitor) {
        var view = store.view();
        var streams = STREAMS.stream().map(kind -> new Stream(view, kind, stamp, table)).toList();
        var samples = new Batch();
        for (long next = first(streams); next != Stream.END; next = first(streams)) {
            samples.begin(derivedGroup, next);
            boolean isRead = false;
            for (var stream : streams) {
                isRead |= stream.take(next, samples);
            }
            if (isRead) {
                visitor.read(samples);
            } else {
                visitor.ticked(next);
            }
        }
    }

    private static long first(List<Stream> streams) {
        return streams.stream().mapToLong(Stream::stamp).min().orElse(Stream.END);
    }

    /** One stream, from the first block that holds something of what is asked for. */
    private final class Stream {
        /** Behind every stamp. */
        static final long END = Long.MAX_VALUE;

        private final StoreView view;
        private final StreamKind kind;
        private final TagTable table;
        private final Deque<Long> sequences = new ArrayDeque<>();
        private final Batch head = new Batch();
        private Optional<byte[]> tail;
        private int[] indexes = {};
        private @Nullable BatchCursor cursor;
        private long stamp;

        Stream(StoreView view, StreamKind kind, long after, TagTable table) {
            this.view = view;
            this.kind = kind;
            this.table = table;
            this.tail = store.tail(kind);
            this.stamp = after;
            find(after);
            advance();
        }

        /**
         * Stamps ascend from block to block, but for envelopes, which stand behind younger ones.
         */
        private void find(long after) {
            int older = 0;
            var ranges = view.held(kind).ranges();
            for (int r = ranges.size() - 1; r >= 0; r--) {
                for (long s = ranges.get(r).to(); s >= ranges.get(r).from(); s--) {
                    older = isOlder(s, after) ? older + 1 : 0;
                    if (older == MOST_ENVELOPES) {
                        return;
                    }
                    if (older == 0) {
                        sequences.addFirst(s);
                    }
                }
            }
        }

        private boolean isOlder(long sequence, long after) {
            try {
                var bytes = view.read(kind, sequence);
                return bytes.isEmpty() || newest(BlockReader.openColumns(bytes.get())) <= after;
            } catch (BadBlockException e) {
                log.warn("block unreadable stream={} reason={}", kind.text(), e.getMessage());
                return true;
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

        long stamp() {
            return stamp;
        }

        /**
         * Adds what was recorded under a stamp.
         *
         * @return whether a device was read then, be it without a new value
         */
        boolean take(long wanted, Batch into) {
            boolean isRead = false;
            while (stamp == wanted) {
                if (head.group() != derivedGroup) {
                    isRead = true;
                    add(into);
                }
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
