package io.drme.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.drme.block.BlockHash;
import io.drme.model.EpochId;
import io.drme.model.Event;
import io.drme.model.GatewayId;
import io.drme.schema.BadEventException;
import io.drme.schema.BadEventException.Why;
import io.drme.schema.EventCodec;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * One item of the stream of events, as it is in the log and on the wire: an event with its place in
 * the stream, chained by hash to the item before it. docs/log.md specifies the bytes.
 *
 * @param gateway where it happened
 * @param epoch life of the data directory; with the gateway and the event's time it is the event's
 *     id
 * @param sequence its number in the stream, from 1, without gaps
 * @param previous hash of the item before; {@link BlockHash#NONE} at sequence 1
 * @param event what happened
 */
public record EventItem(
        GatewayId gateway, EpochId epoch, long sequence, BlockHash previous, Event event) {
    /** The longest item, in bytes. */
    public static final int MAX_BYTES = EventCodec.MAX_EVENT_BYTES + 128;

    private static final int MAGIC = 0x45564d44; // "DMVE", little endian
    private static final byte VERSION = 1;
    private static final int FIXED_BYTES = 4 + 1 + 1 + 16 + 8 + BlockHash.LENGTH_BYTES;

    /**
     * The item's bytes: a head that chains it, and the event as {@link EventCodec} writes it.
     *
     * @throws IllegalArgumentException where the event exceeds a limit of {@link EventCodec}
     */
    public byte[] encode() {
        var name = gateway.text().getBytes(UTF_8);
        var body = EventCodec.encode(event);
        var out =
                ByteBuffer.allocate(FIXED_BYTES + name.length + body.length)
                        .order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC).put(VERSION).put((byte) name.length).put(name);
        out.putLong(epoch.high()).putLong(epoch.low()).putLong(sequence);
        previous.putInto(out);
        return out.put(body).array();
    }

    /**
     * Reads an item.
     *
     * @return nothing where the bytes are no item of a version that this release knows
     */
    public static Optional<EventItem> decode(byte[] item) {
        try {
            return Optional.of(read(item));
        } catch (BadEventException _) {
            return Optional.empty();
        }
    }

    /**
     * Reads an item, as {@link #decode}.
     *
     * @throws BadEventException which says what is wrong with the bytes
     */
    public static EventItem read(byte[] item) throws BadEventException {
        if (item.length > MAX_BYTES) {
            throw new BadEventException(
                    Why.LIMIT,
                    "an item of %d bytes is longer than %d".formatted(item.length, MAX_BYTES));
        }
        var in = ByteBuffer.wrap(item).order(ByteOrder.LITTLE_ENDIAN);
        try {
            if (in.getInt() != MAGIC || in.get() != VERSION) {
                throw new BadEventException(
                        Why.UNSUPPORTED, "no event item of a format that this release knows");
            }
            var name = new byte[in.get() & 0xFF];
            in.get(name);
            var gateway = new GatewayId(new String(name, UTF_8));
            var epoch = new EpochId(in.getLong(), in.getLong());
            long sequence = in.getLong();
            var previous = BlockHash.readFrom(in);
            if (sequence < 1) {
                throw new BadEventException(
                        Why.MALFORMED, "an item's sequence is " + sequence + ", below 1");
            }
            var event = EventCodec.decode(Arrays.copyOfRange(item, in.position(), item.length));
            return new EventItem(gateway, epoch, sequence, previous, event);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new BadEventException(
                    Why.MALFORMED, "an item's head can't be read: " + e.getMessage());
        }
    }
}
