package io.drme.driver.mqtt;

import io.drme.model.Batch;
import io.drme.model.Reason;
import java.time.Duration;
import java.util.List;

/** Knows which tags have had no message for longer than they may. Confined to the owner. */
final class Expiry {
    private static final long NEVER = Long.MAX_VALUE;

    private final List<Routes.Bound> tags;
    private final long[] limits;
    private final long[] heard;
    private final boolean[] stale;

    /** No tag becomes stale before; looked at anew when it is reached. */
    private long next = NEVER;

    Expiry(List<Routes.Bound> tags) {
        this.tags = List.copyOf(tags);
        limits = tags.stream().mapToLong(tag -> tag.address().expire().toNanos()).toArray();
        heard = new long[limits.length];
        stale = new boolean[limits.length];
    }

    /** The same for more tags, whose time runs from now. */
    Expiry extended(List<Routes.Bound> more, long nowNanos) {
        var later = new Expiry(more);
        System.arraycopy(heard, 0, later.heard, 0, heard.length);
        System.arraycopy(stale, 0, later.stale, 0, stale.length);
        later.next = next;
        for (int tag = heard.length; tag < more.size(); tag++) {
            later.heard(tag, nowNanos);
        }
        return later;
    }

    /** The connection stands: from now on each tag's time runs. */
    void begin(long nowNanos) {
        next = NEVER;
        for (int tag = 0; tag < limits.length; tag++) {
            heard(tag, nowNanos);
        }
    }

    /** A message for a tag came. */
    void heard(int tag, long nowNanos) {
        if (limits[tag] > 0) {
            heard[tag] = nowNanos;
            stale[tag] = false;
            next = Math.min(next, nowNanos + limits[tag]);
        }
    }

    /** A wait that ends when the next tag may become stale. */
    Duration within(Duration wait, long nowNanos) {
        return next == NEVER
                ? wait
                : Duration.ofNanos(Math.clamp(next - nowNanos, 0, wait.toNanos()));
    }

    /** Adds a bad reading for each tag that has become stale since the last call. */
    void addStale(long nowNanos, long epochNanos, Batch out) {
        if (next == NEVER || nowNanos < next) {
            return;
        }
        next = NEVER;
        for (int tag = 0; tag < limits.length; tag++) {
            if (limits[tag] == 0 || stale[tag]) {
                continue;
            }
            if (nowNanos - heard[tag] >= limits[tag]) {
                stale[tag] = true;
                out.addBad(tags.get(tag).tableIndex(), epochNanos, Reason.STALE);
            } else {
                next = Math.min(next, heard[tag] + limits[tag]);
            }
        }
    }
}
