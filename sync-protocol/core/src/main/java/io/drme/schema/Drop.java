package io.drme.schema;

import io.drme.block.BlockHash;
import io.drme.model.StreamKind;
import java.nio.ByteBuffer;

/**
 * Items of a stream are gone from the gateway before the centre had them; closes the range there.
 *
 * @param stream events, data or local
 * @param fromSequence first item that is gone
 * @param toSequence last item that is gone
 * @param samples how many samples they held; events, for the stream of events
 * @param cause {@code store-full}, {@code damaged}, {@code lost-at-centre} or {@code thinned}
 * @param lastHash hash of the last of them, so that the chain can be checked across the hole; zero
 *     where unknown
 * @param firstTime earliest source time in them, nanoseconds since 1970 UTC
 * @param lastTime latest source time in them
 * @param detail more, for a person: the error bound where it was thinned; may be empty
 */
public record Drop(
        StreamKind stream,
        long fromSequence,
        long toSequence,
        long samples,
        String cause,
        BlockHash lastHash,
        long firstTime,
        long lastTime,
        String detail)
        implements Payload {

    /** A drop of which there is nothing more to say. */
    public Drop(
            StreamKind stream,
            long fromSequence,
            long toSequence,
            long samples,
            String cause,
            BlockHash lastHash,
            long firstTime,
            long lastTime) {
        this(stream, fromSequence, toSequence, samples, cause, lastHash, firstTime, lastTime, "");
    }

    void write(AvroWriter out) {
        out.putString(stream.text())
                .putLong(fromSequence)
                .putLong(toSequence)
                .putLong(samples)
                .putString(cause)
                .putFixed(bytes(lastHash))
                .putLong(firstTime)
                .putLong(lastTime)
                .putString(detail);
    }

    static Drop read(AvroReader in) throws BadEventException {
        return new Drop(
                stream(in),
                in.takeLong(),
                in.takeLong(),
                in.takeLong(),
                in.takeString(),
                hash(in),
                in.takeLong(),
                in.takeLong(),
                in.takeString());
    }

    private static byte[] bytes(BlockHash hash) {
        var bytes = ByteBuffer.allocate(BlockHash.LENGTH_BYTES);
        hash.putInto(bytes);
        return bytes.array();
    }

    private static BlockHash hash(AvroReader in) throws BadEventException {
        return BlockHash.readFrom(ByteBuffer.wrap(in.takeFixed(BlockHash.LENGTH_BYTES)));
    }

    static StreamKind stream(AvroReader in) throws BadEventException {
        var text = in.takeString();
        for (var kind : StreamKind.values()) {
            if (kind.text().equals(text)) {
                return kind;
            }
        }
        throw in.malformed("no stream is called '" + text + "'");
    }
}
