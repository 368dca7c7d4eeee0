package io.drme.cloud.store;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What is counted where blocks become segments. Safe for use from any thread. */
public final class SegmentStats {
    private final LongAdder segments = new LongAdder();
    private final LongAdder blocks = new LongAdder();
    private final LongAdder samples = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder races = new LongAdder();
    private final LongAdder unreadable = new LongAdder();
    private final AtomicLong waiting = new AtomicLong();

    SegmentStats() {}

    void made(long takenBlocks) {
        segments.increment();
        blocks.add(takenBlocks);
    }

    void packed(long packedSamples, long packedBytes) {
        samples.add(packedSamples);
        bytes.add(packedBytes);
    }

    void lostRace() {
        races.increment();
    }

    void unreadable() {
        unreadable.increment();
    }

    void waiting(long blocksNow) {
        waiting.set(blocksNow);
    }

    /** Segments made since the start. */
    public long segments() {
        return segments.sum();
    }

    /** Blocks whose samples went into segments. */
    public long blocks() {
        return blocks.sum();
    }

    /** Samples packed into segments; those of an hour are packed again with their day. */
    public long samples() {
        return samples.sum();
    }

    /** Bytes of the packed samples, without their roll-ups. */
    public long bytes() {
        return bytes.sum();
    }

    /** Segments thrown away as somebody else had taken what they were made of. */
    public long lostRaces() {
        return races.sum();
    }

    /** Stored blocks and parts of segments that could not be read. */
    public long unreadableBlocks() {
        return unreadable.sum();
    }

    /** Blocks that no segment holds yet, at the last look. */
    public long waiting() {
        return waiting.get();
    }
}
