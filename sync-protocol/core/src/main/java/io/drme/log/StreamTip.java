package io.drme.log;

import io.drme.block.BlockHash;
import java.nio.ByteBuffer;

/**
 * How far a stream reached with an item that is given up. The journal notes it before the item is
 * deleted: where the power fails before a mark tells of the item, nothing else would say that its
 * number is taken and that its samples are in a block.
 *
 * @param last the item's number; 0 where none was given up
 * @param hash the item's hash
 * @param endOrdinal how many samples are in items 1 to {@code last}
 * @param covers journal position below which the stream's samples are in these items
 */
record StreamTip(long last, BlockHash hash, long endOrdinal, long covers) {
    /** Nothing was given up. */
    static final StreamTip NONE = new StreamTip(0, BlockHash.NONE, 0, 0);

    /** What it takes at most. */
    static final int MAX_BYTES = 3 * 10 + BlockHash.LENGTH_BYTES;

    StreamTip furthest(StreamTip other) {
        return other.last > last ? other : this;
    }

    void putInto(ByteBuffer out) {
        Bytes.putVar(out, last);
        if (last > 0) {
            hash.putInto(out);
            Bytes.putVar(out, endOrdinal);
            Bytes.putVar(out, covers);
        }
    }

    static StreamTip readFrom(ByteBuffer in) {
        long last = Bytes.getVar(in);
        return last == 0
                ? NONE
                : new StreamTip(last, BlockHash.readFrom(in), Bytes.getVar(in), Bytes.getVar(in));
    }
}
