package io.drme.sim.mqtt;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Numbers and texts as MQTT packs them (MQTT 5, 1.5). Pure. */
final class Wire {
    private static final int SEVEN_BITS = 0x7F;
    private static final int MORE = 0x80;
    private static final int MAX_VARIABLE_BYTES = 4;
    private static final int MAX_TEXT = 65_535;

    private Wire() {}

    /** Builds a packet or a part of one. */
    static final class Out {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Out u8(int value) {
            bytes.write(value);
            return this;
        }

        Out u16(int value) {
            return u8(value >>> 8).u8(value);
        }

        Out variable(int value) {
            int rest = value;
            while (rest > SEVEN_BITS) {
                u8((rest & SEVEN_BITS) | MORE);
                rest >>>= 7;
            }
            return u8(rest);
        }

        Out text(String text) {
            var encoded = text.getBytes(StandardCharsets.UTF_8);
            if (encoded.length > MAX_TEXT) {
                throw new IllegalArgumentException("a text of " + encoded.length + " bytes");
            }
            return u16(encoded.length).raw(encoded);
        }

        Out raw(byte[] more) {
            bytes.writeBytes(more);
            return this;
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }

        /** The packet: first byte, length, and what was built. */
        byte[] packet(int first) {
            var body = bytes();
            return new Out().u8(first).variable(body.length).raw(body).bytes();
        }
    }

    /** Takes a packet apart; what is too short or of no form is an {@link IOException}. */
    static final class In {
        private final ByteBuffer bytes;

        In(byte[] bytes) {
            this.bytes = ByteBuffer.wrap(bytes);
        }

        private void need(int count) throws IOException {
            if (count < 0 || bytes.remaining() < count) {
                throw new IOException("the packet is too short");
            }
        }

        int u8() throws IOException {
            need(1);
            return bytes.get() & 0xFF;
        }

        int u16() throws IOException {
            need(2);
            return bytes.getShort() & 0xFFFF;
        }

        int variable() throws IOException {
            int value = 0;
            for (int i = 0; i < MAX_VARIABLE_BYTES; i++) {
                int next = u8();
                value |= (next & SEVEN_BITS) << (7 * i);
                if ((next & MORE) == 0) {
                    return value;
                }
            }
            throw new IOException("a length of more than 4 bytes");
        }

        byte[] raw(int count) throws IOException {
            need(count);
            var part = new byte[count];
            bytes.get(part);
            return part;
        }

        String text() throws IOException {
            return new String(raw(u16()), StandardCharsets.UTF_8);
        }

        byte[] rest() throws IOException {
            return raw(bytes.remaining());
        }

        boolean more() {
            return bytes.hasRemaining();
        }

        /** A part with a length of its own before it. */
        In part() throws IOException {
            return new In(raw(variable()));
        }
    }

    /** Reads the length behind a packet's first byte. */
    static int length(DataInputStream in) throws IOException {
        int value = 0;
        for (int i = 0; i < MAX_VARIABLE_BYTES; i++) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            value |= (next & SEVEN_BITS) << (7 * i);
            if ((next & MORE) == 0) {
                return value;
            }
        }
        throw new IOException("a length of more than 4 bytes");
    }
}
