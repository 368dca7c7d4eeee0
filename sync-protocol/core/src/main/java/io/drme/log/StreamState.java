package io.drme.log;

import io.drme.block.BlockHash;
import io.drme.sync.RangeSet;
import java.nio.ByteBuffer;

/**
 * What is remembered of a stream apart from its segments. Confined to the store's thread.
 *
 * <p>{@link #last} is the high-water mark: it tells a lost tail from a quiet night.
 */
final class StreamState {
    /** The greatest number given. */
    long last;

    /** Hash of item {@link #last}. */
    BlockHash lastHash = BlockHash.NONE;

    /** How many samples are in items 1 to {@link #last}. */
    long endOrdinal;

    /** Journal position below which all samples of the stream are in items. */
    long covers;

    /** What receipts cover. */
    RangeSet acknowledged = RangeSet.EMPTY;

    /** What was deleted on purpose, or is known to be lost. */
    RangeSet removed = RangeSet.EMPTY;

    /** For what a drop event was written. */
    RangeSet reported = RangeSet.EMPTY;

    /** How many samples were in acknowledged items that were deleted. */
    final ReleasedSpans released = new ReleasedSpans();

    /** The furthest item given up of which not both marks tell. */
    StreamTip gone = StreamTip.NONE;

    StreamState copy() {
        var copy = new StreamState();
        copy.last = last;
        copy.lastHash = lastHash;
        copy.endOrdinal = endOrdinal;
        copy.covers = covers;
        copy.acknowledged = acknowledged;
        copy.removed = removed;
        copy.reported = reported;
        copy.released.become(released);
        copy.gone = gone;
        return copy;
    }

    /** Counts items as sealed up to there, though they may be here no more. */
    void reach(StreamTip tip) {
        gone = gone.furthest(tip);
        if (tip.last() > last) {
            last = tip.last();
            lastHash = tip.hash();
            endOrdinal = Math.max(endOrdinal, tip.endOrdinal());
            covers = Math.max(covers, tip.covers());
        }
    }

    void putMark(ByteBuffer out) {
        Bytes.putVar(out, last);
        lastHash.putInto(out);
        Bytes.putVar(out, endOrdinal);
        Bytes.putVar(out, covers);
    }

    void getMark(ByteBuffer in) {
        last = Bytes.getVar(in);
        lastHash = BlockHash.readFrom(in);
        endOrdinal = Bytes.getVar(in);
        covers = Bytes.getVar(in);
    }

    void putSets(ByteBuffer out) {
        Bytes.putRanges(out, acknowledged);
        Bytes.putRanges(out, removed);
        Bytes.putRanges(out, reported);
        released.putInto(out);
    }

    void getSets(ByteBuffer in) {
        acknowledged = Bytes.getRanges(in);
        removed = Bytes.getRanges(in);
        reported = Bytes.getRanges(in);
        released.readFrom(in);
    }

    int maxBytes() {
        return 64
                + StreamTip.MAX_BYTES
                + Bytes.sizeOf(acknowledged)
                + Bytes.sizeOf(removed)
                + Bytes.sizeOf(reported)
                + released.maxBytes();
    }
}
