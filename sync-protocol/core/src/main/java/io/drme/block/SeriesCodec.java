package io.drme.block;

import io.drme.model.Quality;
import io.drme.model.ValueType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Packs one series: at which ticks it has samples, its source times as residuals to the ticks', its
 * qualities, and the values of the samples that have one. Confined to its owner, as it holds
 * scratch arrays.
 */
final class SeriesCodec {
    /** One sample at each tick of the group. */
    static final int EVERY_TICK = 0;

    /** One bit a tick, lowest first in each byte. */
    static final int BITMAP = 1;

    /** The step from each sample's tick to the next one's, 0 for a second sample of a tick. */
    static final int LIST = 2;

    static final int PRESENCE_MASK = 0x03;
    static final int TIMES_FLAG = 0x04;
    static final int QUALITIES_FLAG = 0x08;
    static final int FORM_SHIFT = 4;
    static final int FORM_MASK = 0x03;
    static final int ZSTD_FLAG = 0x40;
    static final int STATS_FLAG = 0x80;

    private static final int BOOLEAN_BITMAP = 0;
    private static final int BOOLEAN_RUNS = 1;

    final LongCodec longs = new LongCodec();
    private final FloatCodec floats = new FloatCodec(longs);
    private final TextCodec textCodec = new TextCodec(longs);

    int count;
    int[] ticks = {};
    long[] residuals = {};
    byte[] qualities = {};

    /** Bits of all samples; 0 for a bad one. */
    long[] bits = {};

    @Nullable String[] texts = {};

    /** Bits of the samples that have a value. */
    private long[] values = {};

    private @Nullable String[] valueTexts = {};

    void reserve(int room, boolean forText) {
        if (room > ticks.length) {
            ticks = new int[room];
            residuals = new long[room];
            qualities = new byte[room];
            bits = new long[room];
            values = new long[room];
        }
        if (forText && room > texts.length) {
            texts = new String[room];
            valueTexts = new String[room];
        }
    }

    /** The exponent of the doubles last encoded, or -1; for their statistics. */
    int exactExponent() {
        return floats.exactExponent();
    }

    /**
     * Appends the series in the columns above.
     *
     * @param ticksOfGroup how many ticks its group has
     * @return the flags that say how
     */
    int encode(ValueType type, int ticksOfGroup, ByteSink out) {
        int flags = encodePresence(ticksOfGroup, out);
        if (!allZero(residuals, count)) {
            flags |= TIMES_FLAG;
            longs.encode(residuals, count, out);
        }
        int valueCount = count;
        long[] column = bits;
        @Nullable String[] textColumn = texts;
        if (!ByteRuns.allGood(qualities, count)) {
            flags |= QUALITIES_FLAG;
            ByteRuns.encode(qualities, count, out);
            valueCount = gatherValues(type);
            column = values;
            textColumn = valueTexts;
        }
        if (valueCount == 0) {
            return flags;
        }
        int form =
                switch (type) {
                    case BOOLEAN -> encodeBooleans(column, valueCount, out);
                    case INT64 -> {
                        longs.encode(column, valueCount, out);
                        yield 0;
                    }
                    case FLOAT64 -> floats.encode(column, valueCount, out);
                    case TEXT -> {
                        textCodec.encode(textColumn, valueCount, out);
                        yield 0;
                    }
                };
        return flags | form << FORM_SHIFT;
    }

    private int gatherValues(ValueType type) {
        int n = 0;
        for (int i = 0; i < count; i++) {
            if (!Quality.isBad(qualities[i])) {
                values[n] = bits[i];
                if (type == ValueType.TEXT) {
                    valueTexts[n] = texts[i];
                }
                n++;
            }
        }
        return n;
    }

    static boolean allZero(long[] column, int count) {
        long any = 0;
        for (int i = 0; i < count; i++) {
            any |= column[i];
        }
        return any == 0;
    }

    private int encodePresence(int ticksOfGroup, ByteSink out) {
        boolean once = true;
        int listLength = 0;
        int last = 0;
        for (int i = 0; i < count; i++) {
            once &= i == 0 || ticks[i] > ticks[i - 1];
            listLength += ByteSink.varintLength(ticks[i] - last);
            last = ticks[i];
        }
        if (once && count == ticksOfGroup) {
            return EVERY_TICK;
        }
        int bitmapLength = (ticksOfGroup + 7) / 8;
        if (once && bitmapLength <= listLength) {
            int from = out.length();
            out.reserve(bitmapLength);
            for (int i = 0; i < bitmapLength; i++) {
                out.putByte(0);
            }
            for (int i = 0; i < count; i++) {
                out.array()[from + ticks[i] / 8] |= (byte) (1 << (ticks[i] % 8));
            }
            return BITMAP;
        }
        last = 0;
        for (int i = 0; i < count; i++) {
            out.putVarint(ticks[i] - last);
            last = ticks[i];
        }
        return LIST;
    }

    private static int encodeBooleans(long[] column, int count, ByteSink out) {
        if (ByteRuns.booleanRunsLength(column, count) <= (count + 7) / 8) {
            ByteRuns.encodeBooleans(column, count, out);
            return BOOLEAN_RUNS;
        }
        BitPacking.pack(column, 0, count, 1, out);
        return BOOLEAN_BITMAP;
    }

    /**
     * Reads what {@link #encode} wrote into the columns above.
     *
     * @param newCount how many samples there are, checked against a limit
     */
    void decode(int flags, ValueType type, int newCount, int ticksOfGroup, ByteSource in)
            throws BadBlockException {
        reserve(newCount, type == ValueType.TEXT);
        count = newCount;
        decodePresence(flags & PRESENCE_MASK, ticksOfGroup, in);
        if ((flags & TIMES_FLAG) != 0) {
            longs.decode(in, residuals, count);
        } else {
            Arrays.fill(residuals, 0, count, 0);
        }
        boolean allGood = (flags & QUALITIES_FLAG) == 0;
        int valueCount = count;
        if (allGood) {
            Arrays.fill(qualities, 0, count, Quality.GOOD);
        } else {
            ByteRuns.decode(in, qualities, count);
            valueCount = 0;
            for (int i = 0; i < count; i++) {
                valueCount += Quality.isBad(qualities[i]) ? 0 : 1;
            }
        }
        if (valueCount > 0) {
            int form = (flags >>> FORM_SHIFT) & FORM_MASK;
            decodeValues(form, type, allGood ? bits : values, valueCount, in);
        }
        in.expectEnd("a series");
        if (type == ValueType.TEXT) {
            spreadTexts();
        } else if (!allGood) {
            spread();
        }
    }

    private void decodePresence(int presence, int ticksOfGroup, ByteSource in)
            throws BadBlockException {
        switch (presence) {
            case EVERY_TICK -> {
                if (count != ticksOfGroup) {
                    throw ByteSource.malformed(
                            "a series has %d samples in %d ticks".formatted(count, ticksOfGroup));
                }
                for (int i = 0; i < count; i++) {
                    ticks[i] = i;
                }
            }
            case BITMAP -> {
                int at = in.skip((ticksOfGroup + 7) / 8);
                int n = 0;
                for (int tick = 0; tick < ticksOfGroup; tick++) {
                    if ((in.array()[at + tick / 8] >>> (tick % 8) & 1) != 0) {
                        if (n == count) {
                            throw ByteSource.malformed("a presence bitmap has too many bits");
                        }
                        ticks[n++] = tick;
                    }
                }
                if (n != count) {
                    throw ByteSource.malformed("a presence bitmap has too few bits");
                }
            }
            case LIST -> {
                long tick = 0;
                for (int i = 0; i < count; i++) {
                    tick += in.takeCount(ticksOfGroup, "the step to a tick");
                    if (tick >= ticksOfGroup) {
                        throw ByteSource.malformed("a sample lies beyond the last tick");
                    }
                    ticks[i] = (int) tick;
                }
            }
            default ->
                    throw new BadBlockException(
                            BadBlockException.Why.UNSUPPORTED,
                            "no form of presence has the code " + presence);
        }
    }

    private void decodeValues(int form, ValueType type, long[] into, int n, ByteSource in)
            throws BadBlockException {
        if ((form != 0 && (type == ValueType.INT64 || type == ValueType.TEXT))
                || (form > BOOLEAN_RUNS && type == ValueType.BOOLEAN)) {
            throw new BadBlockException(
                    BadBlockException.Why.UNSUPPORTED,
                    "no form of %s values has the code %d".formatted(type, form));
        }
        switch (type) {
            case BOOLEAN -> {
                if (form == BOOLEAN_RUNS) {
                    ByteRuns.decodeBooleans(in, into, n);
                } else {
                    int at = in.skip(BitPacking.lengthBytes(n, 1));
                    BitPacking.unpack(in.array(), at, 1, into, 0, n);
                }
            }
            case INT64 -> longs.decode(in, into, n);
            case FLOAT64 -> floats.decode(form, in, into, n);
            case TEXT -> textCodec.decode(in, valueTexts, n);
        }
    }

    private void spread() {
        int n = 0;
        for (int i = 0; i < count; i++) {
            bits[i] = Quality.isBad(qualities[i]) ? 0 : values[n++];
        }
    }

    private void spreadTexts() {
        int n = 0;
        for (int i = 0; i < count; i++) {
            bits[i] = 0;
            texts[i] = Quality.isBad(qualities[i]) ? null : valueTexts[n++];
        }
    }
}
