package io.drme.log;

import io.drme.block.BlockHash;
import io.drme.model.StreamKind;
import io.drme.schema.Drop;

/**
 * Items of a stream that were given up before a receipt covered them, or found damaged.
 *
 * @param stream which
 * @param from first sequence
 * @param to last sequence
 * @param samples how many samples were in them; 0 on {@code events}
 * @param cause why
 * @param lastHash hash of item {@code to}; {@link BlockHash#NONE} where it is not known
 * @param firstTime earliest time in them, nanoseconds since 1970; 0 where it is not known
 * @param lastTime latest time in them
 * @param detail more, for a person; may be empty
 */
public record DroppedRange(
        StreamKind stream,
        long from,
        long to,
        long samples,
        DropCause cause,
        BlockHash lastHash,
        long firstTime,
        long lastTime,
        String detail) {

    /** What the event says of it. */
    Drop payload() {
        return new Drop(
                stream, from, to, samples, cause.text(), lastHash, firstTime, lastTime, detail);
    }
}
