package io.drme.block;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Packs a column of 64-bit integers: what divides all steps is divided out; a {@link Predictor}
 * leaves small residuals, counted from their middle or their least; and these are written in the
 * shortest of the {@linkplain #CONSTANT codings below}. Columns of few different numbers become a
 * dictionary and the column of places in it.
 *
 * <p>All arithmetic wraps, so every value is exact. Confined to its owner, as it holds scratch
 * arrays.
 */
final class LongCodec {
    /** All residuals are alike. */
    private static final int CONSTANT = 0;

    /** Residuals by {@link ChunkCodec}. */
    private static final int CHUNKS = 1;

    /** Residuals as variable-length numbers. */
    private static final int VARINT = 2;

    /** Residuals by one of {@link BinModels}. */
    private static final int MODEL = 3;

    /** Residuals by a table of their own. */
    private static final int TABLE = 4;

    /** The different numbers in order, then the place of each. */
    private static final int DICTIONARY = 5;

    /** High bits as a column, then low bits plainly. */
    private static final int SPLIT = 6;

    private static final int CODING_MASK = 0x07;
    private static final int PREDICTOR_SHIFT = 3;
    private static final int PREDICTOR_MASK = 0x03;
    private static final int DIVISOR_FLAG = 0x20;

    /**
     * Residuals stand for both sides of the middle in turn, and not for what is above the least.
     */
    private static final int BOTH_SIDES_FLAG = 0x40;

    private static final int MIDDLE_FLAG = 0x80;

    /** From so many residuals on a table of their own may pay. */
    private static final int TABLE_FROM = 48;

    /** Numbers beyond are not put into bins of a table. */
    private static final int MAX_TABLE_BITS = 62;

    /** Low bits unpacked at once; a multiple of 8. */
    private static final int LOW_ROOM = 256;

    /** Steps looked at for what divides them. */
    private static final int PROBES = 64;

    /** Residuals looked at for their middle. */
    private static final int TYPICAL_PROBES = 15;

    private final Predictor predictor = new Predictor();
    private final Predictor restorer = new Predictor();
    private final BinCodec binCodec = new BinCodec();
    private final ChunkCodec chunks = new ChunkCodec();
    private final int[] widths = new int[65];
    private final long[] low = new long[LOW_ROOM];
    private long[] numbers = {};
    private long[] residuals = {};
    private long[] high = {};
    private @Nullable Writing writing;
    private long middle;
    private long spread;
    private boolean isBothSides;

    /** What only a writer needs: 300 KB, which a reader of one small block would have to clear. */
    private static final class Writing {
        private final BinPlanner planner = new BinPlanner();
        private final Distinct distinct = new Distinct();
    }

    private Writing writing() {
        var known = writing;
        if (known == null) {
            known = new Writing();
            writing = known;
        }
        return known;
    }

    /** Appends the first {@code count} values; nothing where there is none. */
    void encode(long[] values, int count, ByteSink out) {
        if (count > 0 && !encodeDictionary(values, count, out)) {
            encodeNumbers(values, count, out);
        }
    }

    private boolean encodeDictionary(long[] values, int count, ByteSink out) {
        var distinct = writing().distinct;
        if (!distinct.collect(values, count)) {
            return false;
        }
        int size = distinct.size();
        int start = out.length();
        out.putByte(DICTIONARY);
        out.putVarint(size);
        encodeNumbers(distinct.sorted(), size, out);
        long[] places = distinct.places(values, count);
        int at = out.length();
        encodeNumbers(places, count, out);
        int mark = out.length();
        encodeAsTheyAre(places, count, out);
        keepShorter(out, at, mark);
        mark = out.length();
        encodeNumbers(values, count, out);
        keepShorter(out, start, mark);
        return true;
    }

    /** Of two ways to say the same, one behind the other, keeps the shorter. */
    private static void keepShorter(ByteSink out, int first, int second) {
        int length = out.length() - second;
        if (length <= second - first) {
            System.arraycopy(out.array(), second, out.array(), first, length);
            out.truncate(first + length);
        } else {
            out.truncate(second);
        }
    }

    /**
     * Appends values of which the low bits are noise: the high bits as a column of few different
     * numbers, the low ones plainly.
     */
    void encodeSplit(long[] values, int count, int lowBits, ByteSink out) {
        out.putByte(SPLIT);
        out.putByte(lowBits);
        if (high.length < count) {
            high = new long[Math.max(count, 2 * high.length)];
        }
        for (int i = 0; i < count; i++) {
            high[i] = values[i] >> lowBits;
        }
        encode(high, count, out);
        BitPacking.pack(values, 0, count, lowBits, out);
    }

    private void encodeAsTheyAre(long[] values, int count, ByteSink out) {
        encodeNumbers(values, count, out, true);
    }

    private void encodeNumbers(long[] values, int count, ByteSink out) {
        encodeNumbers(values, count, out, false);
    }

    private void encodeNumbers(long[] values, int count, ByteSink out, boolean asTheyAre) {
        long first = values[0];
        if (numbers.length < count) {
            numbers = new long[Math.max(count, 2 * numbers.length)];
            residuals = new long[numbers.length];
        }
        long divisor = scale(values, count);
        if (divisor == 0) {
            out.putByte(CONSTANT);
            out.putZigzag(first);
            return;
        }
        if (asTheyAre) {
            predictor.expectNothing();
        } else {
            predictor.choose(numbers, count);
        }
        predictor.residuals(numbers, count, residuals);
        boolean isConstant = center(count);
        int coding = isConstant ? CONSTANT : choose(count);
        int head = coding | predictor.kind << PREDICTOR_SHIFT;
        head |= divisor == 1 ? 0 : DIVISOR_FLAG;
        head |= isBothSides ? BOTH_SIDES_FLAG : 0;
        head |= middle == 0 ? 0 : MIDDLE_FLAG;
        out.putByte(head);
        if (divisor != 1) {
            out.putVarint(divisor);
        }
        out.putZigzag(first);
        if (predictor.kind == Predictor.TREND) {
            out.putByte(predictor.trend);
            out.putZigzag(predictor.slope);
        }
        if (middle != 0) {
            out.putZigzag(middle);
        }
        switch (coding) {
            case CHUNKS -> chunks.encode(residuals, 1, count, out);
            case VARINT -> {
                for (int i = 1; i < count; i++) {
                    out.putVarint(residuals[i]);
                }
            }
            case MODEL -> {
                var planner = writing().planner;
                out.putByte(planner.model);
                planner.useModel(residuals, 1, count);
                binCodec.encode(planner.model, residuals, planner.bins, 1, count, out);
            }
            case TABLE -> {
                var planner = writing().planner;
                planner.useTable(1, count);
                binCodec.encode(planner.table, residuals, planner.bins, 1, count, out);
            }
            default -> {
                // constant: the head says it all
            }
        }
    }

    /**
     * Takes the first value off all and divides by what divides all steps.
     *
     * @return the divisor; 0 where all values are equal
     */
    private long scale(long[] values, int count) {
        long first = values[0];
        long any = 0;
        for (int i = 0; i < count; i++) {
            long number = values[i] - first;
            numbers[i] = number;
            any |= number;
        }
        if (any == 0) {
            return 0;
        }
        int zeros = Long.numberOfTrailingZeros(any);
        long odd = 0;
        for (int i = 1; i < count && odd != 1; i++) {
            odd = gcd(odd, Math.abs(numbers[i]) >>> zeros);
            if (i == PROBES && odd != 1) {
                break;
            }
        }
        odd = odd == 0 || odd < 0 ? 1 : odd >>> Long.numberOfTrailingZeros(odd);
        if (odd != 1 && !divideAll(count, zeros, odd)) {
            odd = 1;
        }
        if (odd == 1 && zeros > 0) {
            for (int i = 0; i < count; i++) {
                numbers[i] >>= zeros;
            }
        }
        return odd << zeros;
    }

    private static long gcd(long a, long b) {
        long x = a;
        long y = b;
        while (y != 0) {
            long rest = x % y;
            x = y;
            y = rest;
        }
        return x;
    }

    /** Divides by an odd number by way of its inverse; leaves all as it was where one does not. */
    private boolean divideAll(int count, int zeros, long odd) {
        long inverse = odd;
        for (int i = 0; i < 5; i++) {
            inverse *= 2 - odd * inverse;
        }
        long most = Long.MAX_VALUE / odd;
        for (int i = 0; i < count; i++) {
            long quotient = (numbers[i] >> zeros) * inverse;
            if (quotient > most || quotient < -most) {
                for (int back = 0; back < i; back++) {
                    numbers[back] = (numbers[back] * odd) << zeros;
                }
                return false;
            }
            numbers[i] = quotient;
        }
        return true;
    }

    /**
     * Counts the residuals from their middle or their least, so that they are small and unsigned.
     *
     * @return whether all are equal
     */
    private boolean center(int count) {
        long min = Long.MAX_VALUE;
        long max = Long.MIN_VALUE;
        for (int i = 1; i < count; i++) {
            min = Math.min(min, residuals[i]);
            max = Math.max(max, residuals[i]);
        }
        isBothSides = true;
        middle = 0;
        if (max - min < 0) {
            for (int i = 1; i < count; i++) {
                residuals[i] = ByteSink.zigzag(residuals[i]);
            }
            return false;
        }
        if (min == max) {
            isBothSides = false;
            middle = min;
            return true;
        }
        middle = typical(count);
        long widest = Math.max(middle - min, max - middle);
        boolean isOneSided = max - min <= widest + (widest >>> 3) && middle - min <= spread;
        if (isOneSided) {
            isBothSides = false;
            middle = min;
            for (int i = 1; i < count; i++) {
                residuals[i] -= min;
            }
        } else {
            for (int i = 1; i < count; i++) {
                residuals[i] = ByteSink.zigzag(residuals[i] - middle);
            }
        }
        return false;
    }

    /** About the mean of the residuals, little moved by a few far away. */
    private long typical(int count) {
        var probes = new long[Math.min(TYPICAL_PROBES, count - 1)];
        for (int i = 0; i < probes.length; i++) {
            long residual = residuals[1 + (int) ((long) i * (count - 1) / probes.length)];
            int at = i;
            while (at > 0 && probes[at - 1] > residual) {
                probes[at] = probes[at - 1];
                at--;
            }
            probes[at] = residual;
        }
        long median = probes[probes.length / 2];
        spread = 2 * (probes[probes.length - 1] - probes[0]) + 1;
        if (spread <= 0 || spread > 1L << 40) {
            return median;
        }
        long sum = 0;
        int used = 0;
        for (int i = 1; i < count; i++) {
            long distance = residuals[i] - median;
            if (distance <= spread && distance >= -spread) {
                sum += distance;
                used++;
            }
        }
        return median + Math.round((double) sum / used);
    }

    /** The coding that is shortest. */
    private int choose(int count) {
        Arrays.fill(widths, 0);
        for (int i = 1; i < count; i++) {
            widths[64 - Long.numberOfLeadingZeros(residuals[i])]++;
        }
        long varints = 0;
        int typicalBits = 0;
        int below = 0;
        int widest = 0;
        for (int w = 0; w <= 64; w++) {
            varints += (long) widths[w] * (w == 0 ? 1 : (w + 6) / 7);
            if (below < (count - 1) * 3 / 4) {
                typicalBits = w;
            }
            below += widths[w];
            widest = widths[w] > 0 ? w : widest;
        }
        long best =
                count <= ChunkCodec.CHUNK
                        ? ChunkCodec.plan(widths, count - 1) >>> 8
                        : chunks.lengthBytes(residuals, 1, count);
        int coding = CHUNKS;
        if (varints < best) {
            best = varints;
            coding = VARINT;
        }
        if (count < 8) {
            return coding;
        }
        var planner = writing().planner;
        planner.count(residuals, 1, count, typicalBits);
        planner.findModel();
        long cost = (planner.modelCost >>> 11) + 1;
        if (cost < best) {
            best = cost;
            coding = MODEL;
        }
        if (count >= TABLE_FROM && widest < MAX_TABLE_BITS) {
            cost = (planner.planTable(residuals, 1, count) >>> 11) + 1;
            if (cost < best) {
                coding = TABLE;
            }
        }
        return coding;
    }

    /** Reads as many values as {@link #encode} was given. */
    void decode(ByteSource in, long[] values, int count) throws BadBlockException {
        if (count == 0) {
            return;
        }
        int head = in.takeByte();
        switch (head) {
            case DICTIONARY -> decodeDictionary(in, values, count);
            case SPLIT -> decodeSplit(in, values, count);
            default -> decodeNumbers(head, in, values, count);
        }
    }

    private void decodeSplit(ByteSource in, long[] values, int count) throws BadBlockException {
        int lowBits = in.takeByte();
        int head = in.takeByte();
        if (lowBits >= Long.SIZE || head == SPLIT) {
            throw ByteSource.malformed("a split of integers has no high bits");
        }
        if (head == DICTIONARY) {
            decodeDictionary(in, values, count);
        } else {
            decodeNumbers(head, in, values, count);
        }
        int at = in.skip(BitPacking.lengthBytes(count, lowBits));
        for (int from = 0; from < count; from += low.length) {
            int n = Math.min(low.length, count - from);
            BitPacking.unpack(in.array(), at, lowBits, low, 0, n);
            at += n / 8 * lowBits;
            for (int i = 0; i < n; i++) {
                values[from + i] = values[from + i] << lowBits | low[i];
            }
        }
    }

    private void decodeDictionary(ByteSource in, long[] values, int count)
            throws BadBlockException {
        int size = in.takeCount(Math.min(count, Distinct.MAX), "the length of a dictionary");
        if (size == 0) {
            throw ByteSource.malformed("a dictionary is empty");
        }
        var sorted = new long[size];
        decodeNumbers(in.takeByte(), in, sorted, size);
        decodeNumbers(in.takeByte(), in, values, count);
        for (int i = 0; i < count; i++) {
            long place = values[i];
            if (place < 0 || place >= size) {
                throw ByteSource.malformed("a number lies beyond its dictionary");
            }
            values[i] = sorted[(int) place];
        }
    }

    private void decodeNumbers(int head, ByteSource in, long[] values, int count)
            throws BadBlockException {
        int coding = head & CODING_MASK;
        restorer.kind = head >>> PREDICTOR_SHIFT & PREDICTOR_MASK;
        if (coding > TABLE || restorer.kind > Predictor.TREND) {
            throw ByteSource.malformed("no form of integers has the code " + head);
        }
        long divisor = (head & DIVISOR_FLAG) == 0 ? 1 : in.takeVarint();
        long first = in.takeZigzag();
        if (restorer.kind == Predictor.TREND) {
            restorer.trend = in.takeByte();
            restorer.slope = in.takeZigzag();
        }
        long from = (head & MIDDLE_FLAG) == 0 ? 0 : in.takeZigzag();
        switch (coding) {
            case CONSTANT -> Arrays.fill(values, 0, count, 0);
            case CHUNKS -> ChunkCodec.decode(in, values, 1, count);
            case VARINT -> {
                for (int i = 1; i < count; i++) {
                    values[i] = in.takeVarint();
                }
            }
            case MODEL -> binCodec.decodeModel(in, values, 1, count);
            default -> binCodec.decodeTable(in, values, 1, count);
        }
        if ((head & BOTH_SIDES_FLAG) != 0) {
            for (int i = 1; i < count; i++) {
                values[i] = ByteSink.unzigzag(values[i]) + from;
            }
        } else {
            for (int i = 1; i < count; i++) {
                values[i] += from;
            }
        }
        restorer.restore(values, count, first, divisor);
    }
}
