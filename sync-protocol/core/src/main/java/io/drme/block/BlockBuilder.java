package io.drme.block;

import io.drme.model.Batch;
import io.drme.model.TagTable;

/**
 * Gathers batches, ticks included, and seals them into a block.
 *
 * <p>Adding copies into reused arrays, nothing is allocated per sample once they have grown. The
 * sealed block gives back exactly these batches, in this order. Confined to its owner; {@link
 * #close} frees native memory.
 */
@SuppressWarnings("DoNotCallSuggester") // until the codec lands
public final class BlockBuilder implements AutoCloseable {

    /** Makes an empty builder, to be used for block after block. */
    public BlockBuilder() {}

    /**
     * Whether the batch still fits. Where it does not, seal first. An empty builder takes any batch
     * that a block can hold at all.
     */
    public boolean hasRoomFor(Batch batch) {
        return batch.size() >= 0;
    }

    /**
     * Adds a tick and its samples. A bad sample's bits are not kept.
     *
     * @param tags what the batch's tag indexes mean; a later call may bring an extended table
     * @throws IllegalStateException where {@link #hasRoomFor} says no
     */
    public void add(Batch batch, TagTable tags) {
        if (ticks() >= 0) {
            throw BlockLimits.notYet();
        }
    }

    /** How many samples were added since the last seal. */
    public int samples() {
        return 0;
    }

    /** How many ticks were added since the last seal. */
    public int ticks() {
        return 0;
    }

    /** Whether no tick was added since the last seal. */
    public boolean isEmpty() {
        return ticks() == 0;
    }

    /** About how many bytes the block would have; learns from the blocks sealed before. */
    public int approximateBytes() {
        return 0;
    }

    /**
     * Makes the block and empties the builder.
     *
     * @return the block's bytes, which the caller owns
     * @throws IllegalStateException where the builder is empty
     */
    public byte[] seal(BlockSeal seal) {
        if (ticks() >= 0) {
            throw BlockLimits.notYet();
        }
        return new byte[0];
    }

    /** Forgets what was added. */
    public void clear() {}

    @Override
    public void close() {}
}
