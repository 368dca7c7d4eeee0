package io.drme.log;

import io.drme.block.BlockHash;
import io.drme.model.StreamKind;

/**
 * Blocks that are to be replaced by envelopes, decided and not yet durable. The block of envelopes,
 * the event that says what it replaces and the counters go into the journal in one frame: either
 * all of it happened, or none.
 *
 * @param stream of the blocks
 * @param block the envelopes
 * @param head what stands before it in the log
 * @param dropped what it replaces
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record Thinning(StreamKind stream, byte[] block, ItemHead head, DroppedRange dropped) {

    /** What a state is once this is durable. */
    void applyTo(StoreState state) {
        state.derived += head.samples();
        if (stream == StreamKind.LOCAL) {
            state.acceptedLocal += head.samples();
        } else {
            state.acceptedData += head.samples();
        }
        state.dropped(stream).merge(dropped.cause(), dropped.samples(), Long::sum);
        var of = state.stream(stream);
        of.removed = of.removed.with(dropped.from(), dropped.to());
        of.reported = of.reported.with(dropped.from(), dropped.to());
    }

    /** Gives the block its place behind the others; the journal does not carry that. */
    static void place(StreamState stream, ItemHead head, byte[] block) {
        stream.last = head.sequence();
        stream.lastHash = BlockHash.of(block);
        stream.endOrdinal = head.ordinal() + head.samples();
        stream.covers = head.covers();
    }
}
