package io.drme.block;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;

/**
 * What a block says about itself before its samples.
 *
 * @param seal identity, chain and versions
 * @param firstTime earliest source time, nanoseconds since 1970 UTC; of the ticks where there is no
 *     sample
 * @param lastTime latest source time
 * @param count how many samples there are, bad ones included; 0 where every poll stayed within the
 *     deadbands
 * @param ticks how many polls (or deliveries of a subscription) there are
 */
public record BlockHeader(BlockSeal seal, long firstTime, long lastTime, int count, int ticks) {
    /** Where the samples come from. */
    public GatewayId gateway() {
        return seal.gateway();
    }

    /** Which life of the gateway's data directory. */
    public EpochId epoch() {
        return seal.epoch();
    }

    /** Which stream. */
    public StreamKind stream() {
        return seal.stream();
    }

    /** The block's number in (gateway, epoch, stream). */
    public long sequence() {
        return seal.sequence();
    }

    /** Hash of the block before. */
    public BlockHash previous() {
        return seal.previous();
    }
}
