package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import io.drme.stream.LaneOrder.Arrival;
import io.drme.stream.ResampleStep.Fill;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The value of each tag at regular times: that of the sample before, or on the line from it to the
 * next. Where there is none the first point says so, and the others of that run are left out.
 *
 * <p>A point is given once a sample is as new, by {@code hold} in silence too. So each point is
 * given at most once, and in order.
 */
final class ResampleOperator extends OneByOneOperator {
    private static final byte UNCERTAIN = Quality.uncertain(Reason.INPUT_NOT_GOOD);
    private static final byte STALE = Quality.bad(Reason.STALE);
    private static final byte UNUSABLE = Quality.bad(Reason.OUT_OF_RANGE);
    private static final long NONE = LaneClocks.NONE;

    private final boolean[] isReal;
    private final boolean isLine;
    private final long every;
    private final long[] maxAge;

    /** The next point, and the sample before it with the time until which it is good. */
    private final long[] next;

    private final long[] since;
    private final long[] goodUntil;
    private final long[] bits;
    private final byte[] qualities;
    private final @Nullable String[] texts;
    private final boolean[] saidBad;

    ResampleOperator(List<Lane> input, ResampleStep step) {
        super(input, drawn(input, step));
        this.isLine = step.fill() == Fill.LINEAR;
        this.every = step.every().toNanos();
        int count = input.size();
        this.isReal = Lane.reals(input);
        this.maxAge = new long[count];
        for (int i = 0; i < count; i++) {
            var lane = input.get(i);
            long usual = lane.held() && !isLine ? LaneClocks.MAX_TIME_NANOS : 10 * every;
            maxAge[i] = step.maxAge().map(d -> d.toNanos()).orElse(usual);
        }
        this.next = new long[count];
        Arrays.fill(next, NONE);
        this.since = new long[count];
        this.goodUntil = new long[count];
        this.bits = new long[count];
        this.qualities = new byte[count];
        this.texts = new String[count];
        this.saidBad = new boolean[count];
    }

    /** What leaves it: a point between two samples is a real number. */
    private static List<Lane> drawn(List<Lane> input, ResampleStep step) {
        return step.fill() == Fill.LINEAR
                ? input.stream().map(l -> l.of(ValueType.FLOAT64)).toList()
                : input;
    }

    @Override
    public void tick(long now, Batch out) {
        watch(now);
        for (int lane = 0; lane < next.length; lane++) {
            if (next[lane] != NONE) {
                long clock = order.silentUntil(lane, now);
                if (!isLine) {
                    hold(lane, clock, out);
                } else if (clock > goodUntil[lane]) {
                    leaveOut(lane, clock, STALE, out);
                }
            }
        }
    }

    /** Nothing is held over a time that nobody watched. */
    @Override
    void watch(long now) {
        if (order.wasUnwatched(now)) {
            for (int lane = 0; lane < next.length; lane++) {
                if (next[lane] != NONE) {
                    goodUntil[lane] = Math.min(goodUntil[lane], order.watchedTime(lane));
                }
            }
        }
        order.watch(now);
    }

    private Arrival arrive(int lane, long sourceTime, long now) {
        if (next[lane] == NONE) {
            return order.take(lane, sourceTime, now);
        }
        long expected = order.time(lane, now);
        long given = next[lane] - every;
        // Where silence ran far ahead of the device, its samples are late until it is begun anew.
        long least = Math.max(order.newest(lane), given - LaneClocks.MAX_UNWATCHED_NANOS);
        boolean ranOn = order.newest(lane) < given;
        var arrival = order.take(lane, sourceTime, least, now);
        if (arrival == Arrival.IN_ORDER && ranOn && sourceTime <= given) {
            order.countLate();
        }
        boolean isJump = sourceTime - expected > LaneClocks.MAX_UNWATCHED_NANOS;
        if (arrival == Arrival.IN_ORDER && isJump) {
            goodUntil[lane] = Math.min(goodUntil[lane], expected);
        }
        return arrival;
    }

    @Override
    void accept(Batch in, int at, int lane, long now, Batch out) {
        long time = in.sourceTimes()[at];
        var arrival = arrive(lane, time, now);
        if (arrival == Arrival.LATE) {
            return;
        }
        if (next[lane] == NONE || arrival == Arrival.ANEW) {
            next[lane] = Math.ceilDiv(time, every) * every;
            saidBad[lane] = false;
        } else {
            fill(in, at, lane, time, out);
        }
        take(in, at, lane, time);
        if (next[lane] == time) {
            give(lane, time, bits[lane], texts[lane], out);
        }
    }

    /** Gives the points before a sample. */
    private void fill(Batch in, int at, int lane, long time, Batch out) {
        if (!isLine) {
            hold(lane, time - 1, out);
        } else if (next[lane] < time) {
            byte quality = usable(in, at, lane);
            if (Quality.isBad(qualities[lane]) || Quality.isBad(quality)) {
                leaveOut(lane, time - 1, Quality.isBad(quality) ? quality : qualities[lane], out);
            } else if (time > goodUntil[lane]) {
                leaveOut(lane, time - 1, STALE, out);
            } else {
                draw(lane, time, real(lane, in.bits()[at]), quality, out);
            }
        }
    }

    private byte usable(Batch in, int at, int lane) {
        byte quality = in.qualities()[at];
        boolean isFinite = !isReal[lane] || Double.isFinite(in.doubleAt(at));
        return isFinite || Quality.isBad(quality) ? quality : UNUSABLE;
    }

    private double real(int lane, long value) {
        return isReal[lane] ? Double.longBitsToDouble(value) : (double) value;
    }

    private void take(Batch in, int at, int lane, long time) {
        since[lane] = time;
        goodUntil[lane] = time + Math.min(maxAge[lane], LaneClocks.MAX_TIME_NANOS);
        bits[lane] = in.bits()[at];
        qualities[lane] = usable(in, at, lane);
        texts[lane] = in.text(at);
        if (isLine) {
            bits[lane] = Double.doubleToRawLongBits(real(lane, bits[lane]));
        }
    }

    /** Gives the points up to a time by the value that is held. */
    private void hold(int lane, long clock, Batch out) {
        while (next[lane] <= Math.min(clock, goodUntil[lane])) {
            if (Quality.isBad(qualities[lane])) {
                leaveOut(lane, Math.min(clock, goodUntil[lane]), qualities[lane], out);
            } else {
                give(lane, next[lane], bits[lane], texts[lane], out);
            }
        }
        if (next[lane] <= clock) {
            leaveOut(lane, clock, Quality.isBad(qualities[lane]) ? qualities[lane] : STALE, out);
        }
    }

    private void draw(int lane, long time, double value, byte quality, Batch out) {
        double from = Double.longBitsToDouble(bits[lane]);
        boolean isSound = Quality.isGood(quality) && Quality.isGood(qualities[lane]);
        while (next[lane] < time) {
            double way = (double) (next[lane] - since[lane]) / (time - since[lane]);
            double point = from * (1 - way) + value * way;
            out.addDouble(lane, next[lane], point, isSound ? Quality.GOOD : UNCERTAIN);
            saidBad[lane] = false;
            next[lane] += every;
        }
    }

    private void give(int lane, long time, long value, @Nullable String text, Batch out) {
        byte quality = qualities[lane];
        if (Quality.isBad(quality)) {
            leaveOut(lane, time, quality, out);
            return;
        }
        if (text == null) {
            out.add(lane, time, value, quality);
        } else {
            out.addText(lane, time, text, quality);
        }
        saidBad[lane] = false;
        next[lane] = time + every;
    }

    /** Says once that there is nothing, and goes on behind a time. */
    private void leaveOut(int lane, long clock, byte quality, Batch out) {
        if (next[lane] > clock) {
            return;
        }
        if (!saidBad[lane]) {
            out.add(lane, next[lane], 0, quality);
        }
        saidBad[lane] = true;
        next[lane] = (clock / every + 1) * every;
    }

    @Override
    void saveLane(int lane, DataOutput out) throws IOException {
        out.writeLong(next[lane]);
        out.writeLong(since[lane]);
        out.writeLong(goodUntil[lane]);
        out.writeLong(bits[lane]);
        out.writeByte(qualities[lane]);
        out.writeBoolean(saidBad[lane]);
        SavedText.write(texts[lane], out);
    }

    @Override
    void loadLane(int lane, DataInput in) throws IOException {
        next[lane] = in.readLong();
        since[lane] = in.readLong();
        goodUntil[lane] = in.readLong();
        bits[lane] = in.readLong();
        qualities[lane] = in.readByte();
        saidBad[lane] = in.readBoolean();
        texts[lane] = SavedText.read(in);
    }
}
