package io.drme.sync;

import io.drme.model.StreamKind;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Messages as bytes; the layout and golden bytes are in docs/sync.md.
 *
 * <pre>
 * magic 'D' 'S' | version 1 | type 1 | session 8 | head length 4 | body length 4
 * head | CRC32C of all before 4 | body | CRC32C of the body 4
 * </pre>
 *
 * <p>The body is an item's payload, and absent otherwise. The head has its own checksum so that a
 * damaged block can be asked for by its number. A head may be longer than this release knows: what
 * follows is of a newer minor version and is ignored.
 */
public final class MessageCodec {
    /** The version that this release writes, and the only one that it reads. */
    public static final int VERSION = 1;

    private static final int MAGIC = 0x4453;
    private static final int ENVELOPE_BYTES = 20;
    private static final int CRC_BYTES = 4;

    private MessageCodec() {}

    /** What bytes turned out to be. */
    public sealed interface Decoded {}

    /** A message, whole. */
    public record Whole(Message message) implements Decoded {}

    /** An item whose number is known, but whose payload does not have the right checksum. */
    public record DamagedItem(long session, StreamKind stream, long sequence) implements Decoded {}

    /**
     * Not a message that can be read.
     *
     * @param session where the bytes name one; it can't be trusted
     * @param reason for a person
     */
    public record Damaged(long session, String reason) implements Decoded {}

    /** A whole message of a version that this release does not read. */
    public record OtherVersion(long session, int version) implements Decoded {}

    /**
     * Writes a message.
     *
     * @throws IllegalArgumentException when it exceeds {@link Limits}: a bug of who made it
     */
    public static byte[] encode(Message message) {
        var head = new WireWriter();
        int type = MessageEncoder.head(message, head);
        var headBytes = head.done();
        var body =
                message instanceof Message.Delivery(long _, Item item)
                        ? item.payload()
                        : new byte[0];
        if (headBytes.length > Limits.MAX_HEAD_BYTES) {
            throw new IllegalArgumentException(
                    "a message head of %d bytes; at most %d"
                            .formatted(headBytes.length, Limits.MAX_HEAD_BYTES));
        }
        int bodyRoom = body.length == 0 ? 0 : body.length + CRC_BYTES;
        var bytes = ByteBuffer.allocate(ENVELOPE_BYTES + headBytes.length + CRC_BYTES + bodyRoom);
        bytes.putShort((short) MAGIC).put((byte) VERSION).put((byte) type);
        bytes.putLong(message.session()).putInt(headBytes.length).putInt(body.length);
        bytes.put(headBytes);
        bytes.putInt(crc(bytes.array(), 0, bytes.position()));
        if (body.length > 0) {
            bytes.put(body).putInt(crc(body, 0, body.length));
        }
        return bytes.array();
    }

    /** Reads a message; whatever the bytes are, this gives a result and never throws. */
    public static Decoded decode(byte[] bytes) {
        if (bytes.length < ENVELOPE_BYTES + CRC_BYTES) {
            return new Damaged(0, "%d bytes are too few for a message".formatted(bytes.length));
        }
        var in = ByteBuffer.wrap(bytes);
        if ((in.getShort() & 0xFFFF) != MAGIC) {
            return new Damaged(0, "it does not begin with the letters DS");
        }
        int version = in.get() & 0xFF;
        int type = in.get() & 0xFF;
        long session = in.getLong();
        int headLength = in.getInt();
        int bodyLength = in.getInt();
        var wrong = wrongLengths(bytes.length, headLength, bodyLength);
        if (!wrong.isEmpty()) {
            return new Damaged(session, wrong);
        }
        int headEnd = ENVELOPE_BYTES + headLength;
        if (in.getInt(headEnd) != crc(bytes, 0, headEnd)) {
            return new Damaged(session, "the checksum of its head is wrong");
        }
        if (version != VERSION) {
            return new OtherVersion(session, version); // and not a flipped bit
        }
        int bodyFrom = headEnd + CRC_BYTES;
        boolean bodyWhole =
                bodyLength == 0
                        || in.getInt(bodyFrom + bodyLength) == crc(bytes, bodyFrom, bodyLength);
        var body = new byte[bodyLength];
        in.get(bodyFrom, body);
        return head(type, session, in.slice(ENVELOPE_BYTES, headLength), body, bodyWhole);
    }

    /** The session that bytes name, without checking them further; 0 where there is none. */
    public static long session(byte[] bytes) {
        return bytes.length < ENVELOPE_BYTES ? 0 : ByteBuffer.wrap(bytes).getLong(4);
    }

    /** Whether bytes say that they are a hello, without checking them further. */
    public static boolean isHello(byte[] bytes) {
        return bytes.length >= ENVELOPE_BYTES && bytes[3] == MessageEncoder.HELLO;
    }

    private static Decoded head(
            int type, long session, ByteBuffer head, byte[] body, boolean bodyWhole) {
        try {
            var message = MessageDecoder.message(type, session, new WireReader(head), body);
            if (!bodyWhole) {
                return message instanceof Message.Delivery(long _, Item item)
                        ? new DamagedItem(session, item.stream(), item.sequence())
                        : new Damaged(session, "the checksum of its body is wrong");
            }
            return new Whole(message);
        } catch (WireReader.Malformed | IllegalArgumentException e) {
            // The records refuse values that they can't have; from the wire that is bad data.
            return new Damaged(session, "message of type %d: %s".formatted(type, e.getMessage()));
        }
    }

    private static String wrongLengths(int length, int headLength, int bodyLength) {
        if (headLength < 0 || headLength > Limits.MAX_HEAD_BYTES) {
            return "it claims a head of %d bytes; at most %d"
                    .formatted(headLength, Limits.MAX_HEAD_BYTES);
        }
        if (bodyLength < 0 || bodyLength > Limits.MAX_PAYLOAD_BYTES) {
            return "it claims a body of %d bytes; at most %d"
                    .formatted(bodyLength, Limits.MAX_PAYLOAD_BYTES);
        }
        int claimed =
                ENVELOPE_BYTES
                        + headLength
                        + CRC_BYTES
                        + (bodyLength == 0 ? 0 : bodyLength + CRC_BYTES);
        return claimed == length
                ? ""
                : "it claims %d bytes in all, %d are there".formatted(claimed, length);
    }

    private static int crc(byte[] bytes, int from, int length) {
        var crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }
}
