package io.drme.stream;

import io.drme.model.Batch;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Samples in the order of their time, those of one time in the order in which they came. It grows
 * as far as its limit; from then on it allocates nothing.
 */
final class TimeLine {
    /** Bytes that a sample takes, with a reference to a text. */
    static final int BYTES = 2 * Long.BYTES + Integer.BYTES + 1 + Long.BYTES;

    private static final int FIRST_CAPACITY = 8;

    private final int limit;
    private int first;
    private int size;
    private long[] times = new long[FIRST_CAPACITY];
    private long[] stamps = new long[FIRST_CAPACITY];
    private long[] bits = new long[FIRST_CAPACITY];
    private int[] lanes = new int[FIRST_CAPACITY];
    private byte[] qualities = new byte[FIRST_CAPACITY];
    private @Nullable String @Nullable [] texts;

    /** Makes an empty one for at most so many samples. */
    TimeLine(int limit) {
        this.limit = limit;
    }

    int size() {
        return size;
    }

    boolean isFull() {
        return size == limit;
    }

    /**
     * Adds sample {@code at} of a batch; it must not be full.
     *
     * @param time its place, which need not be its source time
     */
    void add(Batch in, int at, long time) {
        if (size == times.length) {
            grow();
        }
        int to = size;
        while (to > 0 && times[slot(to - 1)] > time) {
            copy(slot(to - 1), slot(to));
            to--;
        }
        size++;
        set(slot(to), in, at, time);
    }

    private void set(int slot, Batch in, int at, long time) {
        times[slot] = time;
        stamps[slot] = in.sourceTimes()[at];
        bits[slot] = in.bits()[at];
        lanes[slot] = in.tags()[at];
        qualities[slot] = in.qualities()[at];
        setText(slot, in.text(at));
    }

    private void setText(int slot, @Nullable String text) {
        if (texts == null && text != null) {
            texts = new String[times.length];
        }
        if (texts != null) {
            texts[slot] = text;
        }
    }

    private void copy(int from, int to) {
        times[to] = times[from];
        stamps[to] = stamps[from];
        bits[to] = bits[from];
        lanes[to] = lanes[from];
        qualities[to] = qualities[from];
        if (texts != null) {
            texts[to] = texts[from];
        }
    }

    private int slot(int index) {
        return first + index & times.length - 1;
    }

    /** Doubles the room, which begins at the first sample then. */
    private void grow() {
        int room = times.length * 2;
        times = unrolled(times, room);
        stamps = unrolled(stamps, room);
        bits = unrolled(bits, room);
        var oldLanes = lanes;
        var oldQualities = qualities;
        var oldTexts = texts;
        lanes = new int[room];
        qualities = new byte[room];
        texts = oldTexts == null ? null : new String[room];
        for (int i = 0; i < size; i++) {
            int old = first + i & oldLanes.length - 1;
            lanes[i] = oldLanes[old];
            qualities[i] = oldQualities[old];
            if (oldTexts != null && texts != null) {
                texts[i] = oldTexts[old];
            }
        }
        first = 0;
    }

    private long[] unrolled(long[] old, int room) {
        var grown = new long[room];
        System.arraycopy(old, first, grown, 0, old.length - first);
        System.arraycopy(old, 0, grown, old.length - first, first);
        return grown;
    }

    /** The place of a sample, from 0 for the oldest. */
    long time(int index) {
        return times[slot(index)];
    }

    /** The source time of a sample. */
    long stamp(int index) {
        return stamps[slot(index)];
    }

    int lane(int index) {
        return lanes[slot(index)];
    }

    byte quality(int index) {
        return qualities[slot(index)];
    }

    /** The index of the newest sample that is not newer than a time, or -1. */
    int atOrBefore(long time) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (times[slot(middle)] <= time) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    /** Adds a sample to a batch, as one of a lane and a source time. */
    void give(int index, int lane, long stamp, Batch out) {
        int slot = slot(index);
        var text = texts == null ? null : texts[slot];
        if (text == null) {
            out.add(lane, stamp, bits[slot], qualities[slot]);
        } else {
            out.addText(lane, stamp, text, qualities[slot]);
        }
    }

    /** Forgets the oldest samples. */
    void remove(int count) {
        if (texts != null) {
            for (int i = 0; i < count; i++) {
                texts[slot(i)] = null;
            }
        }
        first = slot(count);
        size -= count;
    }

    void clear() {
        first = 0;
        size = 0;
        if (texts != null) {
            Arrays.fill(texts, null);
        }
    }

    /** Writes the samples, each with what stands for its lane. */
    void save(DataOutput out, IntUnaryOperator saved) throws IOException {
        out.writeInt(size);
        for (int i = 0; i < size; i++) {
            int slot = slot(i);
            out.writeInt(saved.applyAsInt(lanes[slot]));
            out.writeLong(times[slot]);
            out.writeLong(stamps[slot]);
            out.writeLong(bits[slot]);
            out.writeByte(qualities[slot]);
            SavedText.write(texts == null ? null : texts[slot], out);
        }
    }

    /**
     * Reads what {@link #save} wrote.
     *
     * @param known gives the lane that something stands for, or -1 where there is none any more
     */
    void load(DataInput in, IntUnaryOperator known) throws IOException {
        clear();
        var sample = new Batch(1);
        for (int left = in.readInt(); left > 0; left--) {
            int lane = known.applyAsInt(in.readInt());
            long time = in.readLong();
            long stamp = in.readLong();
            long valueBits = in.readLong();
            byte quality = in.readByte();
            var text = SavedText.read(in);
            sample.begin(0, 0);
            if (text == null) {
                sample.add(lane, stamp, valueBits, quality);
            } else {
                sample.addText(lane, stamp, text, quality);
            }
            if (lane >= 0) {
                add(sample, 0, time);
            }
        }
    }
}
