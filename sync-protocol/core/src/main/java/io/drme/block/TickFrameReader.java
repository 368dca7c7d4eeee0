package io.drme.block;

import io.drme.block.BadBlockException.Why;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.time.Hlc;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the frames of {@link TickFrameWriter} in the order in which they were made, from a key
 * frame on.
 *
 * <p>Confined to its owner.
 */
public final class TickFrameReader {
    private final FrameState state = new FrameState();
    private final ByteSource in = new ByteSource();
    private TagTable table = TagTable.EMPTY;

    /** For each tag since the last key frame its index in {@link #table}. */
    private int[] indexes = {};

    private int[] numbers = {};
    private long[] times = {};
    private byte[] qualities = {};
    private boolean needsKey = true;
    private int ticksLeft;
    private long millis;

    /** Makes a reader that expects a key frame. */
    public TickFrameReader() {}

    /** Whether a payload is a key frame, so that reading can begin with it. */
    public static boolean isKey(ByteBuffer payload) {
        return payload.hasRemaining() && (payload.get(payload.position()) & 1) != 0;
    }

    /**
     * Begins a frame; what was not read of the frame before is skipped, and then a key frame is
     * expected.
     *
     * @param payload the remaining bytes; they are copied, and the position stays where it is
     * @throws BadBlockException where it is damaged, or no key frame came before; the reader then
     *     expects a key frame again
     */
    public void open(ByteBuffer payload) throws BadBlockException {
        needsKey |= ticksLeft > 0;
        ticksLeft = 0;
        if (payload.remaining() > BlockLimits.MAX_FRAME_BYTES) {
            throw new BadBlockException(
                    Why.LIMIT,
                    "a frame of %d bytes exceeds %d"
                            .formatted(payload.remaining(), BlockLimits.MAX_FRAME_BYTES));
        }
        var bytes = new byte[payload.remaining()];
        payload.duplicate().get(bytes);
        boolean whole = false;
        try {
            begin(in.reset(bytes, 0, bytes.length));
            whole = true;
        } finally {
            needsKey |= !whole;
        }
    }

    private void begin(ByteSource frame) throws BadBlockException {
        int head = frame.takeByte();
        if (head >>> 2 != FrameState.FORMAT) {
            throw new BadBlockException(
                    Why.UNSUPPORTED, "frame format %d is not known".formatted(head >>> 2));
        }
        if ((head & 1) != 0) {
            state.clear();
            needsKey = false;
        } else if (needsKey) {
            throw new BadBlockException(
                    Why.MALFORMED, "a frame of changes came where a key frame was expected");
        }
        if ((head & FrameState.ZSTD_FLAG) != 0) {
            int rawLength = frame.takeCount(BlockLimits.MAX_FRAME_BYTES, "a frame's length");
            int length = frame.remaining();
            int at = frame.skip(length);
            var raw = Squeezer.room(rawLength, length);
            Squeezer.expand(frame.array(), at, length, raw, rawLength);
            frame.reset(raw, 0, rawLength);
        }
        ticksLeft = frame.takeCount(frame.remaining(), "the number of ticks");
        millis = 0;
        if (ticksLeft == 0) {
            frame.expectEnd("a frame");
        }
    }

    /**
     * Fills in the next batch of the frame; its tag indexes are those of {@link #table}.
     *
     * @return false at the frame's end; then the batch is left as it was
     * @throws BadBlockException as {@link #open}; the batch is then left in any state
     */
    public boolean next(Batch into) throws BadBlockException {
        if (ticksLeft == 0) {
            return false;
        }
        boolean whole = false;
        try {
            takeTick(into);
            ticksLeft--;
            if (ticksLeft == 0) {
                in.expectEnd("a frame");
            }
            whole = true;
        } finally {
            if (!whole) {
                ticksLeft = 0;
                needsKey = true;
            }
        }
        return true;
    }

    private void takeTick(Batch into) throws BadBlockException {
        int flags = in.takeByte();
        int group = (int) in.takeZigzag();
        millis += in.takeZigzag();
        int counter = in.takeCount(0xFFFF, "the counter of a gateway time");
        if (millis >>> 48 != 0) {
            throw ByteSource.malformed("a gateway time exceeds 48 bits");
        }
        long stamp = Hlc.of(millis, counter);
        into.begin(group, stamp);
        if ((flags & FrameState.OUTCOME_FLAG) != 0) {
            byte outcome = takeQuality();
            if (!Quality.isBad(outcome)) {
                throw ByteSource.malformed("the outcome of a failed poll is not bad");
            }
            into.failed(Quality.reason(outcome));
        }
        if ((flags & FrameState.TAGS_FLAG) != 0) {
            takeTags();
        }
        int count = in.takeCount(in.remaining(), "the samples of a tick");
        if (count > 0) {
            takeSamples(flags, count, Hlc.epochNanos(stamp), into);
        }
    }

    private byte takeQuality() throws BadBlockException {
        byte quality = (byte) in.takeByte();
        if (!Quality.isValid(quality)) {
            throw new BadBlockException(
                    Why.UNSUPPORTED, "no quality has the code " + (quality & 0xFF));
        }
        return quality;
    }

    private void takeTags() throws BadBlockException {
        int count = in.takeCount(TagTable.MAX_TAGS, "the number of new tags");
        List<Tag> added = new ArrayList<>();
        var before = "";
        for (int i = 0; i < count; i++) {
            int shared = in.takeCount(before.length(), "the shared part of a name");
            int length = in.takeCount(TagName.MAX_LENGTH, "the length of a name");
            var rest = new String(in.array(), in.skip(length), length, StandardCharsets.US_ASCII);
            before = before.substring(0, shared) + rest;
            int type = in.takeByte();
            if (!TagName.isValid(before) || type < 1 || type > ValueType.values().length) {
                throw ByteSource.malformed("a new tag has no valid name and type");
            }
            added.add(Tag.of(before, ValueType.ofCode(type)));
        }
        if (table.size() + added.size() > TagTable.MAX_TAGS) {
            throw new BadBlockException(Why.LIMIT, "there are more tags than " + TagTable.MAX_TAGS);
        }
        table = table.with(added);
        int first = state.size();
        indexes =
                first + count > indexes.length
                        ? Arrays.copyOf(indexes, Math.max(first + count, 2 * indexes.length))
                        : indexes;
        for (int i = 0; i < count; i++) {
            indexes[first + i] = table.indexOf(added.get(i).name()).orElseThrow();
            state.add(added.get(i));
        }
    }

    private void takeSamples(int flags, int count, long tickNanos, Batch into)
            throws BadBlockException {
        if (numbers.length < count) {
            numbers = new int[count];
            times = new long[count];
            qualities = new byte[count];
        }
        long before = -1;
        for (int i = 0; i < count; i++) {
            before += in.takeZigzag() + 1;
            if (before < 0 || before >= state.size()) {
                throw ByteSource.malformed("a sample is of a tag that was not named");
            }
            numbers[i] = (int) before;
        }
        boolean sameTimes = (flags & FrameState.TIMES_FLAG) == 0;
        boolean allGood = (flags & FrameState.QUALITIES_FLAG) == 0;
        times[0] = tickNanos + in.takeZigzag();
        for (int i = 1; i < count; i++) {
            times[i] = sameTimes ? times[0] : times[0] + in.takeZigzag();
        }
        for (int i = 0; i < count; i++) {
            qualities[i] = allGood ? Quality.GOOD : takeQuality();
        }
        for (int i = 0; i < count; i++) {
            int tag = indexes[numbers[i]];
            byte quality = qualities[i];
            if (Quality.isBad(quality)) {
                into.add(tag, times[i], 0, quality);
            } else if (state.isText(numbers[i])) {
                into.addText(tag, times[i], state.takeText(numbers[i], in), quality);
            } else {
                into.add(tag, times[i], state.take(numbers[i], in), quality);
            }
        }
    }

    /** The tags met so far, by name and type only; extended by {@link #next}. */
    public TagTable table() {
        return table;
    }
}
