package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The newest sample of each lane, by the lane's own time.
 *
 * <p>A sample that is older than the newest of its lane is late: it is counted and left out. A run
 * of {@link AggregateOperator#MAX_LATE_RUN} means that the device's clock was set back.
 *
 * <p>How old a sample is, is told by the gateway's clock since it came, so that it needs no clock
 * of a device.
 */
final class Latest {
    private static final byte UNUSABLE = Quality.bad(Reason.OUT_OF_RANGE);

    private final List<Lane> lanes;
    private final int mains;
    private final LaneClocks clocks;
    private final long maxAge;
    private final int[] lateRun;
    private final long[] bits;
    private final byte[] qualities;
    private final @Nullable String[] texts;
    private long late;

    /**
     * Begins without samples.
     *
     * @param mains how many of the lanes are those of the step before; the others are beside
     * @param maxAge nanoseconds after which a sample is stale; {@link Long#MAX_VALUE}: never
     */
    Latest(List<Lane> lanes, int mains, long maxAge) {
        this.lanes = lanes;
        this.mains = mains;
        this.clocks = new LaneClocks(lanes.size());
        this.maxAge = maxAge;
        this.lateRun = new int[lanes.size()];
        this.bits = new long[lanes.size()];
        this.qualities = new byte[lanes.size()];
        this.texts = new String[lanes.size()];
    }

    /** Whether nobody watched since the last call; ask before {@link #watch}. */
    boolean wasUnwatched(long now) {
        return clocks.wasUnwatched(now);
    }

    /** Follows gateway time; call it before anything else of a batch or tick. */
    void watch(long now) {
        clocks.watch(now);
    }

    /** Takes a sample; false where it is late. A double that is not finite counts as bad. */
    boolean take(Batch in, int at, long now) {
        int lane = in.tags()[at];
        long time = in.sourceTimes()[at];
        if (!LaneClocks.isTime(time)) {
            late++;
            return false;
        }
        if (time < clocks.newest(lane)) {
            late++;
            if (++lateRun[lane] < AggregateOperator.MAX_LATE_RUN) {
                return false;
            }
        }
        lateRun[lane] = 0;
        clocks.move(lane, time, now);
        bits[lane] = in.bits()[at];
        texts[lane] = in.text(at);
        byte quality = in.qualities()[at];
        boolean usable =
                Quality.isBad(quality)
                        || lanes.get(lane).type() != ValueType.FLOAT64
                        || Double.isFinite(Double.longBitsToDouble(bits[lane]));
        qualities[lane] = usable ? quality : UNUSABLE;
        return true;
    }

    boolean has(int lane) {
        return clocks.newest(lane) != LaneClocks.NONE;
    }

    /** Source time of the newest sample. */
    long time(int lane) {
        return clocks.newest(lane);
    }

    /** When the newest sample is too old, by the lane's clock. */
    long staleTime(int lane) {
        return clocks.newest(lane) + maxAge;
    }

    /** The same by the gateway's clock. */
    long staleAt(int lane) {
        return clocks.seenAt(lane) + maxAge;
    }

    /** The lane's own time at gateway time {@code now}; it has had a sample. */
    long clock(int lane, long now) {
        return clocks.at(lane, now);
    }

    boolean isStale(int lane, long now) {
        return clocks.at(lane, now) - clocks.newest(lane) > maxAge;
    }

    /** The quality at a time: bad, {@code stale} where it is too old or never came. */
    byte quality(int lane, long now) {
        if (!has(lane) || (!Quality.isBad(qualities[lane]) && isStale(lane, now))) {
            return Quality.bad(Reason.STALE);
        }
        return qualities[lane];
    }

    long bits(int lane) {
        return bits[lane];
    }

    /** Adds the newest sample of a lane, with the quality that it has now. */
    void give(int lane, long now, int to, long time, Batch out) {
        byte quality = quality(lane, now);
        var text = texts[lane];
        if (Quality.isBad(quality)) {
            out.add(to, time, 0, quality);
        } else if (text == null) {
            out.add(to, time, bits[lane], quality);
        } else {
            out.addText(to, time, text, quality);
        }
    }

    /** Late samples since ever. */
    long late() {
        return late;
    }

    /** A lane of the step before and one beside may have the same key, so they are apart. */
    void save(DataOutput out) throws IOException {
        clocks.save(out);
        out.writeLong(late);
        LaneStates.save(lanes.subList(0, mains), out, this::saveLane);
        LaneStates.save(
                lanes.subList(mains, lanes.size()), out, (side, o) -> saveLane(mains + side, o));
    }

    void load(DataInput in) throws IOException {
        clocks.load(in);
        late = in.readLong();
        LaneStates.load(lanes.subList(0, mains), in, this::loadLane);
        LaneStates.load(
                lanes.subList(mains, lanes.size()), in, (side, i) -> loadLane(mains + side, i));
    }

    private void saveLane(int lane, DataOutput out) throws IOException {
        clocks.saveLane(lane, out);
        out.writeInt(lateRun[lane]);
        out.writeLong(bits[lane]);
        out.writeByte(qualities[lane]);
        SavedText.write(texts[lane], out);
    }

    private void loadLane(int lane, DataInput in) throws IOException {
        clocks.loadLane(lane, in);
        lateRun[lane] = in.readInt();
        bits[lane] = in.readLong();
        qualities[lane] = in.readByte();
        texts[lane] = SavedText.read(in);
    }
}
