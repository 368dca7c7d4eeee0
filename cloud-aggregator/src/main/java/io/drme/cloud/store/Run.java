package io.drme.cloud.store;

import io.drme.block.SeriesColumns;
import io.drme.model.ValueType;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Samples of one tag and type, gathered from several blocks and put into the gateway's order, as
 * parallel arrays of which the first {@link #size} elements count. Confined to its owner.
 */
public final class Run {
    private static final int FIRST_CAPACITY = 64;

    private final ValueType type;
    private int size;
    private boolean inOrder = true;
    private long[] stamps = new long[FIRST_CAPACITY];
    private long[] sources = new long[FIRST_CAPACITY];
    private long[] bits = new long[FIRST_CAPACITY];
    private byte[] qualities = new byte[FIRST_CAPACITY];
    private int[] groups = new int[FIRST_CAPACITY];
    private @Nullable String[] texts = {};

    /** Makes an empty run. */
    public Run(ValueType type) {
        this.type = type;
    }

    /** Adds decoded samples of this type behind those that are there. */
    public void add(SeriesColumns columns, int group) {
        int count = columns.size();
        reserve(size + count);
        System.arraycopy(columns.gatewayTimes(), 0, stamps, size, count);
        System.arraycopy(columns.sourceTimes(), 0, sources, size, count);
        System.arraycopy(columns.bits(), 0, bits, size, count);
        System.arraycopy(columns.qualities(), 0, qualities, size, count);
        Arrays.fill(groups, size, size + count, group);
        for (int i = 0; i < count; i++) {
            if (type == ValueType.TEXT) {
                texts[size + i] = columns.text(i);
            }
            int at = size + i;
            inOrder &= at == 0 || stamps[at - 1] <= stamps[at];
        }
        size += count;
    }

    private void reserve(int least) {
        if (least > stamps.length) {
            int room = Math.max(least, 2 * stamps.length);
            stamps = Arrays.copyOf(stamps, room);
            sources = Arrays.copyOf(sources, room);
            bits = Arrays.copyOf(bits, room);
            qualities = Arrays.copyOf(qualities, room);
            groups = Arrays.copyOf(groups, room);
        }
        if (type == ValueType.TEXT && texts.length < stamps.length) {
            texts = Arrays.copyOf(texts, stamps.length);
        }
    }

    /** Puts the samples in order of their stamps; those of one stamp stay as they came. */
    public void sort() {
        if (inOrder) {
            return;
        }
        var order =
                IntStream.range(0, size)
                        .boxed()
                        .sorted(Comparator.comparingLong(i -> stamps[i]))
                        .mapToInt(i -> i)
                        .toArray();
        stamps = picked(stamps, order);
        sources = picked(sources, order);
        bits = picked(bits, order);
        var oldQualities = qualities.clone();
        var oldGroups = groups.clone();
        var oldTexts = texts.clone();
        for (int i = 0; i < size; i++) {
            qualities[i] = oldQualities[order[i]];
            groups[i] = oldGroups[order[i]];
            if (type == ValueType.TEXT) {
                texts[i] = oldTexts[order[i]];
            }
        }
        inOrder = true;
    }

    private static long[] picked(long[] from, int[] order) {
        var picked = new long[from.length];
        for (int i = 0; i < order.length; i++) {
            picked[i] = from[order[i]];
        }
        return picked;
    }

    /** Type of the values. */
    public ValueType type() {
        return type;
    }

    /** How many samples there are. */
    public int size() {
        return size;
    }

    /** The stamp of a sample. */
    public long stamp(int at) {
        return stamps[at];
    }

    /** The source time of a sample, nanoseconds since 1970 UTC. */
    public long source(int at) {
        return sources[at];
    }

    /** A value's bits; 0 for a bad sample and a text. */
    public long bits(int at) {
        return bits[at];
    }

    /** The packed quality of a sample. */
    public byte quality(int at) {
        return qualities[at];
    }

    /** The poll group in which a sample was read. */
    int group(int at) {
        return groups[at];
    }

    /** The text of a sample; null where it is bad or no text. */
    public @Nullable String text(int at) {
        return type == ValueType.TEXT ? texts[at] : null;
    }
}
