package io.drme.edge.recording;

import io.drme.alarm.Transition;
import io.drme.edge.acquisition.Recording;
import io.drme.edge.owner.Inbox;
import io.drme.history.ClockLine;
import io.drme.log.DiskException;
import io.drme.log.DropCause;
import io.drme.log.Intake;
import io.drme.log.Store;
import io.drme.log.StoreConfig;
import io.drme.log.StoreView;
import io.drme.log.Wear;
import io.drme.model.Batch;
import io.drme.schema.ClockStep;
import io.drme.schema.Payload;
import io.drme.schema.Payloads;
import io.drme.time.Clock;
import io.drme.time.ClockChange;
import io.drme.time.Hlc;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes durable what acquisition hands on: one journal frame every {@code sync-every}, at once
 * after a change of alarm state, and blocks when they are due.
 *
 * <p><b>Threads.</b> One platform thread owns the store and calls {@link #run}; it blocks for as
 * long as the disk takes. Other threads see {@link #view} and {@link #ask}.
 *
 * <p><b>Failure.</b> When the disk fails nothing is lost that was accepted; the commit is tried
 * again, and listeners hear of a change only after the commit that holds it.
 */
public final class Recorder implements Runnable {
    /** Recordings between pipeline and store; when it is full the pipeline waits. */
    public static final int QUEUE_RECORDINGS = 4_096;

    private static final long IDLE_MILLIS = 20;
    private static final int MOST_AT_ONCE = 512;
    private static final long RETRY_NANOS = 1_000_000_000;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final double NANOS_PER_SECOND = 1e9;

    /** Has the store give an event a time behind everything that it took before. */
    private static final long NOW = 0;

    private static final long WEAR_NANOS = 5_000_000_000L;

    private static final Logger log = LoggerFactory.getLogger(Recorder.class);

    private final Store store;
    private final ArrayBlockingQueue<Recording> in;
    private final Clock clock;
    private final long syncEveryNanos;
    private final Consumer<List<Transition>> told;
    private final Inbox<Store> questions = new Inbox<>("store", this::answerQuestions);
    private final AtomicReference<StoreView> view;
    private final AtomicReference<Wear> wear = new AtomicReference<>(Wear.UNKNOWN);
    private final AtomicLong failures = new AtomicLong();
    private final List<Transition> untold = new ArrayList<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private final Refused refused = new Refused();
    private final ClockBook clocks;
    private final Deque<ClockStep> unsaid = new ArrayDeque<>();

    private volatile boolean stopped;
    private volatile Runnable grown = () -> {};
    private boolean urgent;
    private boolean begun;
    private boolean isFull;
    private volatile boolean failing;
    private long nextCommit;
    private long nextWear;

    /**
     * Makes a recorder; starts nothing.
     *
     * @param store confined to this recorder's thread from now on; closed at the end of {@link
     *     #run}
     * @param in what acquisition hands on
     * @param told hears of transitions once they are durable; called on the store's thread
     * @param clocks takes what becomes of the clock; knows what the log tells of it
     */
    public Recorder(
            Store store,
            ArrayBlockingQueue<Recording> in,
            Clock clock,
            Duration syncEvery,
            Consumer<List<Transition>> told,
            ClockBook clocks) {
        this.store = store;
        this.clocks = clocks;
        this.in = in;
        this.clock = clock;
        this.syncEveryNanos = syncEvery.toNanos();
        this.told = told;
        this.view = new AtomicReference<>(store.view());
        this.nextCommit = clock.nanoTime() + syncEveryNanos;
        this.nextWear = clock.nanoTime();
    }

    /** What the store held at the last commit; from any thread. */
    public StoreView view() {
        return view.get();
    }

    /**
     * What the store costs its disk and how long it lasts without the line, some seconds old at
     * most; from any thread.
     */
    public Wear wear() {
        return wear.get();
    }

    /** How the times of what is stored are to be read; from any thread. */
    public ClockLine clock() {
        return clocks.line();
    }

    /** What the clock is since its last change; from any thread. */
    public Optional<ClockStep> clockNow() {
        return clocks.newest();
    }

    /** What gives way when the store is full; from any thread. */
    public StoreConfig.WhenFull whenFull() {
        return store.whenFull();
    }

    /** Whether the disk refuses just now; from any thread. */
    public boolean isFailing() {
        return failing;
    }

    /** How many commits or seals the disk has refused since the start; from any thread. */
    public long failures() {
        return failures.get();
    }

    /**
     * Has something done on the store's thread and waits for what comes of it.
     *
     * @throws IllegalStateException when the recorder has ended
     */
    public <T> T ask(Function<Store, T> question) throws InterruptedException {
        return questions.ask(question);
    }

    /**
     * As {@link #ask}, for what changes the store as others see it: {@link #view} shows it when
     * this returns.
     */
    public <T> T change(Function<Store, T> change) throws InterruptedException {
        return ask(s -> {
            T result = change.apply(s);
            view.set(s.view());
            grown.run();
            return result;
        });
    }

    /** Seals what is accepted, whatever its age, so that it can be sent. */
    public void sealAll() throws InterruptedException {
        ask(s -> {
            commit();
            try {
                s.seal();
            } catch (DiskException e) {
                failed("seal", e);
            }
            view.set(s.view());
            grown.run();
            return true;
        });
    }

    /**
     * Commits everything that was handed on before.
     *
     * @return whether it survives a power cut now; false while the disk refuses
     */
    public boolean flush() throws InterruptedException {
        return ask(_ -> {
            commit();
            return !failing;
        });
    }

    /** As {@link Store#needEventsSince}; from any thread but the store's. */
    public void needEventsSince(long atNanos) throws InterruptedException {
        ask(s -> {
            s.needEventsSince(atNanos);
            return true;
        });
    }

    /** Records an event; it is durable when this returns, or with the next commit that succeeds. */
    public void record(Payload payload) throws InterruptedException {
        record(payload, Map.of());
    }

    /** As above, with extras that no schema describes. */
    public void record(Payload payload, Map<String, String> metadata) throws InterruptedException {
        ask(s -> {
            s.appendEvent(Payloads.event(NOW, payload, metadata));
            commit();
            return true;
        });
    }

    /** Has {@code listener} called, on the store's thread, whenever there is more to send. */
    public void whenGrown(Runnable listener) {
        grown = listener;
    }

    /** Ends it once the queue is empty; from any thread. */
    public void stop() {
        stopped = true;
    }

    /** Runs until {@link #stop}, then through what is left, and closes the store. */
    @Override
    public void run() {
        try {
            while (!stopped || !in.isEmpty()) {
                step(IDLE_MILLIS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            commit();
            questions.answerAll(store);
            questions.close();
            store.close();
            log.info("store closed");
        }
    }

    /**
     * Does what can be done now, waiting at most so long for a recording. Belongs to the owner; who
     * steps it instead of {@link #run} closes the store.
     */
    public void step(long waitMillis) throws InterruptedException {
        var recording = in.poll(waitMillis, TimeUnit.MILLISECONDS);
        for (int i = 0; recording != null && i < MOST_AT_ONCE; i++) {
            record(recording);
            recording = urgent ? null : in.poll();
        }
        long now = clock.nanoTime();
        if ((urgent && !failing) || now - nextCommit >= 0) {
            commit();
            seal();
        }
        answerQuestions();
    }

    private void answerQuestions() {
        questions.answerAll(store);
    }

    private void record(Recording r) {
        r.clock().forEach(this::note);
        sayClock();
        var ticks = new ArrayList<Batch>(2);
        r.samples().ifPresent(ticks::add);
        if (r.derived().size() > 0) {
            ticks.add(r.derived());
        }
        if (!ticks.isEmpty()) {
            noteRefused(ticks);
            store.append(new Intake(r.read(), r.derived().size(), r.filtered()), ticks, r.tags());
            urgent |= !begun; // somebody waits for the first sample after a start
            begun = true;
        }
        for (var transition : r.transitions()) {
            store.appendEvent(
                    Payloads.event(
                            Hlc.of(transition.atNanos() / NANOS_PER_MILLI, 0),
                            transition.payload()));
            untold.add(transition);
            urgent = true;
        }
        if (!r.transitions().isEmpty()) {
            waiting.add(r.whenDurable());
        } else {
            r.whenDurable().run(); // nothing of it has to go to disk
        }
    }

    private void note(ClockChange change) {
        var step =
                new ClockStep(
                        store.bootCount(),
                        change.stamp(),
                        change.wallNanos(),
                        change.offsetNanos(),
                        change.uncertaintyNanos(),
                        change.synced());
        clocks.add(step);
        unsaid.add(step);
        log.info(
                "clock synced={} offset={} s uncertainty={} s",
                change.synced(),
                change.offsetNanos() / NANOS_PER_SECOND,
                change.uncertaintyNanos() < 0
                        ? "unknown"
                        : change.uncertaintyNanos() / NANOS_PER_SECOND);
    }

    /** Without the record nobody could read the times that come; so it is not given up. */
    private void sayClock() {
        while (!unsaid.isEmpty()
                && store.appendEvent(Payloads.event(NOW, unsaid.element())).isPresent()) {
            unsaid.remove();
            urgent = true;
        }
    }

    /** What the store does not take leaves a hole, which has to have its reason on record. */
    private void noteRefused(List<Batch> ticks) {
        if (!store.accepting()) {
            refused.note(ticks, isFull ? DropCause.STORE_FULL : DropCause.DISK_FAILED);
            return;
        }
        var said = refused.said();
        if (said.isPresent()) {
            if (store.appendEvent(Payloads.event(NOW, said.get())).isPresent()) {
                refused.clear();
            }
        }
    }

    private void commit() {
        nextCommit = clock.nanoTime() + syncEveryNanos;
        try {
            store.commit();
            succeeded();
        } catch (DiskException e) {
            failed("commit", e);
            return;
        }
        urgent = false;
        measure();
        view.set(store.view());
        grown.run();
        if (!untold.isEmpty()) {
            var now = List.copyOf(untold);
            untold.clear();
            told.accept(now);
        }
        waiting.forEach(Runnable::run);
        waiting.clear();
    }

    /** It asks the disk how much is free, so not with each commit. */
    private void measure() {
        long now = clock.nanoTime();
        if (now - nextWear < 0) {
            return;
        }
        nextWear = now + WEAR_NANOS;
        try {
            wear.set(store.wear());
        } catch (DiskException e) {
            wear.set(Wear.UNKNOWN);
            log.debug("free space not known: {}", e.getMessage());
        }
    }

    private void seal() {
        try {
            if (store.sealIfDue()) {
                view.set(store.view());
                grown.run();
            }
        } catch (DiskException e) {
            failed("seal", e);
        }
    }

    private void succeeded() {
        if (failing) {
            failing = false;
            log.info("store back after failures={}", failures.get());
        }
    }

    private void failed(String what, DiskException e) {
        failures.incrementAndGet();
        isFull = e instanceof DiskException.Full;
        nextCommit = clock.nanoTime() + Math.max(syncEveryNanos, RETRY_NANOS);
        if (!failing) {
            failing = true;
            log.error(
                    "store {} failed: {}; what was accepted is safe, it is tried again",
                    what,
                    e.getMessage());
        }
    }
}
