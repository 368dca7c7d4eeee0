package io.drme.sim.modbus;

import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** How messages lie in bytes: with a header over TCP, with a checksum on a serial line. */
enum Frames {
    /** Modbus Messaging on TCP/IP 1.0b, 3.1.3. */
    TCP {
        @Override
        Optional<Request> next(DataInputStream in) throws IOException {
            var header = new byte[HEADER_BYTES];
            in.readFully(header);
            var fields = ByteBuffer.wrap(header);
            int length = fields.getShort(4) & 0xFFFF;
            if (fields.getShort(2) != 0 || length < 2 || length > MOST_LENGTH) {
                return Optional.empty();
            }
            var pdu = new byte[length - 1];
            in.readFully(pdu);
            return Optional.of(new Request(fields.getShort(0) & 0xFFFF, header[6] & 0xFF, pdu));
        }

        @Override
        byte[] answer(Request request, byte[] pdu, Fault fault) {
            int wrong = fault.kind() == FaultKind.WRONG_TRANSACTION ? 1 : 0;
            return ByteBuffer.allocate(HEADER_BYTES + pdu.length)
                    .putShort((short) (request.transaction() - wrong))
                    .putShort((short) 0)
                    .putShort((short) (pdu.length + 1))
                    .put((byte) unit(request, fault))
                    .put(pdu)
                    .array();
        }
    },

    /** Modbus over Serial Line 1.02, 2.5.1. */
    RTU {
        @Override
        Optional<Request> next(DataInputStream in) throws IOException {
            while (true) {
                var frame = frame(in);
                int end = frame.length - CRC_BYTES;
                if (crc(frame, end) == le(frame, end)) {
                    return Optional.of(
                            new Request(0, frame[0] & 0xFF, Arrays.copyOfRange(frame, 1, end)));
                }
                // A device says nothing to what it can't read, and begins anew after a silence.
                in.skipNBytes(Math.max(0, in.available()));
            }
        }

        // A request by what its function says of its length; of unknown ones what is there.
        private byte[] frame(DataInputStream in) throws IOException {
            var frame = new byte[MOST_FRAME_BYTES];
            in.readFully(frame, 0, 2);
            int function = frame[1] & 0xFF;
            int bytes = SHORT_FRAME_BYTES;
            if (function == 15 || function == 16) {
                in.readFully(frame, 2, 5);
                bytes = Math.min(MOST_FRAME_BYTES, 7 + (frame[6] & 0xFF) + CRC_BYTES);
                in.readFully(frame, 7, bytes - 7);
            } else if (function == MASKED_WRITE) {
                bytes = MASKED_WRITE_BYTES;
                in.readFully(frame, 2, bytes - 2);
            } else if (function >= 1 && function <= 8) {
                in.readFully(frame, 2, bytes - 2);
            } else {
                in.readFully(frame, 2, CRC_BYTES);
                int more = Math.clamp(in.available(), 0, MOST_FRAME_BYTES - 4);
                in.readFully(frame, 4, more);
                bytes = 4 + more;
            }
            return Arrays.copyOf(frame, bytes);
        }

        @Override
        byte[] answer(Request request, byte[] pdu, Fault fault) {
            var frame = Arrays.copyOf(new byte[] {(byte) unit(request, fault)}, pdu.length + 3);
            System.arraycopy(pdu, 0, frame, 1, pdu.length);
            int crc = crc(frame, pdu.length + 1) ^ (fault.kind() == FaultKind.CRC ? 0xFF : 0);
            frame[pdu.length + 1] = (byte) crc;
            frame[pdu.length + 2] = (byte) (crc >> 8);
            return frame;
        }

        private int le(byte[] bytes, int at) {
            return (bytes[at] & 0xFF) | (bytes[at + 1] & 0xFF) << 8;
        }
    };

    private static final int MASKED_WRITE = 22;
    private static final int MASKED_WRITE_BYTES = 10;
    private static final int HEADER_BYTES = 7;
    private static final int MOST_LENGTH = 254;
    private static final int CRC_BYTES = 2;
    private static final int SHORT_FRAME_BYTES = 8;
    private static final int MOST_FRAME_BYTES = 256;

    /** Of each byte what it does to the checksum, as the specification's appendix has it. */
    private static final int[] CRC_TABLE = table();

    /** One request. */
    static final class Request {
        private final int transaction;
        private final int unit;
        private final byte[] pdu;

        /**
         * A request as it came.
         *
         * @param transaction 0 where the frames have none
         * @param pdu the message, from its function on
         */
        Request(int transaction, int unit, byte[] pdu) {
            this.transaction = transaction;
            this.unit = unit;
            this.pdu = pdu;
        }

        int transaction() {
            return transaction;
        }

        int unit() {
            return unit;
        }

        byte[] pdu() {
            return pdu;
        }
    }

    /**
     * Waits for a request.
     *
     * @return nothing where what came is none, and the connection is of no more use
     */
    abstract Optional<Request> next(DataInputStream in) throws IOException;

    /** The frame of an answer, as wrong as the fault wants it. */
    abstract byte[] answer(Request request, byte[] pdu, Fault fault);

    private static int unit(Request request, Fault fault) {
        return request.unit() + (fault.kind() == FaultKind.WRONG_UNIT ? 1 : 0);
    }

    private static int[] table() {
        var table = new int[256];
        for (int i = 0; i < table.length; i++) {
            int value = i;
            for (int bit = 0; bit < 8; bit++) {
                value = (value & 1) != 0 ? (value >>> 1) ^ 0xA001 : value >>> 1;
            }
            table[i] = value;
        }
        return table;
    }

    static int crc(byte[] bytes, int count) {
        int crc = 0xFFFF;
        for (int i = 0; i < count; i++) {
            crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ bytes[i]) & 0xFF];
        }
        return crc;
    }
}
