package io.drme.block;

import io.drme.model.Batch;
import io.drme.model.TagTable;
import java.nio.ByteBuffer;

/**
 * Reads the frames of {@link TickFrameWriter} in the order in which they were made, from a key
 * frame on.
 *
 * <p>Confined to its owner.
 */
@SuppressWarnings("DoNotCallSuggester") // until the codec lands
public final class TickFrameReader {

    /** Makes a reader that expects a key frame. */
    public TickFrameReader() {}

    /** Whether a payload is a key frame, so that reading can begin with it. */
    public static boolean isKey(ByteBuffer payload) {
        return payload.hasRemaining() && (payload.get(payload.position()) & 1) != 0;
    }

    /**
     * Begins a frame.
     *
     * @throws BadBlockException where it is damaged, or no key frame came before; the reader then
     *     expects a key frame again
     */
    public void open(ByteBuffer payload) throws BadBlockException {
        throw BlockLimits.notYet();
    }

    /**
     * Fills in the next batch of the frame; its tag indexes are those of {@link #table}.
     *
     * @return false at the frame's end; then the batch is left as it was
     * @throws BadBlockException as {@link #open}
     */
    public boolean next(Batch into) throws BadBlockException {
        throw BlockLimits.notYet();
    }

    /** The tags met so far, by name and type only; extended by {@link #next}. */
    public TagTable table() {
        return TagTable.EMPTY;
    }
}
