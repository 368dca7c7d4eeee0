package io.drme.driver.modbus;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One way to understand the registers from an address on. Pure.
 *
 * @param words how many registers it takes
 */
record Decoding(DataType type, Order order, int words) {
    /** The most registers that a number takes. */
    static final int MOST_WORDS = 4;

    private static final int WORD_BITS = 16;
    private static final int WORD_MASK = 0xFFFF;

    /**
     * Every decoding of so many registers that differs from the others, text of all of them too.
     *
     * @param available 1 or more
     */
    static List<Decoding> all(int available) {
        var all = new ArrayList<Decoding>();
        for (var type : DataType.values()) {
            int words = type.bytes() / 2;
            if ((!type.isInteger() && !type.isFloat()) || words == 0 || words > available) {
                continue;
            }
            all.add(new Decoding(type, Order.ABCD, words));
            all.add(new Decoding(type, Order.BADC, words));
            if (words > 1) {
                all.add(new Decoding(type, Order.CDAB, words));
                all.add(new Decoding(type, Order.DCBA, words));
            }
        }
        for (int words = 1; words <= available; words++) {
            all.add(new Decoding(DataType.BCD, Order.ABCD, words));
            if (words > 1) {
                all.add(new Decoding(DataType.BCD, Order.CDAB, words));
            }
        }
        all.add(new Decoding(DataType.TEXT, Order.ABCD, available));
        all.add(new Decoding(DataType.TEXT, Order.BADC, available));
        return List.copyOf(all);
    }

    /** The value's bits as they stand in the registers, unsigned. */
    long bits(int[] registers, int from) {
        long raw = 0;
        int length = 2 * words;
        for (int i = 0; i < length; i++) {
            int at = order.position(i, length);
            int word = registers[from + at / 2] & WORD_MASK;
            raw = raw << 8 | (at % 2 == 0 ? word >>> 8 : word & 0xFF);
        }
        return raw;
    }

    /** The whole number that an integer type gives; negative of an unsigned one is no value. */
    long whole(int[] registers, int from) {
        long raw = bits(registers, from);
        if (type == DataType.BCD) {
            return digits(raw);
        }
        int unused = Long.SIZE - WORD_BITS * words;
        return type.isSigned() ? raw << unused >> unused : raw;
    }

    /** The decimal number of the half bytes; -1 where one is no digit. */
    private long digits(long raw) {
        long number = 0;
        for (int shift = WORD_BITS * words - 4; shift >= 0; shift -= 4) {
            long digit = raw >>> shift & 0xF;
            if (digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    /** Whether the registers can be meant so: each half byte of a decimal number is a digit. */
    boolean fits(int[] registers, int from) {
        return type != DataType.BCD || digits(bits(registers, from)) >= 0;
    }

    /** The number that a float type gives. */
    double real(int[] registers, int from) {
        long raw = bits(registers, from);
        return type == DataType.FLOAT32
                ? Decoder.shortest(Float.intBitsToFloat((int) raw))
                : Double.longBitsToDouble(raw);
    }

    /** The text up to the first NUL; what is no printable ASCII shows as a dot. */
    String text(int[] registers, int from) {
        var bytes = new byte[2 * words];
        int length = 0;
        while (length < bytes.length) {
            int at = order.position(length, bytes.length);
            int word = registers[from + at / 2];
            int next = at % 2 == 0 ? word >>> 8 & 0xFF : word & 0xFF;
            if (next == 0) {
                break;
            }
            bytes[length++] = (byte) (next >= ' ' && next < 0x7F ? next : '.');
        }
        return new String(bytes, 0, length, StandardCharsets.US_ASCII);
    }

    /** The value as a person reads it. */
    String shown(int[] registers, int from) {
        if (type.isInteger()) {
            long whole = whole(registers, from);
            return type.isSigned() ? Long.toString(whole) : Long.toUnsignedString(whole);
        }
        return type.isFloat()
                ? Double.toString(real(registers, from))
                : '"' + text(registers, from) + '"';
    }
}
