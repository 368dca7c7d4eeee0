package io.drme.driver.mqtt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the wire form of Protocol Buffers, of which Sparkplug B uses a part: no groups. Bytes are
 * hostile until they were read; a part is never longer than the whole, so nothing is taken in
 * advance.
 */
final class ProtobufReader {
    private static final int MAX_VARINT_BYTES = 10;
    private static final int TYPE_BITS = 3;
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED_32 = 5;

    private final ByteBuffer bytes;
    private int type;

    /** Bytes that are no message; says what is wrong. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1;

        MalformedException(String message) {
            super(message);
        }
    }

    ProtobufReader(byte[] message) {
        this(ByteBuffer.wrap(message));
    }

    private ProtobufReader(ByteBuffer bytes) {
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The number of the next field; 0 at the end. */
    int next() throws MalformedException {
        if (!bytes.hasRemaining()) {
            return 0;
        }
        long tag = varint();
        long field = tag >>> TYPE_BITS;
        type = (int) (tag & 7);
        if (field < 1 || field > Integer.MAX_VALUE) {
            throw new MalformedException("has a field with the number " + field);
        }
        return (int) field;
    }

    private void expect(int wanted) throws MalformedException {
        if (type != wanted) {
            throw new MalformedException("has a field of another kind than the protocol's");
        }
    }

    private long varint() throws MalformedException {
        long value = 0;
        for (int i = 0; i < MAX_VARINT_BYTES; i++) {
            need(1);
            byte b = bytes.get();
            value |= (long) (b & 0x7F) << (7 * i);
            if (b >= 0) {
                return value;
            }
        }
        throw new MalformedException("has a number of more than 64 bits");
    }

    private void need(long count) throws MalformedException {
        if (count < 0 || count > bytes.remaining()) {
            throw new MalformedException("ends too early");
        }
    }

    /** The field as a number of 64 bits, two's complement or unsigned. */
    long number() throws MalformedException {
        expect(VARINT);
        return varint();
    }

    boolean truth() throws MalformedException {
        return number() != 0;
    }

    float real32() throws MalformedException {
        expect(FIXED_32);
        need(Float.BYTES);
        return bytes.getFloat();
    }

    double real64() throws MalformedException {
        expect(FIXED_64);
        need(Double.BYTES);
        return bytes.getDouble();
    }

    String text() throws MalformedException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(part()).toString();
        } catch (CharacterCodingException _) {
            throw new MalformedException("has a text that is not UTF-8");
        }
    }

    /** A message within this one. */
    ProtobufReader message() throws MalformedException {
        return new ProtobufReader(part());
    }

    private ByteBuffer part() throws MalformedException {
        expect(LENGTH);
        long length = varint();
        need(length);
        var part = bytes.slice(bytes.position(), (int) length);
        bytes.position(bytes.position() + (int) length);
        return part;
    }

    /** Passes over a field that nobody asks for. */
    void skip() throws MalformedException {
        switch (type) {
            case VARINT -> varint();
            case FIXED_64 -> {
                need(Long.BYTES);
                bytes.position(bytes.position() + Long.BYTES);
            }
            case LENGTH -> part();
            case FIXED_32 -> {
                need(Integer.BYTES);
                bytes.position(bytes.position() + Integer.BYTES);
            }
            default -> throw new MalformedException("has a field of a kind that is not in use");
        }
    }
}
