package io.drme.cloud.job;

import io.drme.cloud.store.BlockStore.Gateway;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.FleetRows.FleetKey;
import io.drme.cloud.store.FleetRows.Job;
import io.drme.cloud.store.FleetRows.KeyRow;
import io.drme.cloud.store.FleetStore.Chunk;
import io.drme.cloud.store.FleetStore.Computed;
import io.drme.model.Tag;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Computes the keys of fleet pipelines, chunk by chunk: those whose time has come, and those of
 * which blocks came late. What is computed again begins at the state before it, and ends where the
 * state is what it was: behind that nothing differs.
 *
 * <p>Results, state, and which marks are done with go into the database in one transaction, and
 * only while nobody else has written the key. What is held here can be lost at any moment.
 *
 * <p>Confined to its owner; each call blocks on the database.
 */
public final class KeyWorker {
    /** Chunks in one transaction; it bounds memory. */
    private static final int MOST_CHUNKS = 16;

    /** Keys whose engine stays in memory; the state of others is read again. */
    private static final int MOST_HOT = 1_000;

    private static final int MOST_MARKS = 256;
    private static final long HOUR_NANOS = 3_600_000_000_000L;

    private final FleetPlan plan;
    private final FleetParts parts;
    private final Map<String, Reads> jobs;
    private final ChunkReader reader;
    private final Map<FleetKey, Hot> hot = new LinkedHashMap<>(16, 0.75f, true);

    /** An engine and the end of the chunk after which it stands. */
    private record Hot(KeyRun run, long at, long revision) {}

    /** Computes these pipelines. */
    public KeyWorker(FleetPlan plan, FleetParts parts) {
        this(plan, parts, ChunkSamples.MOST);
    }

    /** Computes chunks of at most so many samples. */
    KeyWorker(FleetPlan plan, FleetParts parts, int mostSamples) {
        this.plan = plan;
        this.parts = parts;
        this.jobs =
                FleetParts.reads(plan).stream()
                        .collect(Collectors.toMap(Reads::job, Function.identity()));
        this.reader = new ChunkReader(parts.store(), parts.rows(), plan.every(), mostSamples);
    }

    /**
     * Computes some chunks of a key.
     *
     * @return whether there is more to do at once
     */
    public boolean work(FleetKey key) throws DatabaseException, InterruptedException {
        var reads = jobs.get(key.job());
        var row = parts.rows().key(key);
        var job = parts.rows().jobs().get(key.job());
        if (reads == null || row.isEmpty() || job == null) {
            hot.remove(key);
            return false;
        }
        long closed = plan.chunkOf(parts.clock().epochNanos() - plan.waits());
        var turn = new Turn(reads, row.get(), job, closed);
        return turn.run();
    }

    /** Forgets engines; the states in the database are what counts. */
    public void forget() {
        hot.clear();
    }

    /** Some chunks of one key. */
    private final class Turn {
        private final Reads reads;
        private final KeyRow row;
        private final Job job;
        private final long closed;

        /** Read before the blocks: what comes behind that has another version. */
        private final NavigableMap<Long, Long> marks;

        private final List<Gateway> gateways;
        private final List<Chunk> chunks = new ArrayList<>();
        private final Map<Long, Long> done = new HashMap<>();
        private @Nullable Map<String, Tag> described;
        private boolean isAgain;

        Turn(Reads reads, KeyRow row, Job job, long closed) throws DatabaseException {
            this.reads = reads;
            this.row = row;
            this.job = job;
            this.closed = closed;
            this.marks =
                    parts.rows()
                            .marks(
                                    row.key(),
                                    row.computedTo() + plan.every() * MOST_CHUNKS,
                                    MOST_MARKS);
            this.gateways = reader.gateways(reads, row.key());
        }

        boolean run() throws DatabaseException, InterruptedException {
            dropOld();
            var late = marks.isEmpty() ? null : marks.firstKey();
            if (late != null && late < row.computedTo()) {
                return again(late);
            }
            return row.computedTo() >= closed ? settle() : forward();
        }

        /** Marks of what is left as it is. */
        private void dropOld() {
            var old = marks.headMap(plan.chunkOf(job.beginNanos()), false);
            done.putAll(old);
            old.clear();
        }

        private boolean settle() throws DatabaseException {
            if (!done.isEmpty()) {
                var computed =
                        computed(row.computedTo(), Optional.empty(), List.of(), row.trouble());
                parts.fleet().commit(computed, parts.clock().epochNanos());
            }
            return false;
        }

        private boolean forward() throws DatabaseException, InterruptedException {
            var run = runAt(row.computedTo());
            long at = row.computedTo();
            while (at < closed && chunks.size() < MOST_CHUNKS) {
                at = chunk(run, at);
            }
            return commit(run, at, Optional.empty(), at) && at < closed;
        }

        private boolean again(long late) throws DatabaseException, InterruptedException {
            isAgain = true;
            long at = Math.max(late, job.beginNanos());
            var run = runAt(at);
            Optional<Long> next = Optional.empty();
            while (true) {
                long end = end(at);
                var before = parts.rows().stateAt(row.key(), end);
                at = chunk(run, at);
                boolean isSame =
                        before.isPresent() && Arrays.equals(before.get(), chunks.getLast().state());
                if (at >= row.computedTo() || (isSame && !marks.containsKey(at))) {
                    break;
                }
                if (chunks.size() == MOST_CHUNKS) {
                    next = isSame ? Optional.empty() : Optional.of(at);
                    break;
                }
            }
            // What follows stands on the state before it: where it is computed anew, it has to be
            // read anew.
            commit(run, row.computedTo(), next, at);
            return true;
        }

        private long end(long from) {
            return plan.chunkOf(from) + plan.every();
        }

        /** Computes the chunk that begins at a time; gives its end. */
        private long chunk(KeyRun run, long from) throws DatabaseException {
            long end = end(from);
            var samples = reader.read(reads, gateways, from, end);
            parts.counters().computed(isAgain, samples.sorted().size());
            if (samples.isTooMany()) {
                parts.counters().leftOut();
            }
            chunks.add(run.run(samples));
            var version = marks.get(plan.chunkOf(from));
            if (version != null) {
                done.put(plan.chunkOf(from), version);
            }
            return end;
        }

        private boolean commit(KeyRun run, long computedTo, Optional<Long> next, long at)
                throws DatabaseException, InterruptedException {
            hot.remove(row.key());
            var added = run.addedResults();
            var computed = computed(computedTo, next, added, run.trouble());
            var items = parts.fleet().commit(computed, parts.clock().epochNanos());
            if (items.isEmpty()) {
                parts.counters().wasOvertaken();
                return true;
            }
            hot.put(row.key(), new Hot(run, at, row.revision() + 1));
            if (hot.size() > MOST_HOT) {
                hot.remove(hot.keySet().iterator().next());
            }
            run.told();
            if (!items.get().isEmpty()) {
                parts.sink().committed(items.get(), added, isAgain);
            }
            return true;
        }

        private Computed computed(
                long computedTo, Optional<Long> next, List<Tag> tags, String trouble) {
            return new Computed(
                    row.key(),
                    row.revision(),
                    computedTo,
                    plan.every(),
                    keepFrom(),
                    List.copyOf(chunks),
                    Map.copyOf(done),
                    next,
                    tags,
                    trouble);
        }

        /** States before that time are removed; behind it those of full hours are there. */
        private long keepFrom() {
            return hourOf(parts.clock().epochNanos() - plan.reach()) - HOUR_NANOS;
        }

        private static long hourOf(long nanos) {
            return Math.floorDiv(nanos, HOUR_NANOS) * HOUR_NANOS;
        }

        /**
         * Where a key is computed from that has no state before a time: had it been computed up to
         * the full hour, the state of then would be there.
         */
        private long firstBefore(long at) {
            long hour = hourOf(at);
            return hour < keepFrom() ? job.beginNanos() : Math.max(job.beginNanos(), hour);
        }

        /** An engine as it was at a time. */
        private KeyRun runAt(long at) throws DatabaseException {
            var held = hot.get(row.key());
            if (held != null && held.at == at && held.revision == row.revision()) {
                return held.run;
            }
            var run =
                    new KeyRun(row.key(), plan.every(), reads.pipeline().config(), this::described);
            var newest = parts.rows().stateBefore(row.key(), at);
            long from = firstBefore(at);
            if (newest.isPresent()) {
                from = newest.get();
                run.restore(parts.rows().stateAt(row.key(), from).orElseThrow());
            }
            while (from < at) {
                long end = Math.min(end(from), at);
                run.run(reader.read(reads, gateways, from, end));
                from = end;
            }
            return run;
        }

        private Tag described(String name) throws DatabaseException {
            if (described == null) {
                described = reader.described(reads, gateways);
            }
            var tag = described.get(name);
            return tag == null ? ChunkReader.unknown(name) : tag;
        }
    }
}
