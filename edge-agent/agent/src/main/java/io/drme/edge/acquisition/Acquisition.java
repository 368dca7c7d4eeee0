package io.drme.edge.acquisition;

import io.drme.alarm.Alarms;
import io.drme.alarm.PresentAlarm;
import io.drme.alarm.Transition;
import io.drme.edge.owner.Inbox;
import io.drme.model.Batch;
import io.drme.model.TagTable;
import io.drme.stream.Pipelines;
import io.drme.time.Clock;
import io.drme.time.Hlc;
import io.drme.time.HybridClock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pass from what drivers deliver to what is recorded: stamp, scale, range, deadband; pipelines;
 * alarms; on to the store.
 *
 * <p><b>Threads.</b> One platform thread owns it and calls {@link #run}. Shared are the bounded
 * queues, the {@link #latest} snapshot, and {@link #ask}, by which another thread has something
 * done here.
 */
public final class Acquisition implements Runnable {
    /** Batches between all drivers and the pipeline; at 20 devices and 1 s about a minute. */
    public static final int IN_QUEUE_BATCHES = 1_024;

    private static final long IDLE_MILLIS = 20;
    private static final long DURABLE_WITHIN_SECONDS = 5;
    private static final long TICK_NANOS = 100_000_000;
    private static final long SNAPSHOT_NANOS = 100_000_000;

    private static final Logger log = LoggerFactory.getLogger(Acquisition.class);

    private final Clock clock;
    private final HybridClock stamps;
    private final ArrayBlockingQueue<Batch> in;
    private final BlockingQueue<Recording> out;
    private final Inbox<Owner> questions = new Inbox<>("pipeline", this::answerQuestions);
    private final AtomicReference<LatestSnapshot> latest =
            new AtomicReference<>(LatestSnapshot.EMPTY);
    private final Conditioning conditioning = new Conditioning();
    private final LatestValues values = new LatestValues();
    private final AtomicLong strayBatches = new AtomicLong();
    private final AtomicLong straySamples = new AtomicLong();

    /** Groups that one log line was written for, since the plan changed. */
    private final Set<Integer> strayGroups = new HashSet<>();

    private volatile boolean stopped;
    private volatile boolean ended;
    private Plan plan;
    private long nextTick;
    private long nextSnapshot;

    /**
     * Makes it with a first plan; starts nothing.
     *
     * @param stamps gives gateway times
     * @param in what drivers deliver
     * @param out what the store records; when it is full the pipeline waits, then the drivers do
     */
    public Acquisition(
            Clock clock,
            HybridClock stamps,
            ArrayBlockingQueue<Batch> in,
            BlockingQueue<Recording> out,
            Plan plan) {
        this.clock = clock;
        this.stamps = stamps;
        this.in = in;
        this.out = out;
        this.plan = plan;
        this.nextTick = clock.nanoTime();
        this.nextSnapshot = clock.nanoTime();
        configure();
    }

    /** What the owner thread has; given to questions that run on it. */
    public final class Owner {
        private final List<Transition> transitions = new ArrayList<>();
        private final List<Runnable> durable = new ArrayList<>();

        private Owner() {}

        /** The alarms; what {@link #sink} takes is recorded before the question is answered. */
        public Alarms alarms() {
            return plan.alarms();
        }

        /** The pipelines. */
        public Pipelines pipelines() {
            return plan.pipelines();
        }

        /** What runs. */
        public Plan plan() {
            return plan;
        }

        /** Takes transitions to be recorded. */
        public void sink(Transition transition) {
            transitions.add(transition);
        }

        /** A new gateway time stamp: what came before has a lesser one, what comes a greater. */
        public long stamp() {
            return stamps.next();
        }

        /** Nanoseconds since 1970 UTC of a new gateway time stamp. */
        public long now() {
            return Hlc.epochNanos(stamps.next());
        }

        /**
         * Runs another plan from the next batch on; what waits was read for the one before and goes
         * through that. Who changes a device stops it first: what it delivers afterwards, should it
         * not end in time, is dropped and counted in {@link #strayBatches}. Pipelines that did not
         * change keep their state, alarms keep theirs; what is no longer configured ends with a
         * transition that says so. The alarms then look at the latest values, which a new or
         * lowered limit may be beyond already and which may not move for long.
         */
        public void change(Plan next) {
            processWaiting();
            var pipelineState = plan.pipelines().snapshot();
            var alarmState = plan.alarms().snapshot();
            plan = next;
            strayGroups.clear();
            plan.pipelines().restore(pipelineState);
            plan.alarms().restore(alarmState, now(), this::sink);
            configure();
            var now = values.latest(plan.derivedGroup(), stamps.next(), plan.pipelines().present());
            plan.alarms().process(now, this::sink);
        }
    }

    /** The values at most 100 ms ago; from any thread. */
    public LatestSnapshot latest() {
        return latest.get();
    }

    /**
     * Batches dropped since the start because their device was changed or removed while it
     * delivered; from any thread.
     */
    public long strayBatches() {
        return strayBatches.get();
    }

    /**
     * The samples of {@link #strayBatches}: read from a device, and in no store and no reckoning;
     * from any thread.
     */
    public long straySamples() {
        return straySamples.get();
    }

    /** Alarms that are not over; from any thread. */
    public List<PresentAlarm> presentAlarms() throws InterruptedException {
        return ask(owner -> owner.alarms().present());
    }

    /**
     * Has something done on the owner thread, between two batches, and waits for what comes of it.
     *
     * @throws IllegalStateException when the acquisition has ended
     */
    public <T> T ask(Function<Owner, T> question) throws InterruptedException {
        return questions.ask(question);
    }

    /**
     * As {@link #ask}, and waits until what the question gave to the sink survives a power cut.
     *
     * @return nothing where the disk did not take it in time; it is done all the same, and goes to
     *     disk as soon as that can be written
     */
    public <T> Optional<T> askDurably(Function<Owner, T> question) throws InterruptedException {
        var durable = new CountDownLatch(1);
        var answer =
                ask(owner -> {
                    owner.durable.add(durable::countDown);
                    return question.apply(owner);
                });
        return durable.await(DURABLE_WITHIN_SECONDS, TimeUnit.SECONDS)
                ? Optional.of(answer)
                : Optional.empty();
    }

    /**
     * Asks what is left once {@link #run} has returned and its thread was joined; there is no sink
     * any more.
     *
     * @throws IllegalStateException when it has not ended
     */
    public <T> T afterEnd(Function<Owner, T> question) {
        if (!ended) {
            throw new IllegalStateException("the pipeline has not ended");
        }
        return question.apply(new Owner());
    }

    /** Ends it once the queue is empty; from any thread. */
    public void stop() {
        stopped = true;
    }

    /** Runs until {@link #stop}, and then through what is left in the queue. */
    @Override
    public void run() {
        try {
            while (!stopped || !in.isEmpty()) {
                step(IDLE_MILLIS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        questions.close();
        ended = true;
        log.info("pipeline stopped");
    }

    /** Does what can be done now, waiting at most so long for a batch. Belongs to the owner. */
    public void step(long waitMillis) throws InterruptedException {
        answerQuestions();
        var batch = in.poll(waitMillis, TimeUnit.MILLISECONDS);
        if (batch != null) {
            process(batch);
        }
        long now = clock.nanoTime();
        if (now - nextTick >= 0) {
            nextTick = now + TICK_NANOS;
            tick();
        }
        if (now - nextSnapshot >= 0 && values.isDirty()) {
            nextSnapshot = now + SNAPSHOT_NANOS;
            latest.set(values.snapshot(plan.pipelines().table()));
        }
    }

    /** At most as many batches as wait now, so that devices which go on do not hold a change. */
    private void processWaiting() {
        try {
            for (int left = in.size(); left > 0; left--) {
                var batch = in.poll();
                if (batch != null) {
                    process(batch);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // the gateway is stopping; the rest is drained then
        }
    }

    private void process(Batch batch) throws InterruptedException {
        if (!plan.groups().contains(batch.group())) {
            stray(batch);
            return;
        }
        int read = batch.size();
        batch.stamp(batch.group(), stamps.next());
        int filtered = conditioning.apply(batch);
        var derived = derivedBatch(batch.gatewayTime());
        plan.pipelines().process(batch, derived);
        hand(batch, derived, read, filtered);
    }

    private void stray(Batch batch) {
        strayBatches.incrementAndGet();
        straySamples.addAndGet(batch.size());
        if (strayGroups.add(batch.group())) {
            log.warn(
                    "batch of group={} dropped, samples={}: its device was changed or removed; further ones are counted only",
                    batch.group(),
                    batch.size());
        }
    }

    private void tick() throws InterruptedException {
        long stamp = stamps.next();
        var derived = derivedBatch(stamp);
        plan.pipelines().tick(Hlc.epochNanos(stamp), derived);
        var transitions = new ArrayList<Transition>();
        plan.alarms().tick(Hlc.epochNanos(stamp), transitions::add);
        evaluate(derived, transitions);
        var changes = stamps.changes();
        if (derived.size() > 0 || !transitions.isEmpty() || !changes.isEmpty()) {
            out.put(
                    new Recording(
                            Optional.empty(),
                            derived,
                            plan.pipelines().table(),
                            0,
                            0,
                            changes,
                            transitions,
                            Recording.NOBODY));
        }
    }

    private void hand(Batch batch, Batch derived, int read, int filtered)
            throws InterruptedException {
        var transitions = new ArrayList<Transition>();
        evaluate(batch, transitions);
        evaluate(derived, transitions);
        out.put(
                new Recording(
                        Optional.of(batch),
                        derived,
                        plan.pipelines().table(),
                        read,
                        filtered,
                        stamps.changes(),
                        transitions,
                        Recording.NOBODY));
    }

    private void evaluate(Batch batch, List<Transition> transitions) {
        if (batch.size() > 0) {
            plan.alarms().process(batch, transitions::add);
            values.take(batch);
        }
    }

    private Batch derivedBatch(long stamp) {
        var derived = new Batch(1);
        derived.begin(plan.derivedGroup(), stamp);
        return derived;
    }

    private void answerQuestions() throws InterruptedException {
        var owner = new Owner();
        questions.answerAll(owner);
        if (!owner.transitions.isEmpty() || !owner.durable.isEmpty()) {
            out.put(
                    new Recording(
                            Optional.empty(),
                            derivedBatch(stamps.next()),
                            plan.pipelines().table(),
                            0,
                            0,
                            stamps.changes(),
                            List.copyOf(owner.transitions),
                            () -> owner.durable.forEach(Runnable::run)));
        }
    }

    private void configure() {
        TagTable table = plan.pipelines().table();
        conditioning.configure(table, plan.specs());
        values.configure(table);
    }
}
