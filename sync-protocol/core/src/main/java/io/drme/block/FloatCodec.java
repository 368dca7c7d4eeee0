package io.drme.block;

import java.util.Arrays;

/**
 * Packs a column of doubles, bit-exact, by the smallest of three forms: as integers scaled by a
 * power of ten, where the values are decimals (after Afroozeh and others, ALP, 2023); by
 * exclusive-or with the one before; or as eight planes of bytes.
 *
 * <p>A value is a decimal of exponent {@code e} when {@code (double) i / 10^e} gives all its 64
 * bits back for an integer {@code i} of at most 53 bits. The few that are not are listed apart.
 *
 * <p>Confined to its owner, as it holds scratch arrays.
 */
final class FloatCodec {
    static final int PLANES = 0;
    static final int DECIMAL = 1;
    static final int XOR = 2;

    /** The greatest power of ten that a double holds exactly is 10^22; more digits never pay. */
    static final int MAX_EXPONENT = 18;

    private static final double[] POWERS = new double[MAX_EXPONENT + 1];
    private static final long MAX_INTEGER = 1L << 53;

    /** What {@link #scaled} gives for a double that is no decimal of the exponent. */
    static final long NO_DECIMAL = Long.MIN_VALUE;

    /** Values looked at to find the exponent. */
    private static final int PROBES = 32;

    /** One value in so many may be listed apart. */
    private static final int MAX_EXCEPTIONS_RATIO = 8;

    /** Below so many bytes a value other forms are not tried. */
    private static final int GOOD_ENOUGH_BYTES = 3;

    static {
        for (int e = 0; e <= MAX_EXPONENT; e++) {
            POWERS[e] = Double.parseDouble("1e" + e);
        }
    }

    private final LongCodec longs;
    private final XorCodec xor = new XorCodec();
    private final ByteSink other = new ByteSink();
    private final int[] exponents = new int[MAX_EXPONENT + 2];
    private long[] integers = {};
    private int[] exceptions = {};
    private int exceptionCount;
    private int exponent;

    FloatCodec(LongCodec longs) {
        this.longs = longs;
    }

    /** The integer that gives this double back when divided by 10^e, or {@link #NO_DECIMAL}. */
    static long scaled(long bits, int e) {
        double value = Double.longBitsToDouble(bits);
        double scaled = Math.rint(value * POWERS[e]);
        if (!(Math.abs(scaled) <= MAX_INTEGER)) {
            return NO_DECIMAL;
        }
        long integer = (long) scaled;
        return Double.doubleToRawLongBits(integer / POWERS[e]) == bits ? integer : NO_DECIMAL;
    }

    /** The double that a scaled integer stands for. */
    static double unscaled(long integer, int e) {
        return integer / POWERS[e];
    }

    /** The least exponent of which a double is a decimal; above {@link #MAX_EXPONENT} if none. */
    static int leastExponent(long bits) {
        int e = 0;
        while (e <= MAX_EXPONENT && scaled(bits, e) == NO_DECIMAL) {
            e++;
        }
        return e;
    }

    /**
     * Appends the first {@code count} values, at least one, by the smallest form.
     *
     * @return the form
     */
    int encode(long[] bits, int count, ByteSink out) {
        int start = out.length();
        int form = PLANES;
        int best = count * Double.BYTES;
        if (findExponent(bits, count) && toIntegers(bits, count)) {
            putDecimal(bits, count, out);
            if (out.length() - start <= best) {
                best = out.length() - start;
                form = DECIMAL;
            } else {
                out.truncate(start);
            }
        }
        if (best > (long) count * GOOD_ENOUGH_BYTES) {
            other.clear();
            xor.encode(bits, count, other);
            if (other.length() < best) {
                form = XOR;
                out.truncate(start);
                out.putAll(other);
            }
        }
        if (form == PLANES) {
            putPlanes(bits, count, out);
        }
        return form;
    }

    /** The exponent of the last column encoded as decimals without exception, or -1. */
    int exactExponent() {
        return exceptionCount == 0 ? exponent : -1;
    }

    /** The exponent that does for nine in ten of some values; false where none does. */
    private boolean findExponent(long[] bits, int count) {
        exponent = -1;
        exceptionCount = 0;
        Arrays.fill(exponents, 0);
        int probes = Math.min(PROBES, count);
        for (int i = 0; i < probes; i++) {
            exponents[leastExponent(bits[(int) ((long) i * count / probes)])]++;
        }
        int enough = probes - probes / 10;
        int reached = 0;
        for (int e = 0; e <= MAX_EXPONENT; e++) {
            reached += exponents[e];
            if (reached >= enough) {
                exponent = e;
                return true;
            }
        }
        return false;
    }

    /** Scales all values; raises the exponent where that makes exceptions decimals. */
    private boolean toIntegers(long[] bits, int count) {
        if (integers.length < count) {
            integers = new long[count];
            exceptions = new int[count];
        }
        int highest = exponent;
        scaleAll(bits, count);
        for (int i = 0; i < exceptionCount; i++) {
            int e = leastExponent(bits[exceptions[i]]);
            highest = e <= MAX_EXPONENT ? Math.max(highest, e) : highest;
        }
        if (highest > exponent && exceptionCount > count / MAX_EXCEPTIONS_RATIO / 4) {
            exponent = highest;
            scaleAll(bits, count);
        }
        boolean few = exceptionCount <= count / MAX_EXCEPTIONS_RATIO;
        exponent = few ? exponent : -1;
        return few;
    }

    private void scaleAll(long[] bits, int count) {
        exceptionCount = 0;
        long last = 0;
        for (int i = 0; i < count; i++) {
            long integer = scaled(bits[i], exponent);
            if (integer == NO_DECIMAL) {
                exceptions[exceptionCount++] = i;
                integer = last;
            }
            integers[i] = integer;
            last = integer;
        }
    }

    private void putDecimal(long[] bits, int count, ByteSink out) {
        out.putByte(exponent);
        out.putVarint(exceptionCount);
        int last = 0;
        for (int i = 0; i < exceptionCount; i++) {
            out.putVarint(exceptions[i] - last);
            out.putLong(bits[exceptions[i]]);
            last = exceptions[i];
        }
        longs.encode(integers, count, out);
    }

    /** All first bytes, then all second bytes and so on, so that what is alike stands together. */
    private static void putPlanes(long[] bits, int count, ByteSink out) {
        for (int shift = 0; shift < Long.SIZE; shift += 8) {
            for (int i = 0; i < count; i++) {
                out.putByte((int) (bits[i] >>> shift));
            }
        }
    }

    /** Reads as many values as {@link #encode} was given. */
    void decode(int form, ByteSource in, long[] bits, int count) throws BadBlockException {
        switch (form) {
            case PLANES -> takePlanes(in, bits, count);
            case DECIMAL -> takeDecimal(in, bits, count);
            case XOR -> xor.decode(in, bits, count);
            default ->
                    throw new BadBlockException(
                            BadBlockException.Why.UNSUPPORTED,
                            "no form of doubles has the code " + form);
        }
    }

    private static void takePlanes(ByteSource in, long[] bits, int count) throws BadBlockException {
        int at = in.skip(count * Long.BYTES);
        var bytes = in.array();
        Arrays.fill(bits, 0, count, 0);
        for (int shift = 0; shift < Long.SIZE; shift += 8) {
            for (int i = 0; i < count; i++) {
                bits[i] |= (bytes[at++] & 0xFFL) << shift;
            }
        }
    }

    private void takeDecimal(ByteSource in, long[] bits, int count) throws BadBlockException {
        int e = in.takeByte();
        if (e > MAX_EXPONENT) {
            throw ByteSource.malformed("a decimal exponent is " + e);
        }
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
        longs.decode(in, bits, count);
        double power = POWERS[e];
        for (int i = 0; i < count; i++) {
            bits[i] = Double.doubleToRawLongBits(bits[i] / power);
        }
        for (int i = 0; i < exceptionCount; i++) {
            bits[exceptions[i]] = integers[i];
        }
    }
}
