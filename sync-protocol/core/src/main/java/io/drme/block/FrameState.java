package io.drme.block;

import io.drme.model.Tag;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What writer and reader of journal frames remember of each tag since the last key frame, and how a
 * value is written against it. Confined to its owner.
 */
final class FrameState {
    static final int FORMAT = 1;
    static final int ZSTD_FLAG = 2;

    static final int OUTCOME_FLAG = 1;
    static final int TAGS_FLAG = 2;
    static final int TIMES_FLAG = 4;
    static final int QUALITIES_FLAG = 8;

    /** A double as change of the scaled integer; as a new exponent with the integer; as bytes. */
    private static final int CHANGE = 0;

    private static final int NEW_EXPONENT = 1;
    private static final int BYTES = 2;
    private static final int SAME = 3;

    /** Doubles of more digits are written as bytes: looking for the exponent would cost more. */
    private static final int MAX_EXPONENT = 9;

    private static final int NO_EXPONENT = -1;

    private final List<Tag> tags = new ArrayList<>();
    private ValueType[] types = {};
    private long[] lastBits = {};
    private long[] lastIntegers = {};
    private int[] exponents = {};
    private @Nullable String[] lastTexts = {};

    void clear() {
        tags.clear();
    }

    int size() {
        return tags.size();
    }

    Tag tag(int number) {
        return tags.get(number);
    }

    void add(Tag tag) {
        int number = tags.size();
        tags.add(tag);
        if (number == lastBits.length) {
            int room = Math.max(64, 2 * number);
            types = Arrays.copyOf(types, room);
            lastBits = Arrays.copyOf(lastBits, room);
            lastIntegers = Arrays.copyOf(lastIntegers, room);
            exponents = Arrays.copyOf(exponents, room);
            lastTexts = Arrays.copyOf(lastTexts, room);
        }
        types[number] = tag.type();
        lastBits[number] = 0;
        lastIntegers[number] = 0;
        exponents[number] = NO_EXPONENT;
        lastTexts[number] = null;
    }

    void put(int number, long bits, @Nullable String text, ByteSink out) {
        switch (types[number]) {
            case BOOLEAN -> out.putByte((int) bits);
            case INT64 -> {
                out.putZigzag(bits - lastBits[number]);
                lastBits[number] = bits;
            }
            case FLOAT64 -> putDouble(number, bits, out);
            case TEXT -> {
                var value = text == null ? "" : text;
                boolean same = value.equals(lastTexts[number]);
                out.putByte(same ? 1 : 0);
                if (!same) {
                    TextCodec.put(value, out);
                    lastTexts[number] = value;
                }
            }
        }
    }

    private void putDouble(int number, long bits, ByteSink out) {
        int exponent = exponents[number];
        long integer =
                exponent == NO_EXPONENT ? Decimals.NO_DECIMAL : Decimals.scaled(bits, exponent);
        if (integer != Decimals.NO_DECIMAL) {
            out.putVarint(ByteSink.zigzag(integer - lastIntegers[number]) << 2 | CHANGE);
            lastIntegers[number] = integer;
            lastBits[number] = bits;
            return;
        }
        long xor = bits ^ lastBits[number];
        lastBits[number] = bits;
        if (xor == 0) {
            out.putVarint(SAME);
            return;
        }
        for (int e = 0; e <= MAX_EXPONENT; e++) {
            integer = Decimals.scaled(bits, e);
            if (integer != Decimals.NO_DECIMAL) {
                out.putVarint((long) e << 2 | NEW_EXPONENT);
                out.putZigzag(integer);
                exponents[number] = e;
                lastIntegers[number] = integer;
                return;
            }
        }
        int leading = Long.numberOfLeadingZeros(xor) / 8;
        int trailing = Long.numberOfTrailingZeros(xor) / 8;
        out.putVarint((long) trailing << 5 | (long) leading << 2 | BYTES);
        for (int i = trailing; i < Long.BYTES - leading; i++) {
            out.putByte((int) (xor >>> (8 * i)));
        }
    }

    /** Reads a value that is no text. */
    long take(int number, ByteSource in) throws BadBlockException {
        return switch (types[number]) {
            case BOOLEAN -> {
                int b = in.takeByte();
                if (b > 1) {
                    throw ByteSource.malformed("a boolean is " + b);
                }
                yield b;
            }
            case INT64 -> {
                lastBits[number] += in.takeZigzag();
                yield lastBits[number];
            }
            case FLOAT64 -> takeDouble(number, in);
            case TEXT -> 0;
        };
    }

    private long takeDouble(int number, ByteSource in) throws BadBlockException {
        long head = in.takeVarint();
        switch ((int) head & 3) {
            case CHANGE -> {
                if (exponents[number] == NO_EXPONENT) {
                    throw ByteSource.malformed("a change of a decimal comes before its exponent");
                }
                lastIntegers[number] += ByteSink.unzigzag(head >>> 2);
                setDecimal(number);
            }
            case NEW_EXPONENT -> {
                if (head >>> 2 > MAX_EXPONENT) {
                    throw ByteSource.malformed("a decimal exponent is " + (head >>> 2));
                }
                exponents[number] = (int) (head >>> 2);
                lastIntegers[number] = in.takeZigzag();
                setDecimal(number);
            }
            case BYTES -> {
                int leading = (int) (head >>> 2) & 7;
                long trailing = head >>> 5;
                if (trailing + leading >= Long.BYTES) {
                    throw ByteSource.malformed("a double leaves out all its bytes");
                }
                long xor = 0;
                for (int i = (int) trailing; i < Long.BYTES - leading; i++) {
                    xor |= (long) in.takeByte() << (8 * i);
                }
                lastBits[number] ^= xor;
            }
            default -> {
                // The same bits again.
            }
        }
        return lastBits[number];
    }

    private void setDecimal(int number) {
        lastBits[number] =
                Double.doubleToRawLongBits(
                        Decimals.unscaled(lastIntegers[number], exponents[number]));
    }

    String takeText(int number, ByteSource in) throws BadBlockException {
        int same = in.takeByte();
        var last = lastTexts[number];
        if (same == 1 && last != null) {
            return last;
        }
        if (same != 0) {
            throw ByteSource.malformed("a text repeats what was not there");
        }
        var text = TextCodec.take(in);
        lastTexts[number] = text;
        return text;
    }

    boolean isText(int number) {
        return types[number] == ValueType.TEXT;
    }
}
