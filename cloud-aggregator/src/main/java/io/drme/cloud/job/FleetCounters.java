package io.drme.cloud.job;

import java.util.concurrent.atomic.AtomicLong;

/** What this member's part of the fleet pipelines has done since its start. Safe for any thread. */
public final class FleetCounters {
    private final AtomicLong blocks = new AtomicLong();
    private final AtomicLong tooLate = new AtomicLong();
    private final AtomicLong chunks = new AtomicLong();
    private final AtomicLong leftOut = new AtomicLong();
    private final AtomicLong again = new AtomicLong();
    private final AtomicLong samples = new AtomicLong();
    private final AtomicLong overtaken = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();

    void took(long count) {
        blocks.addAndGet(count);
    }

    void cameTooLate() {
        tooLate.incrementAndGet();
    }

    void computed(boolean isAgain, long count) {
        chunks.incrementAndGet();
        again.addAndGet(isAgain ? 1 : 0);
        samples.addAndGet(count);
    }

    void leftOut() {
        leftOut.incrementAndGet();
    }

    void wasOvertaken() {
        overtaken.incrementAndGet();
    }

    /** A turn did not end well, and is tried again. */
    public void failed() {
        failures.incrementAndGet();
    }

    /** Blocks whose chunks were marked. */
    public long blocks() {
        return blocks.get();
    }

    /** Times that a block was older than what is computed again, so that results lack it. */
    public long tooLate() {
        return tooLate.get();
    }

    /** Chunks computed, first or again. */
    public long chunks() {
        return chunks.get();
    }

    /** Chunks that had more samples than fit into memory and were computed as empty ones. */
    public long chunksLeftOut() {
        return leftOut.get();
    }

    /** Chunks computed again. */
    public long again() {
        return again.get();
    }

    /** Samples that went through the engine. */
    public long samples() {
        return samples.get();
    }

    /** Times that another member wrote first, so that what was computed here was not written. */
    public long overtaken() {
        return overtaken.get();
    }

    /** Turns that were tried again. */
    public long failures() {
        return failures.get();
    }
}
