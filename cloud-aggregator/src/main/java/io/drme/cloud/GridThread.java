package io.drme.cloud;

import io.drme.cloud.grid.Changes;
import io.drme.cloud.grid.Neighbours;
import io.drme.cloud.grid.Projection;
import io.drme.cloud.store.DatabaseException;
import io.drme.model.StreamKind;
import io.drme.sync.Fact;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that brings facts into the grid. What it can't bring in, because the database fails or
 * a bug shows, it makes good by rebuilding the grid from the store; nothing is lost by that.
 */
final class GridThread implements AutoCloseable {
    /** Facts that wait; some hold a block, so that this bounds memory. The receiver then waits. */
    static final int QUEUE_CAPACITY = 128;

    /** A burst of findings shares a transaction, and lets the receiver have its turn. */
    private static final int MOST_IN_A_TRANSACTION = 64;

    private static final int HEARD_CAPACITY = 1_024;
    private static final Duration SAVE_EVERY = Duration.ofSeconds(1);
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

    /** How often a rebuild was asked for: one more while one is made is made, too. */
    private final AtomicInteger rebuilds = new AtomicInteger();

    private final Semaphore waiting = new Semaphore(0);
    private final Thread thread = Thread.ofPlatform().name("grid").unstarted(this::run);
    private volatile boolean stopping;
    private volatile @Nullable String trouble;
    private long savedAtNanos;
    private int taken;
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
        rebuilds.incrementAndGet();
        trouble = why;
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

    /** Hands a fact over; blocks while too many wait. */
    void put(Fact fact) throws InterruptedException {
        boolean isBlock =
                fact instanceof Fact.Committed(_, var item, _) && item.stream() == StreamKind.DATA;
        (isBlock ? blocks : others).put(fact);
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
        return Optional.ofNullable(trouble);
    }

    private void run() {
        try {
            while (!stopping || !isIdle()) {
                step(next());
            }
            projection.save();
        } catch (InterruptedException _) {
            log.warn("grid=interrupted waiting={}", blocks.size() + others.size());
        } catch (DatabaseException e) {
            log.warn("grid=not-saved {}", e.getMessage());
        }
    }

    // this is the supervisor of the projection
    private void step(@Nullable Fact fact) {
        try {
            var before = trouble;
            int asked = rebuilds.get();
            if (before != null && closed.get().isEmpty()) {
                projection.rebuild();
                log.info("grid=rebuilt because=\"{}\"", before);
                if (rebuilds.get() == asked) {
                    trouble = null;
                }
            }
            if (fact != null) {
                projection.take(fact);
                taken++;
            } else {
                tellHeard();
            }
            if (isIdle() || taken >= MOST_IN_A_TRANSACTION) {
                projection.release();
                taken = 0;
            }
            if (clock.nanoTime() - savedAtNanos >= SAVE_EVERY.toNanos()) {
                projection.save();
                savedAtNanos = clock.nanoTime();
            }
        } catch (DatabaseException | RuntimeException e) {
            if (trouble == null) {
                log.error("grid=behind; it is rebuilt from the store", e);
            }
            trouble = String.valueOf(e.getMessage());
        }
    }

    private void tellHeard() throws DatabaseException {
        for (var next = heard.poll(); next != null; next = heard.poll()) {
            projection.heard(next, watchers);
        }
    }

    /** Brings in what waits, and ends. */
    @Override
    public void close() {
        stopping = true;
        try {
            if (!thread.join(CLOSE_LIMIT)) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
