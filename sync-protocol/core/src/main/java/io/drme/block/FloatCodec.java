package io.drme.block;

import java.util.Arrays;

/**
 * Packs a column of doubles, bit-exact, as a column of integers: scaled by a power of ten, where
 * the values are decimals; the 32 bits of the floats that the values came from; or all 64 bits. The
 * few values that the form does not hold are listed apart.
 *
 * <p>Confined to its owner, as it holds scratch arrays.
 */
final class FloatCodec {
    /** All 64 bits, in order of the values. */
    static final int BITS = 0;

    /** Integers divided by a power of ten. */
    static final int DECIMAL = 1;

    /** Floats, widened. */
    static final int FLOAT = 2;

    /** Floats, each the nearest to the shortest decimal that tells it from others. */
    static final int SHORT_FLOAT = 3;

    /** In the first byte, beside the exponent. */
    private static final int EXCEPTIONS_FLAG = 0x80;

    /** Values looked at to find form and exponent. */
    private static final int PROBES = 32;

    /** One value in so many may be listed apart. */
    private static final int MAX_EXCEPTIONS_RATIO = 8;

    /** Up to so many bytes a value other forms are not tried. */
    private static final int GOOD_ENOUGH_BYTES = 2;

    private static final int DOUBLE_MANTISSA = 52;
    private static final int FLOAT_MANTISSA = 23;

    private final LongCodec longs;
    private final ByteSink other = new ByteSink();
    private final int[] exponents = new int[Decimals.MAX_EXPONENT + 2];
    private long[] integers = {};
    private int[] exceptions = {};
    private int exceptionCount;
    private int exponent;

    FloatCodec(LongCodec longs) {
        this.longs = longs;
    }

    /**
     * Appends the first {@code count} values, at least one, by the smallest form.
     *
     * @return the form
     */
    int encode(long[] bits, int count, ByteSink out) {
        if (integers.length < count) {
            integers = new long[Math.max(count, 2 * integers.length)];
            exceptions = new int[integers.length];
        }
        int start = out.length();
        int form = -1;
        int decimal = findExponent(bits, count);
        if (decimal >= 0 && toIntegers(bits, count, decimal)) {
            form = DECIMAL;
            exponent = exceptionCount == 0 ? decimal : -1;
            putWithExceptions(bits, count, decimal, 0, out);
        } else {
            exponent = -1;
        }
        if (form < 0 || out.length() - start > count * GOOD_ENOUGH_BYTES) {
            for (int candidate : new int[] {SHORT_FLOAT, FLOAT, BITS}) {
                if (toOrdered(bits, count, candidate)) {
                    int mantissa = candidate == BITS ? DOUBLE_MANTISSA : FLOAT_MANTISSA;
                    int finer = count >= 4_096 ? 3 : count >= 512 ? 2 : count >= 128 ? 1 : 0;
                    for (int split : new int[] {0, mantissa - finer}) {
                        other.clear();
                        putWithExceptions(bits, count, 0, split, other);
                        if (form < 0 || other.length() < out.length() - start) {
                            form = candidate;
                            out.truncate(start);
                            out.putAll(other);
                        }
                    }
                    if (candidate != BITS) {
                        break;
                    }
                }
            }
        }
        return form;
    }

    /** The exponent of which all values last encoded are decimals, or -1. */
    int exactExponent() {
        return exponent;
    }

    /** The exponent that does for nine in ten of some values, or -1. */
    private int findExponent(long[] bits, int count) {
        Arrays.fill(exponents, 0);
        int probes = Math.min(PROBES, count);
        for (int i = 0; i < probes; i++) {
            exponents[Decimals.leastExponent(bits[(int) ((long) i * count / probes)])]++;
        }
        int enough = probes - probes / 10;
        int reached = 0;
        for (int e = 0; e <= Decimals.MAX_EXPONENT; e++) {
            reached += exponents[e];
            if (reached >= enough) {
                return e;
            }
        }
        return -1;
    }

    private boolean toIntegers(long[] bits, int count, int e) {
        exceptionCount = 0;
        long last = 0;
        for (int i = 0; i < count; i++) {
            long integer = Decimals.scaled(bits[i], e);
            if (integer == Decimals.NO_DECIMAL) {
                exceptions[exceptionCount++] = i;
                integer = last;
            }
            integers[i] = integer;
            last = integer;
        }
        return exceptionCount <= count / MAX_EXCEPTIONS_RATIO;
    }

    private boolean toOrdered(long[] bits, int count, int form) {
        exceptionCount = 0;
        if (form == BITS) {
            for (int i = 0; i < count; i++) {
                integers[i] = Decimals.ordered(bits[i]);
            }
            return true;
        }
        int most = count / MAX_EXCEPTIONS_RATIO;
        long last = 0;
        for (int i = 0; i < count; i++) {
            float value = (float) Double.longBitsToDouble(bits[i]);
            double back = form == FLOAT ? value : Decimals.shortest(value);
            if (Double.doubleToRawLongBits(back) == bits[i] && !Float.isNaN(value)) {
                last = Decimals.ordered(Float.floatToRawIntBits(value));
            } else {
                exceptions[exceptionCount++] = i;
                if (exceptionCount > most) {
                    return false;
                }
            }
            integers[i] = last;
        }
        return true;
    }

    private void putWithExceptions(long[] bits, int count, int e, int lowBits, ByteSink out) {
        out.putByte(exceptionCount == 0 ? e : e | EXCEPTIONS_FLAG);
        if (exceptionCount > 0) {
            out.putVarint(exceptionCount);
        }
        int last = 0;
        for (int i = 0; i < exceptionCount; i++) {
            out.putVarint(exceptions[i] - last);
            out.putLong(bits[exceptions[i]]);
            last = exceptions[i];
        }
        if (lowBits == 0) {
            longs.encode(integers, count, out);
        } else {
            longs.encodeSplit(integers, count, lowBits, out);
        }
    }

    /** Reads as many values as {@link #encode} was given. */
    void decode(int form, ByteSource in, long[] bits, int count) throws BadBlockException {
        int head = in.takeByte();
        int e = head & ~EXCEPTIONS_FLAG;
        if (e > (form == DECIMAL ? Decimals.MAX_EXPONENT : 0)) {
            throw ByteSource.malformed("a decimal exponent is " + e);
        }
        exceptionCount = 0;
        if (head != e) {
            takeExceptions(in, count);
        }
        longs.decode(in, bits, count);
        switch (form) {
            case DECIMAL -> {
                double power = Decimals.power(e);
                for (int i = 0; i < count; i++) {
                    bits[i] = Double.doubleToRawLongBits(bits[i] / power);
                }
            }
            case FLOAT -> {
                for (int i = 0; i < count; i++) {
                    float value = Float.intBitsToFloat(Decimals.floatBits(bits[i]));
                    bits[i] = Double.doubleToRawLongBits(value);
                }
            }
            case SHORT_FLOAT -> {
                for (int i = 0; i < count; i++) {
                    float value = Float.intBitsToFloat(Decimals.floatBits(bits[i]));
                    bits[i] = Double.doubleToRawLongBits(Decimals.shortest(value));
                }
            }
            default -> {
                for (int i = 0; i < count; i++) {
                    bits[i] = Decimals.ordered(bits[i]);
                }
            }
        }
        for (int i = 0; i < exceptionCount; i++) {
            bits[exceptions[i]] = integers[i];
        }
    }

    private void takeExceptions(ByteSource in, int count) throws BadBlockException {
        exceptionCount = in.takeCount(count, "the number of exceptions");
        if (integers.length < exceptionCount) {
            integers = new long[exceptionCount];
            exceptions = new int[exceptionCount];
        }
        long index = 0;
        for (int i = 0; i < exceptionCount; i++) {
            index += in.takeCount(count, "the step to an exception");
            if (index >= count) {
                throw ByteSource.malformed("an exception lies outside its column");
            }
            exceptions[i] = (int) index;
            integers[i] = in.takeLong();
        }
    }
}
