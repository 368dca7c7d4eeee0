package io.drme.block;

import java.util.Arrays;

/**
 * Bins of numbers and how often each comes, as the tables of an asymmetric numeral system (Duda,
 * 2013; the table form of Collet's FSE). A number is its bin, coded in about log2 of its rarity
 * bits, and its place in the bin, coded plainly.
 *
 * <p>Reused, or shared once its tables are built; see {@link BinModels}.
 */
final class BinTable {
    /** Most bins of a table. */
    static final int MAX_BINS = 256;

    /** The logarithm of a table's least and greatest number of states. */
    static final int MIN_LOG = 5;

    static final int MAX_LOG = 12;

    private static final int LOWER_SHIFT = 24;

    /** Where a bin begins. */
    final long[] lowers = new long[MAX_BINS];

    /** How many bits say where in the bin a number is, 0 to 64. */
    final int[] rests = new int[MAX_BINS];

    /** How many of the states stand for the bin, at least 1. */
    final int[] counts = new int[MAX_BINS];

    int bins;
    int log;

    /** Whether the begin of each bin stands with its states; otherwise its number does. */
    boolean isNarrow;

    /** Whether a bin holds all numbers. */
    boolean hasAll;

    /** The widest rest, but for the bin that holds all. */
    int widestRest;

    /** For each state the rest of its bin, the bits of the next state, what to add to these. */
    long[] states = {};

    /** For each state in order of bin, the state by number from {@link #size} on. */
    private int[] byBin = {};

    private final int[] bitsDelta = new int[MAX_BINS];
    private final int[] findDelta = new int[MAX_BINS];
    private final int[] next = new int[MAX_BINS];
    private byte[] spread = {};

    int size() {
        return 1 << log;
    }

    static int rest(long entry) {
        return (int) entry & 0x7F;
    }

    /** Whether {@link #rest} is 64: no other sets this bit. */
    static boolean holdsAll(long entry) {
        return (entry & 0x40) != 0;
    }

    static int bits(long entry) {
        return (int) (entry >>> 8) & 0xF;
    }

    static int base(long entry) {
        return (int) (entry >>> 12) & 0xFFF;
    }

    /** Only where the table {@link #isNarrow}. */
    static long lower(long entry) {
        return entry >>> LOWER_SHIFT;
    }

    long lowerOf(long entry) {
        long what = entry >>> LOWER_SHIFT;
        return isNarrow ? what : lowers[(int) what];
    }

    /** Which bin each state stands for: each bin's states as far apart as they go. */
    private void spread() {
        int size = size();
        if (spread.length < size) {
            spread = new byte[size];
            states = new long[size];
            byBin = new int[size];
        }
        int step = (size >>> 1) + (size >>> 3) + 3;
        int at = 0;
        for (int bin = 0; bin < bins; bin++) {
            for (int i = 0; i < counts[bin]; i++) {
                spread[at] = (byte) bin;
                at = (at + step) & (size - 1);
            }
        }
    }

    /** Builds what {@link BinCodec} needs to read. The counts add up to {@link #size}. */
    void prepareReading() {
        spread();
        System.arraycopy(counts, 0, next, 0, bins);
        isNarrow = true;
        widestRest = 0;
        hasAll = false;
        for (int bin = 0; bin < bins; bin++) {
            widestRest = rests[bin] < Long.SIZE ? Math.max(widestRest, rests[bin]) : widestRest;
            hasAll |= rests[bin] == Long.SIZE;
            isNarrow &= lowers[bin] >>> (Long.SIZE - LOWER_SHIFT) == 0;
        }
        int size = size();
        for (int state = 0; state < size; state++) {
            int bin = spread[state] & 0xFF;
            int x = next[bin]++;
            int bits = log - (31 - Integer.numberOfLeadingZeros(x));
            long what = isNarrow ? lowers[bin] : bin;
            long base = ((long) x << bits) - size;
            states[state] = rests[bin] | bits << 8 | base << 12 | what << LOWER_SHIFT;
        }
    }

    /** Builds what {@link BinCodec} needs to write. The counts add up to {@link #size}. */
    void prepareWriting() {
        spread();
        int size = size();
        int total = 0;
        for (int bin = 0; bin < bins; bin++) {
            int count = counts[bin];
            next[bin] = total;
            int most = count == 1 ? log : log - (31 - Integer.numberOfLeadingZeros(count - 1));
            bitsDelta[bin] = (most << 16) - (count << most);
            findDelta[bin] = total - count;
            total += count;
        }
        for (int state = 0; state < size; state++) {
            byBin[next[spread[state] & 0xFF]++] = size + state;
        }
    }

    /** The first state for a bin: one that no number follows. */
    int lastState(int bin) {
        return byBin[findDelta[bin] + counts[bin]];
    }

    /** How many low bits of a state go out before it becomes one of this bin. */
    int bitsOut(int state, int bin) {
        return (state + bitsDelta[bin]) >> 16;
    }

    /** The state that a reader must be in to find this bin and then {@code state}. */
    int before(int state, int bitsOut, int bin) {
        return byBin[(state >> bitsOut) + findDelta[bin]];
    }

    void clear() {
        bins = 0;
        Arrays.fill(counts, 0);
    }

    void add(long lower, int rest, int count) {
        lowers[bins] = lower;
        rests[bins] = rest;
        counts[bins] = count;
        bins++;
    }
}
