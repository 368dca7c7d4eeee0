package io.drme.cloud.query;

import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.PieceReader;
import io.drme.cloud.store.Run;
import io.drme.cloud.store.SeriesPieces.Fresh;
import io.drme.cloud.store.SeriesPieces.Part;
import io.drme.cloud.store.SeriesPieces.Piece;
import io.drme.cloud.store.SeriesPieces.RolledUp;
import io.drme.history.Bucket;
import io.drme.history.ClockLine;
import io.drme.history.RollUp;
import io.drme.model.ValueType;
import io.drme.time.Hlc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a roll-up with the cheapest that gives the same: statistics of blocks, buckets of segments,
 * and samples where these do not do. Confined to its owner; may block.
 */
final class TrendFeed {
    private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long HOUR_NANOS = Duration.ofHours(1).toNanos();
    private static final long DAY_NANOS = Duration.ofDays(1).toNanos();
    private static final long LATE_NANOS = Duration.ofMinutes(10).toNanos();
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final RollUp rollUp;
    private final ValueType type;
    private final ClockLine clock;
    private final PieceReader reader;
    private final List<Long> ends;
    private int end;

    /**
     * Feeds this roll-up.
     *
     * @param type of the tag; samples of another are left out
     * @param ends when the agent ended, so that no value is known to hold any longer, sorted
     */
    TrendFeed(RollUp rollUp, ValueType type, ClockLine clock, PieceReader reader, List<Long> ends) {
        this.rollUp = rollUp;
        this.type = type;
        this.clock = clock;
        this.reader = reader;
        this.ends = ends;
    }

    /** The longest buckets that do for steps of that length; 0 where none do. */
    static int level(long stepNanos) {
        if (stepNanos % DAY_NANOS == 0) {
            return 3;
        }
        return stepNanos % HOUR_NANOS == 0 ? 2 : stepNanos % MINUTE_NANOS == 0 ? 1 : 0;
    }

    /** A block's series, or all that there is of the tag in a segment. */
    private static final class Unit {
        private final long epochId;
        private long place = Long.MAX_VALUE;
        private long lastStamp = Long.MIN_VALUE;
        private final List<Piece> samples = new ArrayList<>();
        private @Nullable RolledUp rolled;

        Unit(long epochId) {
            this.epochId = epochId;
        }

        void add(Piece piece) {
            place = Math.min(place, piece.place());
            lastStamp = Math.max(lastStamp, Math.max(piece.place(), piece.lastStamp()));
            if (piece instanceof RolledUp found) {
                rolled = found;
            } else {
                samples.add(piece);
            }
        }

        /** How many samples the listed parts have. */
        private long listed() {
            return samples.stream()
                    .mapToLong(p -> p instanceof Part part ? part.samples() : 0)
                    .sum();
        }
    }

    /** Takes pieces in the gateway's order. */
    void take(List<Piece> pieces) throws DatabaseException {
        var together = new ArrayList<Unit>();
        long last = Long.MIN_VALUE;
        for (var unit : units(pieces)) {
            boolean isBehind =
                    together.isEmpty()
                            || unit.epochId != together.getFirst().epochId
                            || unit.place > last;
            if (isBehind) {
                takeTogether(together);
                together.clear();
                last = Long.MIN_VALUE;
            }
            together.add(unit);
            last = Math.max(last, unit.lastStamp);
        }
        takeTogether(together);
    }

    private List<Unit> units(List<Piece> pieces) {
        var units = new ArrayList<Unit>();
        var segments = new HashMap<Long, Unit>();
        for (var piece : pieces) {
            if (piece.type() != type) {
                continue;
            }
            long segment =
                    switch (piece) {
                        case Fresh _ -> 0;
                        case Part part -> part.segmentId();
                        case RolledUp found -> found.segmentId();
                    };
            var unit = segment == 0 ? null : segments.get(segment);
            if (unit == null) {
                unit = new Unit(piece.epochId());
                units.add(unit);
                if (segment != 0) {
                    segments.put(segment, unit);
                }
            }
            unit.add(piece);
        }
        return units;
    }

    private void takeTogether(List<Unit> units) throws DatabaseException {
        if (units.size() == 1) {
            takeOne(units.getFirst());
            return;
        }
        var run = new Run(type);
        for (var unit : units) {
            if (unit.samples.isEmpty() && unit.rolled != null) {
                buckets(unit.rolled.buckets(), null, true);
            }
            gather(unit, run);
        }
        run.sort();
        samples(run, 0, run.size());
    }

    private void gather(Unit unit, Run into) throws DatabaseException {
        for (var piece : unit.samples) {
            into.add(reader.read(piece), 0);
        }
    }

    private void takeOne(Unit unit) throws DatabaseException {
        if (unit.samples.size() == 1 && unit.samples.getFirst() instanceof Fresh fresh) {
            interrupt(fresh.row().stats().firstTime());
            if (isStraight(fresh) && rollUp.addStats(fresh.row().stats())) {
                return;
            }
        }
        var rolled = unit.rolled;
        if (rolled != null) {
            long counted = rolled.buckets().stream().mapToLong(Bucket::count).sum();
            boolean isGone = unit.samples.isEmpty();
            boolean isUsable =
                    clock.isStraight(unit.epochId, unit.place, unit.lastStamp)
                            && counted == unit.listed();
            if (isGone || isUsable) {
                buckets(rolled.buckets(), unit, isGone);
                return;
            }
        }
        var run = new Run(type);
        gather(unit, run);
        run.sort();
        samples(run, 0, run.size());
    }

    /**
     * Whether a block's figures can be taken as they stand; its polls end soon after its samples.
     */
    private boolean isStraight(Fresh fresh) {
        long end = Math.max(0, (fresh.row().stats().lastTime() + LATE_NANOS) / NANOS_PER_MILLI);
        return clock.isStraight(
                fresh.epochId(), fresh.place(), Math.max(fresh.place(), Hlc.of(end, 0)));
    }

    /** Takes buckets, and the samples of those that do not do. */
    private void buckets(List<Bucket> buckets, @Nullable Unit unit, boolean areGone)
            throws DatabaseException {
        Run run = null;
        int at = 0;
        for (var bucket : buckets) {
            interrupt(bucket.firstTime());
            boolean isWhole = end == ends.size() || ends.get(end) >= bucket.lastTime();
            boolean isTaken = (isWhole || areGone) && rollUp.addBucket(bucket, areGone);
            if (!isTaken && !areGone && unit != null) {
                if (run == null) {
                    run = new Run(type);
                    gather(unit, run);
                    run.sort();
                }
                samples(run, at, Math.min(run.size(), at + bucket.count()));
            }
            at += bucket.count();
        }
    }

    private void samples(Run run, int from, int to) {
        for (int i = from; i < to; i++) {
            interrupt(run.source(i));
            rollUp.add(run.source(i), run.bits(i), run.text(i), run.quality(i));
        }
    }

    private void interrupt(long before) {
        while (end < ends.size() && ends.get(end) < before) {
            rollUp.interrupt(ends.get(end++));
        }
    }

    /** Ends the feeding. */
    void end() {
        interrupt(Long.MAX_VALUE);
    }
}
