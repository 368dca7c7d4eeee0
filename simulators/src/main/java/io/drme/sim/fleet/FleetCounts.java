package io.drme.sim.fleet;

import io.drme.sync.Message;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What all gateways together count. Safe for use from any thread. */
final class FleetCounts {
    /** More kinds of trouble than these are counted as others. */
    private static final int MOST_KINDS = 20;

    private final LongAdder connected = new LongAdder();
    private final LongAdder blocks = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder blocksMade = new LongAdder();
    private final LongAdder blocksAcknowledged = new LongAdder();
    private final LongAdder read = new LongAdder();
    private final LongAdder acknowledged = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder skippedPolls = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder outages = new LongAdder();
    private final Map<Message.Cause, LongAdder> refusals = new EnumMap<>(Message.Cause.class);
    private final Map<String, LongAdder> troubles = new ConcurrentHashMap<>();

    /**
     * All figures of one moment.
     *
     * @param blocks sent, those sent again too
     * @param read samples
     * @param acknowledged samples that the centre holds durably, by its sealed receipts
     * @param lost samples given up
     * @param skippedPolls readings that were left out as too many blocks waited
     */
    record Figures(
            long connected,
            long blocks,
            long blocksMade,
            long blocksAcknowledged,
            long bytes,
            long read,
            long acknowledged,
            long lost,
            long skippedPolls,
            long failures,
            long outages) {
        long pending() {
            return read - acknowledged - lost;
        }
    }

    FleetCounts() {
        for (var cause : Message.Cause.values()) {
            refusals.put(cause, new LongAdder());
        }
    }

    void connected(int more) {
        connected.add(more);
    }

    void sent(boolean isBlock, int length) {
        blocks.add(isBlock ? 1 : 0);
        bytes.add(length);
    }

    void sealed(int samples) {
        blocksMade.increment();
        read.add(samples);
    }

    void acknowledged(long moreBlocks, long moreSamples) {
        blocksAcknowledged.add(moreBlocks);
        acknowledged.add(moreSamples);
    }

    void lost(long samples) {
        lost.add(samples);
    }

    void skippedPolls(long polls) {
        skippedPolls.add(polls);
    }

    void outage() {
        outages.increment();
    }

    void failedConnection(String why) {
        failures.increment();
        var kind = troubles.size() < MOST_KINDS || troubles.containsKey(why) ? why : "others";
        troubles.computeIfAbsent(kind, _ -> new LongAdder()).increment();
    }

    void refused(Message.Cause cause) {
        var adder = refusals.get(cause);
        if (adder != null) {
            adder.increment();
        }
    }

    Figures figures() {
        return new Figures(
                connected.sum(),
                blocks.sum(),
                blocksMade.sum(),
                blocksAcknowledged.sum(),
                bytes.sum(),
                read.sum(),
                acknowledged.sum(),
                lost.sum(),
                skippedPolls.sum(),
                failures.sum(),
                outages.sum());
    }

    /** Refusals by cause, those that there were. */
    Map<Message.Cause, Long> refusals() {
        var all = new EnumMap<Message.Cause, Long>(Message.Cause.class);
        refusals.forEach((cause, adder) -> {
            if (adder.sum() > 0) {
                all.put(cause, adder.sum());
            }
        });
        return all;
    }

    /** Why connections failed, and how often. */
    Map<String, Long> troubles() {
        var all = new TreeMap<String, Long>();
        troubles.forEach((why, adder) -> all.put(why, adder.sum()));
        return all;
    }
}
