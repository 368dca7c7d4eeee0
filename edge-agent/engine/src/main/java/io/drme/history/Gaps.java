package io.drme.history;

import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.StreamKind;
import io.drme.schema.Drop;
import io.drme.schema.GatewayLife;
import io.drme.schema.PaceChange;
import io.drme.schema.Payload;
import io.drme.schema.Refusal;
import io.drme.schema.TagCatalogue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the gaps of one tag's series and the reason of each; gateway and centre both answer by it.
 * Feed it what is on record, each kind in the gateway's order and with times as the clock's history
 * corrects them, then ask for the {@link #list}.
 *
 * <p>Where samples are further apart than {@link #GAP_FACTOR} polls, or bad, there is a gap. What
 * is on record of that time tells why; where several reasons hold, the one that comes first here:
 * not there (not configured, removed, local), dropped, thinned, damaged, uplink down, expired,
 * gateway down, the device's own, clock unsynced, flat; and where the gateway ran and there is no
 * more than that: not yet read, slowed, slow, not derived. Nothing is guessed: where nothing is on
 * record the reason is {@link #UNEXPLAINED}, which is a bug and fails every test that meets it.
 *
 * <p>Confined to its owner.
 */
public final class Gaps {
    /** The agent did not run. */
    public static final String GATEWAY_DOWN = "gateway-down";

    /** Not here yet: still on the gateway, to be sent once there is a line. */
    public static final String UPLINK_DOWN = "uplink-down";

    /** Gone from the gateway before it could be sent, or refused by a full store or bad disk. */
    public static final String DROPPED = "dropped";

    /** Only envelopes are left of it. */
    public static final String THINNED = "thinned";

    /** Recorded, but what the disk holds of it can't be read any more. */
    public static final String DAMAGED = "damaged";

    /**
     * Kept apart by the centre, for {@link #absent} and {@link #quarantined}. In an answer it is
     * {@link #DAMAGED}: the samples are not to be had.
     */
    public static final String QUARANTINED = "quarantined";

    /** Recorded, and released from here since. */
    public static final String EXPIRED = "expired";

    /** The tag was taken out of the configuration. */
    public static final String TAG_REMOVED = "tag-removed";

    /** The tag was not in the configuration yet, or the gateway had never run. */
    public static final String NOT_CONFIGURED = "not-configured";

    /** The samples of the tag stay on the gateway, by its configuration. */
    public static final String KEPT_LOCAL = "local";

    /** The gateway ran with a clock that was never set, so it is not known when. */
    public static final String CLOCK_UNSYNCED = "clock-unsynced";

    /** Polled, and the value stayed within the deadband; or the device reported no change. */
    public static final String FLAT = "flat";

    /** The gateway started, or got the tag, and no poll had ended yet. */
    public static final String NOT_YET_READ = Reason.NOT_YET_READ.text();

    /** From one poll to the next it took longer than it should. */
    public static final String SLOW = "slow";

    /** The gateway itself asked the device less often, as its pipelines could not follow. */
    public static final String SLOWED = "slowed";

    /** A pipeline made no value of what it got. */
    public static final String NOT_DERIVED = "not-derived";

    /** There is nothing on record that tells why. A bug. */
    public static final String UNEXPLAINED = "unexplained";

    private static final Set<String> LITTLE =
            Set.of(EXPIRED, FLAT, NOT_YET_READ, SLOW, SLOWED, NOT_DERIVED, UNEXPLAINED);

    /** Samples so many polls apart leave a gap. */
    public static final double GAP_FACTOR = 2.5;

    /** For a tag without polls of its own, samples so far apart leave a gap, in nanoseconds. */
    public static final long DERIVED_GAP_NANOS = 10_000_000_000L;

    /** Most gaps of one answer; the newest are left out. */
    public static final int MAX_GAPS = 10_000;

    /** Of the device's own reasons, whether a sample or a poll tells it. */
    static final String NO_VALUE = "the device gave no value";

    private final long from;
    private final long to;
    private final boolean isDerived;
    private final long limitNanos;
    private final List<Fact> known = new ArrayList<>();
    private final List<Hole> holes = new ArrayList<>();
    private final Catalogues catalogues;
    private final Lives lives = new Lives();
    private final Paces paces;
    private final Ticks ticks;
    private boolean anySample;
    private long firstSample = Long.MAX_VALUE;
    private long lastSample;
    private byte lastQuality;
    private boolean isLinked = true;
    private long tailFrom = Long.MAX_VALUE;
    private String tailDetail = "";
    private String absentReason = "";
    private String absentDetail = "";

    /**
     * A time without a value.
     *
     * @param reason that of the bad sample at its begin; empty where there was none
     */
    private record Hole(long from, long to, String reason) {}

    /**
     * Begins.
     *
     * @param tag name of the tag, {@code device/path}
     * @param from begin of the span, nanoseconds since 1970 UTC
     * @param to end of the span; at most now
     * @param pollNanos from one poll to the next, or between the signs of life of a device that
     *     pushes; 0 where a pipeline derives the tag
     */
    public Gaps(String tag, long from, long to, long pollNanos) {
        this.from = from;
        this.to = to;
        this.isDerived = pollNanos == 0;
        this.limitNanos = limit(pollNanos);
        this.catalogues = new Catalogues(tag);
        this.paces = new Paces(tag);
        this.ticks = new Ticks(limitNanos);
    }

    /** How far apart samples may be without a gap, in nanoseconds. */
    public static long limit(long pollNanos) {
        return pollNanos > 0 ? (long) (pollNanos * GAP_FACTOR) : DERIVED_GAP_NANOS;
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
        } else if (sourceTime - from > limitNanos) {
            holes.add(new Hole(from, sourceTime, ""));
        }
        anySample = true;
        firstSample = Math.min(firstSample, sourceTime);
        lastSample = sourceTime;
        lastQuality = quality;
    }

    private void between(long time) {
        if (Quality.isBad(lastQuality)) {
            holes.add(new Hole(lastSample, time, Quality.reason(lastQuality).text()));
        } else if (time - lastSample > limitNanos) {
            holes.add(new Hole(lastSample, time, ""));
        }
    }

    /** A poll of the tag's group, with its time and outcome. */
    public void tick(long time, byte outcome) {
        if (!absentReason.isEmpty()) {
            known.add(missing(ticks.newest(), time, absentReason, absentDetail));
            absentReason = "";
        }
        ticks.add(time, outcome, isLinked);
        isLinked = true;
    }

    /**
     * What lies between the ticks fed so far and those to come is not here, and that is why.
     *
     * @param reason {@link #DROPPED}, {@link #THINNED}, {@link #DAMAGED}, {@link #UPLINK_DOWN},
     *     {@link #EXPIRED} or {@link #QUARANTINED}
     */
    public void absent(String reason, String detail) {
        absentReason = reason;
        absentDetail = detail;
    }

    private static Fact missing(long from, long to, String reason, String detail) {
        var word = reason.equals(QUARANTINED) ? DAMAGED : reason;
        return new Fact(from, to, rank(reason), word, detail);
    }

    private static Fact.Rank rank(String reason) {
        return switch (reason) {
            case DROPPED -> Fact.Rank.DROPPED;
            case THINNED -> Fact.Rank.THINNED;
            case DAMAGED -> Fact.Rank.DAMAGED;
            case UPLINK_DOWN -> Fact.Rank.UPLINK;
            case EXPIRED -> Fact.Rank.EXPIRED;
            case QUARANTINED -> Fact.Rank.QUARANTINED;
            default -> throw new IllegalArgumentException("'" + reason + "' is no such reason");
        };
    }

    /** Between the ticks fed so far and those to come there may be others that are not here. */
    public void ticksMissing() {
        isLinked = false;
    }

    /**
     * An event of the gateway. Kinds that say nothing about gaps are ignored.
     *
     * @param at when it happened, nanoseconds since 1970 UTC
     * @param stream the stream of the tag, as only its drops matter
     */
    public void event(long at, Payload payload, StreamKind stream) {
        switch (payload) {
            case GatewayLife life -> {
                lives.add(at, life);
                paces.end(at);
            }
            case PaceChange change -> paces.add(at, change);
            case TagCatalogue part -> catalogues.add(at, part, stream);
            case Drop drop when drop.stream() == stream -> drop(drop);
            case Refusal refusal -> known.add(refused(refusal));
            default -> {
                // says nothing about gaps
            }
        }
    }

    /**
     * An event from a life of the gateway in which it never knew what time it was.
     *
     * @param at what its clock showed
     */
    public void lost(long at, Payload payload) {
        if (payload instanceof GatewayLife life) {
            lives.lost(at, life);
        }
        // A catalogue is in force since nobody knows when; the next life says it again.
    }

    private static Fact refused(Refusal refusal) {
        boolean isDamage = refusal.cause().equals("damaged");
        return new Fact(
                refusal.firstTime(),
                refusal.lastTime() + 1,
                isDamage ? Fact.Rank.DAMAGED : Fact.Rank.DROPPED,
                isDamage ? DAMAGED : DROPPED,
                (isDamage
                                ? "%s, %d samples were gone before they were in a block"
                                : "%s, %d samples were not taken")
                        .formatted(refusal.cause(), refusal.samples()));
    }

    private void drop(Drop drop) {
        var reason = reason(drop);
        known.add(
                new Fact(
                        drop.firstTime(),
                        drop.lastTime() + 1,
                        rank(reason),
                        reason,
                        "%s, %d samples in blocks %d to %d"
                                .formatted(
                                        drop.cause(),
                                        drop.samples(),
                                        drop.fromSequence(),
                                        drop.toSequence())));
    }

    /**
     * Whether a gap with this reason that would be too short to be a hole by itself is none: it
     * only tells that there was nothing to tell.
     */
    public static boolean saysLittle(String reason) {
        return LITTLE.contains(reason);
    }

    /** What a drop by its cause is in a series. */
    public static String reason(Drop drop) {
        return switch (drop.cause()) {
            case THINNED -> THINNED;
            case DAMAGED -> DAMAGED;
            default -> DROPPED;
        };
    }

    /** A span of which the gateway still holds samples that have not arrived. */
    public void pending(long pendingFrom, long pendingTo, String detail) {
        known.add(new Fact(pendingFrom, pendingTo, Fact.Rank.UPLINK, UPLINK_DOWN, detail));
    }

    /** From here on nothing has arrived; of a gateway that was stopped, nothing is to come. */
    public void nothingArrivedSince(long since, String detail) {
        tailFrom = since;
        tailDetail = detail;
    }

    /** A span of which samples were recorded that can't be read any more. */
    public void damaged(long damagedFrom, long damagedTo, String detail) {
        known.add(new Fact(damagedFrom, damagedTo, Fact.Rank.DAMAGED, DAMAGED, detail));
    }

    /** A span of which samples came that are kept apart, as nobody could use them. */
    public void quarantined(long quarantinedFrom, long quarantinedTo, String detail) {
        known.add(missing(quarantinedFrom, quarantinedTo, QUARANTINED, detail));
    }

    /** A span of which samples were recorded that are no longer kept here. */
    public void expired(long expiredFrom, long expiredTo, String detail) {
        known.add(new Fact(expiredFrom, expiredTo, Fact.Rank.EXPIRED, EXPIRED, detail));
    }

    /** The gaps, oldest first, without overlap, cut to the span. Ends the feeding. */
    public List<Gap> list() {
        if (anySample) {
            between(to);
        } else {
            holes.add(new Hole(from, to, ""));
        }
        conclude();
        known.sort(Comparator.comparingLong(Fact::from));
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

    /** What follows from the records together. */
    private void conclude() {
        tailFrom = Math.max(tailFrom, ticks.newest());
        if (!absentReason.isEmpty()) {
            tick(to, Quality.GOOD); // nothing came behind it
        }
        var runs = ticks.runs(to);
        known.addAll(ticks.facts());
        known.addAll(lives.downs(ticks, to));
        known.addAll(catalogues.absences(firstSample, to));
        known.addAll(catalogues.elsewhere(to));
        long end = lives.isStopped() ? lives.stoppedAt() - limitNanos : to;
        if (tailFrom < end) {
            known.add(new Fact(tailFrom, end, Fact.Rank.UPLINK, UPLINK_DOWN, tailDetail));
        }
        var polls = new DuePolls(limitNanos, catalogues, paces);
        for (var up : lives.ups(to)) {
            if (isDerived) {
                known.add(
                        new Fact(
                                up.from(),
                                up.to(),
                                Fact.Rank.RUNNING,
                                NOT_DERIVED,
                                "the pipeline made no value"));
            } else {
                known.addAll(polls.facts(up, runs));
            }
        }
    }

    /** Cuts a hole where what is known begins or ends, and gives each piece its reason. */
    private void explain(Hole hole, long begin, long end, List<Gap> gaps) {
        var inside = new ArrayList<Fact>();
        var cuts = new TreeSet<Long>();
        cuts.add(begin);
        cuts.add(end);
        for (var fact : known) {
            if (fact.overlaps(begin, end)) {
                inside.add(fact);
                cuts.add(Math.max(fact.from(), begin));
                cuts.add(Math.min(fact.to(), end));
            }
        }
        var pieces = new ArrayList<Piece>();
        long at = begin;
        for (long next : cuts.tailSet(begin, false)) {
            add(pieces, piece(hole, inside, at, next));
            at = next;
        }
        absorbShortOnes(pieces);
        pieces.forEach(piece -> addGap(gaps, piece.gap));
    }

    /** A part of a hole with its reason; one that says little may be too short to be told. */
    private record Piece(Gap gap, boolean saysLittle) {}

    /**
     * A piece that says little and would be no gap by itself goes to its neighbour: the second
     * between the last poll and the crash belongs to the crash. So does one of which nothing is on
     * record: from the last sample to a damaged block there was no poll due.
     */
    private void absorbShortOnes(List<Piece> pieces) {
        for (int i = pieces.size() - 1; i >= 0 && pieces.size() > 1; i--) {
            var gap = pieces.get(i).gap;
            if (pieces.get(i).saysLittle && gap.to() - gap.from() <= limitNanos) {
                int into = i + 1 < pieces.size() ? i + 1 : i - 1;
                var kept = pieces.get(into);
                long first = Math.min(gap.from(), kept.gap.from());
                long last = Math.max(gap.to(), kept.gap.to());
                var wider = new Gap(first, last, kept.gap.reason(), kept.gap.detail());
                pieces.set(into, new Piece(wider, kept.saysLittle));
                pieces.remove(i);
            }
        }
    }

    private static Piece piece(Hole hole, List<Fact> inside, long at, long next) {
        Fact best = null;
        for (var fact : inside) {
            if (fact.covers(at, next) && (best == null || fact.rank().compareTo(best.rank()) < 0)) {
                best = fact;
            }
        }
        if (best != null
                && (hole.reason.isEmpty() || best.rank().compareTo(Fact.Rank.DEVICE) < 0)) {
            var gap = new Gap(at, next, best.reason(), best.detail());
            return new Piece(gap, saysLittle(best.reason()));
        }
        return hole.reason.isEmpty()
                ? new Piece(
                        new Gap(at, next, UNEXPLAINED, "a bug of this program; please report it"),
                        true)
                : new Piece(new Gap(at, next, hole.reason, NO_VALUE), false);
    }

    private static void add(List<Piece> pieces, Piece next) {
        var last = pieces.isEmpty() ? null : pieces.getLast();
        if (last != null && isSame(last.gap, next.gap)) {
            var wider =
                    new Gap(last.gap.from(), next.gap.to(), next.gap.reason(), next.gap.detail());
            pieces.set(pieces.size() - 1, new Piece(wider, last.saysLittle));
        } else {
            pieces.add(next);
        }
    }

    private static void addGap(List<Gap> gaps, Gap gap) {
        var last = gaps.isEmpty() ? null : gaps.getLast();
        if (last != null && isSame(last, gap)) {
            gaps.set(gaps.size() - 1, new Gap(last.from(), gap.to(), gap.reason(), gap.detail()));
        } else {
            gaps.add(gap);
        }
    }

    private static boolean isSame(Gap before, Gap next) {
        return before.to() == next.from()
                && before.reason().equals(next.reason())
                && before.detail().equals(next.detail());
    }
}
