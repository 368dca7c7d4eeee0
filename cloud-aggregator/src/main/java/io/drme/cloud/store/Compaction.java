package io.drme.cloud.store;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.time.Clock;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the samples of blocks together into segments of an hour, and these into segments of a day,
 * ordered by series. What arrives late goes into the segment of its time, which is made anew with
 * it. The blocks themselves stay as they came.
 *
 * <p><b>A query sees each sample once.</b> A segment is written where nobody reads it; then one
 * small transaction has it read, in place of the blocks and segments that went into it. Where one
 * of these was taken by somebody else meanwhile, nothing is changed. What was replaced stays for a
 * while, for who has just looked up where to read.
 *
 * <p>A step is bounded: it looks for work, or packs at most some 700,000 samples, or removes some
 * rows. Confined to its owner thread; blocks.
 */
public final class Compaction implements AutoCloseable {
    /** What belongs to an hour is nearly always here so long behind its end. */
    private static final Duration AFTER_HOUR = Duration.ofMinutes(5);

    private static final Duration AFTER_DAY = Duration.ofHours(1);

    /** While blocks of an hour still come in, as after an outage, it waits so long for the rest. */
    private static final Duration QUIET = Duration.ofMinutes(1);

    /** But then it takes what is there. */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    /** A clock that is ahead does not keep blocks from being put together. */
    private static final Duration HOUR_AT_LATEST = Duration.ofHours(2);

    private static final Duration DAY_AT_LATEST = Duration.ofHours(26);

    /** A day is made anew for so many late blocks, or when one has waited so long. */
    private static final int MANY_LATE = 60;

    private static final Duration LATE_WAIT = Duration.ofMinutes(30);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(30);

    private final BlockStore store;
    private final Writer writer;
    private final Clock clock;
    private final SegmentStats stats;
    private final SegmentSweep sweep;
    private final ArrayDeque<Due> due = new ArrayDeque<>();
    private final Set<SegmentWork.Unread> unread = new HashSet<>();
    private @Nullable SegmentWork work;
    private boolean looked;
    private long lookedNanos;

    /** What pipelines made is made again where blocks come late: its blocks are replaced. */
    private static final String DERIVED =
            "select e.id from epoch e join gateway g on g.id = e.gateway_id where g.derived = 1";

    private static final Logger log = LoggerFactory.getLogger(Compaction.class);

    private Compaction(Database database, Writer writer, Clock clock) {
        this.store = new BlockStore(database);
        this.writer = writer;
        this.clock = clock;
        this.stats = new SegmentStats();
        this.sweep = new SegmentSweep(store, writer, clock);
    }

    /** A period whose blocks are to be put together. */
    private record Due(long epochId, int level, long period) {}

    /** Opens a connection for writing; the caller closes it before the database. */
    public static Compaction open(Database database, Clock clock) throws DatabaseException {
        return new Compaction(database, database.openWriter(Dialect.Role.RECORDS), clock);
    }

    /** What it counts; safe for use from any thread. */
    public SegmentStats stats() {
        return stats;
    }

    /**
     * Does the next piece of work.
     *
     * @return whether there may be more at once
     * @throws DatabaseException when the database fails; what was begun is begun anew
     */
    public boolean step() throws DatabaseException {
        boolean done = false;
        try {
            boolean more = next();
            done = true;
            return more;
        } catch (SQLException e) {
            throw new DatabaseException("the database failed: " + writer.dialect().advice(e), e);
        } finally {
            if (!done) {
                abandon();
                looked = false;
            }
        }
    }

    private boolean next() throws DatabaseException, SQLException {
        var current = work;
        if (current != null) {
            if (current.pass()) {
                return true;
            }
            finish(current);
            return true;
        }
        if (sweep.step()) {
            return true;
        }
        var next = due.poll();
        if (next != null) {
            work = begun(next).orElse(null);
            return true;
        }
        if (!looked || clock.nanoTime() - lookedNanos >= LOOK_EVERY.toNanos()) {
            look();
            looked = true;
            lookedNanos = clock.nanoTime();
        }
        return !due.isEmpty();
    }

    private void finish(SegmentWork current) throws SQLException {
        if (current.isSpoiled()) {
            // what is due is looked for again at once, without what can't be read
            looked = false;
        } else if (!current.readFromNow()) {
            stats.lostRace();
            log.info("segment={} why=\"what it was made of was taken meanwhile\"", current);
        }
        current.close();
        work = null;
    }

    private void abandon() throws DatabaseException {
        try {
            var current = work;
            work = null;
            if (current != null) {
                current.close();
            }
            writer.rollBack();
        } catch (SQLException e) {
            throw new DatabaseException("the database failed: " + writer.dialect().advice(e), e);
        }
    }

    private record Waiting(
            long epochId, long hour, int blocks, long firstCame, long lastCame, boolean hasDay) {}

    private void look() throws DatabaseException {
        long now = clock.epochNanos();
        var waiting =
                store.list(
                        "select w.epoch_id, w.hour, w.n, w.first_came, w.last_came, case when exists (select 1 from segment g where g.epoch_id = w.epoch_id and g.level = 2 and g.period = w.hour / 24 and g.state = 1) then 1 else 0 end from (select epoch_id, place / "
                                + Segments.STAMPS_PER_HOUR
                                + " as hour, count(*) as n, min(received_at) as first_came, max(received_at) as last_came from fresh where segment_id = 0 and epoch_id not in ("
                                + DERIVED
                                + ") group by 1, 2) w order by w.epoch_id, w.hour",
                        r ->
                                new Waiting(
                                        r.getLong(1),
                                        r.getLong(2),
                                        r.getInt(3),
                                        r.getLong(4),
                                        r.getLong(5),
                                        r.getInt(6) != 0));
        stats.waiting(waiting.stream().mapToLong(Waiting::blocks).sum());
        for (var one : waiting) {
            if (isDue(one, now)) {
                var next =
                        one.hasDay
                                ? new Due(
                                        one.epochId,
                                        Segments.DAY,
                                        one.hour / Segments.HOURS_PER_DAY)
                                : new Due(one.epochId, Segments.HOUR, one.hour);
                if (!due.contains(next)) {
                    due.add(next);
                }
            }
        }
        days(now);
    }

    private static boolean isDue(Waiting w, long now) {
        boolean isOver = (w.hour + 1) * Duration.ofHours(1).toNanos() + AFTER_HOUR.toNanos() <= now;
        boolean isThere =
                w.lastCame + QUIET.toNanos() <= now || w.firstCame + LONGEST_WAIT.toNanos() <= now;
        boolean isWorthIt =
                !w.hasDay || w.blocks >= MANY_LATE || w.firstCame + LATE_WAIT.toNanos() <= now;
        return (isOver && isThere && isWorthIt) || w.firstCame + HOUR_AT_LATEST.toNanos() <= now;
    }

    private void days(long now) throws DatabaseException {
        long over = now - AFTER_DAY.toNanos();
        due.addAll(
                store.list(
                        "select epoch_id, period / 24 from segment where level = 1 and state = 1 and expired = 0 group by 1, 2 having (period / 24 + 1) * ? <= ? or min(changed_at) <= ? order by 1, 2",
                        r -> new Due(r.getLong(1), Segments.DAY, r.getLong(2)),
                        Duration.ofDays(1).toNanos(),
                        over,
                        now - DAY_AT_LATEST.toNanos()));
    }

    private Optional<SegmentWork> begun(Due next) throws DatabaseException, SQLException {
        var of =
                store.list(
                        "select g.name, e.epoch, e.gateway_id from epoch e join gateway g on g.id = e.gateway_id where e.id = ?",
                        r ->
                                new SegmentWork.Target(
                                        new GatewayId(r.getString(1)),
                                        r.getLong(3),
                                        EpochId.parse(r.getString(2)),
                                        next.epochId,
                                        next.level,
                                        next.period),
                        next.epochId);
        return of.isEmpty()
                ? Optional.empty()
                : SegmentWork.begin(store, writer, clock, stats, of.getFirst(), unread);
    }

    @Override
    public void close() throws DatabaseException {
        try {
            abandon();
            writer.close();
        } catch (SQLException e) {
            throw new DatabaseException("the database can't be closed: " + e.getMessage(), e);
        }
    }
}
