package io.drme.block;

import io.drme.model.Batch;
import io.drme.model.TagTable;
import java.nio.ByteBuffer;

/**
 * Makes the payload of the journal's frames: the ticks since the last commit with their samples,
 * values as changes against the frame before. A <em>key</em> frame stands alone; it goes where a
 * segment starts, and after a frame that could not be written.
 *
 * <p>A frame carries nothing but ticks: what else the log wants to commit with them (counters,
 * positions) the log puts beside it in its own frame, as it does with length and checksum.
 *
 * <p>Confined to its owner; nothing is allocated per sample. {@link #close} frees native memory.
 */
@SuppressWarnings("DoNotCallSuggester") // until the codec lands
public final class TickFrameWriter implements AutoCloseable {

    /** Makes a writer; its first frame is a key frame whatever is asked for. */
    public TickFrameWriter() {}

    /** Adds a tick and its samples to the open frame, which copies them. */
    public void add(Batch batch, TagTable tags) {
        throw BlockLimits.notYet();
    }

    /** How many samples are in the open frame. */
    public int samples() {
        return 0;
    }

    /** How many ticks are in the open frame. */
    public int ticks() {
        return 0;
    }

    /** An upper bound of the next frame's length, in bytes, were it a key frame. */
    public int maxFrameBytes() {
        return 0;
    }

    /**
     * Closes the frame and begins the next one.
     *
     * @param key whether the frame must stand alone
     * @return the payload, valid until the next call
     */
    public ByteBuffer finish(boolean key) {
        throw BlockLimits.notYet();
    }

    /** Makes the next frame a key frame: call it when the last one did not reach the disk. */
    public void forget() {}

    @Override
    public void close() {}
}
