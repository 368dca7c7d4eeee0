package io.drme.cloud.store;

import io.drme.time.Clock;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for often and costs a look at the database: it is read by one thread at a time, and
 * what was read, or why it could not be, is the answer for a while. So a hundred who ask while the
 * database is away wait for one look at it together, and not for a hundred one after another.
 *
 * <p>Safe for use from any thread; blocks while it is read.
 *
 * @param <T> what is read; immutable
 */
public final class Fresh<T> {
    private final Clock clock;
    private final Duration keep;
    private final Reading<T> reading;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by {@link #lock}. */
    private @Nullable T known;

    /** Guarded by {@link #lock}; what it failed with where {@link #known} is null. */
    private @Nullable DatabaseException failure;

    /** When {@link #known} or {@link #failure} came; guarded by {@link #lock}. */
    private long atNanos;

    /** Reads from the database. */
    @FunctionalInterface
    public interface Reading<T> {
        /** Reads it; may block. */
        T read() throws DatabaseException;
    }

    /**
     * Reads nothing yet.
     *
     * @param keep for how long an answer is taken for the present one
     */
    public Fresh(Clock clock, Duration keep, Reading<T> reading) {
        this.clock = clock;
        this.keep = keep;
        this.reading = reading;
    }

    /**
     * What was read no longer ago than it is kept.
     *
     * @throws DatabaseException also where it failed a moment ago
     */
    public T get() throws DatabaseException {
        lock.lock();
        try {
            boolean isFresh = clock.nanoTime() - atNanos < keep.toNanos();
            if (isFresh && known != null) {
                return known;
            }
            if (isFresh && failure != null) {
                throw new DatabaseException(String.valueOf(failure.getMessage()), failure);
            }
            return read();
        } finally {
            lock.unlock();
        }
    }

    /** The same, read now. */
    public T now() throws DatabaseException {
        lock.lock();
        try {
            return read();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Changes what is read, while those who ask for it wait; what the change gives is the answer
     * from then on. Where it fails, what was known stays.
     */
    void change(Reading<T> change) throws DatabaseException {
        lock.lock();
        try {
            note(change.read());
        } finally {
            lock.unlock();
        }
    }

    private T read() throws DatabaseException {
        try {
            return note(reading.read());
        } catch (DatabaseException e) {
            known = null;
            failure = e;
            atNanos = clock.nanoTime();
            throw e;
        }
    }

    private T note(T now) {
        // the same object while it is the same to all
        var before = known;
        var kept = before != null && now.equals(before) ? before : now;
        known = kept;
        failure = null;
        atNanos = clock.nanoTime();
        return kept;
    }
}
