package io.drme.cloud.grid;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.jet.Job;
import com.hazelcast.jet.config.JobConfig;
import com.hazelcast.jet.config.ProcessingGuarantee;
import com.hazelcast.jet.core.DAG;
import com.hazelcast.jet.core.Edge;
import com.hazelcast.jet.core.JobStatus;
import io.drme.cloud.job.ArrivalTaker;
import io.drme.cloud.job.FleetCounters;
import io.drme.cloud.job.FleetParts;
import io.drme.cloud.job.FleetPlan;
import io.drme.cloud.job.KeyWorker;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.FleetRows;
import io.drme.cloud.store.FleetStore;
import io.drme.model.GatewayId;
import io.drme.model.Tag;
import io.drme.sync.Fact;
import io.drme.sync.Item;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fleet's pipelines as a job of Hazelcast's: one member takes the blocks that were stored, and
 * each computes the keys of its partitions. Hazelcast says who does what and starts anew where
 * members come or go; what was done, only the database says. So whatever it forgets, tells twice or
 * lets two do costs time and nothing else.
 *
 * <p>Safe for use from any thread.
 */
public final class FleetJobs implements AutoCloseable {
    /** Name of the job. */
    static final String NAME = "fleet-pipelines";

    private static final String CONTEXT = "drme.fleet";
    private static final String PLAN = "plan";
    private static final long SNAPSHOT_MILLIS = 10_000;
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final long DROP_EVERY_NANOS = 10_000_000_000L;
    private static final Logger log = LoggerFactory.getLogger(FleetJobs.class);

    private final Member member;
    private final FleetPlan plan;
    private final FleetParts parts;
    private final Grid grid;
    private final Clock clock;
    private final ReentrantReadWriteLock open = new ReentrantReadWriteLock();
    private boolean isClosed;
    private long droppedAtNanos;
    private boolean isForgotten;
    private volatile String trouble = "";

    /** Brings facts into the grid. */
    @FunctionalInterface
    public interface Facts {
        void put(Fact fact) throws InterruptedException;
    }

    private FleetJobs(Member member, FleetPlan plan, Opened opened) {
        this.member = member;
        this.plan = plan;
        this.grid = new Grid(member);
        this.clock = opened.clock;
        this.parts =
                new FleetParts(
                        opened.store,
                        opened.rows,
                        opened.fleet,
                        clock,
                        new FleetCounters(),
                        new Results(grid, opened.store, opened.facts));
    }

    /**
     * What a member lends.
     *
     * @param facts is told of results, as of any block that is stored
     */
    public record Opened(
            BlockStore store, FleetRows rows, FleetStore fleet, Clock clock, Facts facts) {}

    /** Makes this member one that may compute; {@link #step} has it begin. */
    public static FleetJobs join(Member member, FleetPlan plan, Opened opened) {
        var jobs = new FleetJobs(member, plan, opened);
        member.instance().getUserContext().put(CONTEXT, jobs);
        return jobs;
    }

    /** The one of the member that runs a processor. */
    static FleetJobs of(HazelcastInstance instance) {
        if (instance.getUserContext().get(CONTEXT) instanceof FleetJobs jobs) {
            return jobs;
        }
        // the job is started anew a moment later, as members come up
        throw new IllegalStateException("this member has not come up yet");
    }

    /** Brings results to where newest values are. */
    private record Results(Grid grid, BlockStore store, Facts facts) implements FleetParts.Sink {
        @Override
        public void committed(List<Item> items, List<Tag> added, boolean isAgain)
                throws DatabaseException, InterruptedException {
            var gateway = new GatewayId(FleetStore.GATEWAY);
            if (!added.isEmpty()) {
                var row = store.gateway(FleetStore.GATEWAY);
                if (row.isPresent()) {
                    grid.putTags(FleetStore.GATEWAY, TagSheet.of(store.tags(row.get().id())));
                }
            }
            if (isAgain) {
                // other values may stand at the same times: they are read again
                grid.forgetLatest(FleetStore.GATEWAY);
            }
            for (var item : items) {
                facts.put(new Fact.Committed(gateway, item, false));
            }
        }
    }

    /** What was done here since the start. */
    public FleetCounters counters() {
        return parts.counters();
    }

    /** Chunk length, nanoseconds. */
    public long every() {
        return plan.every();
    }

    /** Sees to it that the job runs as configured; to be called every second. */
    public void step() throws DatabaseException {
        if (!member.isFirst() || member.tooFew().isPresent()) {
            return;
        }
        var job = member.instance().getJet().getJob(NAME);
        var status = job == null ? null : job.getStatus();
        boolean isThere = status != null && !status.isTerminal();
        if (plan.isEmpty()) {
            rest(isThere ? job : null);
        } else if (!isThere) {
            if (status == JobStatus.FAILED) {
                parts.counters().failed();
                trouble = "the job failed and was started anew; the log says why";
            }
            submit();
        } else if (job != null && !plan.toString().equals(job.getConfig().getArgument(PLAN))) {
            log.info("fleet=changed pipelines={}", plan.definitions().size());
            job.cancel();
        }
    }

    private void rest(@Nullable Job job) throws DatabaseException {
        if (job != null) {
            job.cancel();
        }
        if (!isForgotten) {
            parts.fleet().configure(Map.of(), 0, (_, _) -> false);
            isForgotten = true;
        }
        long now = clock.nanoTime();
        if (now - droppedAtNanos > DROP_EVERY_NANOS) {
            droppedAtNanos = now;
            parts.fleet().dropArrivals();
        }
    }

    private void submit() {
        var dag = new DAG();
        var source = dag.newVertex("blocks", FleetProcessors.source(plan)).localParallelism(1);
        var compute = dag.newVertex("keys", FleetProcessors.compute(plan)).localParallelism(1);
        dag.edge(Edge.between(source, compute).partitioned(key -> key).distributed());
        var config =
                new JobConfig()
                        .setName(NAME)
                        .setProcessingGuarantee(ProcessingGuarantee.EXACTLY_ONCE)
                        .setSnapshotIntervalMillis(SNAPSHOT_MILLIS)
                        .setSplitBrainProtection(!member.isAlone())
                        .setAutoScaling(true)
                        .setArgument(PLAN, plan.toString());
        member.instance().getJet().newJobIfAbsent(dag, config);
        log.info("fleet=started pipelines={}", plan.definitions().size());
    }

    /** How the job is, as Hazelcast says it in lower case. */
    public String status() {
        var job = member.instance().getJet().getJob(NAME);
        return job == null
                ? "stopped"
                : job.getStatus().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    /** What went wrong last; empty where nothing did. */
    public String trouble() {
        return trouble;
    }

    /** Work that blocks on the database. */
    @FunctionalInterface
    interface Turn {
        void run() throws DatabaseException, InterruptedException;
    }

    /** Runs a turn unless this member must not; false where it has to be tried again. */
    boolean turn(Turn turn) {
        var lock = open.readLock();
        lock.lock();
        try {
            if (isClosed || member.tooFew().isPresent()) {
                return false;
            }
            turn.run();
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } catch (DatabaseException | RuntimeException e) {
            // The supervisor of these turns: each is tried again, and one key does not stop others.
            parts.counters().failed();
            if (!e.toString().equals(trouble)) {
                trouble = e.toString();
                log.warn("fleet=behind why=\"{}\"", trouble, e);
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Waits a moment, for who has nothing to do and a thread of its own. */
    void pause() {
        try {
            clock.sleep(PAUSE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    void works() {
        trouble = "";
    }

    ArrivalTaker taker(FleetPlan of) {
        return new ArrivalTaker(of, parts);
    }

    KeyWorker worker(FleetPlan of) {
        return new KeyWorker(of, parts);
    }

    Clock clock() {
        return clock;
    }

    /** Waits for the turn that runs; nothing is computed here any more. */
    @Override
    public void close() {
        var lock = open.writeLock();
        lock.lock();
        try {
            isClosed = true;
        } finally {
            lock.unlock();
        }
    }
}
