package io.drme.block;

import java.util.Arrays;

/**
 * Packs a column of 64-bit integers by the smallest of five forms: constant; bits above the
 * minimum; bits of the differences; bits of the differences of differences; differences as
 * variable-length numbers. Whatever divides all differences is divided out first. All arithmetic
 * wraps, so every value is exact.
 *
 * <p>Bits stand in chunks of 128 numbers, each with its own width; the few that are wider than
 * their chunk are patched. Confined to its owner, as it holds scratch arrays.
 */
final class LongCodec {
    static final int CHUNK = 128;

    private static final int CONSTANT = 0;
    private static final int OFFSET = 1;
    private static final int DELTA = 2;
    private static final int DELTA_DELTA = 3;
    private static final int VARINT = 4;
    private static final int FORM_MASK = 0x0F;
    private static final int DIVISOR_FLAG = 0x10;
    private static final int PATCHED_FLAG = 0x80;

    /** Chunks with more than one wide number in eight are packed wide as a whole. */
    private static final int MAX_PATCHES = CHUNK / 8;

    private final int[] widths = new int[65];
    private long[] offsets = {};
    private long[] deltas = {};
    private long[] seconds = {};
    private long minimum;
    private boolean offsetsFit;

    /** Appends the first {@code count} values; nothing where there is none. */
    void encode(long[] values, int count, ByteSink out) {
        if (count == 0) {
            return;
        }
        long divisor = divisor(values, count);
        if (divisor == 0) {
            out.putByte(CONSTANT);
            out.putZigzag(values[0]);
            return;
        }
        residuals(values, count, divisor);
        int form = smallestForm(values, count);
        out.putByte(divisor == 1 ? form : form | DIVISOR_FLAG);
        if (divisor != 1) {
            out.putVarint(divisor);
        }
        out.putZigzag(form == OFFSET ? minimum : values[0]);
        switch (form) {
            case OFFSET -> pack(offsets, 0, count, out);
            case DELTA -> pack(deltas, 1, count, out);
            case DELTA_DELTA -> {
                out.putVarint(deltas[1]);
                pack(seconds, 2, count, out);
            }
            default -> {
                for (int i = 1; i < count; i++) {
                    out.putVarint(deltas[i]);
                }
            }
        }
    }

    /** What divides all differences; 0 where all values are equal. */
    private static long divisor(long[] values, int count) {
        long divisor = 0;
        for (int i = 1; i < count; i++) {
            long delta = Math.abs(values[i] - values[i - 1]);
            if (delta == Long.MIN_VALUE) {
                return 1;
            }
            while (delta != 0) {
                long rest = divisor % delta;
                divisor = delta;
                delta = rest;
            }
            if (divisor == 1) {
                return 1;
            }
        }
        return divisor;
    }

    private void residuals(long[] values, int count, long divisor) {
        if (offsets.length < count) {
            offsets = new long[count];
            deltas = new long[count];
            seconds = new long[count];
        }
        long min = values[0];
        long max = values[0];
        long last = 0;
        for (int i = 1; i < count; i++) {
            long value = values[i];
            min = Math.min(min, value);
            max = Math.max(max, value);
            long delta = value - values[i - 1];
            delta = divisor == 1 ? delta : delta / divisor;
            deltas[i] = ByteSink.zigzag(delta);
            seconds[i] = ByteSink.zigzag(delta - last);
            last = delta;
        }
        minimum = min;
        offsetsFit = max - min >= 0;
        for (int i = 0; i < count && offsetsFit; i++) {
            long offset = values[i] - min;
            offsets[i] = divisor == 1 ? offset : offset / divisor;
        }
    }

    private int smallestForm(long[] values, int count) {
        long first = ByteSink.varintLength(ByteSink.zigzag(values[0]));
        long best = first + packedLength(deltas, 1, count);
        int form = DELTA;
        long cost = first + ByteSink.varintLength(deltas[1]) + packedLength(seconds, 2, count);
        if (cost < best) {
            best = cost;
            form = DELTA_DELTA;
        }
        if (offsetsFit) {
            cost =
                    ByteSink.varintLength(ByteSink.zigzag(minimum))
                            + packedLength(offsets, 0, count);
            if (cost < best) {
                best = cost;
                form = OFFSET;
            }
        }
        cost = first;
        for (int i = 1; i < count && cost < best; i++) {
            cost += ByteSink.varintLength(deltas[i]);
        }
        return cost < best ? VARINT : form;
    }

    private long packedLength(long[] numbers, int from, int to) {
        long length = 0;
        for (int at = from; at < to; at += CHUNK) {
            length += chunkPlan(numbers, at, Math.min(CHUNK, to - at)) >>> 8;
        }
        return length;
    }

    /** The cheapest way to pack a chunk: its length in bytes × 256 + its width. */
    private long chunkPlan(long[] numbers, int from, int count) {
        Arrays.fill(widths, 0);
        long all = 0;
        for (int i = from; i < from + count; i++) {
            long number = numbers[i];
            all |= number;
            widths[64 - Long.numberOfLeadingZeros(number)]++;
        }
        int widest = 64 - Long.numberOfLeadingZeros(all);
        long best = ((1L + BitPacking.lengthBytes(count, widest)) << 8) | widest;
        int wider = 0;
        for (int width = widest - 1; width >= 0; width--) {
            wider += widths[width + 1];
            if (wider > MAX_PATCHES) {
                break;
            }
            long length = 2L + BitPacking.lengthBytes(count, width) + wider;
            for (int w = width + 1; w <= widest; w++) {
                length += (long) widths[w] * ((w - width + 6) / 7);
            }
            if (length < best >>> 8) {
                best = (length << 8) | width;
            }
        }
        return best;
    }

    private void pack(long[] numbers, int from, int to, ByteSink out) {
        for (int at = from; at < to; at += CHUNK) {
            int count = Math.min(CHUNK, to - at);
            int width = (int) (chunkPlan(numbers, at, count) & 0xFF);
            int wider = 0;
            for (int w = width + 1; w <= 64; w++) {
                wider += widths[w];
            }
            out.putByte(wider == 0 ? width : width | PATCHED_FLAG);
            if (wider > 0) {
                out.putByte(wider);
            }
            BitPacking.pack(numbers, at, count, width, out);
            for (int i = 0; i < count && wider > 0; i++) {
                long rest = width == 64 ? 0 : numbers[at + i] >>> width;
                if (rest != 0) {
                    out.putByte(i);
                    out.putVarint(rest);
                }
            }
        }
    }

    /** Reads as many values as {@link #encode} was given. */
    void decode(ByteSource in, long[] values, int count) throws BadBlockException {
        if (count == 0) {
            return;
        }
        int head = in.takeByte();
        int form = head & FORM_MASK;
        if ((head & ~(FORM_MASK | DIVISOR_FLAG)) != 0 || form > VARINT) {
            throw ByteSource.malformed("no form of integers has the code " + head);
        }
        long divisor = (head & DIVISOR_FLAG) == 0 ? 1 : in.takeVarint();
        long first = in.takeZigzag();
        switch (form) {
            case CONSTANT -> Arrays.fill(values, 0, count, first);
            case OFFSET -> {
                unpack(in, values, 0, count);
                for (int i = 0; i < count; i++) {
                    values[i] = first + values[i] * divisor;
                }
            }
            case DELTA, VARINT -> {
                if (form == DELTA) {
                    unpack(in, values, 1, count);
                } else {
                    for (int i = 1; i < count; i++) {
                        values[i] = in.takeVarint();
                    }
                }
                values[0] = first;
                for (int i = 1; i < count; i++) {
                    values[i] = values[i - 1] + ByteSink.unzigzag(values[i]) * divisor;
                }
            }
            default -> decodeDeltaDelta(in, values, count, first, divisor);
        }
    }

    private static void decodeDeltaDelta(
            ByteSource in, long[] values, int count, long first, long divisor)
            throws BadBlockException {
        values[0] = first;
        if (count == 1) {
            return;
        }
        long delta = ByteSink.unzigzag(in.takeVarint());
        values[1] = first + delta * divisor;
        unpack(in, values, 2, count);
        for (int i = 2; i < count; i++) {
            delta += ByteSink.unzigzag(values[i]);
            values[i] = values[i - 1] + delta * divisor;
        }
    }

    private static void unpack(ByteSource in, long[] numbers, int from, int to)
            throws BadBlockException {
        for (int at = from; at < to; at += CHUNK) {
            int count = Math.min(CHUNK, to - at);
            int head = in.takeByte();
            int width = head & ~PATCHED_FLAG;
            if (width > 64) {
                throw ByteSource.malformed("a chunk of integers is " + width + " bits wide");
            }
            int wider = (head & PATCHED_FLAG) == 0 ? 0 : in.takeByte();
            int packed = in.skip(BitPacking.lengthBytes(count, width));
            BitPacking.unpack(in.array(), packed, width, numbers, at, count);
            for (int i = 0; i < wider; i++) {
                int index = in.takeByte();
                if (index >= count || width == 64) {
                    throw ByteSource.malformed("a patch lies outside its chunk");
                }
                numbers[at + index] |= in.takeVarint() << width;
            }
        }
    }
}
