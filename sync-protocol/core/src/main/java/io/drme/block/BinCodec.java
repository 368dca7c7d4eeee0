package io.drme.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Writes and reads numbers by a {@link BinTable}. Two or four states take turns, so that a
 * processor can work on them at once. The writer goes backwards, so that the reader goes forwards.
 *
 * <p>Confined to its owner, as it holds scratch arrays.
 */
final class BinCodec {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** So many bits are there after one load from any place within a byte. */
    private static final int BITS_A_LOAD = 57;

    /** So many of them leave room for a step in one number of 64 bits. */
    private static final int MAX_REST_AT_ONCE = Long.SIZE - BinTable.MAX_LOG;

    /** So many numbers pay for more states, which a processor works on at once. */
    private static final int MORE_TURNS_FROM = 512;

    private static final int MAX_TURNS = 4;
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

    /** The states whose turn it is, and the bit that comes next. */
    private final int[] states = new int[MAX_TURNS];

    private long bit;

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

    /** How many states take turns for so many numbers: a power of two. */
    private static int turns(int count) {
        return count < MORE_TURNS_FROM ? 2 : MAX_TURNS;
    }

    private void put(BinTable table, long[] numbers, byte[] bins, int from, int to, ByteSink out) {
        if (steps.length < to) {
            steps = new int[Math.max(to, 2 * steps.length)];
        }
        int turns = turns(to - from);
        int last = Math.max(from, to - turns);
        for (int i = to - 1; i >= last; i--) {
            states[i - from & turns - 1] = table.lastState(bins[i] & 0xFF);
            steps[i] = 0;
        }
        for (int i = last - 1; i >= from; i--) {
            int bin = bins[i] & 0xFF;
            int turn = i - from & turns - 1;
            int state = states[turn];
            int bits = table.bitsOut(state, bin);
            steps[i] = bits << 16 | (state & (1 << bits) - 1);
            states[turn] = table.before(state, bits, bin);
        }
        out.reserve((to - from) * 2);
        for (int turn = 0; turn < Math.min(turns, to - from); turn++) {
            writer.put(states[turn] - table.size(), table.log);
        }
        for (int i = from; i < to; i++) {
            int bin = bins[i] & 0xFF;
            int rest = rests[bin];
            int step = steps[i];
            if (rest <= MAX_REST_AT_ONCE) {
                long place = numbers[i] - lowers[bin];
                writer.put(place | (long) (step & 0xFFFF) << rest, rest + (step >>> 16));
            } else {
                writer.put(numbers[i] - lowers[bin], rest);
                writer.put(step & 0xFFFF, step >>> 16);
            }
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
        bit = (long) in.position() << 3;
        take(table, BinModels.lowBits(model), in, numbers, from, to);
    }

    /** Reads a table and the numbers that {@link #encode} was given with it. */
    void decodeTable(ByteSource in, long[] numbers, int from, int to) throws BadBlockException {
        takeTable(in);
        given.prepareReading();
        take(given, 0, in, numbers, from, to);
    }

    /** Reads the table at the source's position; {@link #bit} is then behind it. */
    private void takeTable(ByteSource in) throws BadBlockException {
        var bytes = in.array();
        long place = (long) in.position() << 3;
        given.clear();
        int bins = 1 + (int) bits(bytes, place, BIN_BITS);
        given.log = BinTable.MIN_LOG + (int) bits(bytes, place + BIN_BITS, LOG_BITS);
        place += BIN_BITS + LOG_BITS;
        int left = given.size();
        if (bins > left) {
            throw ByteSource.malformed("a table has more bins than states");
        }
        long end = 0;
        int rest = -1;
        for (int bin = 0; bin < bins; bin++) {
            long lower = end;
            if (bits(bytes, place++, 1) == 0) {
                rest = (int) bits(bytes, place, REST_BITS);
                int length = (int) bits(bytes, place + REST_BITS, LENGTH_BITS);
                place += REST_BITS + LENGTH_BITS;
                if (length > 0) {
                    lower += 1L << (length - 1) | bits(bytes, place, length - 1);
                    place += length - 1;
                }
            }
            if (rest < 0 || rest > Long.SIZE) {
                throw ByteSource.malformed("a bin has no width");
            }
            int most = left - (bins - 1 - bin);
            int count = most;
            if (bin + 1 < bins) {
                int width = countBits(most);
                count = 1 + (int) bits(bytes, place, width);
                place += width;
            }
            if (count > most) {
                throw ByteSource.malformed("a table's bins have more states than it");
            }
            given.add(lower, rest, count);
            left -= count;
            end = lower + (1L << rest);
        }
        bit = place;
    }

    /** Reads from {@link #bit} on. */
    private void take(BinTable table, int lowBits, ByteSource in, long[] numbers, int from, int to)
            throws BadBlockException {
        var bytes = in.array();
        long start = (long) in.position() << 3;
        int turns = turns(to - from);
        for (int turn = 0; turn < Math.min(turns, to - from); turn++) {
            states[turn] = (int) bits(bytes, bit, table.log);
            bit += table.log;
        }
        int widest = table.widestRest + lowBits + table.log;
        boolean isQuick = table.isNarrow && 2 * widest <= BITS_A_LOAD;
        boolean areSingles = widest == table.log && 4 * widest <= BITS_A_LOAD && !table.hasAll;
        for (int i = from; i < to; ) {
            if (isQuick && turns == 2) {
                i = takePairs(table, lowBits, bytes, numbers, i, to);
            } else if (isQuick && areSingles) {
                i = takeSingles(table, bytes, numbers, i, to);
            } else if (isQuick) {
                i = takeFours(table, lowBits, bytes, numbers, i, to);
            }
            int stop = Math.min(to, i + turns);
            for (; i < stop; i++) {
                int turn = i - from & turns - 1;
                long entry = table.states[states[turn]];
                int rest = BinTable.rest(entry);
                rest += rest == Long.SIZE ? 0 : lowBits;
                numbers[i] = (table.lowerOf(entry) << lowBits) + bits(bytes, bit, rest);
                bit += rest;
                int step = i + turns < to ? BinTable.bits(entry) : 0;
                states[turn] = BinTable.base(entry) + (int) bits(bytes, bit, step);
                bit += step;
            }
        }
        in.skip((int) ((bit - start + 7) >>> 3));
    }

    /**
     * Reads as long as there are bytes behind, and up to the bin that holds all numbers. One load
     * gives all that a pair of numbers needs.
     */
    private int takePairs(
            BinTable table, int lowBits, byte[] bytes, long[] numbers, int from, int to) {
        var entries = table.states;
        int even = states[0];
        int odd = states[1];
        long at = bit;
        int last = bytes.length - Long.BYTES;
        int i = from;
        for (; i + 4 <= to && at >>> 3 <= last; i += 2) {
            long a = entries[even];
            long b = entries[odd];
            if (BinTable.holdsAll(a | b)) {
                break;
            }
            long word = (long) LONGS.get(bytes, (int) (at >>> 3)) >>> (at & 7);
            int rest = BinTable.rest(a) + lowBits;
            int step = BinTable.bits(a);
            numbers[i] = (BinTable.lower(a) << lowBits) + (word & (1L << rest) - 1);
            word >>>= rest;
            even = BinTable.base(a) + ((int) word & (1 << step) - 1);
            word >>>= step;
            at += rest + step;
            rest = BinTable.rest(b) + lowBits;
            step = BinTable.bits(b);
            numbers[i + 1] = (BinTable.lower(b) << lowBits) + (word & (1L << rest) - 1);
            odd = BinTable.base(b) + ((int) (word >>> rest) & (1 << step) - 1);
            at += rest + step;
        }
        states[0] = even;
        states[1] = odd;
        bit = at;
        return i;
    }

    /** The same for four states, two loads for four numbers. */
    private int takeFours(
            BinTable table, int lowBits, byte[] bytes, long[] numbers, int from, int to) {
        var entries = table.states;
        int first = states[0];
        int second = states[1];
        int third = states[2];
        int fourth = states[3];
        long at = bit;
        int last = bytes.length - 2 * Long.BYTES;
        int i = from;
        for (; i + 8 <= to && at >>> 3 <= last; i += 4) {
            long a = entries[first];
            long b = entries[second];
            long c = entries[third];
            long d = entries[fourth];
            if (BinTable.holdsAll(a | b | c | d)) {
                break;
            }
            int rest = BinTable.rest(a) + lowBits;
            int step = BinTable.bits(a);
            long word = (long) LONGS.get(bytes, (int) (at >>> 3)) >>> (at & 7);
            numbers[i] = (BinTable.lower(a) << lowBits) + (word & (1L << rest) - 1);
            word >>>= rest;
            first = BinTable.base(a) + ((int) word & (1 << step) - 1);
            word >>>= step;
            at += rest + step;
            rest = BinTable.rest(b) + lowBits;
            step = BinTable.bits(b);
            numbers[i + 1] = (BinTable.lower(b) << lowBits) + (word & (1L << rest) - 1);
            second = BinTable.base(b) + ((int) (word >>> rest) & (1 << step) - 1);
            at += rest + step;
            rest = BinTable.rest(c) + lowBits;
            step = BinTable.bits(c);
            word = (long) LONGS.get(bytes, (int) (at >>> 3)) >>> (at & 7);
            numbers[i + 2] = (BinTable.lower(c) << lowBits) + (word & (1L << rest) - 1);
            word >>>= rest;
            third = BinTable.base(c) + ((int) word & (1 << step) - 1);
            word >>>= step;
            at += rest + step;
            rest = BinTable.rest(d) + lowBits;
            step = BinTable.bits(d);
            numbers[i + 3] = (BinTable.lower(d) << lowBits) + (word & (1L << rest) - 1);
            fourth = BinTable.base(d) + ((int) (word >>> rest) & (1 << step) - 1);
            at += rest + step;
        }
        states[0] = first;
        states[1] = second;
        states[2] = third;
        states[3] = fourth;
        bit = at;
        return i;
    }

    /** The same where each bin is one number: one load for four numbers. */
    private int takeSingles(BinTable table, byte[] bytes, long[] numbers, int from, int to) {
        var entries = table.states;
        int first = states[0];
        int second = states[1];
        int third = states[2];
        int fourth = states[3];
        long at = bit;
        int last = bytes.length - Long.BYTES;
        int i = from;
        for (; i + 8 <= to && at >>> 3 <= last; i += 4) {
            long a = entries[first];
            long b = entries[second];
            long c = entries[third];
            long d = entries[fourth];
            long word = (long) LONGS.get(bytes, (int) (at >>> 3)) >>> (at & 7);
            int step = BinTable.bits(a);
            first = BinTable.base(a) + ((int) word & (1 << step) - 1);
            word >>>= step;
            at += step;
            step = BinTable.bits(b);
            second = BinTable.base(b) + ((int) word & (1 << step) - 1);
            word >>>= step;
            at += step;
            step = BinTable.bits(c);
            third = BinTable.base(c) + ((int) word & (1 << step) - 1);
            word >>>= step;
            at += step;
            step = BinTable.bits(d);
            fourth = BinTable.base(d) + ((int) word & (1 << step) - 1);
            at += step;
            numbers[i] = BinTable.lower(a);
            numbers[i + 1] = BinTable.lower(b);
            numbers[i + 2] = BinTable.lower(c);
            numbers[i + 3] = BinTable.lower(d);
        }
        states[0] = first;
        states[1] = second;
        states[2] = third;
        states[3] = fourth;
        bit = at;
        return i;
    }

    /** Bits from any place; zeros where the array ends. */
    private static long bits(byte[] bytes, long bit, int count) {
        int shift = (int) (bit & 7);
        int at = (int) (bit >>> 3);
        if (count <= BITS_A_LOAD && at + Long.BYTES <= bytes.length) {
            return (long) LONGS.get(bytes, at) >>> shift & (1L << count) - 1;
        }
        long value = 0;
        for (int from = -shift; from < count && at < bytes.length; from += 8, at++) {
            long b = bytes[at] & 0xFFL;
            value |= from < 0 ? b >>> -from : b << from;
        }
        return count == Long.SIZE ? value : value & (1L << count) - 1;
    }
}
