package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says when things happen in an order or number, by source times: samples wait until none that is
 * under way for at most the lateness can come before them, and those of one time are one thing. So
 * results do not depend on the order in which samples come. The clocks of a row's devices must
 * agree.
 *
 * <p>A row knows everything up to a time: the newest of its source times less the lateness. What
 * comes later than that is late: it is counted and left out. When nothing was in time for a minute,
 * the clocks were set back, and the row begins anew.
 */
final class TimedPatternOperator implements Operator {
    private static final long NONE = LaneClocks.NONE;
    private static final byte STALE = Quality.bad(Reason.STALE);
    private static final byte UNUSABLE = Quality.bad(Reason.OUT_OF_RANGE);

    private final PatternPrograms programs;
    private final List<Lane> input;
    private final List<Lane> lanes;
    private final int[][] rowsOf;
    private final boolean[] isReal;
    private final long lateness;
    private final PatternMatches matches;
    private final Row row = new Row();

    /** By row: its newest time, what waits, up to when all is known, when it was last in time. */
    private final LaneClocks clocks;

    private final TimeLine[] waiting;
    private final long[] known;
    private final long[] inTimeAt;
    private long late;

    /** By row and input: the newest that is known. */
    private final int width;

    private final long[] bits;
    private final byte[] qualities;
    private final @Nullable String[] texts;
    private final boolean[] hasMain;
    private final Batch moment = new Batch();

    TimedPatternOperator(Making making, PatternPrograms programs, PatternStep step) {
        int count = programs.count();
        this.programs = programs;
        this.input = making.input();
        this.lanes = programs.results(input);
        this.rowsOf = Beside.rowsOf(programs.rows(), input.size());
        this.isReal = Lane.reals(input);
        this.lateness = step.lateness().toNanos();
        this.matches = new PatternMatches(step, count);
        this.clocks = new LaneClocks(count);
        this.width = step.beside().names().size() + 1;
        this.waiting = new TimeLine[count];
        Arrays.setAll(waiting, _ -> new TimeLine(step.maxWaiting() * width));
        this.known = new long[count];
        this.inTimeAt = new long[count];
        this.bits = new long[count * width];
        this.qualities = new byte[count * width];
        this.texts = new String[count * width];
        this.hasMain = new boolean[count];
        Arrays.fill(known, NONE);
        Arrays.fill(inTimeAt, NONE);
        Arrays.fill(qualities, STALE);
    }

    /** Bytes of a row. */
    static long bytes(int width, int maxWaiting) {
        return (long) width * (maxWaiting * (long) TimeLine.BYTES + 17);
    }

    @Override
    public List<Lane> lanes() {
        return lanes;
    }

    @Override
    public long late() {
        return late;
    }

    @Override
    public void process(Batch in, long now, Batch out) {
        watch(now);
        int size = in.size();
        for (int i = 0; i < size; i++) {
            boolean isLate = !LaneClocks.isTime(in.sourceTimes()[i]);
            if (!isLate) {
                for (int result : rowsOf[in.tags()[i]]) {
                    isLate |= !take(in, i, result, now, out);
                }
            }
            late += isLate ? 1 : 0;
        }
    }

    /** What is known by silence. */
    @Override
    public void tick(long now, Batch out) {
        watch(now);
        for (int result = 0; result < waiting.length; result++) {
            if (clocks.newest(result) != NONE
                    && (waiting[result].size() > 0 || matches.isWaiting(result))) {
                long silent = clocks.at(result, now) - LaneClocks.SILENCE_NANOS;
                knowUntil(result, silent - lateness, out);
            }
        }
    }

    private void watch(long now) {
        if (clocks.wasUnwatched(now)) {
            matches.doubt();
        }
        clocks.watch(now);
    }

    /** Takes a sample of a row; false where it is late. */
    private boolean take(Batch in, int at, int result, long now, Batch out) {
        long time = in.sourceTimes()[at];
        var line = waiting[result];
        if (line.isFull()) {
            knowUntil(result, line.time(0), out);
        }
        if (time <= known[result]) {
            if (now - inTimeAt[result] <= LaneClocks.MAX_UNWATCHED_NANOS) {
                return false;
            }
            startAnew(result, time, out);
        }
        inTimeAt[result] = now;
        if (time >= clocks.newest(result)) {
            clocks.move(result, time, now);
        }
        line.add(in, at, time);
        knowUntil(result, clocks.newest(result) - lateness - 1, out);
        return true;
    }

    private void startAnew(int result, long time, Batch out) {
        knowUntil(result, Long.MAX_VALUE - 1, out);
        matches.forget(result, time, out);
        clocks.begin(result, NONE);
        known[result] = NONE;
    }

    /** Nothing comes any more up to a time: takes what waits, moment by moment. */
    private void knowUntil(int result, long time, Batch out) {
        if (time <= known[result]) {
            return;
        }
        known[result] = time;
        var line = waiting[result];
        while (line.size() > 0 && line.time(0) <= time) {
            long at = line.time(0);
            int count = 0;
            moment.begin(0, 0);
            while (count < line.size() && line.time(count) == at) {
                line.give(count, line.lane(count), at, moment);
                count++;
            }
            line.remove(count);
            see(result, at, out);
        }
        if (time < Long.MAX_VALUE - 1) {
            matches.expire(result, time, out);
        }
    }

    private void see(int result, long time, Batch out) {
        var members = programs.rows()[result];
        for (int i = 0; i < moment.size(); i++) {
            hold(result, members, i);
        }
        if (!hasMain[result]) {
            return;
        }
        var inputs = row.begin();
        for (int i = 0; i < members.length; i++) {
            int slot = result * width + i;
            var text = texts[slot];
            if (text == null) {
                inputs.add(i, time, bits[slot], qualities[slot]);
            } else {
                inputs.addText(i, time, text, qualities[slot]);
            }
        }
        programs.see(matches, result, lanes.get(result).source(), row, time, out);
    }

    /** Holds a sample of the moment; a double that is not finite counts as bad. */
    private void hold(int result, int[] members, int at) {
        int lane = moment.tags()[at];
        byte quality = moment.qualities()[at];
        boolean isBad = Quality.isBad(quality);
        boolean isUsable = isBad || !isReal[lane] || Double.isFinite(moment.doubleAt(at));
        for (int i = 0; i < members.length; i++) {
            if (members[i] == lane) {
                int slot = result * width + i;
                bits[slot] = isBad || !isUsable ? 0 : moment.bits()[at];
                qualities[slot] = isUsable ? quality : UNUSABLE;
                texts[slot] = isBad ? null : moment.text(at);
            }
        }
        hasMain[result] |= members[0] == lane;
    }

    @Override
    public void save(DataOutput out) throws IOException {
        clocks.save(out);
        out.writeLong(late);
        LaneStates.save(lanes, out, this::saveResult);
    }

    /** The inputs go with their keys: one whose type is another now begins anew. */
    private void saveResult(int result, DataOutput out) throws IOException {
        clocks.saveLane(result, out);
        matches.saveResult(result, out);
        out.writeLong(known[result]);
        out.writeLong(inTimeAt[result]);
        out.writeBoolean(hasMain[result]);
        var members = programs.rows()[result];
        for (int i = 0; i < width; i++) {
            int slot = result * width + i;
            out.writeUTF(input.get(members[i]).key());
            out.writeLong(bits[slot]);
            out.writeByte(qualities[slot]);
            SavedText.write(texts[slot], out);
        }
        waiting[result].save(out, lane -> position(members, lane));
    }

    private static int position(int[] members, int lane) {
        int at = 0;
        while (members[at] != lane) {
            at++;
        }
        return at;
    }

    @Override
    public void load(DataInput in) throws IOException {
        clocks.load(in);
        late = in.readLong();
        LaneStates.load(lanes, in, this::loadResult);
    }

    private void loadResult(int result, DataInput in) throws IOException {
        clocks.loadLane(result, in);
        matches.loadResult(result, in);
        known[result] = in.readLong();
        inTimeAt[result] = in.readLong();
        hasMain[result] = in.readBoolean();
        var members = programs.rows()[result];
        var saved = new int[width];
        for (int i = 0; i < width; i++) {
            int slot = result * width + i;
            boolean isSame = input.get(members[i]).key().equals(in.readUTF());
            saved[i] = isSame ? members[i] : -1;
            long savedBits = in.readLong();
            byte quality = in.readByte();
            var text = SavedText.read(in);
            bits[slot] = isSame ? savedBits : 0;
            qualities[slot] = isSame ? quality : STALE;
            texts[slot] = isSame ? text : null;
        }
        waiting[result].load(in, i -> saved[i]);
    }
}
