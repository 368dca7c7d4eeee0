package io.drme.edge.acquisition;

import java.math.BigDecimal;
import java.util.Arrays;

/**
 * {@code raw × scale + offset} as a person would reckon it: 696 × 0.1 − 5 is 64.6, not
 * 64.60000000000001. Scale and offset are decimals in the file, so both are made integers over one
 * power of ten, and the one division at the end rounds once. What is short to read is also short to
 * store.
 *
 * <p>Only for whole raw numbers, and only while all is exact below 2⁵³; otherwise the two roundings
 * of floating point stand.
 */
final class DecimalScale {
    private static final int MOST_DIGITS = 9;
    private static final double EXACT = 0x1p53;

    private double[] scales = {};
    private double[] offsets = {};
    private double[] multipliers = {};
    private double[] addends = {};

    /** Ten to the number of decimals; 0 where scale or offset have too many. */
    private double[] divisors = {};

    /** Makes room; tags that are there keep their numbers. */
    void resize(int tags) {
        scales = Arrays.copyOf(scales, tags);
        offsets = Arrays.copyOf(offsets, tags);
        multipliers = Arrays.copyOf(multipliers, tags);
        addends = Arrays.copyOf(addends, tags);
        divisors = Arrays.copyOf(divisors, tags);
    }

    /** Sets one tag's numbers, both finite. */
    void set(int tag, double scale, double offset) {
        scales[tag] = scale;
        offsets[tag] = offset;
        divisors[tag] = 0;
        var exactScale = BigDecimal.valueOf(scale).stripTrailingZeros();
        var exactOffset = BigDecimal.valueOf(offset).stripTrailingZeros();
        int digits = Math.max(0, Math.max(exactScale.scale(), exactOffset.scale()));
        double multiplier = exactScale.movePointRight(digits).doubleValue();
        double addend = exactOffset.movePointRight(digits).doubleValue();
        if (digits <= MOST_DIGITS && Math.abs(multiplier) < EXACT && Math.abs(addend) < EXACT) {
            multipliers[tag] = multiplier;
            addends[tag] = addend;
            divisors[tag] = Math.pow(10, digits);
        }
    }

    /** The value of a raw number. */
    double apply(int tag, double raw) {
        double divisor = divisors[tag];
        if (divisor != 0 && raw == Math.rint(raw)) {
            double product = raw * multipliers[tag];
            double sum = product + addends[tag];
            if (Math.abs(product) < EXACT && Math.abs(sum) < EXACT) {
                return sum / divisor;
            }
        }
        return raw * scales[tag] + offsets[tag];
    }
}
