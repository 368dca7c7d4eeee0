package io.drme.history;

import io.drme.schema.GatewayLife;
import java.util.ArrayList;
import java.util.List;

/** When the agent ran, by its starts and stops in the order in which they are on record. */
final class Lives {
    private static final long NONE = Long.MIN_VALUE;

    private final List<Fact> downs = new ArrayList<>();
    private final List<Up> ups = new ArrayList<>();
    private final List<Long> newDirectories = new ArrayList<>();
    private boolean any;
    private boolean isUp = true;
    private long upSince = NONE;
    private long stoppedAt = NONE;
    private long beginning = NONE;
    private long newest = NONE;

    /**
     * A time in which it ran.
     *
     * @param from its start; {@link Long#MIN_VALUE} where that is not on record
     * @param isOver whether its end is on record
     */
    record Up(long from, long to, boolean isOver) {}

    void add(long at, GatewayLife life) {
        if (life.kind().equals("stopped")) {
            if (isUp) {
                ups.add(new Up(upSince, at, true));
            }
            isUp = false;
            stoppedAt = at;
        } else {
            start(at, life);
        }
        any = true;
        newest = Math.max(newest, at);
    }

    private void start(long at, GatewayLife life) {
        var how =
                "the agent %s; start %d"
                        .formatted(
                                life.kind().equals("crashed")
                                        ? "ended unexpectedly"
                                        : "was stopped",
                                life.bootCount());
        if (stoppedAt != NONE) {
            down(stoppedAt, at, how);
        } else if (life.lastCommitTime() > 0) {
            ups.add(new Up(upSince, life.lastCommitTime(), true));
            down(life.lastCommitTime(), at, how);
        } else if (!any && life.bootCount() == 1) {
            beginning = at;
        } else if (any) {
            newDirectories.add(at);
        }
        isUp = true;
        upSince = at;
        stoppedAt = NONE;
    }

    private void down(long from, long to, String how) {
        if (from < to) {
            downs.add(new Fact(from, to, Fact.Rank.GATEWAY, Gaps.GATEWAY_DOWN, how));
        }
    }

    /** Since when it is stopped, if that is how it is. */
    boolean isStopped() {
        return stoppedAt != NONE;
    }

    long stoppedAt() {
        return stoppedAt;
    }

    /**
     * When it did not run.
     *
     * @param ticks tell until when there was life before a data directory was begun anew
     */
    List<Fact> downs(Ticks ticks, long to) {
        var all = new ArrayList<>(downs);
        for (long at : newDirectories) {
            all.add(
                    new Fact(
                            ticks.lastBefore(at),
                            at,
                            Fact.Rank.GATEWAY,
                            Gaps.GATEWAY_DOWN,
                            "the agent began with a new data directory"));
        }
        if (isStopped()) {
            all.add(
                    new Fact(
                            stoppedAt,
                            Math.max(to, stoppedAt),
                            Fact.Rank.GATEWAY,
                            Gaps.GATEWAY_DOWN,
                            "the agent was stopped"));
        }
        if (beginning != NONE) {
            all.add(
                    new Fact(
                            NONE,
                            beginning,
                            Fact.Rank.ABSENT,
                            Gaps.NOT_CONFIGURED,
                            "the gateway was started here for the first time"));
        }
        return all;
    }

    /** When it ran, in order. */
    List<Up> ups(long to) {
        var all = new ArrayList<>(ups);
        if (isUp) {
            all.add(new Up(upSince, Math.max(to, newest), false));
        }
        return all;
    }
}
