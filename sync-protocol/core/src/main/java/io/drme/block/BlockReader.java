package io.drme.block;

import io.drme.model.Batch;
import io.drme.model.TagName;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Reads one block. Opening checks the checksum, every length and the directory; decoding a series
 * touches no other series. Any bytes give a result or a {@link BadBlockException}, and never take
 * more memory than {@link BlockLimits} allows.
 *
 * <p>Confined to its owner.
 */
@SuppressWarnings("DoNotCallSuggester") // until the codec lands
public final class BlockReader {
    private BlockReader() {}

    /** Opens a block, which must not change while it is read. */
    public static BlockReader open(byte[] block) throws BadBlockException {
        return open(ByteBuffer.wrap(block));
    }

    /** Opens the buffer's remaining bytes as a block; its position stays where it is. */
    public static BlockReader open(ByteBuffer block) throws BadBlockException {
        throw BlockLimits.notYet();
    }

    /** The header. */
    public BlockHeader header() {
        throw BlockLimits.notYet();
    }

    /** The directory, in order of each series' first sample. */
    public List<BlockSeries> series() {
        throw BlockLimits.notYet();
    }

    /** How many poll groups have ticks in this block. */
    public int groups() {
        throw BlockLimits.notYet();
    }

    /** The number that a poll group had on the gateway; {@link Batch#group}. */
    public int groupNumber(int group) {
        throw BlockLimits.notYet();
    }

    /** Decodes the ticks of one poll group, 0 to {@link #groups} less one. */
    public void ticks(int group, TickColumns into) throws BadBlockException {
        throw BlockLimits.notYet();
    }

    /** Decodes one series, by its index in {@link #series}. */
    public void decode(int series, SeriesColumns into) throws BadBlockException {
        throw BlockLimits.notYet();
    }

    /**
     * The series of a tag by index in {@link #series}; empty where it has no sample in this block,
     * more than one where its type or poll group changed.
     */
    public int[] seriesOf(TagName tag) {
        throw BlockLimits.notYet();
    }

    /** All batches in order of arrival. Decodes every series at once. */
    public BatchCursor batches() throws BadBlockException {
        throw BlockLimits.notYet();
    }

    /** Walks the batches of a block. */
    public interface BatchCursor {
        /**
         * Fills in the next batch. Its tag indexes are indexes into {@link BlockReader#series}.
         *
         * @return false at the end; then the batch is left as it was
         */
        boolean next(Batch into);
    }
}
