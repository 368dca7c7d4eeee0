package io.drme.sync;

import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One numbered piece of a durable stream, as it is in the gateway's log: a block of {@code data},
 * or an event of {@code events}.
 *
 * @param epoch the life of the data directory that numbered it
 * @param stream {@code EVENTS} or {@code DATA}; {@code LOCAL} is never sent
 * @param sequence from 1, without gaps within (epoch, stream)
 * @param samples how many samples it holds, for exact accounting; 0 for an event
 * @param previous hash of the item before it; {@link ChainHash#NONE} at sequence 1
 * @param hash its own hash
 * @param origin the number under which its samples were first framed, where that was in an epoch
 *     before; the centre keeps only one of the two. Null where this is the first
 * @param payload its bytes, at most {@link Limits#MAX_PAYLOAD_BYTES}; not to be changed by anyone
 */
@SuppressWarnings(
        "ArrayRecordComponent") // equality is by content below; a copy a block is too much
public record Item(
        EpochId epoch,
        StreamKind stream,
        long sequence,
        int samples,
        ChainHash previous,
        ChainHash hash,
        @Nullable Origin origin,
        byte[] payload) {

    /**
     * What tells samples under whatever number they come: where they were first framed.
     *
     * @param epoch the first epoch that held them
     * @param sequence their number there, in the same stream
     * @param hash their item's hash there: in a forked epoch two items have one number
     */
    public record Origin(EpochId epoch, long sequence, ChainHash hash) {
        /** Rejects numbers below 1. */
        public Origin {
            if (sequence < 1) {
                throw new IllegalArgumentException("no sequence: " + sequence);
            }
        }
    }

    /** Where its samples were first framed: here, unless it says otherwise. */
    public Origin identity() {
        return origin == null ? new Origin(epoch, sequence, hash) : origin;
    }

    /** Rejects what can't be sent. */
    public Item {
        if (stream == StreamKind.LOCAL) {
            throw new IllegalArgumentException("the local stream never leaves the gateway");
        }
        if (sequence < 1 || samples < 0 || payload.length > Limits.MAX_PAYLOAD_BYTES) {
            throw new IllegalArgumentException(
                    "no item: sequence %d, %d samples, %d bytes (at most %d)"
                            .formatted(
                                    sequence, samples, payload.length, Limits.MAX_PAYLOAD_BYTES));
        }
    }

    /** An item whose samples were never framed before. */
    public Item(
            EpochId epoch,
            StreamKind stream,
            long sequence,
            int samples,
            ChainHash previous,
            ChainHash hash,
            byte[] payload) {
        this(epoch, stream, sequence, samples, previous, hash, null, payload);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Item i
                && epoch.equals(i.epoch)
                && stream == i.stream
                && sequence == i.sequence
                && samples == i.samples
                && previous.equals(i.previous)
                && hash.equals(i.hash)
                && Objects.equals(origin, i.origin)
                && Arrays.equals(payload, i.payload);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(sequence) * 31 + hash.hashCode();
    }

    @Override
    public String toString() {
        return "%s/%d of epoch %s, %d samples, %d bytes"
                .formatted(stream.text(), sequence, epoch, samples, payload.length);
    }
}
