package io.drme.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.drme.block.BlockHash;
import io.drme.model.EpochId;
import io.drme.model.Event;
import io.drme.model.GatewayId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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
    public static final int MAX_BYTES = 1 << 20;

    private static final int MAGIC = 0x45564d44; // "DMVE", little endian
    private static final byte VERSION = 1;
    private static final int FIXED_BYTES = 4 + 1 + 16 + 8 + BlockHash.LENGTH_BYTES + 8 + 4 + 4;
    private static final int MAX_METADATA = 255;

    /**
     * The item's bytes.
     *
     * @throws IllegalArgumentException where they would be more than {@link #MAX_BYTES}, or a text
     *     or the metadata more than its length field can say
     */
    public byte[] encode() {
        var out = ByteBuffer.allocate(size()).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC).put(VERSION);
        putShort(out, gateway.text());
        out.putLong(epoch.high()).putLong(epoch.low()).putLong(sequence);
        previous.putInto(out);
        out.putLong(event.time());
        putShort(out, event.type());
        out.putInt(event.schemaId()).putInt(event.schemaVersion());
        out.putInt(event.payload().length).put(event.payload());
        out.put((byte) event.metadata().size());
        new TreeMap<>(event.metadata())
                .forEach((key, value) -> {
                    putShort(out, key);
                    var text = value.getBytes(UTF_8);
                    out.putInt(text.length).put(text);
                });
        return out.array();
    }

    private int size() {
        long size =
                FIXED_BYTES
                        + 1L
                        + gateway.text().length()
                        + 1
                        + event.type().getBytes(UTF_8).length
                        + 4
                        + event.payload().length
                        + 1;
        for (var entry : event.metadata().entrySet()) {
            size += 1 + entry.getKey().getBytes(UTF_8).length;
            size += 4 + entry.getValue().getBytes(UTF_8).length;
        }
        if (size > MAX_BYTES || event.metadata().size() > MAX_METADATA) {
            throw new IllegalArgumentException(
                    "an event of %d bytes with %d metadata entries; at most %d bytes and %d entries"
                            .formatted(size, event.metadata().size(), MAX_BYTES, MAX_METADATA));
        }
        return (int) size;
    }

    private static void putShort(ByteBuffer out, String text) {
        var bytes = text.getBytes(UTF_8);
        if (bytes.length > 0xFF) {
            throw new IllegalArgumentException(
                    "'%s' is %d bytes long; at most 255".formatted(text, bytes.length));
        }
        out.put((byte) bytes.length).put(bytes);
    }

    /**
     * Reads an item.
     *
     * @return nothing where the bytes are no item of a version that this release knows
     */
    public static Optional<EventItem> decode(byte[] item) {
        var in = ByteBuffer.wrap(item).order(ByteOrder.LITTLE_ENDIAN);
        try {
            if (item.length > MAX_BYTES || in.getInt() != MAGIC || in.get() != VERSION) {
                return Optional.empty();
            }
            var gateway = new GatewayId(shortText(in));
            var epoch = new EpochId(in.getLong(), in.getLong());
            long sequence = in.getLong();
            var previous = BlockHash.readFrom(in);
            long time = in.getLong();
            var type = shortText(in);
            int schemaId = in.getInt();
            int schemaVersion = in.getInt();
            var payload = bytes(in, in.getInt());
            var metadata = metadata(in);
            if (in.hasRemaining() || sequence < 1) {
                return Optional.empty();
            }
            var event = new Event(time, type, schemaId, schemaVersion, payload, metadata);
            return Optional.of(new EventItem(gateway, epoch, sequence, previous, event));
        } catch (BufferUnderflowException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Map<String, String> metadata(ByteBuffer in) {
        var metadata = new LinkedHashMap<String, String>();
        for (int left = in.get() & 0xFF; left > 0; left--) {
            var key = shortText(in);
            metadata.put(key, new String(bytes(in, in.getInt()), UTF_8));
        }
        return Map.copyOf(metadata);
    }

    private static String shortText(ByteBuffer in) {
        return new String(bytes(in, in.get() & 0xFF), UTF_8);
    }

    /** Refuses a length beyond what is there before it takes memory for it. */
    private static byte[] bytes(ByteBuffer in, int length) {
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("length " + length + " is beyond the item");
        }
        var bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
