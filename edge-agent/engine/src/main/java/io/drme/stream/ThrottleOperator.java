package io.drme.stream;

import io.drme.model.Batch;
import io.drme.stream.LaneOrder.Arrival;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Passes a sample once enough time has gone by since the last one passed. The newest that was left
 * out passes when the time is over and no other came, so the last value is never lost. A sample
 * whose quality is another passes at once.
 */
final class ThrottleOperator extends OneByOneOperator {
    private final long every;
    private final boolean[] begun;
    private final long[] passedAt;
    private final byte[] passedQuality;
    private final boolean[] waits;
    private final long[] times;
    private final long[] bits;
    private final byte[] qualities;
    private final @Nullable String[] texts;

    ThrottleOperator(List<Lane> lanes, ThrottleStep step) {
        super(lanes, lanes);
        this.every = step.every().toNanos();
        int count = lanes.size();
        this.begun = new boolean[count];
        this.passedAt = new long[count];
        this.passedQuality = new byte[count];
        this.waits = new boolean[count];
        this.times = new long[count];
        this.bits = new long[count];
        this.qualities = new byte[count];
        this.texts = new String[count];
    }

    @Override
    void accept(Batch in, int at, int lane, long now, Batch out) {
        long time = in.sourceTimes()[at];
        var arrival = order.take(lane, time, now);
        if (arrival == Arrival.LATE) {
            return;
        }
        byte quality = in.qualities()[at];
        boolean passes =
                !begun[lane]
                        || arrival == Arrival.ANEW
                        || time - passedAt[lane] >= every
                        || quality != passedQuality[lane];
        times[lane] = time;
        bits[lane] = in.bits()[at];
        qualities[lane] = quality;
        texts[lane] = in.text(at);
        waits[lane] = !passes;
        if (passes) {
            pass(lane, out);
        }
    }

    private void pass(int lane, Batch out) {
        begun[lane] = true;
        passedAt[lane] = times[lane];
        passedQuality[lane] = qualities[lane];
        waits[lane] = false;
        var text = texts[lane];
        if (text == null) {
            out.add(lane, times[lane], bits[lane], qualities[lane]);
        } else {
            out.addText(lane, times[lane], text, qualities[lane]);
        }
    }

    @Override
    public void tick(long now, Batch out) {
        order.watch(now);
        for (int lane = 0; lane < waits.length; lane++) {
            if (waits[lane] && order.silentUntil(lane, now) >= passedAt[lane] + every) {
                pass(lane, out);
            }
        }
    }

    @Override
    void saveLane(int lane, DataOutput out) throws IOException {
        out.writeBoolean(begun[lane]);
        out.writeLong(passedAt[lane]);
        out.writeByte(passedQuality[lane]);
        out.writeBoolean(waits[lane]);
        out.writeLong(times[lane]);
        out.writeLong(bits[lane]);
        out.writeByte(qualities[lane]);
        SavedText.write(texts[lane], out);
    }

    @Override
    void loadLane(int lane, DataInput in) throws IOException {
        begun[lane] = in.readBoolean();
        passedAt[lane] = in.readLong();
        passedQuality[lane] = in.readByte();
        waits[lane] = in.readBoolean();
        times[lane] = in.readLong();
        bits[lane] = in.readLong();
        qualities[lane] = in.readByte();
        texts[lane] = SavedText.read(in);
    }
}
