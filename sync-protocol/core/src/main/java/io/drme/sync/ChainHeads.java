package io.drme.sync;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import java.util.List;

/**
 * How far a gateway's chains are, signed by it: as each item names the hash of the one before, this
 * vouches for all of them up to here. Immutable.
 *
 * @param gatewayTimeNanos wall clock of the gateway when it signed, nanoseconds since 1970 UTC
 * @param heads the newest item of each stream that has any
 * @param seal by the gateway's key, over {@code gateway}, epoch, time and heads
 */
public record ChainHeads(long gatewayTimeNanos, List<Head> heads, Seal seal) {
    /** What a gateway says that signs nothing. */
    public static final ChainHeads NONE = new ChainHeads(0, List.of(), Seal.NONE);

    /** Takes an immutable copy. */
    public ChainHeads {
        heads = List.copyOf(heads);
    }

    /** The newest item of a stream. */
    public record Head(StreamKind stream, long sequence, ChainHash hash) {
        /** Rejects numbers below 1. */
        public Head {
            if (sequence < 1) {
                throw new IllegalArgumentException("no sequence: " + sequence);
            }
        }
    }

    /** Signs how far the chains are. */
    public static ChainHeads signed(
            Notary notary, EpochId epoch, long timeNanos, List<Head> heads) {
        var statement = Statement.heads(notary.gateway(), epoch, timeNanos, heads);
        var seal = Seal.of(notary.signatures(), notary.key(), statement);
        return new ChainHeads(timeNanos, heads, seal);
    }

    /** Whether the gateway with that key said exactly this of that epoch. */
    public boolean holds(VerifyKey key, GatewayId gateway, EpochId epoch) {
        return holds(Signatures.ED25519, key, gateway, epoch);
    }

    boolean holds(Signatures signatures, VerifyKey key, GatewayId gateway, EpochId epoch) {
        return seal.holds(
                signatures, key, Statement.heads(gateway, epoch, gatewayTimeNanos, heads));
    }
}
