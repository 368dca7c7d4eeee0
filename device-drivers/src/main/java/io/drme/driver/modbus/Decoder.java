package io.drme.driver.modbus;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Turns the bytes of an answer into samples. Pure. */
final class Decoder {
    /** Up to here a float holds every whole number exactly, and a double says it the same way. */
    private static final float EXACT_WHOLE = 1 << 24;

    private static final int DIGIT_BITS = 4;

    private Decoder() {}

    /**
     * Adds the sample of one tag.
     *
     * @param data the values of the answer: registers of two bytes each, or bits from the lowest
     * @param from address of the first of them
     */
    static void decode(ModbusAddress tag, byte[] data, int from, Sink sink) {
        int at = tag.start() - from;
        if (tag.area().isBits()) {
            sink.addBoolean(((data[at / 8] >>> (at % 8)) & 1) != 0);
            return;
        }
        if (tag.type() == DataType.TEXT) {
            text(tag, data, 2 * at, sink);
            return;
        }
        long raw = raw(tag, data, 2 * at);
        if (tag.bit() >= 0) {
            sink.addBoolean(((raw >>> tag.bit()) & 1) != 0);
        } else if (tag.invalid().contains(raw)) {
            sink.addBad(Reason.SENSOR_FAILURE);
        } else if (tag.type().isFloat()) {
            real(tag, raw, sink);
        } else {
            integer(tag, raw, sink);
        }
    }

    /** The value's bits, unsigned. */
    private static long raw(ModbusAddress tag, byte[] data, int at) {
        int length = tag.lengthBytes();
        long raw = 0;
        for (int i = 0; i < length; i++) {
            raw = raw << 8 | (data[at + tag.order().position(i, length)] & 0xFF);
        }
        return raw;
    }

    private static void real(ModbusAddress tag, long raw, Sink sink) {
        double value =
                tag.type() == DataType.FLOAT32
                        ? shortest(Float.intBitsToFloat((int) raw))
                        : Double.longBitsToDouble(raw);
        if (tag.invalidNan() && Double.isNaN(value)) {
            sink.addBad(Reason.SENSOR_FAILURE);
        } else {
            sink.addDouble(value);
        }
    }

    /**
     * The double with the shortest decimal that reads back as this float: 21.3f becomes 21.3, not
     * 21.299999237060547.
     */
    static double shortest(float value) {
        boolean whole = value == Math.rint(value) && Math.abs(value) <= EXACT_WHOLE;
        if (whole || !Float.isFinite(value)) {
            return value;
        }
        return Double.parseDouble(Float.toString(value));
    }

    private static void integer(ModbusAddress tag, long raw, Sink sink) {
        var type = tag.type();
        long value = raw;
        if (tag.mask() != ModbusAddress.ALL_BITS) {
            value = (raw & tag.mask()) >>> Long.numberOfTrailingZeros(tag.mask());
        } else if (type.isSigned()) {
            int unused = Long.SIZE - 8 * type.bytes();
            value = raw << unused >> unused;
        }
        if (type == DataType.BCD) {
            value = decimal(value);
        }
        if (value < 0 && !type.isSigned()) {
            sink.addBad(type == DataType.BCD ? Reason.MALFORMED : Reason.OUT_OF_RANGE);
        } else if (tag.names().isEmpty()) {
            sink.addInt(value);
        } else {
            var name = tag.names().get(value);
            if (name == null) {
                sink.addBad(Reason.OUT_OF_RANGE);
            } else {
                sink.addText(name);
            }
        }
    }

    /** The number whose digits are the halves of bytes; -1 where a half is none. */
    private static long decimal(long digits) {
        long value = 0;
        for (int shift = Long.SIZE - DIGIT_BITS; shift >= 0; shift -= DIGIT_BITS) {
            int digit = (int) (digits >>> shift) & 0xF;
            if (digit > 9) {
                return -1;
            }
            value = 10 * value + digit;
        }
        return value;
    }

    /** UTF-8 up to the first NUL, without the blanks that fill it up. */
    private static void text(ModbusAddress tag, byte[] data, int at, Sink sink) {
        int wire = 2 * tag.width();
        var bytes = new byte[tag.lengthBytes()];
        int length = 0;
        while (length < bytes.length) {
            byte next = data[at + tag.order().position(length, wire)];
            if (next == 0) {
                break;
            }
            bytes[length++] = next;
        }
        try {
            var text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes, 0, length))
                            .toString();
            if (text.chars().anyMatch(Character::isISOControl)) {
                sink.addBad(Reason.MALFORMED);
            } else {
                sink.addText(text.stripTrailing());
            }
        } catch (CharacterCodingException _) {
            sink.addBad(Reason.MALFORMED);
        }
    }

    /** Where the sample of one tag goes; moved from tag to tag, so that none is made for each. */
    static final class Sink {
        private final Batch out;
        private final long time;
        private int tableIndex;

        Sink(Batch out, long time) {
            this.out = out;
            this.time = time;
        }

        /** The tag that the next sample belongs to. */
        Sink of(int nextTableIndex) {
            tableIndex = nextTableIndex;
            return this;
        }

        void addBoolean(boolean value) {
            out.addBoolean(tableIndex, time, value, Quality.GOOD);
        }

        void addInt(long value) {
            out.addInt(tableIndex, time, value, Quality.GOOD);
        }

        void addDouble(double value) {
            out.addDouble(tableIndex, time, value, Quality.GOOD);
        }

        void addText(String value) {
            out.addText(tableIndex, time, value, Quality.GOOD);
        }

        void addBad(Reason reason) {
            out.addBad(tableIndex, time, reason);
        }
    }
}
