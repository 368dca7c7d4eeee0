package io.drme.block;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.time.Hlc;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes the payload of the journal's frames: the ticks since the last commit with their samples,
 * values as changes against the frame before. A <em>key</em> frame stands alone; it goes where a
 * segment starts, and after a frame that could not be written.
 *
 * <p>A frame carries nothing but ticks: what else the log wants to commit with them (counters,
 * positions) the log puts beside it in its own frame, as it does with length and checksum.
 *
 * <p>Confined to its owner; nothing is allocated per sample but for texts. {@link #close} frees
 * native memory.
 */
public final class TickFrameWriter implements AutoCloseable {
    private static final int WORST_SAMPLE_BYTES = 40;
    private static final int WORST_TICK_BYTES = 48;
    private static final int WORST_TAG_BYTES = 16;
    private static final int WORST_CHARACTER_BYTES = 3;

    /** A frame is made every second or more often: zstd's fastest level. */
    private static final int ZSTD_LEVEL = 1;

    private static final int SQUEEZE_FROM_BYTES = 128;

    private final TickBuffer ticks = new TickBuffer();
    private final List<Tag> tags = new ArrayList<>();
    private final FrameState state = new FrameState();
    private final Squeezer squeezer = new Squeezer(ZSTD_LEVEL);
    private final ByteSink body = new ByteSink();
    private final ByteSink frame = new ByteSink();
    private TagTable table = TagTable.EMPTY;

    /** For each tag of the table its place in {@link #tags} plus 1, or 0. */
    private int[] places = {};

    /** For each of {@link #tags} the number that frames since the last key call it by, or -1. */
    private int[] numbers = {};

    private int numbered;
    private long nameBytes;
    private long textBytes;
    private boolean mustBeKey = true;

    /** Makes a writer; its first frame is a key frame whatever is asked for. */
    public TickFrameWriter() {}

    /** Adds a tick and its samples to the open frame, which copies them. */
    public void add(Batch batch, TagTable tagTable) {
        if (tagTable != table) {
            changeTable(tagTable);
        }
        ticks.addTick(batch.group(), batch);
        for (int i = 0; i < batch.size(); i++) {
            int tag = batch.tags()[i];
            var type = tagTable.type(tag);
            int id = tag < places.length && places[tag] > 0 ? places[tag] - 1 : newTag(tag);
            ticks.addSample(id, type, batch, i);
            var text = type == ValueType.TEXT ? batch.text(i) : null;
            textBytes += text == null ? 0 : (long) text.length() * WORST_CHARACTER_BYTES;
        }
    }

    /**
     * A table that gives a known index to another tag, or a tag another type, is learnt anew: the
     * reader's table then changes at the same place, also where a tag gets its old type back.
     */
    private void changeTable(TagTable tagTable) {
        int known = Math.min(table.size(), tagTable.size());
        boolean same = tagTable.size() >= table.size();
        for (int i = 0; i < known && same; i++) {
            var before = table.get(i);
            var after = tagTable.get(i);
            same = before.type() == after.type() && before.name().equals(after.name());
        }
        if (!same) {
            Arrays.fill(places, 0);
        }
        table = tagTable;
    }

    private int newTag(int tagIndex) {
        int id = tags.size();
        var tag = table.get(tagIndex);
        tags.add(tag);
        if (tagIndex >= places.length) {
            places = Arrays.copyOf(places, Math.max(table.size(), 64));
        }
        places[tagIndex] = id + 1;
        nameBytes += tag.name().text().length() + WORST_TAG_BYTES;
        if (id >= numbers.length) {
            int old = numbers.length;
            numbers = Arrays.copyOf(numbers, Math.max(64, 2 * old));
            Arrays.fill(numbers, old, numbers.length, -1);
        }
        return id;
    }

    /** How many samples are in the open frame. */
    public int samples() {
        return ticks.samples;
    }

    /** How many ticks are in the open frame. */
    public int ticks() {
        return ticks.ticks;
    }

    /** An upper bound of the open frame's length, in bytes, were it a key frame. */
    public int maxFrameBytes() {
        long worst =
                64
                        + nameBytes
                        + textBytes
                        + (long) ticks.samples * WORST_SAMPLE_BYTES
                        + (long) ticks.ticks * WORST_TICK_BYTES;
        return (int) Math.min(worst, Integer.MAX_VALUE);
    }

    /**
     * Closes the frame and begins the next one. An empty frame is allowed.
     *
     * @param key whether the frame must stand alone
     * @return the payload, valid until the next call
     */
    public ByteBuffer finish(boolean key) {
        boolean isKey = key || mustBeKey;
        if (isKey) {
            Arrays.fill(numbers, -1);
            numbered = 0;
            state.clear();
        }
        body.clear();
        body.putVarint(ticks.ticks);
        long millis = 0;
        for (int tick = 0; tick < ticks.ticks; tick++) {
            putTick(tick, millis);
            millis = Hlc.millis(ticks.gatewayTimes[tick]);
        }
        mustBeKey = false;
        ticks.clear();
        textBytes = 0;
        return wrap(isKey);
    }

    private ByteBuffer wrap(boolean isKey) {
        frame.clear();
        boolean squeezed =
                body.length() >= SQUEEZE_FROM_BYTES
                        && squeezer.squeeze(body.array(), 0, body.length());
        frame.putByte(
                FrameState.FORMAT << 2 | (squeezed ? FrameState.ZSTD_FLAG : 0) | (isKey ? 1 : 0));
        if (squeezed) {
            frame.putVarint(body.length());
            frame.putBytes(squeezer.result(), 0, squeezer.resultLength());
        } else {
            frame.putAll(body);
        }
        return ByteBuffer.wrap(frame.array(), 0, frame.length());
    }

    private void putTick(int tick, long millisBefore) {
        int from = ticks.starts[tick];
        int to = ticks.endOf(tick);
        int firstNew = numbered;
        boolean sameTimes = true;
        boolean allGood = true;
        for (int i = from; i < to; i++) {
            int id = ticks.ids[i];
            if (numbers[id] < 0) {
                numbers[id] = numbered++;
                state.add(tags.get(id));
            }
            sameTimes &= ticks.sourceTimes[i] == ticks.sourceTimes[from];
            allGood &= ticks.qualities[i] == Quality.GOOD;
        }
        byte outcome = ticks.outcomes[tick];
        body.putByte(
                (outcome != Quality.GOOD ? FrameState.OUTCOME_FLAG : 0)
                        | (numbered > firstNew ? FrameState.TAGS_FLAG : 0)
                        | (sameTimes ? 0 : FrameState.TIMES_FLAG)
                        | (allGood ? 0 : FrameState.QUALITIES_FLAG));
        body.putZigzag(ticks.groups[tick]);
        long stamp = ticks.gatewayTimes[tick];
        body.putZigzag(Hlc.millis(stamp) - millisBefore);
        body.putVarint(Hlc.counter(stamp));
        if (outcome != Quality.GOOD) {
            body.putByte(outcome);
        }
        if (numbered > firstNew) {
            putTags(firstNew);
        }
        body.putVarint(to - from);
        if (to > from) {
            putSamples(from, to, sameTimes, allGood, Hlc.epochNanos(stamp));
        }
    }

    private void putTags(int firstNew) {
        body.putVarint(numbered - firstNew);
        var before = "";
        for (int i = firstNew; i < numbered; i++) {
            var name = state.tag(i).name().text();
            int shared = 0;
            int limit = Math.min(before.length(), name.length());
            while (shared < limit && before.charAt(shared) == name.charAt(shared)) {
                shared++;
            }
            var rest = name.substring(shared).getBytes(StandardCharsets.US_ASCII);
            body.putVarint(shared);
            body.putVarint(rest.length);
            body.putBytes(rest, 0, rest.length);
            body.putByte(state.tag(i).type().code());
            before = name;
        }
    }

    private void putSamples(int from, int to, boolean sameTimes, boolean allGood, long tickNanos) {
        int before = -1;
        for (int i = from; i < to; i++) {
            int number = numbers[ticks.ids[i]];
            body.putZigzag((long) number - before - 1);
            before = number;
        }
        long first = ticks.sourceTimes[from];
        body.putZigzag(first - tickNanos);
        for (int i = from + 1; i < to && !sameTimes; i++) {
            body.putZigzag(ticks.sourceTimes[i] - first);
        }
        for (int i = from; i < to && !allGood; i++) {
            body.putByte(ticks.qualities[i]);
        }
        for (int i = from; i < to; i++) {
            if (!Quality.isBad(ticks.qualities[i])) {
                state.put(numbers[ticks.ids[i]], ticks.bits[i], ticks.textAt(i), body);
            }
        }
    }

    /** Makes the next frame a key frame: call it when the last one did not reach the disk. */
    public void forget() {
        mustBeKey = true;
    }

    /** Drops the open frame's ticks, which were not committed and shall not be. */
    public void clear() {
        ticks.clear();
        textBytes = 0;
    }

    @Override
    public void close() {
        squeezer.close();
    }
}
