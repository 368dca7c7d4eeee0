package io.drme.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Samples of one poll, or of one delivery of a subscription, as parallel arrays: what flows from a
 * driver through pipelines and alarms into the journal.
 *
 * <p>A batch is one <em>tick</em> of one poll group: it has one gateway time and one outcome, and a
 * poll that gave no sample is still a tick, so that <em>flat</em> can be told from <em>not
 * read</em>.
 *
 * <p><b>Threads.</b> Confined to its owner; handing it on through a queue hands on ownership. The
 * column accessors give the live arrays, of which the first {@link #size} elements count, so that
 * loops touch no object per sample.
 */
public final class Batch {
    private static final int FIRST_CAPACITY = 16;

    private int group;
    private long gatewayTime;
    private byte outcome = Quality.GOOD;
    private int size;
    private int[] tags;
    private long[] sourceTimes;
    private long[] bits;
    private byte[] qualities;
    private @Nullable String @Nullable [] texts;

    /** Makes an empty batch. */
    public Batch() {
        this(FIRST_CAPACITY);
    }

    /** Makes an empty batch with room for so many samples before it has to grow. */
    public Batch(int capacity) {
        int room = Math.max(capacity, 1);
        tags = new int[room];
        sourceTimes = new long[room];
        bits = new long[room];
        qualities = new byte[room];
    }

    /**
     * Empties the batch and begins a tick.
     *
     * @param newGroup the poll group that was read, from 0; derived samples keep their input's
     * @param newGatewayTime hybrid logical clock stamp of the poll's end
     */
    public void begin(int newGroup, long newGatewayTime) {
        if (texts != null) {
            Arrays.fill(texts, 0, Math.min(size, texts.length), null);
        }
        size = 0;
        group = newGroup;
        gatewayTime = newGatewayTime;
        outcome = Quality.GOOD;
    }

    /** Adds a boolean. */
    public void addBoolean(int tag, long sourceTime, boolean value, byte quality) {
        add(tag, sourceTime, value ? 1 : 0, quality);
    }

    /** Adds an integer. */
    public void addInt(int tag, long sourceTime, long value, byte quality) {
        add(tag, sourceTime, value, quality);
    }

    /** Adds a double; every bit of it is kept, a NaN's payload too. */
    public void addDouble(int tag, long sourceTime, double value, byte quality) {
        add(tag, sourceTime, Double.doubleToRawLongBits(value), quality);
    }

    /**
     * Adds a text. One longer than {@link ValueType#MAX_TEXT_LENGTH} becomes a bad reading: its
     * type can't hold it.
     */
    public void addText(int tag, long sourceTime, String value, byte quality) {
        if (value.length() > ValueType.MAX_TEXT_LENGTH) {
            addBad(tag, sourceTime, Reason.OUT_OF_RANGE);
            return;
        }
        int at = size;
        add(tag, sourceTime, 0, quality);
        var column = texts;
        if (column == null || column.length < tags.length) {
            column = column == null ? new String[tags.length] : Arrays.copyOf(column, tags.length);
            texts = column;
        }
        column[at] = value;
    }

    /** Adds a bad reading; it has no value, and its bits are 0. */
    public void addBad(int tag, long sourceTime, Reason reason) {
        add(tag, sourceTime, 0, Quality.bad(reason));
    }

    /** Adds a sample by its raw bits: 0 or 1, the integer, the double's raw bits; 0 for a text. */
    public void add(int tag, long sourceTime, long valueBits, byte quality) {
        if (size == tags.length) {
            grow();
        }
        tags[size] = tag;
        sourceTimes[size] = sourceTime;
        bits[size] = valueBits;
        qualities[size] = quality;
        size++;
    }

    /** Adds sample {@code at} of another batch as it is. */
    public void addFrom(Batch other, int at) {
        var text = other.text(at);
        if (text == null) {
            add(other.tags[at], other.sourceTimes[at], other.bits[at], other.qualities[at]);
        } else {
            addText(other.tags[at], other.sourceTimes[at], text, other.qualities[at]);
        }
    }

    /**
     * Adds all samples of another batch as they are, each under another tag index.
     *
     * @param tagOf the index here, by that of the other batch
     */
    public void addAll(Batch other, int[] tagOf) {
        int from = size;
        int count = other.size;
        if (from + count > tags.length) {
            grow(from + count);
        }
        for (int i = 0; i < count; i++) {
            tags[from + i] = tagOf[other.tags[i]];
        }
        System.arraycopy(other.sourceTimes, 0, sourceTimes, from, count);
        System.arraycopy(other.bits, 0, bits, from, count);
        System.arraycopy(other.qualities, 0, qualities, from, count);
        size = from + count;
        if (other.texts != null) {
            var column = texts == null ? new String[tags.length] : texts;
            if (column.length < tags.length) {
                column = Arrays.copyOf(column, tags.length);
            }
            System.arraycopy(other.texts, 0, column, from, Math.min(count, other.texts.length));
            texts = column;
        }
    }

    private void grow() {
        grow(0);
    }

    private void grow(int least) {
        int room = Math.max(least, tags.length * 2);
        tags = Arrays.copyOf(tags, room);
        sourceTimes = Arrays.copyOf(sourceTimes, room);
        bits = Arrays.copyOf(bits, room);
        qualities = Arrays.copyOf(qualities, room);
    }

    /**
     * Copies sample {@code from} over sample {@code to}, not behind it, for a stage that compacts
     * in place.
     */
    public void move(int from, int to) {
        tags[to] = tags[from];
        sourceTimes[to] = sourceTimes[from];
        bits[to] = bits[from];
        qualities[to] = qualities[from];
        if (texts != null && to < texts.length) {
            texts[to] = from < texts.length ? texts[from] : null;
        }
    }

    /** Drops the samples from index {@code newSize} on, for a stage that compacts in place. */
    public void truncate(int newSize) {
        int kept = Math.min(size, newSize);
        if (texts != null) {
            // A number that is added later at the place of a text must not have it.
            Arrays.fill(texts, Math.min(kept, texts.length), Math.min(size, texts.length), null);
        }
        size = kept;
    }

    /** How many samples there are. */
    public int size() {
        return size;
    }

    /** The poll group that was read. */
    public int group() {
        return group;
    }

    /** Hybrid logical clock stamp of the poll's end. */
    public long gatewayTime() {
        return gatewayTime;
    }

    /** Stamps the tick; the acquisition's owner calls it, before anyone else sees the batch. */
    public void stamp(int newGroup, long newGatewayTime) {
        group = newGroup;
        gatewayTime = newGatewayTime;
    }

    /**
     * How the poll as a whole went: {@link Quality#GOOD}, or a packed bad quality with its reason.
     */
    public byte outcome() {
        return outcome;
    }

    /** Says that the poll as a whole failed. */
    public void failed(Reason reason) {
        outcome = Quality.bad(reason);
    }

    /** Tag indexes; the live array. */
    public int[] tags() {
        return tags;
    }

    /** Source times, nanoseconds since 1970 UTC; the live array. */
    public long[] sourceTimes() {
        return sourceTimes;
    }

    /** Value bits as {@link #add} takes them; the live array. */
    public long[] bits() {
        return bits;
    }

    /** Packed qualities; the live array. */
    public byte[] qualities() {
        return qualities;
    }

    /** The text of sample {@code at}; null where it is no text. */
    public @Nullable String text(int at) {
        return texts == null || at >= texts.length ? null : texts[at];
    }

    /** Sample {@code at} as a double: for tests and edges, not for the hot path. */
    public double doubleAt(int at) {
        return Double.longBitsToDouble(bits[at]);
    }

    /** The samples as records, for tests and the edges of the system. */
    public List<Sample> samples(TagTable table) {
        var list = new ArrayList<Sample>(size);
        for (int i = 0; i < size; i++) {
            var tag = table.get(tags[i]);
            list.add(new Sample(tag.name(), sourceTimes[i], readingAt(i, tag.type())));
        }
        return list;
    }

    /** The reading of sample {@code at}, whose tag has this type. */
    public Reading readingAt(int at, ValueType type) {
        byte quality = qualities[at];
        if (Quality.isBad(quality)) {
            return new Reading.Bad(Quality.reason(quality));
        }
        var text = text(at);
        var value = Values.of(type, bits[at], text);
        return Quality.isGood(quality)
                ? new Reading.Good(value)
                : new Reading.Uncertain(value, Quality.reason(quality));
    }
}
