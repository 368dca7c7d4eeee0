package io.drme.history;

import io.drme.schema.GatewayLife;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** When the agent ran, by its starts and stops in the order in which they are on record. */
final class Lives {
    private static final long NONE = Long.MIN_VALUE;

    private final List<Fact> downs = new ArrayList<>();
    private final List<Up> ups = new ArrayList<>();
    private final List<String> lostLives = new ArrayList<>();
    private final List<String> everLost = new ArrayList<>();
    private boolean isLost;
    private long lostSince = NONE;
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

    /**
     * A start or stop of which it is not known when it was, as the clock was never right in that
     * life. From what is known before to what is known after, it may have run.
     */
    void lost(long at, GatewayLife life) {
        if (!life.kind().equals("stopped")) {
            if (!isLost) {
                isLost = true;
                lostSince = stoppedAt != NONE ? stoppedAt : lastCommit(life);
                if (isUp && any && lostSince > upSince) {
                    ups.add(new Up(upSince, lostSince, true));
                }
                isUp = false;
                stoppedAt = NONE;
            }
            var which = "start %d, samples from %s on".formatted(life.bootCount(), instant(at));
            lostLives.add(which);
            everLost.add(which);
        }
    }

    private static long lastCommit(GatewayLife life) {
        return life.lastCommitTime() > 0 ? life.lastCommitTime() : NONE;
    }

    private static Instant instant(long nanos) {
        return Instant.ofEpochSecond(0, nanos).truncatedTo(ChronoUnit.SECONDS);
    }

    private boolean endLost(long at) {
        if (!isLost) {
            return false;
        }
        if (lostSince < at) {
            downs.add(new Fact(lostSince, at, Fact.Rank.CLOCK, Gaps.CLOCK_UNSYNCED, lostDetail()));
        }
        isLost = false;
        lostLives.clear();
        return true;
    }

    private String lostDetail() {
        return "the gateway ran in it with a clock that was never set (%s); when is not known"
                .formatted(String.join("; ", lostLives));
    }

    private void start(long at, GatewayLife life) {
        if (endLost(at)) {
            any = true;
            isUp = true;
            upSince = at;
            stoppedAt = NONE;
            return;
        }
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

    /** Where the clock was set back meanwhile, what it showed before this start it never ran in. */
    private void down(long from, long to, String how) {
        if (from < to) {
            downs.add(new Fact(from, to, Fact.Rank.GATEWAY, Gaps.GATEWAY_DOWN, how));
        } else if (from > to) {
            downs.add(
                    new Fact(
                            NONE,
                            to,
                            Fact.Rank.CLOCK,
                            Gaps.CLOCK_UNSYNCED,
                            "%s, and the clock was set back by at least %s while it did not run"
                                    .formatted(how, Duration.ofNanos(from - to))));
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
        if (!everLost.isEmpty()) {
            all.add(
                    new Fact(
                            NONE,
                            ClockSegment.PLAUSIBLE_NANOS,
                            Fact.Rank.CLOCK,
                            Gaps.CLOCK_UNSYNCED,
                            "only clocks that were never set showed this time (%s)"
                                    .formatted(String.join("; ", everLost))));
        }
        if (isLost && lostSince < to) {
            all.add(new Fact(lostSince, to, Fact.Rank.CLOCK, Gaps.CLOCK_UNSYNCED, lostDetail()));
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
