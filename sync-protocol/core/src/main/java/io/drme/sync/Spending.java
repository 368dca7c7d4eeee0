package io.drme.sync;

import java.util.EnumMap;
import java.util.Map;

/**
 * Keeps each sort of traffic within its {@link LineBudget}, and counts what it took and how long it
 * had to wait for its budget. Confined to the sender's thread.
 */
final class Spending {
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** What live values have of the line where the file says nothing: one part in so many. */
    private static final int LIVE_PART = 4;

    private final LineBudget budget;
    private final TokenBucket all;
    private final TokenBucket data;
    private final TokenBucket backlog;
    private final TokenBucket live;
    private final Count ofEvents = new Count();
    private final Count ofData = new Count();
    private final Count ofBacklog = new Count();
    private final Count ofLive = new Count();

    private static final class Count {
        private long bytes;
        private long waitedNanos;
        private long waitsSince;
        private boolean waits;
    }

    Spending(LineBudget budget, long nowNanos) {
        this.budget = budget;
        this.all = new TokenBucket(budget.all(), nowNanos);
        this.data = new TokenBucket(budget.data(), nowNanos);
        this.backlog = new TokenBucket(budget.backlog(), nowNanos);
        this.live = new TokenBucket(limit(Traffic.LIVE), nowNanos);
    }

    /** Whether any block may go now. */
    boolean isOpenForData(long nowNanos) {
        // Each is asked, so that each is filled.
        boolean isOpen = all.open(nowNanos);
        return data.open(nowNanos) && isOpen;
    }

    /** Whether an old block may go now, where any may. */
    boolean isOpenForBacklog(long nowNanos) {
        return backlog.open(nowNanos);
    }

    /**
     * Whether live values may go now: only their own budget counts, so that they go beside a
     * backlog. It is never without limit where the line has one, so that they can't take all of it.
     */
    boolean isOpenForLive(long nowNanos) {
        return live.open(nowNanos);
    }

    /** Counts what went. */
    void took(Traffic traffic, int bytes) {
        count(traffic).bytes += bytes;
        all.took(bytes);
        switch (traffic) {
            case EVENTS -> {
                // only counted
            }
            case DATA -> data.took(bytes);
            case BACKLOG -> {
                data.took(bytes);
                backlog.took(bytes);
            }
            case LIVE -> live.took(bytes);
        }
    }

    /** Takes note whether something of a sort is there and can't go for want of its budget. */
    void waits(Traffic traffic, boolean waits, long nowNanos) {
        var count = count(traffic);
        if (count.waits) {
            count.waitedNanos += nowNanos - count.waitsSince;
        }
        count.waits = waits;
        count.waitsSince = nowNanos;
    }

    /** Nothing may go for other reasons, so nothing waits for its budget. */
    void idle(long nowNanos) {
        for (var traffic : Traffic.values()) {
            waits(traffic, false, nowNanos);
        }
    }

    /**
     * Takes note of whether blocks wait for a budget.
     *
     * @param lane of the blocks
     * @param backlogLimit old ones that may be under way
     */
    void noteWaiting(Lane lane, int backlogLimit, long nowNanos) {
        boolean isOpen = isOpenForData(nowNanos);
        boolean isFreshWaiting = !isOpen && lane.next(0).isPresent();
        waits(Traffic.DATA, isFreshWaiting, nowNanos);
        boolean isClosed = !isOpen || !isOpenForBacklog(nowNanos);
        waits(
                Traffic.BACKLOG,
                isClosed && !isFreshWaiting && lane.next(backlogLimit).isPresent(),
                nowNanos);
    }

    /** How long until live values may go, in nanoseconds; 0 is now. */
    long liveWaitNanos() {
        return live.waitNanos();
    }

    /** How long until blocks that wait may go, in nanoseconds; 0 where none waits for a budget. */
    long waitNanos() {
        long wait = Math.max(all.waitNanos(), data.waitNanos());
        long least = isWaiting(Traffic.DATA) ? wait : 0;
        if (isWaiting(Traffic.BACKLOG)) {
            least = soonest(least, Math.max(wait, backlog.waitNanos()));
        }
        return least;
    }

    private boolean isWaiting(Traffic traffic) {
        return count(traffic).waits;
    }

    private static long soonest(long one, long other) {
        return one == 0 ? other : other == 0 ? one : Math.min(one, other);
    }

    /** How each sort does. */
    Map<Traffic, Flow> flows() {
        var flows = new EnumMap<Traffic, Flow>(Traffic.class);
        for (var traffic : Traffic.values()) {
            var count = count(traffic);
            flows.put(
                    traffic,
                    new Flow(
                            count.bytes,
                            limit(traffic),
                            count.waits,
                            count.waitedNanos / NANOS_PER_MILLI));
        }
        return flows;
    }

    private Count count(Traffic traffic) {
        return switch (traffic) {
            case EVENTS -> ofEvents;
            case DATA -> ofData;
            case BACKLOG -> ofBacklog;
            case LIVE -> ofLive;
        };
    }

    private long limit(Traffic traffic) {
        return switch (traffic) {
            case EVENTS -> 0;
            case DATA -> budget.data();
            case BACKLOG -> budget.backlog();
            case LIVE -> budget.live() > 0 ? budget.live() : budget.all() / LIVE_PART;
        };
    }
}
