package io.drme.testing.independent;

import java.util.Set;

/** Columns of integers. */
final class Integers {
    private static final int DICTIONARY = 5;
    private static final int SPLIT = 6;
    private static final int MOST_DIFFERENT = 4_096;
    private static final int CHUNK = 128;

    private final Set<String> met;

    /** Notes codings and predictors in {@code met}, so that a test knows that it saw them all. */
    Integers(Set<String> met) {
        this.met = met;
    }

    long[] read(Cursor in, int n) {
        if (n == 0) {
            return new long[0];
        }
        int head = in.u8();
        int coding = head & 7;
        met.add("coding " + coding);
        if (coding == DICTIONARY) {
            return dictionary(in, n);
        }
        if (coding == SPLIT) {
            return split(in, n);
        }
        int predictor = (head >> 3) & 3;
        met.add("predictor " + predictor);
        long divisor = (head & 0x20) != 0 ? in.varint() : 1;
        long first = in.zigzag();
        int parameter = predictor == 2 ? in.u8() : 0;
        long slope = predictor == 2 ? in.zigzag() : 0;
        long middle = (head & 0x80) != 0 ? in.zigzag() : 0;
        var y = numbers(in, coding, n - 1);
        boolean isBoth = (head & 0x40) != 0;
        for (int i = 1; i < n; i++) {
            y[i] = middle + (isBoth ? Cursor.unzigzag(y[i]) : y[i]);
        }
        switch (predictor) {
            case 0 -> {}
            case 1 -> {
                for (int i = 1; i < n; i++) {
                    y[i] += y[i - 1];
                }
            }
            case 2 -> trend(y, parameter >> 5, parameter & 31, slope);
            default -> throw new Malformed("predictor " + predictor);
        }
        for (int i = 0; i < n; i++) {
            y[i] = first + y[i] * divisor;
        }
        return y;
    }

    private void trend(long[] y, int a, int b, long slope) {
        met.add(a == 7 ? "trend on a grid" : b == 31 ? "trend, level" : "trend, level and slope");
        if (a == 7) {
            for (int i = 1; i < y.length; i++) {
                y[i] += (i * slope + 32_768) >> 16;
            }
            return;
        }
        long level = 0;
        long s = slope;
        for (int i = 1; i < y.length; i++) {
            long expected = level + s;
            y[i] += (expected + 32_768) >> 16;
            long error = (y[i] << 16) - expected;
            level = expected + (error >> a);
            if (b != 31) {
                s += error >> b;
            }
        }
    }

    /** The numbers 1 to {@code n}; the first place stays free. */
    private static long[] numbers(Cursor in, int coding, int n) {
        var all = new long[n + 1];
        switch (coding) {
            case 0 -> {}
            case 1 -> chunks(in, all);
            case 2 -> {
                for (int i = 1; i <= n; i++) {
                    all[i] = in.varint();
                }
            }
            case 3, 4 -> {
                var model = coding == 3 ? Bins.ofModel(in.u8()) : null;
                var bits = new BitCursor(in);
                var bins = model == null ? Bins.read(bits) : model;
                System.arraycopy(bins.numbers(bits, n), 0, all, 1, n);
            }
            default -> throw new Malformed("coding " + coding);
        }
        return all;
    }

    private static void chunks(Cursor in, long[] all) {
        for (int from = 1; from < all.length; from += CHUNK) {
            int size = Math.min(CHUNK, all.length - from);
            int width = in.u8();
            int patches = width >= 0x80 ? in.u8() : 0;
            width &= 0x7f;
            var bits = new BitCursor(in);
            for (int i = 0; i < size; i++) {
                all[from + i] = bits.take(width);
            }
            for (int i = 0; i < patches; i++) {
                int index = in.u8();
                Malformed.unless(index < size && width < 64, "a patch at " + index);
                all[from + index] |= in.varint() << width;
            }
        }
    }

    private long[] dictionary(Cursor in, int n) {
        int size = in.count(MOST_DIFFERENT);
        var different = read(in, size);
        var values = read(in, n);
        for (int i = 0; i < n; i++) {
            Malformed.unless(values[i] >= 0 && values[i] < size, "place " + values[i]);
            values[i] = different[(int) values[i]];
        }
        return values;
    }

    private long[] split(Cursor in, int n) {
        int k = in.u8();
        Malformed.unless(k < 64, "split at " + k);
        var values = read(in, n);
        var bits = new BitCursor(in);
        for (int i = 0; i < n; i++) {
            values[i] = (values[i] << k) | bits.take(k);
        }
        return values;
    }
}
