package io.drme.schema;

import io.drme.model.Event;
import io.drme.schema.BadEventException.Why;

/**
 * The binary form of an event on disk and wire: a format byte, then Avro binary of the schema
 * {@code event-1.avsc}.
 */
public final class EventCodec {
    /** Longest payload, in bytes; a catalogue of more tags comes in parts. */
    public static final int MAX_PAYLOAD_BYTES = 1 << 20;

    /** Most entries in an event's metadata. */
    public static final int MAX_METADATA = 64;

    /** Longest event, in bytes. */
    public static final int MAX_EVENT_BYTES = MAX_PAYLOAD_BYTES + (1 << 18);

    private static final byte FORMAT = 1;
    private static final int MAX_TYPE_LENGTH = 64;

    private EventCodec() {}

    /**
     * The bytes of an event.
     *
     * @throws IllegalArgumentException where it exceeds a limit
     */
    public static byte[] encode(Event event) {
        if (event.payload().length > MAX_PAYLOAD_BYTES || event.metadata().size() > MAX_METADATA) {
            throw new IllegalArgumentException(
                    "an event with %d bytes of payload and %d of metadata exceeds %d or %d"
                            .formatted(
                                    event.payload().length,
                                    event.metadata().size(),
                                    MAX_PAYLOAD_BYTES,
                                    MAX_METADATA));
        }
        var bytes =
                new AvroWriter()
                        .putFixed(new byte[] {FORMAT})
                        .putLong(event.time())
                        .putString(event.type())
                        .putLong(event.schemaId())
                        .putLong(event.schemaVersion())
                        .putBytes(event.payload())
                        .putStrings(event.metadata())
                        .toBytes();
        if (bytes.length > MAX_EVENT_BYTES) {
            throw new IllegalArgumentException(
                    "an event of %d bytes exceeds %d".formatted(bytes.length, MAX_EVENT_BYTES));
        }
        return bytes;
    }

    /** Reads what {@link #encode} wrote. */
    public static Event decode(byte[] bytes) throws BadEventException {
        if (bytes.length > MAX_EVENT_BYTES) {
            throw new BadEventException(
                    Why.LIMIT,
                    "an event of %d bytes is longer than %d"
                            .formatted(bytes.length, MAX_EVENT_BYTES));
        }
        var in = new AvroReader(bytes);
        byte format = in.takeFixed(1)[0];
        if (format != FORMAT) {
            throw new BadEventException(
                    Why.UNSUPPORTED,
                    "event format %d is not known to this release".formatted(format));
        }
        long time = in.takeLong();
        var type = in.takeString();
        if (type.isEmpty() || type.length() > MAX_TYPE_LENGTH) {
            throw in.malformed("an event type has " + type.length() + " characters");
        }
        int schemaId = in.takeInt();
        int schemaVersion = in.takeInt();
        var payload = in.takeBytes();
        var metadata = in.takeStrings(MAX_METADATA);
        in.expectEnd();
        return new Event(time, type, schemaId, schemaVersion, payload, metadata);
    }
}
