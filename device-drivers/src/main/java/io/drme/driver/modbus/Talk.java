package io.drme.driver.modbus;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who talks to a device just now, and whether that thread is to leave. An interrupt that meets a
 * virtual thread in socket I/O closes the socket, so it is held back until the talk is over.
 */
final class Talk {
    /** Held for a few instructions at a time. */
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable Thread talking;
    private volatile boolean isToEnd;

    /**
     * The caller begins to talk.
     *
     * @throws InterruptedException where it is to leave already
     */
    void begin() throws InterruptedException {
        lock.lock();
        try {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            isToEnd = false;
            talking = Thread.currentThread();
        } finally {
            lock.unlock();
        }
    }

    /** The caller has ended to talk; gives whether it was to leave, and is interrupted then. */
    boolean end() {
        lock.lock();
        try {
            talking = null;
            if (isToEnd) {
                Thread.currentThread().interrupt();
            }
            return isToEnd;
        } finally {
            lock.unlock();
        }
    }

    /** Whether a thread talks just now. Any thread. */
    boolean isOf(Thread owner) {
        lock.lock();
        try {
            return talking == owner;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the thread that talks is to leave. */
    boolean isToEnd() {
        return isToEnd;
    }

    /** Has a thread leave: now, or once it has ended to talk. Any thread. */
    void release(Thread owner) {
        lock.lock();
        try {
            if (talking == owner) {
                isToEnd = true;
            } else {
                owner.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }
}
