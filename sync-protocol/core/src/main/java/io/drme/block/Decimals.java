package io.drme.block;

/**
 * Doubles as decimals: {@code (double) i / 10^e} for an integer {@code i} of at most 53 bits (after
 * Afroozeh and others, ALP, 2023); and doubles as 32-bit floats, of which they are the shortest
 * decimal. Stateless.
 */
final class Decimals {
    /** The greatest power of ten that a double holds exactly is 10^22; more digits never pay. */
    static final int MAX_EXPONENT = 18;

    /** What {@link #scaled} gives for a double that is no decimal of the exponent. */
    static final long NO_DECIMAL = Long.MIN_VALUE;

    private static final int LAST_POWER = 22;
    private static final double[] POWERS = new double[LAST_POWER + 1];
    private static final long MAX_INTEGER = 1L << 53;

    /** Floats below have decimals of more than {@link #LAST_POWER} places. */
    private static final float LEAST_SHORT = 1e-10f;

    /** From here on floats are integers, whose last digits may not count. */
    private static final float LEAST_INTEGER = 1 << 24;

    /** For each binary exponent of a float the places that tell it from its neighbours. */
    private static final byte[] PLACES = new byte[256];

    static {
        for (int e = 0; e <= LAST_POWER; e++) {
            POWERS[e] = Double.parseDouble("1e" + e);
        }
        for (int exponent = 0; exponent < 256; exponent++) {
            double step = Math.scalb(1.0, Math.max(1, exponent) - 127 - 23);
            int places = 0;
            while (places < LAST_POWER && POWERS[places] * step < 1) {
                places++;
            }
            PLACES[exponent] = (byte) places;
        }
    }

    private Decimals() {}

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

    static double power(int e) {
        return POWERS[e];
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
     * The double nearest to the shortest decimal that is nearer to this float than to any other;
     * the float itself, widened, below 1e-10 and from 2^24 on, and where it is no number.
     */
    static double shortest(float value) {
        float size = Math.abs(value);
        if (!(size >= LEAST_SHORT && size < LEAST_INTEGER)) {
            return value;
        }
        int places = PLACES[Float.floatToRawIntBits(size) >>> 23];
        double decimal = Math.rint(value * POWERS[places]) / POWERS[places];
        while (places > 0) {
            double shorter = Math.rint(value * POWERS[places - 1]) / POWERS[places - 1];
            if ((float) shorter != value) {
                break;
            }
            decimal = shorter;
            places--;
        }
        return decimal;
    }

    /** A number that grows with the float, and gives its bits back through {@link #floatBits}. */
    static long ordered(int floatBits) {
        return floatBits ^ (floatBits >> 31 & Integer.MAX_VALUE);
    }

    static int floatBits(long ordered) {
        int bits = (int) ordered;
        return bits ^ (bits >> 31 & Integer.MAX_VALUE);
    }

    /** A number that grows with the double, and gives its bits back through itself. */
    static long ordered(long bits) {
        return bits ^ (bits >> 63 & Long.MAX_VALUE);
    }
}
