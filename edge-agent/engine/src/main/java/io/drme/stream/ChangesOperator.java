package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.ValueType;
import io.drme.stream.LaneOrder.Arrival;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Passes a sample that differs from the last one passed: in its quality, or in its value by more
 * than a width. A number that is none differs from each other, and from none of its kind.
 */
final class ChangesOperator extends OneByOneOperator {
    private final ValueType[] types;
    private final double by;
    private final long atLeast;
    private final boolean[] begun;
    private final long[] passedAt;
    private final long[] bits;
    private final byte[] qualities;
    private final @Nullable String[] texts;

    ChangesOperator(List<Lane> input, ChangesStep step) {
        // What is left out is the same, so a value is true until the next one.
        super(input, input.stream().map(Lane::asHeld).toList());
        this.types = input.stream().map(Lane::type).toArray(ValueType[]::new);
        this.by = step.by();
        this.atLeast = step.atLeast().map(d -> d.toNanos()).orElse(Long.MAX_VALUE);
        int count = input.size();
        this.begun = new boolean[count];
        this.passedAt = new long[count];
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
        boolean isNew =
                !begun[lane]
                        || arrival == Arrival.ANEW
                        || time - passedAt[lane] >= atLeast
                        || differs(in, at, lane);
        if (isNew) {
            begun[lane] = true;
            passedAt[lane] = time;
            bits[lane] = in.bits()[at];
            qualities[lane] = in.qualities()[at];
            texts[lane] = in.text(at);
            out.addFrom(in, at);
        }
    }

    private boolean differs(Batch in, int at, int lane) {
        byte quality = in.qualities()[at];
        if (quality != qualities[lane] || Quality.isBad(quality)) {
            return quality != qualities[lane];
        }
        long value = in.bits()[at];
        return switch (types[lane]) {
            case TEXT -> !Objects.equals(in.text(at), texts[lane]);
            case BOOLEAN -> value != bits[lane];
            case INT64 ->
                    value != bits[lane]
                            && (by == 0 || Math.abs(RateOperator.less(value, bits[lane])) > by);
            case FLOAT64 ->
                    differs(Double.longBitsToDouble(value), Double.longBitsToDouble(bits[lane]));
        };
    }

    private boolean differs(double value, double before) {
        boolean areNumbers = Double.isFinite(value) && Double.isFinite(before);
        return areNumbers
                ? value != before && Math.abs(value - before) > by
                : Double.compare(value, before) != 0;
    }

    @Override
    void saveLane(int lane, DataOutput out) throws IOException {
        out.writeBoolean(begun[lane]);
        out.writeLong(passedAt[lane]);
        out.writeLong(bits[lane]);
        out.writeByte(qualities[lane]);
        SavedText.write(texts[lane], out);
    }

    @Override
    void loadLane(int lane, DataInput in) throws IOException {
        begun[lane] = in.readBoolean();
        passedAt[lane] = in.readLong();
        bits[lane] = in.readLong();
        qualities[lane] = in.readByte();
        texts[lane] = SavedText.read(in);
    }
}
