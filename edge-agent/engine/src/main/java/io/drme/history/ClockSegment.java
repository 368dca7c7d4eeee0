package io.drme.history;

import io.drme.schema.ClockStep;
import io.drme.time.Hlc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a life in which the wall clock went evenly.
 *
 * @param epoch place of its epoch among the gateway's
 * @param boot the life, by its number
 * @param stamp the first stamp
 * @param wall what the clock showed at it, nanoseconds since 1970 UTC
 * @param wallEnd what it showed last; {@link Long#MAX_VALUE} where that is not known
 * @param correction what to add to what the clock showed, in nanoseconds
 * @param correctionBefore that of the segment before, of which a reading may still be under way
 * @param isLost whether its life never knew the time
 * @param anchor what knows the time best in its life; null where nothing is certain
 */
record ClockSegment(
        long epoch,
        long boot,
        long stamp,
        long wall,
        long wallEnd,
        long correction,
        long correctionBefore,
        boolean isLost,
        @Nullable Anchor anchor) {

    /** 2025-01-01: a clock that shows less was never set, as this program is younger. */
    static final long PLAUSIBLE_NANOS = 1_735_689_600_000_000_000L;

    /** Stamps less far ahead of the clock go along with it. */
    private static final long LEAD_NANOS = 500_000_000;

    /** A reading comes so long after its time at most; the queues hold no more. */
    private static final long LATE_NANOS = Duration.ofMinutes(10).toNanos();

    /** A clock that nothing disciplines is off by less than 500 parts in a million. */
    private static final double DRIFT = 500e-6;

    /**
     * A moment at which the time was known.
     *
     * @param time the right time
     * @param uncertainty how far off it may be; negative where unknown
     */
    record Anchor(long time, long uncertainty) {}

    /** How much a record of a clock is to be believed. */
    private enum Trust {
        NONE,
        PLAUSIBLE,
        SYNCED
    }

    /** The segments of one life, by its records in order. */
    static List<ClockSegment> ofLife(List<ClockLine.Step> life) {
        long[] shown = new long[life.size()];
        for (int i = 1; i < shown.length; i++) {
            shown[i] = shown[i - 1] + life.get(i).step().offsetNanos();
        }
        var segments = new ArrayList<ClockSegment>(shown.length);
        for (int i = 0; i < shown.length; i++) {
            int by = reference(life, i);
            var step = life.get(i).step();
            long correction = by < 0 ? 0 : shown[by] - shown[i];
            segments.add(
                    new ClockSegment(
                            life.get(i).epoch(),
                            step.bootCount(),
                            step.stamp(),
                            step.wallNanos(),
                            i + 1 < shown.length
                                    ? life.get(i + 1).step().wallNanos()
                                            - life.get(i + 1).step().offsetNanos()
                                    : Long.MAX_VALUE,
                            correction,
                            i == 0 ? correction : segments.getLast().correction,
                            by < 0,
                            by < 0 ? null : anchor(life.get(by).step())));
        }
        return segments;
    }

    private static @Nullable Anchor anchor(ClockStep by) {
        return by.synced() ? new Anchor(by.wallNanos(), by.uncertaintyNanos()) : null;
    }

    private static Trust trust(ClockStep step) {
        if (step.synced()) {
            return Trust.SYNCED;
        }
        return step.wallNanos() >= PLAUSIBLE_NANOS ? Trust.PLAUSIBLE : Trust.NONE;
    }

    /**
     * Which record of a life tells the right time for another; negative where none does. A synced
     * one speaks for itself. Else the next synced one, or the last before; else the newest that is
     * plausible, as a clock is stepped to set it right.
     */
    private static int reference(List<ClockLine.Step> life, int of) {
        if (trust(life.get(of).step()) == Trust.SYNCED) {
            return of;
        }
        int before = -1;
        int plausible = -1;
        for (int i = 0; i < life.size(); i++) {
            switch (trust(life.get(i).step())) {
                case SYNCED -> {
                    if (i > of) {
                        return i;
                    }
                    before = i;
                }
                case PLAUSIBLE -> plausible = i;
                case NONE -> {
                    // says nothing
                }
            }
        }
        return before >= 0 ? before : plausible;
    }

    /** Whether its times can be taken as they stand. */
    boolean isStraight() {
        return correction == 0 && correctionBefore == 0 && !isLost && lead() == 0;
    }

    /** How far stamps are ahead of the clock at its begin. */
    private long lead() {
        long lead = Hlc.epochNanos(stamp) - wall;
        return lead < LEAD_NANOS ? 0 : lead;
    }

    long timeOf(long of) {
        long stamped = Hlc.epochNanos(of);
        if (lead() > 0) {
            long ran = Hlc.unslowed(stamped - Hlc.epochNanos(stamp));
            return Math.min(stamped, wall + ran) + correction;
        }
        return stamped + correction;
    }

    /** The stamp's nanoseconds at a time; the inverse of {@link #timeOf}. */
    private long stampedAt(long time) {
        long shown = time - correction;
        if (lead() == 0) {
            return shown;
        }
        long begin = Hlc.epochNanos(stamp);
        return shown < wall ? begin : Math.max(shown, begin + Hlc.slowed(shown - wall));
    }

    /**
     * The time nearest to the stamp's among what it may be: as it stands, or as the clock is
     * corrected now or was before the last step. A correction has to bring it near indeed: half of
     * what it corrects.
     */
    long sourceTime(long of, long source) {
        long target = timeOf(of);
        long now = nearer(source, source, correction, target);
        return nearer(now, source, correctionBefore, target);
    }

    private static long nearer(long best, long source, long by, long target) {
        double off = distance(source + by, target);
        boolean isNearer =
                by != 0 && off < distance(best, target) && off <= Math.abs((double) by) / 2;
        return isNearer ? source + by : best;
    }

    /**
     * Whether the gateway's clock gave a source time while it was wrong.
     *
     * @param right what {@link #sourceTime} makes of it
     */
    boolean isMarked(long of, long source, long right) {
        return isLost ? distance(source, timeOf(of)) <= LATE_NANOS : right != source;
    }

    private static double distance(long a, long b) {
        return Math.abs((double) a - b);
    }

    /** What the clock showed, corrected. */
    long wallTime(long shown) {
        return shown + correction;
    }

    /** Whether the clock showed this in it. */
    boolean showed(long shown) {
        return shown >= wall - LATE_NANOS && (wallEnd == Long.MAX_VALUE || shown <= wallEnd);
    }

    long uncertainty(long of) {
        if (anchor == null || anchor.uncertainty < 0) {
            return ClockLine.UNKNOWN;
        }
        double drifted = isAnchored() ? 0 : distance(timeOf(of), anchor.time) * DRIFT;
        return anchor.uncertainty + (long) drifted;
    }

    private boolean isAnchored() {
        return anchor != null && anchor.time == wall;
    }

    /** Adds where what belongs into a span may be stored in this segment. */
    void raw(long from, long to, Collection<ClockLine.Raw> into) {
        long end = wallEnd == Long.MAX_VALUE ? Long.MAX_VALUE : wallEnd + correction + LATE_NANOS;
        if (to <= wall + correction - LATE_NANOS || from >= end) {
            return;
        }
        into.add(new ClockLine.Raw(from - correction, to - correction));
        if (lead() > 0) {
            into.add(new ClockLine.Raw(stampedAt(from), stampedAt(to) + 1));
        }
    }
}
