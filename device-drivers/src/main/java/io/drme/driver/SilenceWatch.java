package io.drme.driver;

import io.drme.model.Batch;
import io.drme.model.Reason;
import java.util.Arrays;
import java.util.List;

/** Knows since when a pushed device is silent and which tags are stale by that. Confined. */
final class SilenceWatch {
    private final long[] limits;
    private final int[] tags;
    private final boolean[] stale;
    private final long longestNanos;
    private long heardAtNanos;
    private int staleTags;

    /** The same watch for more tags; what it knows of those before stays. */
    SilenceWatch extended(DeviceSpec device, List<PollGroup> groups) {
        var next = new SilenceWatch(device, groups);
        System.arraycopy(stale, 0, next.stale, 0, stale.length);
        next.staleTags = staleTags;
        next.heardAtNanos = heardAtNanos;
        return next;
    }

    SilenceWatch(DeviceSpec device, List<PollGroup> groups) {
        var group = groups.getFirst();
        tags = group.tableIndexes().stream().mapToInt(Integer::intValue).toArray();
        stale = new boolean[tags.length];
        limits =
                group.tags().stream()
                        .mapToLong(t -> device.tags().get(t).stale().toNanos())
                        .toArray();
        long longest = DeviceLoop.MOST_SILENCE.toNanos();
        for (long limit : limits) {
            longest = Math.max(longest, limit);
        }
        longestNanos = longest;
    }

    /** The device was heard of. */
    void heard(long nowNanos) {
        heardAtNanos = nowNanos;
        if (staleTags > 0) {
            Arrays.fill(stale, false);
            staleTags = 0;
        }
    }

    /** When the next tag becomes stale, or the silence too long, if nothing is heard till then. */
    long nextDeadline(long nowNanos) {
        long next = Math.max(longestNanos - lengthNanos(nowNanos), 0);
        for (int i = 0; i < limits.length; i++) {
            if (!stale[i]) {
                next = Math.min(next, Math.max(limits[i] - lengthNanos(nowNanos), 0));
            }
        }
        return nowNanos + next;
    }

    /**
     * Adds a bad reading for each tag that has become stale since the last call.
     *
     * @return whether there was any
     */
    boolean addStale(long nowNanos, long epochNanos, Batch out) {
        long length = lengthNanos(nowNanos);
        int before = staleTags;
        for (int i = 0; i < limits.length; i++) {
            if (!stale[i] && length >= limits[i]) {
                stale[i] = true;
                staleTags++;
                out.addBad(tags[i], epochNanos, Reason.STALE);
            }
        }
        return staleTags > before;
    }

    /**
     * Since when a device gives no value that is lost now: when it was last heard from, but for one
     * whose tags were told to be stale meanwhile, as nothing goes before that.
     */
    long valuelessSince(long heardNanos, long nowNanos) {
        return staleTags > 0 ? nowNanos : Math.min(heardNanos, nowNanos);
    }

    /** Whether any tag is stale. */
    boolean isSilent(long nowNanos) {
        return staleTags > 0 && lengthNanos(nowNanos) > 0;
    }

    /** Whether the silence is longer than every limit. */
    boolean outlastsAll(long nowNanos) {
        return lengthNanos(nowNanos) >= longestNanos;
    }

    long lengthNanos(long nowNanos) {
        return nowNanos - heardAtNanos;
    }
}
