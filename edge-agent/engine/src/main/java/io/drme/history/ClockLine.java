package io.drme.history;

import io.drme.block.SeriesColumns;
import io.drme.model.Quality;
import io.drme.model.Reading;
import io.drme.model.Reason;
import io.drme.model.Value;
import io.drme.schema.ClockStep;
import io.drme.schema.Drop;
import io.drme.schema.GatewayLife;
import io.drme.schema.Payload;
import io.drme.schema.Refusal;
import io.drme.time.Hlc;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How the times of a gateway are to be read, by what became of its clock: what was stamped while
 * the clock was wrong gets its right time, once that is known. Nothing stored changes.
 *
 * <p>A life of the agent falls into {@link ClockSegment segments}, each with the clock as a {@link
 * ClockStep} says. Within one life the steady clock ties them together, so what one of them knows
 * holds for all: a synced one for those that were not; else the newest that shows a year in which
 * this program exists, as whoever sets a clock sets it right. A life that never knew the time keeps
 * what it stamped, and is marked.
 *
 * <p>Immutable; safe for use from any thread.
 */
public final class ClockLine {
    /** A clock of which nothing is on record. */
    public static final ClockLine EMPTY = new ClockLine(List.of());

    /** What {@link #uncertainty} says where it is not known. */
    public static final long UNKNOWN = -1;

    /** Of the one gateway that knows no other, the number of every epoch. */
    public static final long ONLY_EPOCH = 0;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final List<ClockSegment> segments;
    private final boolean isStraight;

    private ClockLine(List<ClockSegment> segments) {
        this.segments = segments;
        this.isStraight = segments.stream().allMatch(ClockSegment::isStraight);
    }

    /**
     * A record of the clock.
     *
     * @param epoch its place among the gateway's epochs; later ones are greater
     */
    public record Step(long epoch, ClockStep step) {}

    /** Makes one of all records, in whatever order. */
    public static ClockLine of(List<Step> steps) {
        var sorted = new ArrayList<>(steps);
        sorted.sort(
                Comparator.comparingLong(Step::epoch)
                        .thenComparingLong(s -> s.step().stamp())
                        .thenComparingLong(s -> s.step().bootCount()));
        var all = new ArrayList<ClockSegment>(sorted.size());
        for (int from = 0; from < sorted.size(); ) {
            int to = from + 1;
            while (to < sorted.size() && isSameLife(sorted.get(from), sorted.get(to))) {
                to++;
            }
            all.addAll(ClockSegment.ofLife(sorted.subList(from, to)));
            from = to;
        }
        return all.isEmpty() ? EMPTY : new ClockLine(List.copyOf(all));
    }

    private static boolean isSameLife(Step a, Step b) {
        return a.epoch() == b.epoch() && a.step().bootCount() == b.step().bootCount();
    }

    /** Whether such a record leaves times in its life that can't be taken as they stand. */
    public static boolean isCrooked(ClockStep step) {
        return step.offsetNanos() != 0
                || !ClockSegment.ofLife(List.of(new Step(ONLY_EPOCH, step)))
                        .getFirst()
                        .isStraight();
    }

    /** Whether every time can be taken as it stands: then nothing here has any effect. */
    public boolean isStraight() {
        return isStraight;
    }

    /** Whether every time from one stamp to another can be taken as it stands. */
    public boolean isStraight(long epoch, long fromStamp, long toStamp) {
        if (isStraight) {
            return true;
        }
        int first = Math.max(0, indexAt(epoch, fromStamp));
        for (int i = first; i < segments.size(); i++) {
            var segment = segments.get(i);
            if (segment.epoch() > epoch || segment.stamp() > toStamp) {
                break;
            }
            if (!segment.isStraight()) {
                return false;
            }
        }
        return true;
    }

    /** When it was by a stamp, nanoseconds since 1970 UTC. */
    public long timeOf(long epoch, long stamp) {
        var segment = isStraight ? null : at(epoch, stamp);
        return segment == null ? Hlc.epochNanos(stamp) : segment.timeOf(stamp);
    }

    /** A stamp whose milliseconds are {@link #timeOf}; for showing, not for order. */
    public long readable(long epoch, long stamp) {
        var segment = isStraight ? null : at(epoch, stamp);
        return segment == null
                ? stamp
                : Hlc.of(Math.max(0, segment.timeOf(stamp) / NANOS_PER_MILLI), Hlc.counter(stamp));
    }

    /**
     * When a sample was true. A device with a clock of its own keeps its time: only what lies near
     * the gateway's time once it is corrected, and not before, was stamped by the gateway.
     *
     * @param stamp the gateway time of the sample
     * @param source its source time as it was stored, nanoseconds since 1970 UTC
     */
    public long sourceTime(long epoch, long stamp, long source) {
        var segment = isStraight ? null : at(epoch, stamp);
        return segment == null ? source : segment.sourceTime(stamp, source);
    }

    /** Whether a sample was stamped by a clock that is known to have been wrong. */
    public boolean isMarked(long epoch, long stamp, long source) {
        var segment = isStraight ? null : at(epoch, stamp);
        return segment != null
                && segment.isMarked(stamp, source, segment.sourceTime(stamp, source));
    }

    /**
     * A time that the gateway read from its clock in the life before the one of that stamp: its
     * last commit, which the record of a start tells.
     */
    public long lastTime(long epoch, long stamp, long shown) {
        int i = isStraight ? -1 : indexAt(epoch, stamp);
        int before = i;
        while (before >= 0 && isSameLife(segments.get(before), segments.get(i))) {
            before--;
        }
        return before < 0 ? shown : segments.get(before).wallTime(shown);
    }

    /** A time that the gateway read from its clock at some time before that stamp. */
    public long shownTime(long epoch, long stamp, long shown) {
        for (int i = isStraight ? -1 : indexAt(epoch, stamp); i >= 0; i--) {
            if (segments.get(i).showed(shown)) {
                return segments.get(i).wallTime(shown);
            }
        }
        return shown;
    }

    /**
     * Such a time of which a reading tells: since when its value has been so, or when it was good
     * last. One later than the reading itself is a device's own, and stays.
     *
     * @param stamp the reading's gateway time
     */
    public long earlierTime(long epoch, long stamp, long time) {
        if (isStraight) {
            return time;
        }
        long right = shownTime(epoch, stamp, time);
        return right <= timeOf(epoch, stamp) ? right : time;
    }

    /** A reading marked as {@link #correct(long, SeriesColumns)} does. */
    public Reading correct(long epoch, long stamp, long source, Reading reading) {
        return reading instanceof Reading.Good(Value value) && isMarked(epoch, stamp, source)
                ? new Reading.Uncertain(value, Reason.CLOCK_UNSYNCED)
                : reading;
    }

    /**
     * How far off {@link #timeOf} may be, in nanoseconds; {@link #UNKNOWN} where nothing is known.
     */
    public long uncertainty(long epoch, long stamp) {
        var segment = at(epoch, stamp);
        return segment == null ? UNKNOWN : segment.uncertainty(stamp);
    }

    /** As {@link #uncertainty}, of a gateway time's nanoseconds; null where nothing is known. */
    public @Nullable Long stampedUncertainty(long epoch, long nanos) {
        long found = uncertainty(epoch, lastStamp(nanos));
        return found == UNKNOWN ? null : found;
    }

    /** The last stamp of a millisecond. */
    private static long lastStamp(long nanos) {
        return Hlc.of(Math.max(0, nanos / NANOS_PER_MILLI) + 1, 0) - 1;
    }

    /** Whether the gateway never knew what time it was then. */
    public boolean isLost(long epoch, long stamp) {
        var segment = isStraight ? null : at(epoch, stamp);
        return segment != null && segment.isLost();
    }

    /** The clock as it was at a stamp; null where that is not on record. */
    private @Nullable ClockSegment at(long epoch, long stamp) {
        int i = indexAt(epoch, stamp);
        return i < 0 ? null : segments.get(i);
    }

    /**
     * The last segment at or before, of the epoch itself or, where it has none so old, before it.
     */
    private int indexAt(long epoch, long stamp) {
        int low = 0;
        int high = segments.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            var segment = segments.get(middle);
            boolean isBehind =
                    segment.epoch() > epoch
                            || (segment.epoch() == epoch && segment.stamp() > stamp);
            if (isBehind) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        int found = low - 1;
        while (found >= 0 && segments.get(found).stamp() > stamp) {
            found--;
        }
        return found;
    }

    private static boolean isSameLife(ClockSegment a, ClockSegment b) {
        return a.epoch() == b.epoch() && a.boot() == b.boot();
    }

    /**
     * Gives samples their right times and marks them as what they were: {@code uncertain} by {@link
     * Reason#CLOCK_UNSYNCED}, unless they have a worse quality already.
     */
    public void correct(long epoch, SeriesColumns columns) {
        if (isStraight) {
            return;
        }
        var times = columns.sourceTimes();
        for (int i = 0; i < columns.size(); i++) {
            var segment = at(epoch, columns.gatewayTimes()[i]);
            if (segment != null && !segment.isStraight()) {
                long stamp = columns.gatewayTimes()[i];
                long right = segment.sourceTime(stamp, times[i]);
                if (segment.isMarked(stamp, times[i], right)) {
                    columns.qualities()[i] =
                            Quality.downgrade(columns.qualities()[i], Reason.CLOCK_UNSYNCED);
                }
                times[i] = right;
            }
        }
    }

    /** Gives the times in an event that tells of gaps their right values. */
    public Payload correct(long epoch, long stamp, Payload payload) {
        if (isStraight) {
            return payload;
        }
        return switch (payload) {
            case GatewayLife life ->
                    new GatewayLife(
                            life.kind(),
                            life.bootCount(),
                            life.lastCommitTime() == 0
                                    ? 0
                                    : lastTime(epoch, stamp, life.lastCommitTime()),
                            life.version());
            case Refusal r ->
                    new Refusal(
                            r.cause(),
                            r.samples(),
                            stampedTime(epoch, stamp, r.firstTime()),
                            stampedTime(epoch, stamp, r.lastTime()));
            case Drop d ->
                    new Drop(
                            d.stream(),
                            d.fromSequence(),
                            d.toSequence(),
                            d.samples(),
                            d.cause(),
                            d.lastHash(),
                            shownTime(epoch, stamp, d.firstTime()),
                            shownTime(epoch, stamp, d.lastTime()),
                            d.detail());
            default -> payload;
        };
    }

    /**
     * When it was by a gateway time, of which only the nanoseconds are on record.
     *
     * @param latest a stamp that is not before it
     */
    public long stampedTime(long epoch, long latest, long nanos) {
        return isStraight ? nanos : timeOf(epoch, Math.min(latest, lastStamp(nanos)));
    }

    /**
     * A span of times as they are stored.
     *
     * @param from first nanosecond since 1970 UTC
     * @param to first nanosecond behind it
     */
    public record Raw(long from, long to) {}

    /**
     * Where what belongs into a span may be stored, oldest first and without overlap; the span
     * itself is among it.
     */
    public List<Raw> raw(long from, long to) {
        if (isStraight) {
            return List.of(new Raw(from, to));
        }
        var spans = new TreeSet<>(Comparator.comparingLong(Raw::from).thenComparingLong(Raw::to));
        spans.add(new Raw(from, to));
        for (var segment : segments) {
            if (!segment.isStraight()) {
                segment.raw(from, to, spans);
            }
        }
        var merged = new ArrayList<Raw>();
        for (var span : spans) {
            var last = merged.isEmpty() ? null : merged.getLast();
            if (last != null && span.from() <= last.to()) {
                merged.set(merged.size() - 1, new Raw(last.from(), Math.max(last.to(), span.to())));
            } else {
                merged.add(span);
            }
        }
        return merged;
    }
}
