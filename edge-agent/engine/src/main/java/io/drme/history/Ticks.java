package io.drme.history;

import io.drme.model.Quality;
import java.util.ArrayList;
import java.util.List;

/** What the polls of a tag's group say, fed in the order of the gateway. */
final class Ticks {
    private final long limitNanos;
    private final List<Run> runs = new ArrayList<>();
    private boolean any;
    private long last;
    private byte lastOutcome;
    private boolean isLinked;

    /**
     * Polls of one outcome, without a hole between them.
     *
     * @param from first poll
     * @param to until when the last of them speaks
     * @param isLinked whether no poll can have been made between the run before and this one that
     *     is not known here
     */
    record Run(long from, long to, byte outcome, boolean isLinked) {}

    /** Makes it empty; a poll speaks for at most so long. */
    Ticks(long limitNanos) {
        this.limitNanos = limitNanos;
    }

    /** A poll; one before the poll fed last is left out. */
    void add(long time, byte outcome, boolean linked) {
        if (any && time < last) {
            return;
        }
        if (any) {
            close(time);
        }
        any = true;
        last = time;
        lastOutcome = outcome;
        isLinked = linked;
    }

    private void close(long next) {
        long end = Math.min(next, last + limitNanos);
        var run = runs.isEmpty() ? null : runs.getLast();
        if (run != null && run.outcome == lastOutcome && last <= run.to) {
            runs.set(
                    runs.size() - 1,
                    new Run(run.from, Math.max(run.to, end), run.outcome, run.isLinked));
        } else {
            runs.add(new Run(last, end, lastOutcome, isLinked));
        }
    }

    /** The runs up to the end of the span. Ends the feeding. */
    List<Run> runs(long to) {
        if (any) {
            close(to);
            any = false;
        }
        return runs;
    }

    /** When the last poll was; {@link Long#MIN_VALUE} where there was none. */
    long newest() {
        return any ? last : Long.MIN_VALUE;
    }

    /** The last moment before another of which a poll speaks; that moment where there is none. */
    long lastBefore(long at) {
        long found = at;
        for (var run : runs) {
            if (run.from < at) {
                found = Math.min(at, run.to);
            }
        }
        return found;
    }

    /** What the runs say, as facts. */
    List<Fact> facts() {
        var facts = new ArrayList<Fact>();
        for (var run : runs) {
            if (Quality.isBad(run.outcome)) {
                facts.add(
                        new Fact(
                                run.from,
                                run.to,
                                Fact.Rank.DEVICE,
                                Quality.reason(run.outcome).text(),
                                Gaps.NO_VALUE));
            } else {
                facts.add(
                        new Fact(
                                run.from,
                                run.to,
                                Fact.Rank.FLAT,
                                Gaps.FLAT,
                                "polled, and within the deadband"));
            }
        }
        return facts;
    }
}
