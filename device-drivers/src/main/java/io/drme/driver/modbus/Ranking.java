package io.drme.driver.modbus;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Tells how plausible each decoding of some registers is, by how few bits would write down what was
 * read if the registers were laid out so: a true decoding gives small, smooth, round numbers, a
 * wrong one large ones that jump. The registers behind the value are its neighbours and have to be
 * explained as well, each in its best way; so two levels side by side are not taken for one large
 * number, nor the halves of a float for two.
 *
 * <p>What counts: size of the first value, steps between reads (a steady rate costs nothing), short
 * decimals, a plausible exponent, the declared range, and how common types and orders are. Pure.
 */
final class Ranking {
    /** A value outside of the range that a person declared, or none at all. */
    private static final double IMPOSSIBLE_BITS = 2_000;

    /** A float of a size that nothing in a plant has, and one that little has. */
    private static final double STRANGE_BITS = 40;

    private static final double RARE_BITS = 12;
    private static final double LEAST_KNOWN = 1e-6;
    private static final double MOST_KNOWN = 1e9;
    private static final double LEAST_COMMON = 1e-4;
    private static final double MOST_COMMON = 1e7;

    /** A float that moves by less than this part of itself moves by chance. */
    private static final double LEAST_MOVE = 2e-5;

    private static final double STILL_BITS = 8;

    /** Counters of 64 bits are below this; what is above are two values side by side. */
    private static final double MOST_LONG = 1e14;

    private static final double LONG_BITS = 30;

    /** Whole numbers beyond a register are counters, which go up, and mostly steadily. */
    private static final double MOST_WORD = 65_535;

    private static final double DOWN_BITS = 8;
    private static final double CONSTANT_BITS = 4;
    private static final double UNSTEADY_BITS = 3;

    /** A steady rate in one register is the low half of a counter. */
    private static final double STEADY_WORD_BITS = 6;

    /** One more thing in the map; and a register that is not used. */
    private static final double NEXT_BITS = 1;

    private static final double UNUSED_BITS = 1.5;
    private static final int MOST_DECIMALS = 4;
    private static final int FLOAT_MANTISSA_BITS = 24;
    private static final int DOUBLE_MANTISSA_BITS = 53;
    private static final double WORD_BITS = 16;

    /** A printable character among letters, digits and blanks. */
    private static final double CHARACTER_BITS = 5.5;

    private static final int LEAST_TEXT = 4;
    private static final double PERCENT = 100;

    private final List<int[]> reads;
    private final Wish wish;
    private final int available;
    private final double[] restBits;

    /**
     * What is known beforehand.
     *
     * @param type the only one that counts, where it is known
     * @param order as {@code type}
     * @param low least plausible raw value; negative infinity where none is known
     * @param high greatest; infinity where none is known
     */
    record Wish(Optional<DataType> type, Optional<Order> order, double low, double high) {
        /** Nothing is known. */
        static final Wish NONE =
                new Wish(
                        Optional.empty(),
                        Optional.empty(),
                        Double.NEGATIVE_INFINITY,
                        Double.POSITIVE_INFINITY);
    }

    /**
     * A decoding in its place.
     *
     * @param bits what it takes to write all registers down this way; less is more plausible
     * @param percent its share of the plausibility of all
     */
    record Ranked(Decoding decoding, double bits, double percent) {}

    private Ranking(List<int[]> reads, Wish wish) {
        this.reads = reads;
        this.wish = wish;
        this.available = reads.getFirst().length;
        this.restBits = rest();
    }

    /**
     * Ranks every decoding that fits.
     *
     * @param reads the registers from the address on, 1 to 4 and each time as many, in the order in
     *     which they were read; several reads tell more than one
     * @return the most plausible first
     */
    static List<Ranked> rank(List<int[]> reads, Wish wish) {
        return new Ranking(reads, wish).ranked();
    }

    private List<Ranked> ranked() {
        var found = new ArrayList<Ranked>();
        for (var decoding : Decoding.all(available)) {
            boolean asked =
                    wish.type().filter(t -> t != decoding.type()).isEmpty()
                            && wish.order().filter(o -> !isSame(o, decoding)).isEmpty();
            if (asked && reads.stream().allMatch(r -> decoding.fits(r, 0))) {
                double bits = bits(decoding, 0) + outside(decoding) + restBits[decoding.words()];
                found.add(new Ranked(decoding, bits, 0));
            }
        }
        found.sort(Comparator.comparingDouble(Ranked::bits));
        double best = found.isEmpty() ? 0 : found.getFirst().bits();
        double sum = found.stream().mapToDouble(f -> Math.pow(2, best - f.bits())).sum();
        return found.stream()
                .map(f ->
                        new Ranked(
                                f.decoding(),
                                f.bits(),
                                PERCENT * Math.pow(2, best - f.bits()) / sum))
                .toList();
    }

    /** One register has no order of words. */
    private static boolean isSame(Order wanted, Decoding decoding) {
        if (decoding.words() > 1) {
            return wanted == decoding.order();
        }
        boolean swapped = wanted == Order.BADC || wanted == Order.DCBA;
        return swapped == (decoding.order() == Order.BADC);
    }

    private double outside(Decoding decoding) {
        if (decoding.type() == DataType.TEXT) {
            return 0;
        }
        for (var registers : reads) {
            double value =
                    decoding.type().isFloat()
                            ? decoding.real(registers, 0)
                            : decoding.whole(registers, 0);
            if (!(value >= wish.low() && value <= wish.high())) {
                return IMPOSSIBLE_BITS;
            }
        }
        return 0;
    }

    /** For each register the cheapest way to write down all from it to the end. */
    private double[] rest() {
        var cheapest = new double[available + 1];
        for (int from = available - 1; from >= 0; from--) {
            int at = from;
            cheapest[from] =
                    reads.stream().allMatch(r -> r[at] == 0)
                            ? UNUSED_BITS + cheapest[from + 1]
                            : Double.POSITIVE_INFINITY;
            for (var decoding : Decoding.all(available - from)) {
                boolean small =
                        decoding.words() <= 2
                                && decoding.type() != DataType.TEXT
                                && decoding.type() != DataType.BCD;
                if (small) {
                    double bits =
                            NEXT_BITS + bits(decoding, from) + cheapest[from + decoding.words()];
                    cheapest[from] = Math.min(cheapest[from], bits);
                }
            }
        }
        return cheapest;
    }

    private double bits(Decoding decoding, int from) {
        double series =
                switch (decoding.type()) {
                    case FLOAT32, FLOAT64 -> reals(decoding, from);
                    case TEXT -> text(decoding, from);
                    default -> wholes(decoding, from);
                };
        return prior(decoding) + series;
    }

    /** How common types and orders are. */
    private static double prior(Decoding decoding) {
        double type =
                switch (decoding.type()) {
                    case UINT16 -> 1.5;
                    case FLOAT32 -> 1.5;
                    case INT16 -> 2.5;
                    case UINT32 -> 3;
                    case INT32 -> 4;
                    case FLOAT64 -> 5;
                    case UINT64 -> 6;
                    case INT64 -> 7;
                    case BCD -> 9; // of the small numbers every second has digits only
                    default -> 6;
                };
        double order =
                switch (decoding.order()) {
                    case ABCD -> 0;
                    case CDAB -> 0.5;
                    case DCBA -> 3;
                    case BADC -> decoding.words() == 1 ? 8 : 3;
                };
        return type + order;
    }

    private double wholes(Decoding decoding, int from) {
        var values = new long[reads.size()];
        double largest = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = decoding.whole(reads.get(i), from);
            largest = Math.max(largest, Math.abs((double) values[i]));
            if (values[i] < 0 && !decoding.type().isSigned()) {
                return IMPOSSIBLE_BITS;
            }
        }
        double width = WORD_BITS * decoding.words();
        double first = Math.min(width + 1, length((double) values[0]) + length(width - 1));
        return first
                + (decoding.type().isSigned() ? 1 : 0)
                + steps(values)
                + (largest > MOST_LONG ? LONG_BITS : 0)
                + behaviour(decoding, values, largest);
    }

    private static double behaviour(Decoding decoding, long[] values, double largest) {
        if (decoding.words() == 1) {
            return isSteady(values) ? STEADY_WORD_BITS : 0;
        }
        if (largest <= MOST_WORD) {
            return 0;
        }
        long least = 0;
        long most = 0;
        for (int i = 1; i < values.length; i++) {
            least = Math.min(least, values[i] - values[i - 1]);
            most = Math.max(most, values[i] - values[i - 1]);
        }
        if (least == 0 && most == 0) {
            return CONSTANT_BITS;
        }
        return least < 0 && most > 0 ? DOWN_BITS : isSteady(values) ? 0 : UNSTEADY_BITS;
    }

    /** Whether it goes one way at nearly one rate. */
    private static boolean isSteady(long[] values) {
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        int up = 0;
        for (int i = 1; i < values.length; i++) {
            double step = (double) values[i] - values[i - 1];
            up += (int) Math.signum(step);
            least = Math.min(least, Math.abs(step));
            most = Math.max(most, Math.abs(step));
        }
        int steps = values.length - 1;
        return steps >= 3 && Math.abs(up) == steps && least > 0 && most <= least * 1.05 + 1;
    }

    /** By the largest difference, or the largest change of it where the rate is steady. */
    private static double steps(long[] values) {
        double step = 0;
        double change = 0;
        for (int i = 1; i < values.length; i++) {
            double now = (double) values[i] - values[i - 1];
            step = Math.max(step, Math.abs(now));
            if (i > 1) {
                double before = (double) values[i - 1] - values[i - 2];
                change = Math.max(change, Math.abs(now - before));
            }
        }
        int count = values.length - 1;
        if (step == 0) {
            return 1;
        }
        double first = 3 + count * (length(step) + 1);
        if (count < 2) {
            return first;
        }
        double changes = change == 0 ? 0 : (count - 1) * (length(change) + 1);
        return Math.min(first, 5 + length((double) values[1] - values[0]) + 1 + changes);
    }

    /** The bits of a number without its sign. */
    private static double length(double value) {
        return Math.log(Math.abs(value) + 1) / Math.log(2);
    }

    private double reals(Decoding decoding, int from) {
        var values = new double[reads.size()];
        double odd = 0;
        int decimals = 0;
        for (int i = 0; i < values.length; i++) {
            double value = decoding.real(reads.get(i), from);
            if (!Double.isFinite(value)) {
                return IMPOSSIBLE_BITS;
            }
            double size = Math.abs(value);
            if (size != 0 && (size < LEAST_KNOWN || size > MOST_KNOWN)) {
                odd = STRANGE_BITS;
            } else if (size != 0 && (size < LEAST_COMMON || size > MOST_COMMON)) {
                odd = Math.max(odd, RARE_BITS);
            }
            decimals = Math.max(decimals, decimals(value));
            values[i] = value;
        }
        double rounded =
                decimals <= MOST_DECIMALS && odd < STRANGE_BITS
                        ? rounded(values, decimals)
                        : Double.POSITIVE_INFINITY;
        return odd + still(values) + Math.min(rounded, exact(decoding, values));
    }

    private static double still(double[] values) {
        double step = 0;
        double size = 0;
        for (int i = 1; i < values.length; i++) {
            step = Math.max(step, Math.abs(values[i] - values[i - 1]));
            size = Math.max(size, Math.abs(values[i]));
        }
        return step > 0 && step < LEAST_MOVE * size ? STILL_BITS : 0;
    }

    private static int decimals(double value) {
        return value == 0
                ? 0
                : Math.max(0, new BigDecimal(Double.toString(value)).stripTrailingZeros().scale());
    }

    /** Values that a device rounded are whole numbers of their last decimal. */
    private static double rounded(double[] values, int decimals) {
        var scaled = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            scaled[i] = Math.round(values[i] * Math.pow(10, decimals));
        }
        return 2
                + decimals
                + length((double) scaled[0])
                + length(2 * WORD_BITS - 1)
                + steps(scaled);
    }

    /** Values of full precision: an exponent, a mantissa, and steps in units of the last place. */
    private static double exact(Decoding decoding, double[] values) {
        boolean single = decoding.type() == DataType.FLOAT32;
        int mantissa = single ? FLOAT_MANTISSA_BITS : DOUBLE_MANTISSA_BITS;
        var places = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            places[i] = single ? place((float) values[i]) : place(values[i]);
        }
        double exponent = values[0] == 0 ? 0 : Math.getExponent(values[0]) + 1;
        return mantissa + 4 + length(exponent / 3) + steps(places);
    }

    /** The number of a float among all in their order. */
    private static long place(float value) {
        int bits = Float.floatToRawIntBits(value);
        return bits >= 0 ? bits : -(long) (bits & Integer.MAX_VALUE);
    }

    private static long place(double value) {
        long bits = Double.doubleToRawLongBits(value);
        return bits >= 0 ? bits : -(bits & Long.MAX_VALUE);
    }

    private double text(Decoding decoding, int from) {
        var first = decoding.text(reads.getFirst(), from);
        boolean same = reads.stream().allMatch(r -> decoding.text(r, from).equals(first));
        boolean plain =
                first.chars().allMatch(c -> Character.isLetterOrDigit(c) || " -_/".indexOf(c) >= 0);
        if (first.length() < LEAST_TEXT || !plain || !same) {
            return IMPOSSIBLE_BITS;
        }
        double unused = decoding.words() - first.length() / 2.0;
        return first.length() * CHARACTER_BITS
                + Math.min(unused * WORD_BITS, WORD_BITS / 2)
                + reads.size();
    }
}
