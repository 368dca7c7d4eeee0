package io.drme.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Writes and reads numbers by a {@link BinTable}. Two states take turns, so that a processor can
 * work on both at once. The writer goes backwards, so that the reader goes forwards.
 *
 * <p>Confined to its owner, as it holds scratch arrays.
 */
final class BinCodec {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** So many bits are there after one load from any place within a byte. */
    private static final int BITS_A_LOAD = 57;

    private static final int BIN_BITS = 8;
    private static final int LOG_BITS = 3;
    private static final int REST_BITS = 7;
    private static final int LENGTH_BITS = 6;

    private final BitWriter writer = new BitWriter();
    private final BinTable given = new BinTable();
    private final long[] lowers = new long[BinTable.MAX_BINS];
    private final int[] rests = new int[BinTable.MAX_BINS];

    /** For each number the bits that lead from its state to the next, and how many. */
    private int[] steps = {};

    /**
     * Appends numbers by a model.
     *
     * @param bins the bin of each number in the table
     */
    void encode(int model, long[] numbers, byte[] bins, int from, int to, ByteSink out) {
        writer.begin(out);
        prepare(BinModels.table(model), BinModels.lowBits(model));
        put(BinModels.table(model), numbers, bins, from, to, out);
    }

    /** Appends a table and then numbers by it. */
    void encode(BinTable table, long[] numbers, byte[] bins, int from, int to, ByteSink out) {
        writer.begin(out);
        putTable(table);
        prepare(table, 0);
        put(table, numbers, bins, from, to, out);
    }

    /** Takes over the bins of a table, widened by low bits; the one of 64 bits holds all anyway. */
    private void prepare(BinTable table, int lowBits) {
        for (int bin = 0; bin < table.bins; bin++) {
            boolean holdsAll = table.rests[bin] == Long.SIZE;
            lowers[bin] = table.lowers[bin] << lowBits;
            rests[bin] = holdsAll ? Long.SIZE : table.rests[bin] + lowBits;
        }
    }

    private void putTable(BinTable table) {
        writer.put(table.bins - 1L, BIN_BITS);
        writer.put(table.log - BinTable.MIN_LOG, LOG_BITS);
        long end = 0;
        int rest = -1;
        int left = table.size();
        for (int bin = 0; bin < table.bins; bin++) {
            long gap = table.lowers[bin] - end;
            if (gap == 0 && table.rests[bin] == rest) {
                writer.put(1, 1);
            } else {
                rest = table.rests[bin];
                writer.put((long) rest << 1, 1 + REST_BITS);
                int length = Long.SIZE - Long.numberOfLeadingZeros(gap);
                writer.put(length, LENGTH_BITS);
                if (length > 1) {
                    writer.put(gap & ~(1L << (length - 1)), length - 1);
                }
            }
            end = table.lowers[bin] + (1L << rest);
            int most = left - (table.bins - 1 - bin);
            if (bin + 1 < table.bins) {
                writer.put(table.counts[bin] - 1L, countBits(most));
            }
            left -= table.counts[bin];
        }
    }

    /** Bits of a count from 1 to {@code most}, less 1. */
    static int countBits(int most) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(most - 1);
    }

    private void put(BinTable table, long[] numbers, byte[] bins, int from, int to, ByteSink out) {
        if (steps.length < to) {
            steps = new int[Math.max(to, 2 * steps.length)];
        }
        int odd = 0;
        int even = 0;
        for (int i = to - 1; i >= from; i--) {
            int bin = bins[i] & 0xFF;
            boolean isEven = (i - from & 1) == 0;
            int state = isEven ? even : odd;
            if (i + 2 >= to) {
                steps[i] = 0;
                state = table.lastState(bin);
            } else {
                int bits = table.bitsOut(state, bin);
                steps[i] = bits << 16 | state & (1 << bits) - 1;
                state = table.before(state, bits, bin);
            }
            if (isEven) {
                even = state;
            } else {
                odd = state;
            }
        }
        out.reserve((to - from) * 2);
        writer.put(even - table.size(), table.log);
        if (to - from > 1) {
            writer.put(odd - table.size(), table.log);
        }
        for (int i = from; i < to; i++) {
            int bin = bins[i] & 0xFF;
            writer.put(numbers[i] - lowers[bin], rests[bin]);
            writer.put(steps[i] & 0xFFFF, steps[i] >>> 16);
        }
        writer.end();
    }

    /** Reads as many numbers as {@link #encode} was given. */
    void decodeModel(ByteSource in, long[] numbers, int from, int to) throws BadBlockException {
        int model = in.takeByte();
        if (model >= BinModels.MODELS) {
            throw new BadBlockException(
                    BadBlockException.Why.UNSUPPORTED, "no distribution has the code " + model);
        }
        var table = BinModels.table(model);
        prepare(table, BinModels.lowBits(model));
        take(table, in, 0, numbers, from, to);
    }

    /** Reads a table and the numbers that {@link #encode} was given with it. */
    void decodeTable(ByteSource in, long[] numbers, int from, int to) throws BadBlockException {
        int bit = takeTable(in);
        given.prepareReading();
        prepare(given, 0);
        take(given, in, bit, numbers, from, to);
    }

    /** Reads the table at the source's position; gives the number of its bits. */
    private int takeTable(ByteSource in) throws BadBlockException {
        var bytes = in.array();
        long at = (long) in.position() << 3;
        long bit = at;
        given.clear();
        int bins = 1 + (int) bits(bytes, bit, BIN_BITS);
        given.log = BinTable.MIN_LOG + (int) bits(bytes, bit + BIN_BITS, LOG_BITS);
        bit += BIN_BITS + LOG_BITS;
        int left = given.size();
        if (bins > left) {
            throw ByteSource.malformed("a table has more bins than states");
        }
        long end = 0;
        int rest = -1;
        for (int bin = 0; bin < bins; bin++) {
            long lower = end;
            if (bits(bytes, bit++, 1) == 0) {
                rest = (int) bits(bytes, bit, REST_BITS);
                int length = (int) bits(bytes, bit + REST_BITS, LENGTH_BITS);
                bit += REST_BITS + LENGTH_BITS;
                if (length > 0) {
                    lower += 1L << (length - 1) | bits(bytes, bit, length - 1);
                    bit += length - 1;
                }
            }
            if (rest < 0 || rest > Long.SIZE) {
                throw ByteSource.malformed("a bin has no width");
            }
            int most = left - (bins - 1 - bin);
            int count = most;
            if (bin + 1 < bins) {
                int width = countBits(most);
                count = 1 + (int) bits(bytes, bit, width);
                bit += width;
            }
            if (count > most) {
                throw ByteSource.malformed("a table's bins have more states than it");
            }
            given.add(lower, rest, count);
            left -= count;
            end = lower + (1L << rest);
        }
        return (int) (bit - at);
    }

    private void take(
            BinTable table, ByteSource in, int tableBits, long[] numbers, int from, int to)
            throws BadBlockException {
        var bytes = in.array();
        long start = (long) in.position() << 3;
        long bit = start + tableBits;
        int even = (int) bits(bytes, bit, table.log);
        bit += table.log;
        int odd = 0;
        if (to - from > 1) {
            odd = (int) bits(bytes, bit, table.log);
            bit += table.log;
        }
        int widest = 0;
        for (int bin = 0; bin < table.bins; bin++) {
            widest = Math.max(widest, rests[bin]);
        }
        var states = table.states;
        int i = from;
        if (widest + table.log <= BITS_A_LOAD) {
            int last = bytes.length - 2 * Long.BYTES;
            for (; i + 3 < to && bit >>> 3 <= last; i += 2) {
                long word = (long) LONGS.get(bytes, (int) (bit >>> 3)) >>> (bit & 7);
                int entry = states[even];
                int bin = BinTable.bin(entry);
                int rest = rests[bin];
                int step = BinTable.bits(entry);
                numbers[i] = lowers[bin] + (word & (1L << rest) - 1);
                even = BinTable.base(entry) + (int) (word >>> rest & (1L << step) - 1);
                bit += rest + step;
                word = (long) LONGS.get(bytes, (int) (bit >>> 3)) >>> (bit & 7);
                entry = states[odd];
                bin = BinTable.bin(entry);
                rest = rests[bin];
                step = BinTable.bits(entry);
                numbers[i + 1] = lowers[bin] + (word & (1L << rest) - 1);
                odd = BinTable.base(entry) + (int) (word >>> rest & (1L << step) - 1);
                bit += rest + step;
            }
        }
        for (; i < to; i++) {
            int entry = states[even];
            int bin = BinTable.bin(entry);
            int step = i + 2 < to ? BinTable.bits(entry) : 0;
            numbers[i] = lowers[bin] + bits(bytes, bit, rests[bin]);
            bit += rests[bin];
            even = odd;
            odd = BinTable.base(entry) + (int) bits(bytes, bit, step);
            bit += step;
        }
        in.skip((int) (bit - start + 7 >>> 3));
    }

    /** Bits from any place; zeros where the array ends. */
    private static long bits(byte[] bytes, long bit, int count) {
        long value = 0;
        int shift = (int) (bit & 7);
        int at = (int) (bit >>> 3);
        for (int from = -shift; from < count && at < bytes.length; from += 8, at++) {
            long b = bytes[at] & 0xFFL;
            value |= from < 0 ? b >>> -from : b << from;
        }
        return count == Long.SIZE ? value : value & (1L << count) - 1;
    }
}
