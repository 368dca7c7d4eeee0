package io.drme.driver.opcua;

import io.drme.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.ExtensionObject;
import org.eclipse.milo.opcua.stack.core.types.builtin.Matrix;
import org.jspecify.annotations.Nullable;

/**
 * Reads a few nodes in turn, and finds those whose changes a server does not tell although it goes
 * on to say that it lives. One read that shows another value proves nothing, as the telling may be
 * on its way; two do, between which more time passed than the telling may take, and nothing came.
 *
 * <p>Never blocks: {@link #step} sends a read or looks at what came. Belongs to the driver's owner.
 */
final class CrossRead {
    /** The most nodes of one read; every server takes as many. */
    static final int MOST_NODES = 100;

    /** A node that is found so often is left alone: to subscribe anew does not help it. */
    static final int MOST_STRIKES = 3;

    /** Asks the server; what it gives is in the order of the probes. */
    interface Reader {
        /** The present values. */
        CompletableFuture<DataValue[]> read(List<Probe> probes);
    }

    /**
     * What is watched for a tag, or for several of the same node.
     *
     * @param tag the first of these
     * @param settle how long a change may be on its way
     * @param deadband what the server need not tell
     */
    record Probe(int tag, Duration settle, Deadband deadband) {}

    private record Told(@Nullable Object value, long status, long atNanos) {}

    private record Sent(List<Probe> probes, long atNanos, CompletableFuture<DataValue[]> answer) {}

    private final Clock clock;
    private final long everyNanos;
    private final Map<Integer, Told> told = new HashMap<>();
    private final Map<Integer, Long> suspectSince = new HashMap<>();
    private final Map<Integer, Integer> strikes = new HashMap<>();
    private List<Probe> probes = List.of();
    private int next;
    private long nextAt;
    private @Nullable Sent sent;

    /**
     * Looks at nothing yet.
     *
     * @param every from one read to the next; zero for none at all
     */
    CrossRead(Clock clock, Duration every) {
        this.clock = clock;
        this.everyNanos = every.toNanos();
    }

    /** A new subscription: what was told before is told anew. */
    void begin(List<Probe> watched) {
        told.clear();
        suspectSince.clear();
        probes = List.copyOf(watched);
        next = 0;
        nextAt = clock.nanoTime() + everyNanos;
        sent = null;
    }

    /** Nodes that the server did not have at first are watched as well. */
    void watch(List<Probe> watched) {
        probes = List.copyOf(watched);
        next = 0;
    }

    /** The server told a value. */
    void told(int tag, DataValue value) {
        if (everyNanos > 0) {
            told.put(
                    tag,
                    new Told(
                            value.value().value(),
                            Statuses.code(value.statusCode()),
                            clock.nanoTime()));
        }
    }

    /**
     * Goes on.
     *
     * @return tags of which it is proven that the server does not tell their changes
     */
    List<Integer> step(Reader reader) {
        if (everyNanos == 0 || probes.isEmpty()) {
            return List.of();
        }
        var waiting = sent;
        if (waiting != null) {
            if (!waiting.answer().isDone()) {
                return List.of();
            }
            sent = null;
            return judged(waiting);
        }
        long now = clock.nanoTime();
        if (now - nextAt >= 0) {
            var asked = chosen(now);
            nextAt = now + everyNanos;
            sent = new Sent(asked, now, reader.read(asked));
        }
        return List.of();
    }

    /** Those that are suspected, and the next ones in turn. */
    private List<Probe> chosen(long now) {
        var chosen = new LinkedHashSet<Probe>();
        for (var probe : probes) {
            var since = suspectSince.get(probe.tag());
            if (since != null && now - since >= probe.settle().toNanos()) {
                chosen.add(probe);
            }
        }
        for (int i = 0; i < probes.size() && chosen.size() < MOST_NODES; i++) {
            var probe = probes.get(next);
            next = (next + 1) % probes.size();
            if (strikes.getOrDefault(probe.tag(), 0) < MOST_STRIKES) {
                chosen.add(probe);
            }
        }
        return chosen.stream().limit(MOST_NODES).toList();
    }

    private List<Integer> judged(Sent read) {
        DataValue[] values;
        try {
            values = read.answer().join();
        } catch (CompletionException _) {
            return List.of(); // a read that fails says nothing of the subscription
        }
        var proven = new ArrayList<Integer>();
        for (int i = 0; i < Math.min(values.length, read.probes().size()); i++) {
            if (isProven(read.probes().get(i), values[i], read.atNanos())) {
                proven.add(read.probes().get(i).tag());
            }
        }
        proven.forEach(tag -> strikes.merge(tag, 1, Integer::sum));
        return proven;
    }

    private boolean isProven(Probe probe, DataValue value, long readAt) {
        var last = told.get(probe.tag());
        if (last == null || last.atNanos() - readAt > 0 || !differs(probe, last, value)) {
            suspectSince.remove(probe.tag());
            return false;
        }
        var since = suspectSince.get(probe.tag());
        if (since == null || last.atNanos() - since >= 0) {
            suspectSince.put(probe.tag(), readAt);
            return false;
        }
        return readAt - since >= probe.settle().toNanos();
    }

    /** How often it was proven for a tag. */
    int strikes(int tag) {
        return strikes.getOrDefault(tag, 0);
    }

    private static boolean differs(Probe probe, Told told, DataValue read) {
        if (Statuses.code(read.statusCode()) != told.status()) {
            return true;
        }
        var value = read.value().value();
        if (value instanceof Number now && told.value() instanceof Number before) {
            return isBeyond(probe.deadband(), before, now);
        }
        // A deadband may also go for the elements of an array.
        return probe.deadband().isNone() && !isSame(told.value(), value);
    }

    private static boolean isBeyond(Deadband deadband, Number before, Number now) {
        double from = before.doubleValue();
        double to = now.doubleValue();
        if (deadband.isNone()) {
            return from != to
                    ? !(Double.isNaN(from) && Double.isNaN(to))
                    : before instanceof Long && !before.equals(now);
        }
        // Of a part of a range nobody here knows how wide it is.
        return !deadband.isPercent() && Math.abs(to - from) > deadband.width();
    }

    private static boolean isSame(@Nullable Object before, @Nullable Object now) {
        if (before instanceof ExtensionObject a && now instanceof ExtensionObject b) {
            return a.getBody().equals(b.getBody());
        }
        if (before instanceof ExtensionObject[] a && now instanceof ExtensionObject[] b) {
            return a.length == b.length
                    && Arrays.equals(a, b, (x, y) -> x.getBody().equals(y.getBody()) ? 0 : 1);
        }
        if (before instanceof Matrix a && now instanceof Matrix b) {
            return isSame(a.getElements(), b.getElements());
        }
        return Objects.deepEquals(before, now);
    }
}
