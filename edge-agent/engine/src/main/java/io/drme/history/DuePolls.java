package io.drme.history;

import io.drme.history.Fact.Rank;
import java.util.ArrayList;
import java.util.List;

/**
 * What is known of the times between polls: while the agent runs, a poll has ended, or is under way
 * since the one before or the start.
 */
final class DuePolls {
    private final long limitNanos;
    private final Catalogues catalogues;
    private final Paces paces;
    private final List<Fact> facts = new ArrayList<>();

    /**
     * Makes it, once all is fed.
     *
     * @param limitNanos for how long a poll speaks
     */
    DuePolls(long limitNanos, Catalogues catalogues, Paces paces) {
        this.limitNanos = limitNanos;
        this.catalogues = catalogues;
        this.paces = paces;
    }

    /** The facts of a time in which the agent ran, with the runs of polls there were. */
    List<Fact> facts(Lives.Up up, List<Ticks.Run> runs) {
        facts.clear();
        long since = up.from();
        boolean hasTick = false;
        for (var run : runs) {
            if (run.to() <= up.from()) {
                continue;
            }
            if (run.from() >= up.to()) {
                break;
            }
            underWay(since, run.from(), hasTick && run.isLinked(), up);
            since = Math.max(since, run.to());
            hasTick = true;
        }
        underWay(since, up.to(), hasTick, up);
        return List.copyOf(facts);
    }

    private void underWay(long since, long until, boolean isAfterPoll, Lives.Up up) {
        var applied = catalogues.applied(Math.max(since, up.from()), until);
        long begin = applied.map(Catalogues.Start::at).orElse(since);
        if (applied.isPresent()) {
            var detail = "configuration %d was applied".formatted(applied.get().version());
            facts.add(new Fact(begin, until, Rank.RUNNING, Gaps.NOT_YET_READ, detail));
        } else if (since == up.from() && since != Long.MIN_VALUE) {
            facts.add(new Fact(since, until, Rank.RUNNING, Gaps.NOT_YET_READ, "the agent started"));
        }
        long end = applied.isPresent() ? begin : until;
        if (isAfterPoll && since < begin + 1 && since < end) {
            late(since, end);
        }
    }

    /**
     * No poll ended within its time. While the gateway itself asks so many times as seldom, that
     * time is so many times as long.
     */
    private void late(long since, long until) {
        long polled = since - limitNanos;
        var pace = paces.slowest(polled, until);
        long due =
                pace.factor() > 1
                        ? Math.clamp(polled + pace.factor() * limitNanos, since, until)
                        : since;
        if (since < due) {
            facts.add(new Fact(since, due, Rank.RUNNING, Gaps.SLOWED, pace.why()));
        }
        if (due < until) {
            facts.add(
                    new Fact(due, until, Rank.RUNNING, Gaps.SLOW, "no poll ended within its time"));
        }
    }
}
