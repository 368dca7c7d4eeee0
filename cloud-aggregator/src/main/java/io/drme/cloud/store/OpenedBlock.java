package io.drme.cloud.store;

import io.drme.block.BadBlockException;
import io.drme.block.BlockReader;
import org.jspecify.annotations.Nullable;

/**
 * The block that was opened last: who judges an item and who indexes it a moment later need it open
 * both, and to open a block is to decode most of it. Confined to the receiver's thread.
 */
final class OpenedBlock {
    private byte @Nullable [] payload;
    private @Nullable BlockReader block;

    /** Opens a block, unless these very bytes are open. */
    @SuppressWarnings("ReferenceEquality") // to compare the bytes would be most of the work again
    BlockReader of(byte[] bytes) throws BadBlockException {
        var open = block;
        if (open == null || payload != bytes) {
            payload = null;
            open = BlockReader.open(bytes);
            block = open;
            payload = bytes;
        }
        return open;
    }
}
