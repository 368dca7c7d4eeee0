package io.drme.log;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What stands before an item in its frame, under a checksum of its own, so that a segment can be
 * walked without reading the items.
 *
 * @param sequence the item's number in the stream
 * @param ordinal number of its first sample among all of the stream, from 0
 * @param samples how many samples it holds
 * @param firstTime earliest time in it, nanoseconds since 1970
 * @param lastTime latest time in it
 * @param writtenAt when it was written by the store's {@link AgeClock}; what {@code keep} counts
 *     from
 * @param covers journal position below which the stream's samples are in this item or one before it
 */
record ItemHead(
        long sequence,
        long ordinal,
        int samples,
        long firstTime,
        long lastTime,
        long writtenAt,
        long covers) {
    /** The kind of frame that holds an item. */
    static final byte KIND = 2;

    /** Kind, fields and checksum. */
    static final int BYTES = 1 + 8 + 8 + 4 + 8 + 8 + 8 + 8 + 4;

    /** Writes the head of a frame that begins at {@code start} and whose item has this length. */
    void putInto(ByteBuffer out, int start, long position, int itemBytes) {
        out.position(start + Frame.HEADER_BYTES);
        out.put(KIND).putLong(sequence).putLong(ordinal).putInt(samples);
        out.putLong(firstTime).putLong(lastTime).putLong(writtenAt).putLong(covers);
        out.putInt(crc(out, start, position, BYTES + itemBytes));
    }

    /**
     * Reads the head of the frame at {@code start}; nothing where there is none or it is damaged.
     */
    static Optional<ItemHead> readAt(ByteBuffer in, int start, long position) {
        int length = Frame.lengthAt(in, start, position);
        int at = start + Frame.HEADER_BYTES;
        if (length < BYTES || in.get(at) != KIND) {
            return Optional.empty();
        }
        return in.getInt(at + BYTES - 4) == crc(in, start, position, length)
                ? Optional.of(parse(in, at)).filter(ItemHead::makesSense)
                : Optional.empty();
    }

    /**
     * Reads the head of a payload whose frame was found intact; null where it is another kind, or
     * says what no item can.
     */
    static @Nullable ItemHead ofPayload(ByteBuffer payload) {
        if (payload.remaining() < BYTES || payload.get(0) != KIND) {
            return null;
        }
        var head = parse(payload, 0);
        return head.makesSense() ? head : null;
    }

    /** A checksum proves only that the bytes are those that somebody wrote. */
    private boolean makesSense() {
        return sequence >= 1
                && sequence < Long.MAX_VALUE
                && samples >= 0
                && ordinal >= 0
                && ordinal <= Long.MAX_VALUE - samples;
    }

    private static ItemHead parse(ByteBuffer in, int at) {
        return new ItemHead(
                in.getLong(at + 1),
                in.getLong(at + 9),
                in.getInt(at + 17),
                in.getLong(at + 21),
                in.getLong(at + 29),
                in.getLong(at + 37),
                in.getLong(at + 45));
    }

    private static int crc(ByteBuffer bytes, int start, long position, int payloadBytes) {
        var crc = new CRC32C();
        int at = start + Frame.HEADER_BYTES;
        crc.update(bytes.duplicate().limit(at + BYTES - 4).position(at));
        crc.update(Frame.buffer(12).putLong(position).putInt(payloadBytes).flip());
        return (int) crc.getValue();
    }

    StoredItem item(int lengthBytes) {
        return new StoredItem(sequence, ordinal, samples, firstTime, lastTime, lengthBytes);
    }
}
