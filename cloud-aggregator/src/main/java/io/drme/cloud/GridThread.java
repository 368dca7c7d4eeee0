package io.drme.cloud;

import io.drme.cloud.grid.Changes;
import io.drme.cloud.grid.Neighbours;
import io.drme.cloud.grid.Projection;
import io.drme.cloud.store.DatabaseException;
import io.drme.model.StreamKind;
import io.drme.sync.Fact;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that brings facts into the grid. Where that fails, because the database is away or a
 * bug shows, it rebuilds the grid from the store once that can be read, and then takes again what
 * was not yet committed. A fact that fails {@link #MOST_TRIES} times beside a store that can be
 * read is refused, counted and logged, so that those behind it have their turn.
 */
final class GridThread implements AutoCloseable {
    /** Facts that wait; some hold a block, so that this bounds memory. The receiver then waits. */
    static final int QUEUE_CAPACITY = 128;

    /** A burst of findings shares a transaction, and lets the receiver have its turn. */
    private static final int MOST_IN_A_TRANSACTION = 64;

    private static final int HEARD_CAPACITY = 1_024;

    /** So often a fact is tried while the store can be read. */
    static final int MOST_TRIES = 3;

    private static final Duration SAVE_EVERY = Duration.ofSeconds(1);
    private static final Duration RETRY_EVERY = Duration.ofMillis(250);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);
    private static final Logger log = LoggerFactory.getLogger(GridThread.class);

    private final Projection projection;
    private final Clock clock;

    /**
     * Facts of blocks; all others go before them, in their own order, so that alarms do not wait.
     */
    private final ArrayBlockingQueue<Fact> blocks = new ArrayBlockingQueue<>(QUEUE_CAPACITY);

    private final ArrayBlockingQueue<Fact> others = new ArrayBlockingQueue<>(QUEUE_CAPACITY);

    /** What other members tell; more is left out, as it is for pages only. */
    private final ArrayBlockingQueue<Neighbours.Changed> heard =
            new ArrayBlockingQueue<>(HEARD_CAPACITY);

    private final AtomicLong leftOut = new AtomicLong();

    private final AtomicLong notQueued = new AtomicLong();

    /** How often a rebuild was asked for: one more while one is made is made, too. */
    private final AtomicInteger rebuilds = new AtomicInteger();

    /** What {@link #rebuilds} was when the last one that succeeded began. */
    private volatile int rebuilt;

    private final Semaphore waiting = new Semaphore(0);
    private final Thread thread = Thread.ofPlatform().name("grid").unstarted(this::run);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile @Nullable String trouble;
    private final AtomicLong retried = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private long savedAtNanos;

    /** Facts that were taken, but are not committed yet; the thread's own. */
    private final ArrayDeque<Fact> unsettled = new ArrayDeque<>();

    /** Tries to mend after the end was asked for. */
    private int lastTries;

    /** How often the first of them failed beside a store that could be read. */
    private int failures;

    private Supplier<Optional<String>> closed = Optional::empty;
    private Changes watchers = Changes.NONE;

    GridThread(Projection projection, Clock clock) {
        this.projection = projection;
        this.clock = clock;
    }

    /**
     * Takes part in a cluster; to be said before {@link #start}.
     *
     * @param whyClosed why the grid can't be written now: too few members are in sight
     * @param local who looks at this member, for what others bring in
     */
    void join(Supplier<Optional<String>> whyClosed, Changes local) {
        closed = whyClosed;
        watchers = local;
    }

    /** Rebuilds the grid from the store at the next occasion; from any thread. */
    void rebuildSoon(String why) {
        trouble = why;
        rebuilds.incrementAndGet();
    }

    /** Takes what another member tells. Never blocks. */
    void hear(Neighbours.Changed changed) {
        if (heard.offer(changed)) {
            waiting.release();
        } else {
            leftOut.incrementAndGet();
        }
    }

    /** Changes of other members of which nobody here was told. */
    long leftOut() {
        return leftOut.get();
    }

    /** Begins; the grid was rebuilt before, or is {@link #rebuildSoon}. */
    void start() {
        savedAtNanos = clock.nanoTime();
        thread.start();
    }

    /** Facts since the start for which was no room while too few members were in sight. */
    long notQueued() {
        return notQueued.get();
    }

    /**
     * Hands a fact over; blocks while too many wait. While too few members are in sight nothing is
     * brought in: what is beyond the queue is left out then and counted, as the rebuild that
     * follows reads the store; so the receiver can still send gateways away.
     */
    void put(Fact fact) throws InterruptedException {
        boolean isBlock =
                fact instanceof Fact.Committed(_, var item, _) && item.stream() == StreamKind.DATA;
        var queue = isBlock ? blocks : others;
        while (!queue.offer(fact, RETRY_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
            var why = closed.get();
            if (why.isPresent()) {
                if (notQueued.getAndIncrement() == 0) {
                    log.warn("grid=closed not-queued={} because=\"{}\"", named(fact), why.get());
                }
                rebuildSoon(why.get());
                return;
            }
        }
        waiting.release();
    }

    /** The next fact, after a wait of at most a while; null where there is none. */
    private @Nullable Fact next() throws InterruptedException {
        if (!waiting.tryAcquire(SAVE_EVERY.toMillis() / 4, TimeUnit.MILLISECONDS)) {
            return null;
        }
        var fact = others.poll();
        return fact != null ? fact : blocks.poll();
    }

    private boolean isIdle() {
        return others.isEmpty() && blocks.isEmpty();
    }

    /** What is wrong now, for the readiness check. */
    Optional<String> trouble() {
        var now = trouble;
        return now == null && isAsked()
                ? Optional.of("it is rebuilt from the store")
                : Optional.ofNullable(now);
    }

    /** Whether a rebuild was asked for that has not been made. */
    private boolean isAsked() {
        return rebuilds.get() != rebuilt;
    }

    /** Facts that were taken again since the start, after the database was away or a bug showed. */
    long retried() {
        return retried.get();
    }

    /** Facts since the start that could not be brought in at all; the log names each. */
    long refused() {
        return refused.get();
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    private void run() {
        try {
            while (!isStopping() || !isIdle() || !unsettled.isEmpty()) {
                if (trouble == null && !isAsked()) {
                    step(next());
                } else if (isStopping() && (closed.get().isPresent() || ++lastTries > MOST_TRIES)) {
                    log.warn("grid=left-behind because=\"{}\" waiting={}", trouble, waitingFacts());
                    return; // the next start reads the store
                } else {
                    mend();
                }
            }
            projection.save();
        } catch (InterruptedException _) {
            log.warn("grid=interrupted waiting={}", waitingFacts());
        } catch (DatabaseException e) {
            log.warn("grid=not-saved {}", e.getMessage());
        }
    }

    private int waitingFacts() {
        return blocks.size() + others.size() + unsettled.size();
    }

    // this and mend are the supervisor of the projection
    private void step(@Nullable Fact fact) {
        try {
            if (fact != null) {
                unsettled.add(fact);
                projection.take(fact);
            } else {
                tellHeard();
            }
            if (isIdle() || unsettled.size() >= MOST_IN_A_TRANSACTION) {
                projection.release();
                unsettled.clear();
            }
            if (clock.nanoTime() - savedAtNanos >= SAVE_EVERY.toNanos()) {
                projection.save();
                unsettled.clear();
                savedAtNanos = clock.nanoTime();
            }
        } catch (DatabaseException | RuntimeException e) {
            log.error("grid=behind; it is rebuilt from the store", e);
            trouble = String.valueOf(e.getMessage());
        }
    }

    /** Rebuilds the grid, and takes again, one by one, what was not committed. */
    private void mend() throws InterruptedException {
        if (stopping.await(RETRY_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
            log.debug("grid=last-try");
        }
        if (closed.get().isPresent()) {
            return; // what this member would write may be older than what the others have
        }
        var before = trouble;
        int asked = rebuilds.get();
        try {
            projection.rebuild();
        } catch (DatabaseException | RuntimeException e) {
            trouble = String.valueOf(e.getMessage());
            return;
        }
        while (!unsettled.isEmpty()) {
            var fact = unsettled.getFirst();
            try {
                retried.incrementAndGet();
                projection.take(fact);
                projection.release();
            } catch (DatabaseException | RuntimeException e) {
                trouble = String.valueOf(e.getMessage());
                failures++;
                if (failures < MOST_TRIES) {
                    return;
                }
                refused.incrementAndGet();
                log.error("grid=refused fact=\"{}\" tries={}", named(fact), failures, e);
            }
            unsettled.removeFirst();
            failures = 0;
        }
        log.info("grid=rebuilt because=\"{}\"", before);
        rebuilt = asked;
        trouble = null; // what was asked for since is looked at by its number
    }

    /** What a fact is, without the block it may hold. */
    private static String named(Fact fact) {
        return fact instanceof Fact.Committed(var gateway, var item, _)
                ? "%s %s %d".formatted(gateway.text(), item.stream().text(), item.sequence())
                : fact.toString();
    }

    private void tellHeard() throws DatabaseException {
        for (var next = heard.poll(); next != null; next = heard.poll()) {
            projection.heard(next, watchers);
        }
    }

    /** Brings in what waits, and ends. */
    @Override
    public void close() {
        stopping.countDown();
        try {
            if (!thread.join(CLOSE_LIMIT)) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
