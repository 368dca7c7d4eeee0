package io.drme.block;

import java.util.Arrays;

/**
 * Finds bins for a column of unsigned numbers, small ones as a rule: counts them in fine cells, and
 * merges neighbours where telling them apart costs more than it saves. Also finds the model that
 * suits best.
 *
 * <p>Cells are as wide as 2^shift up to 512 of them, and then 32 an octave. Confined to its owner,
 * as it holds scratch arrays.
 */
final class BinPlanner {
    private static final int PLAIN_CELLS = 512;
    private static final int PLAIN_BITS = 9;
    private static final int OCTAVE_CELLS = 32;
    private static final int OCTAVE_BITS = 5;
    private static final int CELLS = PLAIN_CELLS + (64 - PLAIN_BITS) * OCTAVE_CELLS;

    /** Typical numbers take 2^5 cells, and 2^8 where there are many numbers. */
    private static final int COARSE_BITS = 5;

    private static final int FINE_BITS = 8;
    private static final int FINE_FROM = 2_048;

    /** About what a bin takes in a table, in 1/256 bits. */
    private static final int BIN_COST = 9 << 8;

    /** The bins and their begin, and the first two states. */
    private static final int TABLE_COST = 35 << 8;

    private static final int LOG_TABLE = 4_096;
    private static final int[] LOGS = new int[LOG_TABLE + 1];

    static {
        for (int i = 1; i <= LOG_TABLE; i++) {
            LOGS[i] = (int) Math.round(256 * Math.log(i) / Math.log(2));
        }
    }

    final BinTable table = new BinTable();

    /** The bin of each number, once {@link #useTable} or {@link #useModel} was called. */
    byte[] bins = {};

    /** The best model, and what it costs in 1/256 bits. */
    int model;

    long modelCost;

    private final int[] histogram = new int[CELLS];
    private final byte[] binOfCell = new byte[CELLS];
    private final int[] modelHistogram = new int[24];
    private short[] cells = {};
    private int shift;
    private int typicalBits;
    private int lastCell;
    private int total;
    private int totalLog;

    /** The logarithm to the base 2 in 1/256. */
    static int log2(int number) {
        if (number <= LOG_TABLE) {
            return LOGS[number];
        }
        int over = Integer.SIZE - 12 - Integer.numberOfLeadingZeros(number);
        return LOGS[number >>> over] + (over << 8);
    }

    /**
     * Counts numbers.
     *
     * @param bitsOfMost bits that do for most of the numbers
     */
    void count(long[] numbers, int from, int to, int bitsOfMost) {
        typicalBits = bitsOfMost;
        if (cells.length < to) {
            cells = new short[Math.max(to, 2 * cells.length)];
            bins = new byte[cells.length];
        }
        Arrays.fill(histogram, 0, lastCell + 1, 0);
        int fine = to - from >= FINE_FROM ? FINE_BITS : COARSE_BITS;
        shift = Math.max(0, typicalBits - fine);
        lastCell = 0;
        total = to - from;
        totalLog = log2(total);
        for (int i = from; i < to; i++) {
            int cell = cell(numbers[i]);
            cells[i] = (short) cell;
            histogram[cell]++;
            lastCell = Math.max(lastCell, cell);
        }
    }

    private int cell(long number) {
        long v = number >>> shift;
        if (v >>> PLAIN_BITS == 0) {
            return (int) v;
        }
        int octave = 63 - Long.numberOfLeadingZeros(v);
        return PLAIN_CELLS
                + (octave - PLAIN_BITS - 1) * OCTAVE_CELLS
                + (int) (v >>> (octave - OCTAVE_BITS));
    }

    /** Where a cell begins. */
    private long lower(int cell) {
        if (cell < PLAIN_CELLS) {
            return (long) cell << shift;
        }
        int octaves = (cell - PLAIN_CELLS) / OCTAVE_CELLS;
        long within = OCTAVE_CELLS + (long) (cell % OCTAVE_CELLS);
        return within << (octaves + PLAIN_BITS - OCTAVE_BITS) << shift;
    }

    private int widthBits(int cell) {
        int octaves = (cell - PLAIN_CELLS) / OCTAVE_CELLS;
        return cell < PLAIN_CELLS ? shift : shift + octaves + PLAIN_BITS - OCTAVE_BITS;
    }

    /** Plans the table; gives what table and numbers cost, in 1/256 bits. */
    long planTable(long[] numbers, int from, int to) {
        table.clear();
        int plain = Integer.highestOneBit(Math.min(lastCell, PLAIN_CELLS - 1) | 1) << 1;
        long cost = TABLE_COST + plan(0, plain);
        for (int cell = PLAIN_CELLS; cell <= lastCell; cell += OCTAVE_CELLS) {
            cost += plan(cell, OCTAVE_CELLS);
        }
        normalize();
        return cost;
    }

    /** Adds the bins of a range of cells, whose number is a power of two; gives their cost. */
    private long plan(int from, int count) {
        int sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += histogram[i];
        }
        return sum == 0 ? 0 : plan(from, count, sum);
    }

    private long plan(int from, int count, int sum) {
        int countBits = 31 - Integer.numberOfLeadingZeros(count);
        int rest = widthBits(from) + countBits;
        long merged = BIN_COST + (long) sum * (totalLog - log2(sum) + (rest << 8));
        int mark = table.bins;
        if (count > 1) {
            int half = count / 2;
            int left = 0;
            for (int i = from; i < from + half; i++) {
                left += histogram[i];
            }
            long parts = 0;
            if (left > 0) {
                parts += plan(from, half, left);
            }
            if (left < sum) {
                parts += plan(from + half, half, sum - left);
            }
            if (parts < merged && table.bins < BinTable.MAX_BINS) {
                return parts;
            }
            table.bins = mark;
        }
        table.add(lower(from), rest, sum);
        return merged;
    }

    /** Makes the counts add up to a power of two, each at least 1. */
    private void normalize() {
        int most = 31 - Integer.numberOfLeadingZeros(total) - 1;
        int least = 1 + (32 - Integer.numberOfLeadingZeros(table.bins));
        table.log = Math.clamp(Math.max(most, least), BinTable.MIN_LOG, BinTable.MAX_LOG);
        int size = table.size();
        int sum = 0;
        int greatest = 0;
        for (int bin = 0; bin < table.bins; bin++) {
            int raw = table.counts[bin];
            int scaled = (int) (((long) raw * size + total / 2) / total);
            table.counts[bin] = Math.max(1, scaled);
            sum += table.counts[bin];
            greatest = table.counts[bin] > table.counts[greatest] ? bin : greatest;
        }
        while (sum > size) {
            int bin = 0;
            for (int i = 1; i < table.bins; i++) {
                bin = table.counts[i] > table.counts[bin] ? i : bin;
            }
            int less = Math.min(sum - size, Math.max(1, table.counts[bin] / 8));
            table.counts[bin] -= less;
            sum -= less;
        }
        table.counts[greatest] += size - sum;
    }

    /** Makes {@link #bins} those of the table. */
    void useTable(int from, int to) {
        int bin = 0;
        for (int cell = 0; cell <= lastCell; cell++) {
            long lower = lower(cell);
            while (bin + 1 < table.bins && lower >= table.lowers[bin + 1]) {
                bin++;
            }
            binOfCell[cell] = (byte) bin;
        }
        for (int i = from; i < to; i++) {
            bins[i] = binOfCell[cells[i]];
        }
        table.prepareWriting();
    }

    /** Finds the model under which the numbers cost least. */
    void findModel() {
        modelCost = Long.MAX_VALUE;
        if (typicalBits <= 4) {
            countForModel(0);
            int first = Math.max(0, Math.min(4 * typicalBits - 6, BinModels.FIXED - 6));
            consider(first, Math.min(BinModels.FIXED, first + 8));
        }
        int least = Math.max(1, typicalBits - 3);
        for (int low = least; low <= Math.min(least + 1, BinModels.MAX_LOW_BITS); low++) {
            if (low >= shift && (typicalBits > 2 || low > 1)) {
                countForModel(low);
                int from = BinModels.FIXED + (low - 1) * BinModels.SCALED;
                consider(from, from + BinModels.SCALED);
            }
        }
    }

    private void countForModel(int lowBits) {
        Arrays.fill(modelHistogram, 0);
        for (int cell = 0; cell <= lastCell; cell++) {
            if (histogram[cell] > 0) {
                modelHistogram[BinModels.bin(lower(cell) >>> lowBits)] += histogram[cell];
            }
        }
    }

    private void consider(int from, int to) {
        for (int m = from; m < to; m++) {
            int distribution = BinModels.distribution(m);
            int low = BinModels.lowBits(m);
            long cost = 24 << 8;
            for (int bin = 0; bin < BinModels.BINS; bin++) {
                int lowCost = bin == BinModels.BINS - 1 ? 0 : low << 8;
                cost += (long) modelHistogram[bin] * (BinModels.cost(distribution, bin) + lowCost);
            }
            if (cost < modelCost) {
                modelCost = cost;
                model = m;
            }
        }
    }

    /** Makes {@link #bins} those of the model. */
    void useModel(long[] numbers, int from, int to) {
        int low = BinModels.lowBits(model);
        int last = BinModels.table(model).bins - 1;
        for (int i = from; i < to; i++) {
            bins[i] = (byte) Math.min(last, BinModels.bin(numbers[i] >>> low));
        }
    }
}
