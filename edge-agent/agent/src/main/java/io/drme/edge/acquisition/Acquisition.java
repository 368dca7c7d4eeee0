package io.drme.edge.acquisition;

import io.drme.alarm.Alarms;
import io.drme.alarm.Transition;
import io.drme.edge.owner.Inbox;
import io.drme.model.Batch;
import io.drme.model.TagTable;
import io.drme.stream.Loss;
import io.drme.stream.PipelineLoad;
import io.drme.stream.Pipelines;
import io.drme.stream.Schedule;
import io.drme.time.Clock;
import io.drme.time.ClockChange;
import io.drme.time.Hlc;
import io.drme.time.HybridClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
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

    /**
     * So often at least a tick is on record, by an empty batch of derived samples: a replay then
     * knows that operators were told of the time, well within the minute after which they take the
     * gateway for down.
     */
    static final long MARK_NANOS = 20_000_000_000L;

    /** For how long pipelines run at a time while nothing else is due. */
    private static final long PART_NANOS = 50_000_000;

    /** For so long; then pipelines alone run, as otherwise there might be no end to it. */
    private static final long SHARED_NANOS = 10_000_000_000L;

    /** How long the end waits for pipelines: a stop takes 5 s in all. */
    private static final long END_NANOS = 1_000_000_000L;

    /** Work of pipelines that a snapshot does not wait for; it is taken the next time. */
    private static final long FAR_BEHIND_NANOS = 200_000_000;

    private static final Logger log = LoggerFactory.getLogger(Acquisition.class);

    private final Clock clock;
    private final HybridClock stamps;
    private final ArrayBlockingQueue<Batch> in;
    private final BlockingQueue<Recording> out;
    private final Inbox<Owner> questions = new Inbox<>("pipeline", this::answerQuestions);
    private final AtomicReference<LatestSnapshot> latest =
            new AtomicReference<>(LatestSnapshot.EMPTY);
    private final Conditioning conditioning = new Conditioning();
    private final ArrivalOrder order = new ArrivalOrder();
    private final LatestValues values = new LatestValues();
    private final Strays strays = new Strays();
    private final BooleanSupplier behind;
    private final AtomicReference<EngineState> engine = new AtomicReference<>(EngineState.NONE);

    private volatile boolean stopped;
    private volatile boolean ended;
    private Plan plan;
    private Schedule schedule;
    private final Backpressure backpressure;
    private long nextLook;

    /** When something else than pipelines has its turn again, by the clock's nanoTime. */
    private long partEnds;

    private long nextTick;
    private long nextMark;
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
        this.behind = () -> !in.isEmpty() || clock.nanoTime() - partEnds >= 0;
        this.plan = plan;
        this.schedule = new Schedule(plan.pipelines(), plan.engine(), clock);
        this.backpressure = new Backpressure(plan.paced());
        this.nextLook = clock.nanoTime();
        this.nextTick = clock.nanoTime();
        this.nextMark = clock.nanoTime() + MARK_NANOS;
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

        /** The pipelines, with all that waited for them in their state. */
        public Pipelines pipelines() {
            settle();
            return plan.pipelines();
        }

        /** Has all that waits for pipelines run, and hands on what comes of it. */
        public void settle() {
            Acquisition.this.settle(Long.MAX_VALUE);
        }

        /** Whether {@link #settle} would hold up what comes in for long. */
        public boolean isFarBehind() {
            return schedule.backlogNanos() > FAR_BEHIND_NANOS;
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
         * transition that says so. Where no pipeline changes, what waits for them waits on;
         * otherwise all of it runs first. The alarms then look at the latest values, which a new or
         * lowered limit may be beyond already and which may not move for long.
         *
         * @return what of the pipelines' state could not be carried over
         */
        public List<Loss> change(Plan next) {
            processWaiting();
            var losses = new ArrayList<Loss>();
            if (!schedule.goOnWith(next.pipelines(), next.engine())) {
                settle();
                var pipelineState = plan.pipelines().snapshot();
                schedule = new Schedule(next.pipelines(), next.engine(), clock);
                next.pipelines().restore(pipelineState, losses::add);
            }
            var alarmState = plan.alarms().snapshot();
            plan = next;
            backpressure.change(plan.paced());
            strays.planChanged();
            plan.alarms().restore(alarmState, now(), this::sink);
            configure();
            var now = values.latest(plan.derivedGroup(), stamps.next(), plan.pipelines().present());
            plan.alarms().process(now, this::sink);
            return List.copyOf(losses);
        }
    }

    /** The values at most 100 ms ago; from any thread. */
    public LatestSnapshot latest() {
        return latest.get();
    }

    /** How the pipelines do, about a second ago; from any thread. */
    public EngineState engine() {
        return engine.get();
    }

    /** Batches dropped as their device was changed while it delivered; from any thread. */
    public long strayBatches() {
        return strays.batches();
    }

    /** Samples of {@link #strayBatches}, in no store and no reckoning; from any thread. */
    public long straySamples() {
        return strays.samples();
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
            settle(END_NANOS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        questions.close();
        ended = !schedule.isWaiting();
        if (ended) {
            log.info("pipeline stopped");
        } else {
            log.warn(
                    "pipeline stopped with samples waiting for pipelines, about {} ms of work: their results are not on record, the samples are",
                    schedule.backlogNanos() / 1_000_000);
        }
    }

    /** Does what can be done now, waiting at most so long for a batch. Belongs to the owner. */
    public void step(long waitMillis) throws InterruptedException {
        answerQuestions();
        var batch = in.poll(schedule.isWaiting() ? 0 : waitMillis, TimeUnit.MILLISECONDS);
        partEnds = clock.nanoTime() + PART_NANOS;
        if (batch != null) {
            process(batch);
        } else if (schedule.isWaiting()) {
            var derived = derivedBatch(stamps.next());
            schedule.goOn(derived, behind);
            handResults(derived, new ArrayList<>());
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
        if (now - nextLook >= 0) {
            nextLook = now + Backpressure.LOOK_NANOS;
            look(now);
        }
    }

    /** Looks whether pipelines can follow, and asks devices for less where not. */
    private void look(long now) {
        var loads = schedule.loads();
        double strain = (double) in.size() / IN_QUEUE_BATCHES;
        var why = "the gateway can't follow";
        for (PipelineLoad load : loads) {
            if (load.strain() > strain) {
                strain = load.strain();
                why = "pipeline '%s' can't follow".formatted(load.name());
            }
        }
        if (backpressure.look(now, strain, why)) {
            widen();
        }
        engine.set(
                new EngineState(
                        plan.engine(),
                        loads,
                        in.size(),
                        backpressure.paces(),
                        backpressure.changes(),
                        conditioning.widened()));
    }

    private void widen() {
        for (var device : plan.paced()) {
            if (!device.polled()) {
                int factor = 1 << backpressure.level(device);
                device.tags().forEach(tag -> conditioning.widen(tag, factor));
            }
        }
    }

    /**
     * Has all that waits for pipelines run, and hands on what comes of it; what devices deliver
     * meanwhile goes first, for a while.
     */
    private void settle(long mostNanos) {
        long begun = clock.nanoTime();
        try {
            while (schedule.isWaiting() && clock.nanoTime() - begun < mostNanos) {
                partEnds = clock.nanoTime() + PART_NANOS;
                var derived = derivedBatch(stamps.next());
                schedule.goOn(derived, () -> clock.nanoTime() - partEnds >= 0);
                handResults(derived, new ArrayList<>());
                if (clock.nanoTime() - begun < SHARED_NANOS) {
                    processWaiting();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // the gateway is stopping and will not wait
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
            strays.drop(batch);
            return;
        }
        int read = batch.size();
        batch.stamp(batch.group(), stamps.next());
        int filtered = conditioning.apply(batch);
        order.arrange(batch);
        var derived = derivedBatch(batch.gatewayTime());
        schedule.process(batch, derived, behind);
        hand(batch, derived, read, filtered);
    }

    private void tick() throws InterruptedException {
        long stamp = stamps.next();
        var derived = derivedBatch(stamp);
        schedule.tick(Hlc.epochNanos(stamp), derived, behind);
        mark(derived);
        var transitions = new ArrayList<Transition>();
        plan.alarms().tick(Hlc.epochNanos(stamp), transitions::add);
        handResults(derived, transitions);
    }

    /**
     * Puts a tick on record that nothing would tell of: one that some pipelines make later, and one
     * now and then. What other passes gave meanwhile then has a later stamp.
     */
    private void mark(Batch derived) throws InterruptedException {
        long now = clock.nanoTime();
        boolean isUnknown = schedule.isWaiting() || (derived.size() == 0 && now - nextMark >= 0);
        if (isUnknown && plan.pipelines().count() > 0) {
            var tick = Optional.of(derivedBatch(derived.gatewayTime()));
            hand(tick, new Batch(1), stamps.changes(), List.of(), Recording.NOBODY);
            derived.stamp(plan.derivedGroup(), stamps.next());
        }
        nextMark = isUnknown || derived.size() > 0 ? now + MARK_NANOS : nextMark;
    }

    private void handResults(Batch derived, List<Transition> transitions)
            throws InterruptedException {
        evaluate(derived, transitions);
        var changes = stamps.changes();
        if (derived.size() > 0 || !transitions.isEmpty() || !changes.isEmpty()) {
            hand(Optional.empty(), derived, changes, transitions, Recording.NOBODY);
        }
    }

    /** Hands on what no device was read for. */
    private void hand(
            Optional<Batch> tick,
            Batch derived,
            List<ClockChange> changes,
            List<Transition> transitions,
            Runnable whenDurable)
            throws InterruptedException {
        var table = plan.pipelines().table();
        out.put(new Recording(tick, derived, table, 0, 0, changes, transitions, whenDurable));
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
            hand(
                    Optional.empty(),
                    derivedBatch(stamps.next()),
                    stamps.changes(),
                    List.copyOf(owner.transitions),
                    () -> owner.durable.forEach(Runnable::run));
        }
    }

    private void configure() {
        TagTable table = plan.pipelines().table();
        conditioning.configure(table, plan.specs());
        values.configure(table);
        order.configure(table);
        widen();
    }
}
