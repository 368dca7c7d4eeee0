package io.drme.driver.modbus;

import java.io.Serial;

/** Turns a value into what is to be sent to write it; the reverse of {@link Decoder}. Pure. */
final class Encoder {
    private static final int WORD_MASK = 0xFFFF;
    private static final int DIGIT_BITS = 4;

    private Encoder() {}

    /** A value that its registers can't hold. */
    static final class UnfitException extends Exception {
        @Serial private static final long serialVersionUID = 1;

        UnfitException(String message) {
            super(message);
        }
    }

    /**
     * The request that writes a tag.
     *
     * @param value the raw value, as a driver gives it
     * @throws UnfitException where the registers can't hold it, or it would read as a failed sensor
     */
    static WriteRequest request(ModbusAddress tag, int unitId, long value) throws UnfitException {
        if (tag.area() == Area.COIL) {
            return WriteRequest.coil(unitId, tag.start(), value != 0);
        }
        if (tag.bit() >= 0) {
            int bit = swapped(tag, 1L << tag.bit());
            return WriteRequest.masked(unitId, tag.start(), bit, value != 0 ? bit : 0);
        }
        if (tag.mask() != ModbusAddress.ALL_BITS) {
            return masked(tag, unitId, value);
        }
        long raw = raw(tag, value);
        if (tag.invalid().contains(raw)) {
            throw new UnfitException(
                    "0x%X is one of the tag's 'invalid' codes, and would read as a failed sensor"
                            .formatted(raw));
        }
        var bytes = new byte[tag.lengthBytes()];
        for (int i = 0; i < bytes.length; i++) {
            int shift = Byte.SIZE * (bytes.length - 1 - i);
            bytes[tag.order().position(i, bytes.length)] = (byte) (raw >>> shift);
        }
        return bytes.length == 2
                ? WriteRequest.register(
                        unitId, tag.start(), (bytes[0] & 0xFF) << Byte.SIZE | (bytes[1] & 0xFF))
                : WriteRequest.registers(unitId, tag.start(), bytes);
    }

    private static WriteRequest masked(ModbusAddress tag, int unitId, long value)
            throws UnfitException {
        int shift = Long.numberOfTrailingZeros(tag.mask());
        long most = (tag.mask() & WORD_MASK) >>> shift;
        long bits = tag.type() == DataType.BCD ? digits(value) : value;
        if (bits < 0 || bits > most || (bits << shift & tag.mask()) != bits << shift) {
            throw new UnfitException(
                    "%d does not fit into the bits of mask 0x%X".formatted(value, tag.mask()));
        }
        return WriteRequest.masked(
                unitId, tag.start(), swapped(tag, tag.mask()), swapped(tag, bits << shift));
    }

    /** A register's bits as they are sent. */
    private static int swapped(ModbusAddress tag, long bits) {
        int word = (int) (bits & WORD_MASK);
        boolean swaps = tag.order().position(0, 2) != 0;
        return swaps ? (word & 0xFF) << Byte.SIZE | word >>> Byte.SIZE : word;
    }

    /** The bits in the registers, unsigned. */
    private static long raw(ModbusAddress tag, long value) throws UnfitException {
        return switch (tag.type()) {
            case FLOAT64 -> value;
            case FLOAT32 -> {
                double wanted = Double.longBitsToDouble(value);
                float single = (float) wanted;
                if (Float.isInfinite(single) && !Double.isInfinite(wanted)) {
                    throw new UnfitException(wanted + " is too large for float32");
                }
                yield Integer.toUnsignedLong(Float.floatToRawIntBits(single));
            }
            case BCD -> digits(tag, value);
            default -> whole(tag.type(), value);
        };
    }

    private static long whole(DataType type, long value) throws UnfitException {
        int unused = Long.SIZE - Byte.SIZE * type.bytes();
        boolean fits =
                type.isSigned()
                        ? value << unused >> unused == value
                        : value >= 0 && value << unused >>> unused == value;
        if (!fits) {
            throw new UnfitException("%d does not fit into %s".formatted(value, type.text()));
        }
        return value << unused >>> unused;
    }

    private static long digits(ModbusAddress tag, long value) throws UnfitException {
        long digits = digits(value);
        int unused = Long.SIZE - Byte.SIZE * tag.lengthBytes();
        if (digits < 0 || digits << unused >>> unused != digits) {
            throw new UnfitException(
                    "%d does not fit into a bcd number of %d digits"
                            .formatted(value, 2 * tag.lengthBytes()));
        }
        return digits;
    }

    /** A decimal digit in each half byte; -1 where there are too many, or a sign. */
    private static long digits(long value) {
        if (value < 0 || value > 9_999_999_999_999_999L) {
            return -1;
        }
        long digits = 0;
        int shift = 0;
        for (long left = value; left > 0; left /= 10) {
            digits |= left % 10 << shift;
            shift += DIGIT_BITS;
        }
        return digits;
    }
}
