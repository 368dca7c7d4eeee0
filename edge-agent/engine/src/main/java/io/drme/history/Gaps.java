package io.drme.history;

import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.StreamKind;
import io.drme.schema.ClockStep;
import io.drme.schema.Drop;
import io.drme.schema.GatewayLife;
import io.drme.schema.Payload;
import io.drme.schema.TagCatalogue;
import io.drme.time.Hlc;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * Finds the gaps of one tag's series and the reason of each. Feed it what is known, each kind in
 * order of its time, then ask for the {@link #list}.
 *
 * <p>Where samples are further apart than {@link #GAP_FACTOR} polls, or bad, there is a gap. What
 * is known about that time tells why; where several reasons hold, the one that comes first here:
 * tag removed, dropped, thinned, damaged, uplink down, gateway down, the device's own, clock
 * unsynced. A time in which the tag was polled without failure, or a device that pushes changes was
 * connected, is {@code flat}. There is no "unknown".
 *
 * <p>Confined to its owner.
 */
public final class Gaps {
    /** The agent did not run. */
    public static final String GATEWAY_DOWN = "gateway-down";

    /** Not here yet: still on the gateway, to be sent once there is a line. */
    public static final String UPLINK_DOWN = "uplink-down";

    /** Gone from the gateway before it could be sent. */
    public static final String DROPPED = "dropped";

    /** Only envelopes are left of it. */
    public static final String THINNED = "thinned";

    /** Recorded, but what the disk holds of it can't be read any more. */
    public static final String DAMAGED = "damaged";

    /** The tag was not in the configuration. */
    public static final String TAG_REMOVED = "tag-removed";

    /** The clock stepped, so that no sample bears these times. */
    public static final String CLOCK_UNSYNCED = "clock-unsynced";

    /** Polled, and the value stayed within the deadband; or the device reported no change. */
    public static final String FLAT = "flat";

    private static final String NO_POLL = "no poll was made";

    /** Samples so many polls apart leave a gap. */
    public static final double GAP_FACTOR = 2.5;

    /** For a device that pushes, samples so far apart leave a gap, in nanoseconds. */
    public static final long PUSHED_GAP_NANOS = 10_000_000_000L;

    /** Most gaps of one answer; the newest are left out. */
    public static final int MAX_GAPS = 10_000;

    private final long from;
    private final long to;
    private final long pollNanos;
    private final long limitNanos;
    private final List<Known> known = new ArrayList<>();
    private final List<Hole> holes = new ArrayList<>();
    private final Catalogues catalogues;
    private boolean anySample;
    private long lastSample;
    private byte lastQuality;
    private boolean anyTick;
    private long lastTick;
    private byte lastOutcome;
    private boolean anyRun;
    private long runFrom;
    private long runTo;
    private byte runOutcome;
    private long stoppedAt = Long.MIN_VALUE;

    /** Why, by precedence. */
    private enum Rank {
        REMOVED,
        DROPPED,
        THINNED,
        DAMAGED,
        UPLINK,
        GATEWAY,
        DEVICE,
        CLOCK,
        FLAT
    }

    private record Known(long from, long to, Rank rank, String reason, String detail) {}

    /**
     * A time without a value.
     *
     * @param reason that of the bad sample at its begin; empty where there was none
     * @param isLeading whether no sample came before
     */
    private record Hole(long from, long to, String reason, boolean isLeading) {}

    /**
     * Begins.
     *
     * @param tag name of the tag, {@code device/path}
     * @param from begin of the span, nanoseconds since 1970 UTC
     * @param to end of the span; at most now
     * @param pollNanos from one poll to the next; 0 where the device pushes
     */
    public Gaps(String tag, long from, long to, long pollNanos) {
        this.from = from;
        this.to = to;
        this.pollNanos = pollNanos;
        this.limitNanos = pollNanos > 0 ? (long) (pollNanos * GAP_FACTOR) : PUSHED_GAP_NANOS;
        this.catalogues = new Catalogues(tag);
    }

    /**
     * A sample of the tag; also the newest from before the span, whose value holds at its begin.
     * One whose source time lies before the sample fed before it is left out.
     */
    public void sample(long sourceTime, byte quality) {
        if (anySample && sourceTime < lastSample) {
            return;
        }
        if (anySample) {
            between(sourceTime);
        } else if (sourceTime > from) {
            holes.add(new Hole(from, sourceTime, "", true));
        }
        anySample = true;
        lastSample = sourceTime;
        lastQuality = quality;
    }

    private void between(long time) {
        if (Quality.isBad(lastQuality)) {
            var reason = Quality.reason(lastQuality);
            holes.add(new Hole(lastSample, time, reason.text(), false));
        } else if (time - lastSample > limitNanos) {
            holes.add(new Hole(lastSample, time, "", false));
        }
    }

    /** A poll of the tag's group, with its gateway time and outcome. */
    public void tick(long gatewayTime, byte outcome) {
        long time = Hlc.epochNanos(gatewayTime);
        if (anyTick && time >= lastTick) {
            closeTick(time);
        }
        anyTick = true;
        lastTick = time;
        lastOutcome = outcome;
    }

    /** What a tick says of the time up to the next one, or for as long as a poll may take. */
    private void closeTick(long next) {
        long end = Math.min(next, lastTick + limitNanos);
        if (anyRun && runOutcome == lastOutcome && lastTick <= runTo) {
            runTo = Math.max(runTo, end);
            return;
        }
        closeRun();
        anyRun = true;
        runFrom = lastTick;
        runTo = end;
        runOutcome = lastOutcome;
    }

    /** Ticks of one outcome without a hole between them are one fact. */
    private void closeRun() {
        if (!anyRun) {
            return;
        }
        if (Quality.isBad(runOutcome)) {
            var reason = Quality.reason(runOutcome).text();
            known.add(new Known(runFrom, runTo, Rank.DEVICE, reason, "the polls failed"));
        } else {
            known.add(
                    new Known(runFrom, runTo, Rank.FLAT, FLAT, "polled, and within the deadband"));
        }
        anyRun = false;
    }

    /**
     * An event of the gateway, with its hybrid logical clock stamp. Kinds that say nothing about
     * gaps are ignored.
     *
     * @param stream the stream of the tag, as only its drops matter
     */
    public void event(long eventTime, Payload payload, StreamKind stream) {
        long at = Hlc.epochNanos(eventTime);
        switch (payload) {
            case GatewayLife life -> life(at, life);
            case Drop drop when drop.stream() == stream -> {
                boolean thinned = drop.cause().equals(THINNED);
                known.add(
                        new Known(
                                drop.firstTime(),
                                drop.lastTime(),
                                thinned ? Rank.THINNED : Rank.DROPPED,
                                thinned ? THINNED : DROPPED,
                                "%s, %d samples in blocks %d to %d"
                                        .formatted(
                                                drop.cause(),
                                                drop.samples(),
                                                drop.fromSequence(),
                                                drop.toSequence())));
            }
            case TagCatalogue part -> catalogues.add(at, part);
            case ClockStep step when step.offsetNanos() > 0 ->
                    known.add(
                            new Known(
                                    at - step.offsetNanos() - limitNanos,
                                    at,
                                    Rank.CLOCK,
                                    CLOCK_UNSYNCED,
                                    "the clock stepped by " + step.offsetNanos() / 1e9 + " s"));
            default -> {
                // says nothing about gaps
            }
        }
    }

    private void life(long at, GatewayLife life) {
        if (life.kind().equals("stopped")) {
            stoppedAt = at;
            return;
        }
        long down = stoppedAt == Long.MIN_VALUE ? life.lastCommitTime() : stoppedAt;
        if (down > 0) {
            var how = life.kind().equals("crashed") ? "ended unexpectedly" : "was stopped";
            known.add(
                    new Known(
                            down,
                            at,
                            Rank.GATEWAY,
                            GATEWAY_DOWN,
                            "the agent %s; start %d".formatted(how, life.bootCount())));
        }
        stoppedAt = Long.MIN_VALUE;
    }

    /** A span of which the gateway still holds samples that have not arrived. */
    public void pending(long pendingFrom, long pendingTo, String detail) {
        known.add(new Known(pendingFrom, pendingTo, Rank.UPLINK, UPLINK_DOWN, detail));
    }

    /** A span of which samples were recorded that can't be read any more. */
    public void damaged(long damagedFrom, long damagedTo, String detail) {
        known.add(new Known(damagedFrom, damagedTo, Rank.DAMAGED, DAMAGED, detail));
    }

    /** The gaps, oldest first, without overlap, cut to the span. Ends the feeding. */
    public List<Gap> list() {
        if (anySample) {
            between(to);
        } else {
            holes.add(new Hole(from, to, "", true));
        }
        if (anyTick) {
            closeTick(to);
            closeRun();
        }
        if (stoppedAt != Long.MIN_VALUE) {
            known.add(
                    new Known(stoppedAt, to, Rank.GATEWAY, GATEWAY_DOWN, "the agent was stopped"));
        }
        for (var absence : catalogues.absences(to)) {
            known.add(
                    new Known(
                            absence.from(),
                            absence.to(),
                            Rank.REMOVED,
                            TAG_REMOVED,
                            "in configuration " + absence.version()));
        }
        known.sort(Comparator.comparingLong(Known::from));
        var gaps = new ArrayList<Gap>();
        for (var hole : holes) {
            long begin = Math.max(hole.from, from);
            long end = Math.min(hole.to, to);
            if (begin < end && gaps.size() < MAX_GAPS) {
                explain(hole, begin, end, gaps);
            }
        }
        return List.copyOf(gaps);
    }

    /** Cuts a hole where what is known begins or ends, and gives each piece its reason. */
    private void explain(Hole hole, long begin, long end, List<Gap> gaps) {
        var inside = new ArrayList<Known>();
        var cuts = new TreeSet<Long>();
        cuts.add(begin);
        cuts.add(end);
        for (var fact : known) {
            if (fact.from < end && fact.to > begin) {
                inside.add(fact);
                cuts.add(Math.max(fact.from, begin));
                cuts.add(Math.min(fact.to, end));
            }
        }
        var pieces = new ArrayList<Gap>();
        long at = begin;
        for (long next : cuts.tailSet(begin, false)) {
            add(pieces, reasonOf(hole, inside, at, next));
            at = next;
        }
        absorbShortFlats(pieces);
        pieces.forEach(piece -> add(gaps, piece));
    }

    private static boolean saysLittle(Gap piece) {
        return piece.reason().equals(FLAT) || piece.detail().equals(NO_POLL);
    }

    /**
     * A flat piece that would be no gap by itself goes to its neighbour: the second between the
     * last poll and the crash belongs to the crash. So does one without a poll: from the last
     * sample to a damaged block there was none due.
     */
    private void absorbShortFlats(List<Gap> pieces) {
        for (int i = pieces.size() - 1; i >= 0 && pieces.size() > 1; i--) {
            var piece = pieces.get(i);
            if (saysLittle(piece) && piece.to() - piece.from() <= limitNanos) {
                int into = i + 1 < pieces.size() ? i + 1 : i - 1;
                var kept = pieces.get(into);
                long first = Math.min(piece.from(), kept.from());
                long last = Math.max(piece.to(), kept.to());
                pieces.set(into, new Gap(first, last, kept.reason(), kept.detail()));
                pieces.remove(i);
            }
        }
    }

    private Gap reasonOf(Hole hole, List<Known> inside, long at, long next) {
        Known best = null;
        for (var fact : inside) {
            boolean covers = fact.from <= at && fact.to >= next;
            if (covers && (best == null || fact.rank.compareTo(best.rank) < 0)) {
                best = fact;
            }
        }
        if (best != null && (hole.reason.isEmpty() || best.rank.compareTo(Rank.DEVICE) < 0)) {
            return new Gap(at, next, best.reason, best.detail);
        }
        return hole.reason.isEmpty()
                ? withoutEvidence(hole, at, next)
                : new Gap(at, next, hole.reason, "the device gave no value");
    }

    /** Nothing covers this time: no tick, no event. */
    private Gap withoutEvidence(Hole hole, long at, long next) {
        if (hole.isLeading) {
            return new Gap(at, next, Reason.NOT_YET_READ.text(), "nothing was read before");
        }
        return pollNanos > 0
                ? new Gap(at, next, GATEWAY_DOWN, NO_POLL)
                : new Gap(at, next, FLAT, "the device reported no change");
    }

    private static void add(List<Gap> gaps, Gap gap) {
        var last = gaps.isEmpty() ? null : gaps.getLast();
        if (last != null
                && last.to() == gap.from()
                && last.reason().equals(gap.reason())
                && last.detail().equals(gap.detail())) {
            gaps.set(gaps.size() - 1, new Gap(last.from(), gap.to(), gap.reason(), gap.detail()));
        } else {
            gaps.add(gap);
        }
    }
}
