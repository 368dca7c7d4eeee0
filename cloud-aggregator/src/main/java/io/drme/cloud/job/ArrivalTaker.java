package io.drme.cloud.job;

import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.Gateway;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.FleetRows;
import io.drme.cloud.store.FleetRows.Arrival;
import io.drme.cloud.store.FleetRows.FleetKey;
import io.drme.cloud.store.FleetRows.KeyRow;
import io.drme.cloud.store.FleetStore;
import io.drme.cloud.store.FleetStore.Mark;
import io.drme.cloud.store.TimedBlocks;
import io.drme.history.ClockLine;
import io.drme.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The source of fleet pipelines: takes the blocks that were stored since, whoever stored them, and
 * marks the chunks of time that they belong to, in one transaction with how far it took them. Its
 * place is a number of each connection that stores, as transactions commit in another order than
 * they begin.
 *
 * <p>Any number of them may run; of those that took the same, one goes on. Confined to its owner;
 * each call blocks on the database.
 */
public final class ArrivalTaker {
    /** Blocks that are taken in one transaction. */
    private static final int MOST_BLOCKS = 500;

    /** Late blocks come in numbers, so a tenth of the usual time is waited for more of them. */
    private static final int SETTLING = 10;

    private final FleetPlan plan;
    private final List<Reads> jobs;
    private final BlockStore store;
    private final TimedBlocks timed;
    private final FleetRows rows;
    private final FleetStore fleet;
    private final Clock clock;
    private final FleetCounters counters;

    /** When each key has to be looked at next. */
    private final Map<FleetKey, Long> due = new HashMap<>();

    private final ArrivalSpans spans;
    private final ResultsAbove above;
    private Map<String, Long> begins = Map.of();

    /** Takes blocks for these pipelines. */
    public ArrivalTaker(FleetPlan plan, FleetParts parts) {
        this.plan = plan;
        this.jobs = FleetParts.reads(plan);
        this.store = parts.store();
        this.timed = new TimedBlocks(store);
        this.rows = parts.rows();
        this.fleet = parts.fleet();
        this.clock = parts.clock();
        this.counters = parts.counters();
        this.spans = new ArrivalSpans(plan, store, rows);
        this.above = new ResultsAbove(store, rows, plan.every());
    }

    /**
     * Makes the pipelines known, and the keys of those that have none; to be called first, and
     * again where it failed.
     */
    public void begin() throws DatabaseException {
        long now = clock.epochNanos();
        fleet.configure(
                plan.byName(), plan.chunkOf(now - plan.backfill()), FleetPlan::hasOtherKeys);
        var known = rows.jobs();
        begins = new HashMap<>();
        known.forEach((name, job) -> begins.put(name, job.beginNanos()));
        for (var job : jobs) {
            // where it failed before behind the line above, nobody else would make them known
            long backTo = plan.chunkOf(now - Math.max(plan.reach(), plan.backfill()));
            fleet.addKeys(keysOf(job), Math.max(beginOf(job.job()), backTo));
        }
        due.clear();
        for (var key : rows.keys()) {
            due.put(key.key(), dueAt(key));
        }
        rows.lateKeys().forEach(key -> due.put(key, now));
    }

    private long beginOf(String job) {
        var begin = begins.get(job);
        if (begin == null) {
            throw new IllegalStateException("pipeline " + job + " was just made known");
        }
        return begin;
    }

    private long dueAt(KeyRow key) {
        return key.computedTo() + plan.every() + plan.waits();
    }

    private Set<FleetKey> keysOf(Reads job) throws DatabaseException {
        var keys = new HashSet<FleetKey>();
        for (var gateway : store.gateways()) {
            for (var tag : store.seriesNames(gateway.id())) {
                if (job.isRead(gateway, tag) && (job.isOne() || !gateway.isDerived())) {
                    keys.add(job.keyOf(gateway));
                    break;
                }
            }
        }
        return keys;
    }

    /**
     * Takes what waits.
     *
     * @return the keys that have to be looked at now
     */
    public Collection<FleetKey> take() throws DatabaseException {
        var position = rows.position();
        var taken = new TreeMap<Long, Long>();
        var arrivals = new ArrayList<Arrival>();
        for (long writer : rows.writers()) {
            long after = position.counters().getOrDefault(writer, 0L);
            for (var arrival : rows.arrivals(writer, after, MOST_BLOCKS - arrivals.size())) {
                arrivals.add(arrival);
                taken.put(writer, arrival.counter());
            }
        }
        if (!arrivals.isEmpty()) {
            mark(position, taken, arrivals);
        }
        return dueNow();
    }

    private void mark(FleetRows.Position position, Map<Long, Long> taken, List<Arrival> arrivals)
            throws DatabaseException {
        var gateways = new HashMap<Long, Gateway>();
        store.gateways().forEach(g -> gateways.put(g.id(), g));
        var clocks = new HashMap<Long, ClockLine>();
        for (long crooked : timed.crooked()) {
            clocks.put(crooked, timed.clock(crooked));
        }
        var marks = new LinkedHashSet<Mark>();
        var keys = new LinkedHashMap<FleetKey, Long>();
        var seen = new HashMap<String, Set<Long>>();
        for (var arrival : arrivals) {
            var gateway = gateways.get(arrival.gatewayId());
            if (gateway == null) {
                continue;
            }
            var line = clocks.getOrDefault(gateway.id(), ClockLine.EMPTY);
            var arrived = spans.of(arrival, gateway, line);
            for (var job : jobs) {
                if (gateway.isDerived() && !seen(job, gateway, seen).contains(arrival.epochId())) {
                    continue;
                }
                var chunks = arrived.chunks(job);
                if (!chunks.isEmpty()) {
                    keysOf(job, gateway).forEach(key -> mark(key, chunks, keys, marks));
                }
            }
        }
        if (fleet.advance(position, taken, keys, marks)) {
            counters.took(arrivals.size());
            keys.forEach((key, begin) -> due.putIfAbsent(key, begin + plan.every() + plan.waits()));
            long now = clock.epochNanos();
            for (var mark : marks) {
                if (mark.chunk() + plan.every() + plan.waits() <= now) {
                    // it was computed; its neighbours are on their way, too
                    due.merge(mark.key(), now + plan.waits() / SETTLING, Math::min);
                }
            }
        }
    }

    private Set<Long> seen(Reads job, Gateway results, Map<String, Set<Long>> known)
            throws DatabaseException {
        var found = known.get(job.job());
        if (found == null) {
            found = above.of(job, results);
            known.put(job.job(), found);
        }
        return found;
    }

    /** Results of the fleet are seen by every key of a pipeline that reads them. */
    private Collection<FleetKey> keysOf(Reads job, Gateway gateway) {
        if (!gateway.isDerived()) {
            return List.of(job.keyOf(gateway));
        }
        if (job.isOne()) {
            return List.of(new FleetKey(job.job(), ""));
        }
        return due.keySet().stream().filter(k -> k.job().equals(job.job())).toList();
    }

    /**
     * Marks chunks of a key, and has it begin with the first of them where it is new: what was
     * before there was a gateway is nothing to compute.
     */
    private void mark(FleetKey key, Set<Span> chunks, Map<FleetKey, Long> keys, Set<Mark> marks) {
        long now = clock.epochNanos();
        long begin = beginOf(key.job());
        long least = plan.chunkOf(Math.max(begin, plan.chunkOf(now - plan.reach())));
        // what is ahead of our time comes to its turn by itself
        long most = plan.chunkOf(now) + plan.every();
        long keyBegin = plan.chunkOf(now);
        boolean isTooLate = false;
        for (var span : chunks) {
            isTooLate |= span.fromNanos() < least;
            long first = Math.max(span.fromNanos(), least);
            long last = Math.min(span.toNanos(), most);
            for (long chunk = first; chunk <= last; chunk += plan.every()) {
                marks.add(new Mark(key, chunk));
            }
            if (first <= last) {
                keyBegin = Math.min(keyBegin, first);
            }
        }
        if (isTooLate) {
            counters.cameTooLate();
        }
        keys.merge(key, Math.max(keyBegin, begin), Math::min);
    }

    private Collection<FleetKey> dueNow() {
        long now = clock.epochNanos();
        var keys = new ArrayList<FleetKey>();
        for (var entry : due.entrySet()) {
            if (entry.getValue() <= now) {
                keys.add(entry.getKey());
                entry.setValue(plan.chunkOf(now - plan.waits()) + plan.every() + plan.waits());
            }
        }
        return keys;
    }
}
