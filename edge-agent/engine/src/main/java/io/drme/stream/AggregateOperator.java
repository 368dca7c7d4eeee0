package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tumbling and sliding windows by source time, each tag on its own clock.
 *
 * <p><b>Time.</b> A window ends when a sample of the same tag is as new as its end. In silence the
 * tag's clock goes on with gateway time from its newest sample, so a device whose clock is an hour
 * off is no special case.
 *
 * <p><b>Late samples</b>, whose pane has been closed, are counted and left out. A run of {@link
 * #MAX_LATE_RUN} means that the device's clock was set back: the tag begins anew there.
 *
 * <p><b>Held tags</b>: a deadband drops repeats, so a value is true until the next one, and silence
 * is a flat line. Averages are then weighted by time. A bad sample is held as well. Nothing is held
 * over a time that nobody watched ({@link LaneClocks#MAX_UNWATCHED_NANOS}).
 */
final class AggregateOperator implements Operator {
    /** So many late samples of a tag in a row are no stragglers. */
    static final int MAX_LATE_RUN = 16;

    private static final long NONE = LaneClocks.NONE;
    private static final byte UNUSABLE = Quality.bad(Reason.INPUT_NOT_GOOD);
    private static final byte RESULTS = 0;
    private static final byte SAID_STALE = 1;
    private static final byte SAID_BAD = 2;

    private final List<Lane> input;
    private final List<Lane> lanes;
    private final WindowFunction[] functions;
    private final boolean[] holds;

    /** Those whose value counts by time, because it holds or because a function says so. */
    private final boolean[] tracks;

    private final boolean[] isReal;
    private final long every;
    private final long panesPerWindow;
    private final long lateness;
    private final Panes panes;
    private final PaneRows rows;
    private final SlidingPanes sliding;

    private final LaneClocks clocks;
    private long late;

    /** The pane that was asked for last, and when it begins; other tags are in it as well. */
    private long recentPane;

    private long recentStart;
    private final long[] open;
    private final long[] newestPane;
    private final int[] lateRun;
    private final byte[] said;
    private final long[] heldSince;
    private final long[] heldBits;
    private final byte[] heldQuality;
    private final @Nullable String[] heldTexts;

    AggregateOperator(List<Lane> input, AggregateStep step, Windows.Time windows) {
        this.input = input;
        this.functions = step.functions().toArray(WindowFunction[]::new);
        this.lanes = step.results(input);
        this.every = windows.every().toNanos();
        this.panesPerWindow = windows.panes();
        this.lateness = step.lateness().toNanos();
        this.panes = new Panes(input, step);
        this.rows = panes.rows();
        this.sliding = new SlidingPanes(panes, windows.panes(), step.preparesPanes());
        int count = input.size();
        this.holds = new boolean[count];
        this.tracks = new boolean[count];
        this.isReal = new boolean[count];
        for (int i = 0; i < count; i++) {
            holds[i] = step.hold().orElse(input.get(i).held());
            tracks[i] = holds[i] || step.functions().stream().anyMatch(WindowFunction::isTimed);
            isReal[i] = input.get(i).type() == ValueType.FLOAT64;
        }
        this.open = filled(count);
        this.clocks = new LaneClocks(count);
        this.newestPane = filled(count);
        this.heldSince = filled(count);
        this.lateRun = new int[count];
        this.said = new byte[count];
        this.heldBits = new long[count];
        this.heldQuality = new byte[count];
        this.heldTexts = new String[count];
    }

    private static long[] filled(int count) {
        var array = new long[count];
        Arrays.fill(array, NONE);
        return array;
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
            accept(in, i, in.tags()[i], now, out);
        }
    }

    @Override
    public void tick(long now, Batch out) {
        watch(now);
        for (int lane = 0; lane < open.length; lane++) {
            if (open[lane] != NONE) {
                advance(lane, clocks.at(lane, now) - LaneClocks.SILENCE_NANOS, out);
            }
        }
    }

    /** Follows gateway time, also where it was set back or stood still while we did not run. */
    private void watch(long now) {
        if (clocks.wasUnwatched(now)) {
            for (int lane = 0; lane < heldSince.length; lane++) {
                if (heldSince[lane] != NONE) {
                    letGo(lane, clocks.at(lane, clocks.watchedAt()));
                }
            }
        }
        clocks.watch(now);
    }

    private void accept(Batch in, int at, int lane, long now, Batch out) {
        long time = in.sourceTimes()[at];
        if (!LaneClocks.isTime(time)) {
            late++;
            return;
        }
        if (open[lane] == NONE) {
            begin(lane, time);
        }
        long pane = paneOf(time);
        if (pane < open[lane] || (tracks[lane] && time < clocks.newest(lane))) {
            late++;
            if (++lateRun[lane] < MAX_LATE_RUN) {
                return;
            }
            startAnew(lane, time, out);
        }
        lateRun[lane] = 0;
        if (time >= clocks.newest(lane)) {
            moveClock(lane, time, now);
            advance(lane, time, out);
        }
        add(in, at, lane, time, pane);
    }

    private void begin(int lane, long time) {
        open[lane] = time / every;
        clocks.begin(lane, time);
        newestPane[lane] = NONE;
    }

    private void startAnew(int lane, long time, Batch out) {
        panes.spoil(rows.slot(lane, open[lane]));
        close(lane, out);
        rows.clear(lane);
        sliding.forget(lane);
        heldSince[lane] = NONE;
        begin(lane, time);
    }

    private long paneOf(long time) {
        if (time < recentStart || time >= recentStart + every) {
            recentPane = time / every;
            recentStart = recentPane * every;
        }
        return recentPane;
    }

    private void moveClock(int lane, long time, long now) {
        if (heldSince[lane] != NONE) {
            long expected = clocks.at(lane, now);
            if (time - expected > LaneClocks.MAX_UNWATCHED_NANOS) {
                letGo(lane, expected);
            }
        }
        clocks.move(lane, time, now);
    }

    private void add(Batch in, int at, int lane, long time, long pane) {
        int slot = rows.slot(lane, pane);
        long bits = in.bits()[at];
        byte quality = in.qualities()[at];
        boolean usable =
                !Quality.isBad(quality)
                        && (!isReal[lane] || Double.isFinite(Double.longBitsToDouble(bits)));
        if (!usable || !Quality.isGood(quality)) {
            panes.spoil(slot);
        }
        newestPane[lane] = Math.max(newestPane[lane], pane);
        if (tracks[lane]) {
            settle(lane, time);
            heldSince[lane] = time;
            heldBits[lane] = bits;
            heldQuality[lane] = usable ? quality : UNUSABLE;
            heldTexts[lane] = in.text(at);
        }
        if (usable) {
            panes.see(lane, slot, time, bits, in.text(at));
            panes.count(lane, slot, bits);
            if (!holds[lane]) {
                panes.weigh(lane, slot, bits, 1);
            }
        }
    }

    /** Lets the held value count up to a time, pane by pane. */
    private void settle(int lane, long until) {
        while (heldSince[lane] != NONE && heldSince[lane] < until) {
            long from = heldSince[lane];
            long pane = paneOf(from);
            long to = Math.min(until, (pane + 1) * every);
            int slot = rows.slot(lane, pane);
            if (!Quality.isGood(heldQuality[lane])) {
                panes.spoil(slot);
            }
            if (!Quality.isBad(heldQuality[lane])) {
                panes.elapse(lane, slot, heldBits[lane], to - from);
                if (holds[lane]) {
                    panes.see(lane, slot, from, heldBits[lane], heldTexts[lane]);
                    panes.weigh(lane, slot, heldBits[lane], (double) (to - from));
                }
            }
            newestPane[lane] = Math.max(newestPane[lane], pane);
            heldSince[lane] = to;
        }
    }

    /**
     * Holds the value no longer than to a time, and not beyond the pane that a ring has room for.
     */
    private void letGo(int lane, long until) {
        settle(lane, Math.min(until, (open[lane] + 1) * every));
        heldSince[lane] = NONE;
    }

    /** Closes every pane that ended, {@code lateness} ago, by the tag's clock. */
    private void advance(int lane, long clock, Batch out) {
        long closed = clock - lateness;
        while ((open[lane] + 1) * every <= closed) {
            boolean holding = heldSince[lane] != NONE;
            if (!holding && newestPane[lane] <= open[lane] - panesPerWindow) {
                int _ = panes.gather();
                emit(lane, (open[lane] + 1) * every, out);
                sliding.forget(lane);
                open[lane] = closed / every;
            } else {
                close(lane, out);
            }
        }
    }

    private void close(int lane, Batch out) {
        long pane = open[lane];
        settle(lane, (pane + 1) * every);
        sliding.gather(lane, pane);
        emit(lane, (pane + 1) * every, out);
        sliding.leave(lane, pane);
        open[lane] = pane + 1;
    }

    /** Of a run of windows without a value only the first gives a result. */
    private void emit(int lane, long time, Batch out) {
        byte saying = panes.hasResult() ? RESULTS : panes.isSpoilt() ? SAID_BAD : SAID_STALE;
        if (saying != RESULTS && saying == said[lane]) {
            return;
        }
        said[lane] = saying;
        for (int f = 0; f < functions.length; f++) {
            panes.emit(functions[f], lane, lane * functions.length + f, time, out);
        }
    }

    @Override
    public void save(DataOutput out) throws IOException {
        clocks.save(out);
        out.writeLong(late);
        LaneStates.save(input, out, this::saveLane);
    }

    private void saveLane(int lane, DataOutput out) throws IOException {
        out.writeLong(open[lane]);
        clocks.saveLane(lane, out);
        out.writeLong(newestPane[lane]);
        out.writeInt(lateRun[lane]);
        out.writeByte(said[lane]);
        out.writeLong(heldSince[lane]);
        out.writeLong(heldBits[lane]);
        out.writeByte(heldQuality[lane]);
        var text = heldTexts[lane];
        out.writeUTF(text == null ? "" : text);
        sliding.save(lane, out);
    }

    @Override
    public void load(DataInput in) throws IOException {
        clocks.load(in);
        late = in.readLong();
        LaneStates.load(input, in, this::loadLane);
    }

    private void loadLane(int lane, DataInput in) throws IOException {
        open[lane] = in.readLong();
        clocks.loadLane(lane, in);
        newestPane[lane] = in.readLong();
        lateRun[lane] = in.readInt();
        said[lane] = in.readByte();
        heldSince[lane] = in.readLong();
        heldBits[lane] = in.readLong();
        heldQuality[lane] = in.readByte();
        var text = in.readUTF();
        heldTexts[lane] = input.get(lane).type() == ValueType.TEXT ? text : null;
        sliding.load(lane, in);
    }
}
