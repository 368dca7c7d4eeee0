package io.drme.block;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import org.jspecify.annotations.Nullable;

/**
 * What a block's header says beyond its samples; who seals a block gives it.
 *
 * @param gateway where the samples come from
 * @param epoch which life of the gateway's data directory
 * @param stream which stream; not {@link StreamKind#EVENTS}
 * @param sequence the block's number in (gateway, epoch, stream); from 1, no gaps
 * @param firstOrdinal number of the first sample among all samples of the stream, from 0
 * @param previous hash of the block before; {@link BlockHash#NONE} for the first
 * @param schemaVersion version of the tag catalogue's schema, 0 or more
 * @param configurationVersion version of the gateway's configuration, 0 or more
 * @param journalPosition last journal position whose samples this block covers, 0 or more
 * @param envelope what the block replaces, where it holds envelopes instead of all samples
 */
public record BlockSeal(
        GatewayId gateway,
        EpochId epoch,
        StreamKind stream,
        long sequence,
        long firstOrdinal,
        BlockHash previous,
        int schemaVersion,
        long configurationVersion,
        long journalPosition,
        @Nullable Envelope envelope) {

    /** What is said of a block of all samples. */
    public BlockSeal(
            GatewayId gateway,
            EpochId epoch,
            StreamKind stream,
            long sequence,
            long firstOrdinal,
            BlockHash previous,
            int schemaVersion,
            long configurationVersion,
            long journalPosition) {
        this(
                gateway,
                epoch,
                stream,
                sequence,
                firstOrdinal,
                previous,
                schemaVersion,
                configurationVersion,
                journalPosition,
                null);
    }
}
