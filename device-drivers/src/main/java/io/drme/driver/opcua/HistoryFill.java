package io.drme.driver.opcua;

import io.drme.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;

/**
 * Fills the holes that a lost connection leaves, from the server's history, one tag after another:
 * the samples of the hole come before what is told since, and none twice. A tag's hole begins
 * behind the last sample that was delivered and ends before the first that is told anew, both by
 * the device's clock; what is told meanwhile waits, within a limit.
 *
 * <p>Belongs to the driver's owner, but for {@link #waiting}; a {@link Source} reads elsewhere.
 */
final class HistoryFill {
    /** What is told while holes are filled, of all tags; 10 MB at most. */
    static final int MOST_WAITING = 50_000;

    /** How long what is told waits for what was missed; then the hole stays. */
    static final Duration MOST_FILL = Duration.ofSeconds(60);

    /** The most samples of one hole: a day at ten a second. */
    static final int MOST_SAMPLES = 1_000_000;

    /**
     * A hole of a tag.
     *
     * @param fromNanos time of the last sample before it, by the device's clock
     * @param toNanos time of the first sample behind it
     */
    record Hole(int tag, long fromNanos, long toNanos) {}

    /**
     * A part of what was found.
     *
     * @param values in the order of their times
     * @param isLast whether no more comes of this hole
     * @param trouble why there is no more, for a person; empty where all was found
     */
    record Page(Hole hole, List<DataValue> values, boolean isLast, String trouble) {}

    /** Reads the server's history; what it finds comes by {@link #found}. */
    interface Source {
        /** Begins; never blocks. */
        void read(Hole hole);
    }

    /** Takes what is to be delivered, in its order. */
    interface Sink {
        /** A sample of a tag. */
        void take(Arrival arrival);
    }

    private final Clock clock;
    private final Map<Integer, Long> lastNanos = new HashMap<>();
    private final Map<Integer, Filling> filling = new HashMap<>();

    /** Tags that may have a hole: what is told first decides. */
    private final Map<Integer, Long> expected = new HashMap<>();

    /** What waited when a connection was lost again in the midst of filling. */
    private final Map<Integer, List<Arrival>> left = new HashMap<>();

    private final AtomicInteger waiting = new AtomicInteger();

    private static final class Filling {
        private final Hole hole;
        private final List<Arrival> before;
        private final List<Arrival> told = new ArrayList<>();
        private final long sinceNanos;
        private long lastNanos;
        private int samples;

        Filling(Hole hole, List<Arrival> before, long sinceNanos) {
            this.hole = hole;
            this.sinceNanos = sinceNanos;
            this.before = before;
            this.lastNanos = hole.fromNanos();
        }

        int waiting() {
            return before.size() + told.size();
        }
    }

    /** Begins without holes; the clock measures {@link #MOST_FILL}. */
    HistoryFill(Clock clock) {
        this.clock = clock;
    }

    /** A new subscription begins: each tag that had samples before may have a hole. */
    void begin() {
        expected.clear();
        expected.putAll(lastNanos);
        filling.forEach((tag, open) -> {
            expected.put(tag, open.lastNanos);
            var all = new ArrayList<>(open.before);
            all.addAll(open.told);
            left.put(tag, all);
        });
        filling.clear();
    }

    /** Whether nothing is to be done: the usual case, in which samples go straight on. */
    boolean isIdle() {
        return expected.isEmpty() && filling.isEmpty();
    }

    /**
     * The server told a value, which is to be delivered now or waits.
     *
     * @param timeNanos by the device's clock; 0 where it gives none
     */
    void told(Arrival arrival, long timeNanos, Source source, Sink sink) {
        int tag = arrival.tag();
        var open = filling.get(tag);
        if (open != null) {
            open.told.add(arrival);
            waiting.incrementAndGet();
            return;
        }
        var from = expected.remove(tag);
        var before = left.getOrDefault(tag, List.of());
        left.remove(tag);
        if (from != null && timeNanos > from) {
            var begun = new Filling(new Hole(tag, from, timeNanos), before, clock.nanoTime());
            begun.told.add(arrival);
            waiting.incrementAndGet();
            filling.put(tag, begun);
            source.read(begun.hole);
            return;
        }
        waiting.addAndGet(-before.size());
        before.forEach(a -> deliver(a, sink));
        deliver(arrival, sink);
    }

    /**
     * The subscription before told it, and it was found only after {@link #begin}: it comes before
     * what the new one tells, unless the history has it too.
     */
    void toldBefore(Arrival arrival) {
        var open = filling.get(arrival.tag());
        if (open != null) {
            open.told.add(arrival);
        } else {
            left.computeIfAbsent(arrival.tag(), _ -> new ArrayList<>()).add(arrival);
        }
        waiting.incrementAndGet();
    }

    private void deliver(Arrival arrival, Sink sink) {
        long time = Conversion.deviceTime(arrival.value());
        if (time > 0) {
            lastNanos.merge(arrival.tag(), time, Math::max);
        }
        sink.take(arrival);
    }

    /**
     * A part of a hole came.
     *
     * @return what is missing all the same, for a person; empty where nothing is
     */
    String found(Page page, Sink sink) {
        int tag = page.hole().tag();
        var open = filling.get(tag);
        if (open == null || !open.hole.equals(page.hole())) {
            return ""; // of a connection before, or given up
        }
        var trouble = page.trouble();
        for (var value : page.values()) {
            long time = Conversion.deviceTime(value);
            if (open.samples == MOST_SAMPLES) {
                trouble = "the hole has more than %,d samples".formatted(MOST_SAMPLES);
                break;
            }
            if (time > open.lastNanos && time < open.hole.toNanos()) {
                open.lastNanos = time;
                lastNanos.merge(tag, time, Math::max);
                open.samples++;
                sink.take(new Arrival(tag, value));
            }
        }
        if (page.isLast() || !trouble.isEmpty()) {
            release(tag, sink);
        }
        return trouble;
    }

    private void release(int tag, Sink sink) {
        var done = filling.remove(tag);
        if (done == null) {
            return;
        }
        waiting.addAndGet(-done.waiting());
        // What was told before the last loss, neither the history had nor is told anew.
        for (var arrival : done.before) {
            long time = Conversion.deviceTime(arrival.value());
            if (time > done.lastNanos && time != done.hole.toNanos()) {
                deliver(arrival, sink);
            }
        }
        done.told.forEach(a -> deliver(a, sink));
    }

    /**
     * Gives up where too much waits, so that what is told now is not lost for what was missed.
     *
     * @return the tags whose holes stay
     */
    List<Integer> giveUpWhenFull(Sink sink) {
        return waiting.get() <= MOST_WAITING
                ? List.of()
                : giveUp(List.copyOf(filling.keySet()), sink);
    }

    /**
     * Gives up what takes longer than {@link #MOST_FILL}, so that the present is told.
     *
     * @return the tags whose holes stay
     */
    List<Integer> giveUpWhenLate(Sink sink) {
        if (filling.isEmpty()) {
            return List.of();
        }
        long now = clock.nanoTime();
        var late = new ArrayList<Integer>();
        filling.forEach((tag, open) -> {
            if (now - open.sinceNanos > MOST_FILL.toNanos()) {
                late.add(tag);
            }
        });
        return giveUp(late, sink);
    }

    private List<Integer> giveUp(List<Integer> tags, Sink sink) {
        tags.forEach(tag -> release(tag, sink));
        return tags;
    }

    /** How many told values wait still: lost where the driver ends. From any thread. */
    int waiting() {
        return waiting.get();
    }
}
