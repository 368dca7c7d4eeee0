package io.drme.testing.independent;

import java.util.Arrays;

/** Numbers in bins, by an asymmetric numeral system in its table form. */
final class Bins {
    private static final int MODEL_BITS = 8;
    private static final int FIRST_SCALED = 14;
    private static final int LAST_MODEL = 237;
    private static final int[] COUNTED_BEGINS = {16, 24, 32, 48, 64, 128};
    private static final int[] COUNTED_RESTS = {3, 3, 4, 4, 6, 7};

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
        "65 48 36 27 20 15 11 8 6 5 3 3 2 1 1 1 2 1 1",
    };

    private final int stateBits;
    private final long[] lower;
    private final int[] rest;
    private final int[] count;
    private final int[] binOf;
    private final int[] bitsOf;
    private final int[] nextOf;

    private Bins(int stateBits, int bins) {
        this.stateBits = stateBits;
        lower = new long[bins];
        rest = new int[bins];
        count = new int[bins];
        binOf = new int[1 << stateBits];
        bitsOf = new int[1 << stateBits];
        nextOf = new int[1 << stateBits];
    }

    static Bins ofModel(int model) {
        Malformed.unless(model <= LAST_MODEL, "model " + model);
        int low = model < FIRST_SCALED ? 0 : 1 + (model - FIRST_SCALED) / 4;
        int row = model < FIRST_SCALED ? model : FIRST_SCALED + (model - FIRST_SCALED) % 4;
        var counts = Arrays.stream(COUNTS[row].split(" ")).mapToInt(Integer::parseInt).toArray();
        var bins = new Bins(MODEL_BITS, counts.length);
        for (int i = 0; i < counts.length; i++) {
            boolean isLast = i == counts.length - 1;
            long begin = i < 16 ? i : COUNTED_BEGINS[i - 16];
            bins.lower[i] = isLast ? 0 : begin << low;
            bins.rest[i] = isLast ? 64 : (i < 16 ? 0 : COUNTED_RESTS[i - 16]) + low;
            bins.count[i] = counts[i];
        }
        bins.spread();
        return bins;
    }

    /** A table that stands in the bits. */
    static Bins read(BitCursor in) {
        int size = 1 + (int) in.take(8);
        var bins = new Bins(5 + (int) in.take(3), size);
        long end = 0;
        int before = 0;
        int states = 1 << bins.stateBits;
        for (int i = 0; i < size; i++) {
            if (in.take(1) == 1) {
                bins.lower[i] = end;
                bins.rest[i] = before;
            } else {
                bins.rest[i] = (int) in.take(7);
                Malformed.unless(bins.rest[i] <= 64, "rest of " + bins.rest[i]);
                int g = (int) in.take(6);
                bins.lower[i] = end + (g == 0 ? 0 : (1L << (g - 1)) + in.take(g - 1));
            }
            before = bins.rest[i];
            end = bins.lower[i] + (before == 64 ? 0 : 1L << before);
            int most = states - (size - 1 - i);
            Malformed.unless(most >= 1, "more bins than states");
            int bits = Integer.SIZE - Integer.numberOfLeadingZeros(most - 1);
            bins.count[i] = i == size - 1 ? states : 1 + (int) in.take(bits);
            Malformed.unless(bins.count[i] <= most, "more states than there are");
            states -= bins.count[i];
        }
        bins.spread();
        return bins;
    }

    private void spread() {
        int size = 1 << stateBits;
        int place = 0;
        for (int bin = 0; bin < count.length; bin++) {
            for (int i = 0; i < count[bin]; i++) {
                binOf[place] = bin;
                place = (place + (size >> 1) + (size >> 3) + 3) % size;
            }
        }
        var x = count.clone();
        for (int state = 0; state < size; state++) {
            int mine = x[binOf[state]]++;
            bitsOf[state] = stateBits - (31 - Integer.numberOfLeadingZeros(mine));
            nextOf[state] = (mine << bitsOf[state]) - size;
        }
    }

    long[] numbers(BitCursor in, int n) {
        int turns = n >= 512 ? 4 : 2;
        var state = new int[turns];
        for (int t = 0; t < Math.min(turns, n); t++) {
            state[t] = (int) in.take(stateBits);
        }
        var u = new long[n];
        for (int i = 0; i < n; i++) {
            int s = state[i % turns];
            u[i] = lower[binOf[s]] + in.take(rest[binOf[s]]);
            if (i < n - turns) {
                state[i % turns] = nextOf[s] + (int) in.take(bitsOf[s]);
            }
        }
        return u;
    }
}
