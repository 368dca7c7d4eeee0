package io.drme.block;

import java.util.Arrays;

/**
 * Tables that writer and reader know, for columns too short to pay for one of their own: numbers
 * around 0 that are normally or double-exponentially distributed, at widths half an octave apart.
 *
 * <p>A model is a byte. Below {@link #FIXED} it is the distribution itself; from there on a
 * distribution of the numbers without their low bits, and how many these are. Immutable once
 * loaded; safe for all threads.
 */
final class BinModels {
    private static final int LOG = 8;

    /** Where bins begin, and their bits; behind them one that holds any number. */
    private static final int[] LOWERS = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 24, 32, 48, 64, 128
    };

    private static final int[] RESTS = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 4, 4, 6, 7
    };

    private static final String[] COUNTS = {
        "231 12 12 1",
        "231 12 12 1",
        "195 30 30 1",
        "207 23 23 1 1 1",
        "151 50 50 2 2 1",
        "176 35 36 3 3 1 1 1",
        "113 61 61 9 9 1 1 1",
        "143 45 45 8 8 2 2 1 1 1",
        "83 59 59 22 22 4 4 1 1 1",
        "113 49 49 15 15 5 5 1 1 1 1 1",
        "59 50 50 30 30 13 13 4 4 1 1 1",
        "85 47 47 20 20 9 9 4 4 2 2 1 1 1 1 1 1 1",
        "42 38 38 29 30 19 19 11 11 5 5 2 2 1 1 1 1 1",
        "65 42 42 24 24 13 13 7 7 4 4 2 2 1 1 1 2 1 1",
        "59 54 45 35 25 16 10 5 3 1 1 1 1",
        "86 56 37 25 16 11 7 5 3 2 1 1 1 1 1 1 1 1",
        "42 40 37 32 27 22 17 12 9 6 4 2 1 1 1 1 1 1",
        "65 48 36 27 20 15 11 8 6 5 3 3 2 1 1 1 2 1 1"
    };

    /** Models that have no low bits apart: one a distribution. */
    static final int FIXED = 14;

    /** Distributions for what is left without the low bits. */
    static final int SCALED = COUNTS.length - FIXED;

    /** Most low bits apart, so that the widest bin stays within 64 bits. */
    static final int MAX_LOW_BITS = 56;

    /** How many models there are. */
    static final int MODELS = FIXED + MAX_LOW_BITS * SCALED;

    private static final BinTable[] TABLES = new BinTable[COUNTS.length];

    /** What a number of each bin costs by each distribution, in 1/256 bits. */
    private static final int[][] COSTS = new int[COUNTS.length][LOWERS.length + 1];

    static {
        for (int d = 0; d < COUNTS.length; d++) {
            var counts = Arrays.stream(COUNTS[d].split(" ")).mapToInt(Integer::parseInt).toArray();
            var table = new BinTable();
            table.log = LOG;
            int last = counts.length - 1;
            int escape = cost(counts[last]) + (Long.SIZE << 8);
            Arrays.fill(COSTS[d], escape);
            for (int bin = 0; bin < last; bin++) {
                table.add(LOWERS[bin], RESTS[bin], counts[bin]);
                COSTS[d][bin] = cost(counts[bin]) + (RESTS[bin] << 8);
            }
            table.add(0, Long.SIZE, counts[last]);
            table.prepareReading();
            table.prepareWriting();
            TABLES[d] = table;
        }
    }

    /** Bins of every distribution, whether it has numbers for them or not. */
    static final int BINS = LOWERS.length + 1;

    private BinModels() {}

    private static int cost(int count) {
        return (int) Math.round(256 * (LOG - Math.log(count) / Math.log(2)));
    }

    static BinTable table(int model) {
        return TABLES[distribution(model)];
    }

    static int distribution(int model) {
        return model < FIXED ? model : FIXED + (model - FIXED) % SCALED;
    }

    /** How many low bits of each number stand apart. */
    static int lowBits(int model) {
        return model < FIXED ? 0 : 1 + (model - FIXED) / SCALED;
    }

    /** The bin of a number without its low bits; the last one of a table where it has no such. */
    static int bin(long number) {
        if (number >>> 4 == 0) {
            return (int) number;
        }
        if (number >>> 8 != 0 || number < 0) {
            return LOWERS.length;
        }
        int at = (int) number;
        if (at < 64) {
            return at < 32 ? 16 + ((at - 16) >>> 3) : 18 + ((at - 32) >>> 4);
        }
        return at < 128 ? 20 : 21;
    }

    static int cost(int distribution, int bin) {
        return COSTS[distribution][bin];
    }
}
