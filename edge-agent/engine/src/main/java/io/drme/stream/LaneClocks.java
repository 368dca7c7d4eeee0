package io.drme.stream;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The time of each lane: its newest source time, and in silence what has passed on the gateway
 * since. So a device whose clock is an hour off is no special case, and a gateway whose clock is
 * set back does not stop time.
 */
final class LaneClocks {
    /** How long a tag may be silent beyond an end before the end counts: a second. */
    static final long SILENCE_NANOS = 1_000_000_000L;

    /**
     * The longest time between two calls that somebody watched: ticks come every second, so after a
     * minute without one the gateway was down, or its clock stepped.
     */
    static final long MAX_UNWATCHED_NANOS = 60_000_000_000L;

    /** Source times from 1970 to 2116 count; others are late. */
    static final long MAX_TIME_NANOS = 1L << 62;

    /** No time. */
    static final long NONE = Long.MIN_VALUE;

    private final long[] newest;
    private final long[] seenAt;
    private long watchedAt = NONE;

    LaneClocks(int lanes) {
        newest = new long[lanes];
        seenAt = new long[lanes];
        Arrays.fill(newest, NONE);
        Arrays.fill(seenAt, NONE);
    }

    static boolean isTime(long sourceTime) {
        return sourceTime >= 0 && sourceTime <= MAX_TIME_NANOS;
    }

    /** Whether nobody watched between the last call and {@code now}; ask before {@link #watch}. */
    boolean wasUnwatched(long now) {
        return watchedAt != NONE && now - watchedAt > MAX_UNWATCHED_NANOS;
    }

    /** Follows gateway time, also where it was set back. */
    void watch(long now) {
        if (watchedAt != NONE && now < watchedAt) {
            long back = watchedAt - now;
            for (int lane = 0; lane < seenAt.length; lane++) {
                seenAt[lane] -= seenAt[lane] == NONE ? 0 : back;
            }
        }
        watchedAt = now;
    }

    /** When gateway time was followed last, or {@link #NONE}. */
    long watchedAt() {
        return watchedAt;
    }

    /** Says that a lane has a sample of a source time; it is the lane's time from now on. */
    void move(int lane, long sourceTime, long now) {
        newest[lane] = sourceTime;
        seenAt[lane] = now;
    }

    /** Begins a lane at a source time, without having seen when that was. */
    void begin(int lane, long sourceTime) {
        newest[lane] = sourceTime;
    }

    /** The newest source time of a lane, or {@link #NONE}. */
    long newest(int lane) {
        return newest[lane];
    }

    /** The lane's own time at gateway time {@code now}; it has had a sample. */
    long at(int lane, long now) {
        return newest[lane] + Math.max(0, now - seenAt[lane]);
    }

    void save(DataOutput out) throws IOException {
        out.writeLong(watchedAt);
    }

    void load(DataInput in) throws IOException {
        watchedAt = in.readLong();
    }

    void saveLane(int lane, DataOutput out) throws IOException {
        out.writeLong(newest[lane]);
        out.writeLong(seenAt[lane]);
    }

    void loadLane(int lane, DataInput in) throws IOException {
        newest[lane] = in.readLong();
        seenAt[lane] = in.readLong();
    }
}
