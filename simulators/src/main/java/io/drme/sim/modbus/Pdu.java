package io.drme.sim.modbus;

import io.drme.sim.fault.Moment;
import java.nio.ByteBuffer;

/**
 * Answers requests: functions 1 to 6, 8, 15, 16 and 22 of the Modbus Application Protocol 1.1b3,
 * with its checks in its order: function, quantity, address.
 */
final class Pdu {
    static final int ILLEGAL_FUNCTION = 1;
    static final int ILLEGAL_ADDRESS = 2;
    static final int ILLEGAL_VALUE = 3;
    static final int DEVICE_FAILURE = 4;

    private static final int ECHO = 8;
    private static final int MASKED_WRITE = 22;
    private static final int EXCEPTION_BIT = 0x80;
    private static final int MOST_REGISTERS_READ = 125;
    private static final int MOST_BITS_READ = 2000;
    private static final int MOST_REGISTERS_WRITTEN = 123;
    private static final int MOST_BITS_WRITTEN = 1968;
    private static final int ADDRESSES = 65_536;
    private static final int COIL_ON = 0xFF00;

    private Pdu() {}

    /** The answer to a request, both without unit id and transport header. */
    static byte[] answer(Unit unit, byte[] request, Moment moment) {
        int function = request[0] & 0xFF;
        var in = ByteBuffer.wrap(request, 1, request.length - 1);
        if (!unit.knows(function)) {
            return exception(function, ILLEGAL_FUNCTION);
        }
        return switch (function) {
            case 1 -> readBits(unit, Area.COIL, in, moment);
            case 2 -> readBits(unit, Area.DISCRETE, in, moment);
            case 3 -> readRegisters(unit, Area.HOLDING, in, moment);
            case 4 -> readRegisters(unit, Area.INPUT, in, moment);
            case 5 -> writeOne(unit, Area.COIL, request, in);
            case ECHO -> echo(request);
            case 6 -> writeOne(unit, Area.HOLDING, request, in);
            case 15 -> writeMany(unit, Area.COIL, request, in);
            case 16 -> writeMany(unit, Area.HOLDING, request, in);
            case MASKED_WRITE -> writeMasked(unit, request, in, moment);
            default -> exception(function, ILLEGAL_FUNCTION);
        };
    }

    /** Sends back what came: function 8 has one kind here, return query data. */
    private static byte[] echo(byte[] request) {
        boolean query = request.length >= 3 && request[1] == 0 && request[2] == 0;
        return query ? request.clone() : exception(ECHO, ILLEGAL_FUNCTION);
    }

    static byte[] exception(int function, int code) {
        return new byte[] {(byte) (function | EXCEPTION_BIT), (byte) code};
    }

    private static byte[] readBits(Unit unit, Area area, ByteBuffer in, Moment moment) {
        int function = area == Area.COIL ? 1 : 2;
        if (in.remaining() != 4) {
            return exception(function, ILLEGAL_VALUE);
        }
        int address = in.getShort() & 0xFFFF;
        int count = in.getShort() & 0xFFFF;
        int refusal = refusal(unit, area, address, count, MOST_BITS_READ);
        if (refusal != 0) {
            return exception(function, refusal);
        }
        var answer = new byte[2 + (count + 7) / 8];
        answer[0] = (byte) function;
        answer[1] = (byte) (answer.length - 2);
        for (int i = 0; i < count; i++) {
            answer[2 + i / 8] |= (byte) (unit.read(area, address + i, moment) << (i % 8));
        }
        return answer;
    }

    private static byte[] readRegisters(Unit unit, Area area, ByteBuffer in, Moment moment) {
        int function = area == Area.HOLDING ? 3 : 4;
        if (in.remaining() != 4) {
            return exception(function, ILLEGAL_VALUE);
        }
        int address = in.getShort() & 0xFFFF;
        int count = in.getShort() & 0xFFFF;
        int refusal = refusal(unit, area, address, count, MOST_REGISTERS_READ);
        if (refusal != 0) {
            return exception(function, refusal);
        }
        var answer = ByteBuffer.allocate(2 + 2 * count);
        answer.put((byte) function).put((byte) (2 * count));
        for (int i = 0; i < count; i++) {
            answer.putShort((short) unit.read(area, address + i, moment));
        }
        return answer.array();
    }

    private static int refusal(Unit unit, Area area, int address, int count, int most) {
        if (count < 1 || count > most) {
            return ILLEGAL_VALUE;
        }
        return address + count > ADDRESSES || !unit.has(area, address, count) ? ILLEGAL_ADDRESS : 0;
    }

    private static byte[] writeOne(Unit unit, Area area, byte[] request, ByteBuffer in) {
        int function = request[0];
        if (!unit.isWritable()) {
            return exception(function, ILLEGAL_FUNCTION);
        }
        if (in.remaining() != 4) {
            return exception(function, ILLEGAL_VALUE);
        }
        int address = in.getShort() & 0xFFFF;
        int value = in.getShort() & 0xFFFF;
        if (area.isBits() && value != 0 && value != COIL_ON) {
            return exception(function, ILLEGAL_VALUE);
        }
        if (!unit.has(area, address, 1)) {
            return exception(function, ILLEGAL_ADDRESS);
        }
        unit.write(area, address, area.isBits() ? value == 0 ? 0 : 1 : value);
        return request.clone();
    }

    /** Sets the bits of a register that the first mask leaves out (6.16). */
    private static byte[] writeMasked(Unit unit, byte[] request, ByteBuffer in, Moment moment) {
        if (!unit.isWritable()) {
            return exception(MASKED_WRITE, ILLEGAL_FUNCTION);
        }
        if (in.remaining() != 6) {
            return exception(MASKED_WRITE, ILLEGAL_VALUE);
        }
        int address = in.getShort() & 0xFFFF;
        int and = in.getShort() & 0xFFFF;
        int or = in.getShort() & 0xFFFF;
        if (!unit.has(Area.HOLDING, address, 1)) {
            return exception(MASKED_WRITE, ILLEGAL_ADDRESS);
        }
        int now = unit.read(Area.HOLDING, address, moment);
        unit.write(Area.HOLDING, address, (now & and) | (or & ~and));
        return request.clone();
    }

    private static byte[] writeMany(Unit unit, Area area, byte[] request, ByteBuffer in) {
        int function = request[0];
        if (!unit.isWritable()) {
            return exception(function, ILLEGAL_FUNCTION);
        }
        if (in.remaining() < 5) {
            return exception(function, ILLEGAL_VALUE);
        }
        int address = in.getShort() & 0xFFFF;
        int count = in.getShort() & 0xFFFF;
        int bytes = in.get() & 0xFF;
        int most = area.isBits() ? MOST_BITS_WRITTEN : MOST_REGISTERS_WRITTEN;
        int expected = area.isBits() ? (count + 7) / 8 : 2 * count;
        if (count < 1 || count > most || bytes != expected || in.remaining() != bytes) {
            return exception(function, ILLEGAL_VALUE);
        }
        if (address + count > ADDRESSES || !unit.has(area, address, count)) {
            return exception(function, ILLEGAL_ADDRESS);
        }
        int data = in.position();
        for (int i = 0; i < count; i++) {
            int value =
                    area.isBits()
                            ? (request[data + i / 8] >>> (i % 8)) & 1
                            : in.getShort(data + 2 * i) & 0xFFFF;
            unit.write(area, address + i, value);
        }
        return ByteBuffer.allocate(5)
                .put((byte) function)
                .putShort((short) address)
                .putShort((short) count)
                .array();
    }
}
