package io.drme.cloud.grid;

import com.hazelcast.jet.core.AbstractProcessor;
import com.hazelcast.jet.core.BroadcastKey;
import com.hazelcast.jet.core.Processor;
import com.hazelcast.jet.core.ProcessorMetaSupplier;
import com.hazelcast.jet.core.ProcessorSupplier;
import io.drme.cloud.job.ArrivalTaker;
import io.drme.cloud.job.FleetPlan;
import io.drme.cloud.job.KeyWorker;
import io.drme.cloud.store.FleetRows.FleetKey;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The two parts of the job: the source, of which the whole cluster has one, tells which keys have
 * to be looked at; a member's other part looks at those of its partitions. Their suppliers travel
 * as the pipelines' texts. Between them goes a key as {@code job, newline, name}.
 *
 * <p>Snapshots hold which keys were told and not yet looked at. A source that begins reads all of
 * it from the database anyway: a snapshot may be older than that, and does not outlive the cluster.
 */
final class FleetProcessors {
    private static final String HOME = "fleet";
    private static final long POLL_NANOS = 500_000_000L;
    private static final long RETRY_NANOS = 1_000_000_000L;

    /** Turns of a key in a row; then another one, or the end of the job, has its turn. */
    private static final int MOST_TURNS = 8;

    private FleetProcessors() {}

    static ProcessorMetaSupplier source(FleetPlan plan) {
        return ProcessorMetaSupplier.forceTotalParallelismOne(new Supplier(plan, true), HOME);
    }

    static ProcessorMetaSupplier compute(FleetPlan plan) {
        return ProcessorMetaSupplier.of(1, new Supplier(plan, false));
    }

    private static final class Supplier implements ProcessorSupplier {
        private static final long serialVersionUID = 1;
        private final FleetPlan plan;
        private final boolean isSource;

        Supplier(FleetPlan plan, boolean isSource) {
            this.plan = plan;
            this.isSource = isSource;
        }

        @Override
        public List<Processor> get(int count) {
            return IntStream.range(0, count)
                    .mapToObj(_ -> isSource ? new Source(plan) : new Compute(plan))
                    .collect(Collectors.toList());
        }
    }

    private static String text(FleetKey key) {
        return key.job() + "\n" + key.name();
    }

    private static FleetKey key(String text) {
        int at = text.indexOf('\n');
        return new FleetKey(text.substring(0, at), text.substring(at + 1));
    }

    /** Tells keys. */
    private static final class Source extends AbstractProcessor {
        private final FleetPlan plan;
        private final ArrayDeque<String> told = new ArrayDeque<>();
        private @Nullable FleetJobs jobs;
        private @Nullable ArrivalTaker taker;
        private boolean hasBegun;
        private long nextNanos;

        Source(FleetPlan plan) {
            this.plan = plan;
        }

        @Override
        public boolean isCooperative() {
            return false;
        }

        @Override
        protected void init(Context context) {
            jobs = FleetJobs.of(context.hazelcastInstance());
            taker = jobs.taker(plan);
            nextNanos = jobs.clock().nanoTime();
        }

        @Override
        public boolean complete() {
            while (!told.isEmpty()) {
                if (!tryEmit(told.element())) {
                    return false;
                }
                told.remove();
            }
            var here = Objects.requireNonNull(jobs, "set by init");
            long now = here.clock().nanoTime();
            if (now - nextNanos >= 0) {
                nextNanos = now + POLL_NANOS;
                here.turn(this::take);
            } else {
                here.pause();
            }
            return false;
        }

        private void take() throws io.drme.cloud.store.DatabaseException {
            var from = Objects.requireNonNull(taker, "set by init");
            if (!hasBegun) {
                from.begin();
                hasBegun = true;
            }
            from.take().forEach(key -> told.add(text(key)));
        }

        @Override
        public boolean saveToSnapshot() {
            return tryEmitToSnapshot(BroadcastKey.broadcastKey("told"), String.join("\0", told));
        }

        @Override
        protected void restoreFromSnapshot(Object key, Object value) {
            for (var text : ((String) value).split("\0", -1)) {
                if (!text.isEmpty()) {
                    told.add(text);
                }
            }
        }
    }

    /** Looks at keys. */
    private static final class Compute extends AbstractProcessor {
        private final FleetPlan plan;

        /** Keys that have to be looked at again, and when. */
        private final Map<String, Long> again = new LinkedHashMap<>();

        private @Nullable FleetJobs jobs;
        private @Nullable KeyWorker worker;

        Compute(FleetPlan plan) {
            this.plan = plan;
        }

        @Override
        public boolean isCooperative() {
            return false;
        }

        @Override
        protected void init(Context context) {
            jobs = FleetJobs.of(context.hazelcastInstance());
            worker = jobs.worker(plan);
        }

        @Override
        protected boolean tryProcess(int ordinal, Object item) {
            look((String) item);
            return true;
        }

        @Override
        public boolean tryProcess() {
            long now = Objects.requireNonNull(jobs, "set by init").clock().nanoTime();
            for (var entry : Map.copyOf(again).entrySet()) {
                if (now - entry.getValue() >= 0) {
                    look(entry.getKey());
                }
            }
            return true;
        }

        private void look(String text) {
            var here = Objects.requireNonNull(jobs, "set by init");
            var by = Objects.requireNonNull(worker, "set by init");
            var isMore = new boolean[1];
            boolean done =
                    here.turn(() -> {
                        int turns = 0;
                        do {
                            isMore[0] = by.work(key(text));
                        } while (isMore[0] && ++turns < MOST_TURNS);
                        here.works();
                    });
            again.remove(text);
            if (!done) {
                by.forget();
                again.put(text, here.clock().nanoTime() + RETRY_NANOS);
            } else if (isMore[0]) {
                again.put(text, here.clock().nanoTime());
            }
        }

        @Override
        public boolean saveToSnapshot() {
            for (var text : again.keySet()) {
                if (!tryEmitToSnapshot(text, "")) {
                    throw new IllegalStateException("the outbox of a blocking processor is full");
                }
            }
            return true;
        }

        @Override
        protected void restoreFromSnapshot(Object key, Object value) {
            var here = Objects.requireNonNull(jobs, "set by init");
            again.put((String) key, here.clock().nanoTime());
        }
    }
}
