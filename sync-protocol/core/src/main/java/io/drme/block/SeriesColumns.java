package io.drme.block;

import io.drme.model.ValueType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decoded samples of one tag in order of arrival, as parallel arrays that are reused: the first
 * {@link #size} elements count, and the next decoding overwrites them. Confined to its owner.
 */
public final class SeriesColumns {
    private ValueType type = ValueType.INT64;
    private int size;
    private long[] sourceTimes = {};
    private long[] gatewayTimes = {};
    private long[] bits = {};
    private byte[] qualities = {};
    private @Nullable String[] texts = {};

    /** Makes empty columns, which grow with what is decoded into them. */
    public SeriesColumns() {}

    /** Empties the columns and makes room. The caller has checked {@code count} against a limit. */
    void reset(ValueType newType, int count) {
        if (count > bits.length) {
            sourceTimes = new long[count];
            gatewayTimes = new long[count];
            bits = new long[count];
            qualities = new byte[count];
        }
        if (newType == ValueType.TEXT && count > texts.length) {
            texts = new String[count];
        }
        Arrays.fill(texts, null);
        type = newType;
        size = count;
    }

    /** Type of the values. */
    public ValueType type() {
        return type;
    }

    /** How many samples there are. */
    public int size() {
        return size;
    }

    /** Source times, nanoseconds since 1970 UTC; the live array. */
    public long[] sourceTimes() {
        return sourceTimes;
    }

    /** Hybrid logical clock stamps; the live array. */
    public long[] gatewayTimes() {
        return gatewayTimes;
    }

    /** Value bits as in {@link io.drme.model.Batch#bits}; 0 for a bad sample; the live array. */
    public long[] bits() {
        return bits;
    }

    /** Packed qualities; the live array. */
    public byte[] qualities() {
        return qualities;
    }

    /** The text of sample {@code at}; null where it is bad or no text. */
    public @Nullable String text(int at) {
        return type == ValueType.TEXT ? texts[at] : null;
    }

    @Nullable String[] texts() {
        return texts;
    }
}
