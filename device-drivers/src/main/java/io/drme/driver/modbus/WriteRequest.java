package io.drme.driver.modbus;

import java.nio.ByteBuffer;

/**
 * The messages that write, without unit id and transport header (Application Protocol 1.1b3, 6.5,
 * 6.6, 6.12 and 6.16), and what they are answered by.
 */
final class WriteRequest implements Line.Ask {
    static final int ONE_COIL = 5;
    static final int ONE_REGISTER = 6;
    static final int COILS = 15;
    static final int REGISTERS = 16;
    static final int MASKED = 22;

    private static final int COIL_ON = 0xFF00;
    private static final int SHORT_BYTES = 5;
    private static final int MASKED_BYTES = 7;
    private static final int HEAD_BYTES = 6;
    private static final int ALL = 0xFFFF;

    private final int unitId;
    private final byte[] request;

    /** Length of the answer, whose bytes are the first of the request. */
    private final int answerBytes;

    private WriteRequest(int unitId, byte[] request) {
        this.unitId = unitId;
        this.request = request;
        this.answerBytes = answerBytes(request[0]);
    }

    /** Sets a coil. */
    static WriteRequest coil(int unitId, int start, boolean on) {
        return of(unitId, ONE_COIL, start, on ? COIL_ON : 0);
    }

    /** Sets one register. */
    static WriteRequest register(int unitId, int start, int value) {
        return of(unitId, ONE_REGISTER, start, value);
    }

    private static WriteRequest of(int unitId, int function, int start, int value) {
        var request = ByteBuffer.allocate(SHORT_BYTES).put((byte) function);
        request.putShort((short) start).putShort((short) value);
        return new WriteRequest(unitId, request.array());
    }

    /**
     * Sets registers one behind another, all by one request.
     *
     * @param values two bytes each
     */
    static WriteRequest registers(int unitId, int start, byte[] values) {
        var request = ByteBuffer.allocate(HEAD_BYTES + values.length).put((byte) REGISTERS);
        request.putShort((short) start).putShort((short) (values.length / 2));
        request.put((byte) values.length).put(values);
        return new WriteRequest(unitId, request.array());
    }

    /** Sets some bits of a register and leaves the others, all in the device. */
    static WriteRequest masked(int unitId, int start, int mask, int value) {
        var request = ByteBuffer.allocate(MASKED_BYTES).put((byte) MASKED);
        request.putShort((short) start).putShort((short) (ALL & ~mask));
        request.putShort((short) (value & mask));
        return new WriteRequest(unitId, request.array());
    }

    @Override
    public int unitId() {
        return unitId;
    }

    /** The message, its function's code first. */
    byte[] request() {
        return request.clone();
    }

    /** Length of the answer to a function that writes; 0 where it is none. */
    static int answerBytes(int function) {
        return switch (function) {
            case ONE_COIL, ONE_REGISTER, COILS, REGISTERS -> SHORT_BYTES;
            case MASKED -> MASKED_BYTES;
            default -> 0;
        };
    }

    /** The function's code. */
    int function() {
        return request[0];
    }

    /**
     * Holds an answer against what it must be.
     *
     * @param at where in the frame the message begins
     */
    void check(byte[] frame, int at, int pduBytes)
            throws RefusalException, Line.WrongAnswerException {
        int function = frame[at] & 0xFF;
        if (function == (function() | Framing.EXCEPTION_BIT)) {
            Framing.check("length of refusal", pduBytes, 2);
            throw new RefusalException(frame[at + 1] & 0xFF);
        }
        Framing.check("function", function, function());
        Framing.check("length", pduBytes, answerBytes);
        for (int i = 1; i < answerBytes; i++) {
            if (frame[at + i] != request[i]) {
                throw new Line.WrongAnswerException(
                        "the answer to the write tells another address, count or value than was sent");
            }
        }
    }
}
