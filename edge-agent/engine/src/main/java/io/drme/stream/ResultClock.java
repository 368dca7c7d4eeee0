package io.drme.stream;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The times of results that come of several inputs. They are on the main input's clock: a sample of
 * another input counts at its own source time if that lies between the main input's newest and what
 * its clock says now, or else at the nearer of the two. They do not go back, unless the main
 * input's clock was set back.
 */
final class ResultClock {
    private static final long NONE = LaneClocks.NONE;

    private final Latest latest;
    private final long[] mainTime;
    private final long[] newest;

    ResultClock(Latest latest, int results) {
        this.latest = latest;
        this.mainTime = new long[results];
        this.newest = new long[results];
        Arrays.fill(mainTime, NONE);
        Arrays.fill(newest, NONE);
    }

    /** The time of a result that a sample of a lane causes; both lanes have one. */
    long move(int result, int main, int lane, long now) {
        long since = latest.time(main);
        boolean wentBack = since < mainTime[result];
        mainTime[result] = since;
        long time = Math.clamp(latest.time(lane), since, latest.clock(main, now));
        newest[result] = wentBack ? time : Math.max(time, newest[result]);
        return newest[result];
    }

    /** The time of a result that silence causes. */
    long move(int result, long time) {
        newest[result] = Math.max(time, newest[result]);
        return newest[result];
    }

    /** The newest of its times, or {@link LaneClocks#NONE}. */
    long newest(int result) {
        return newest[result];
    }

    void saveResult(int result, DataOutput out) throws IOException {
        out.writeLong(mainTime[result]);
        out.writeLong(newest[result]);
    }

    void loadResult(int result, DataInput in) throws IOException {
        mainTime[result] = in.readLong();
        newest[result] = in.readLong();
    }
}
