package io.drme.sync;

import io.drme.model.StreamKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The terms of exact accounting of one epoch, in samples, cumulative, all of one moment: as a
 * gateway tells them in its status. Immutable.
 *
 * <p>Both sides hold the same equations against them, so that they can't disagree about what
 * balances.
 */
public final class SampleTerms {
    /** What a gateway gave up before it was accepted, by reason. */
    public static final String REFUSED = "refused.";

    /** What a gateway gave up after it was accepted, by reason. */
    public static final String DROPPED = "dropped.";

    /** How much of {@code accepted} went to the stream that stays on site. */
    public static final String LOCAL_ACCEPTED = "local.accepted";

    /** How much of {@link #DROPPED} was of the stream that stays on site, by reason. */
    public static final String LOCAL_DROPPED = "local.dropped.";

    private final SortedMap<String, Long> counters;

    /**
     * What the centre holds of the items that the gateway counted as acknowledged.
     *
     * @param stored samples that queries find
     * @param quarantined samples that are kept apart
     * @param expired samples removed by retention
     */
    public record Held(long stored, long quarantined, long expired) {}

    /**
     * One equation with its figures.
     *
     * @param stream which stream it is about; nothing where all samples read
     * @param text the equation, in words
     */
    public record Equation(Optional<StreamKind> stream, String text, long left, long right) {
        /** Whether it does not hold. */
        public boolean fails() {
            return left != right;
        }

        /** How much more the left side has. */
        public long difference() {
            return left - right;
        }
    }

    /** Terms by their names in a status. */
    public SampleTerms(SortedMap<String, Long> counters) {
        this.counters = Collections.unmodifiableSortedMap(new TreeMap<>(counters));
    }

    /** A term; 0 where it is not told. */
    public long term(String name) {
        return counters.getOrDefault(name, 0L);
    }

    /** What was given up before it was accepted, by reason. */
    public SortedMap<String, Long> refused() {
        return byReason(REFUSED);
    }

    /** What was given up after it was accepted, by reason. */
    public SortedMap<String, Long> dropped() {
        return byReason(DROPPED);
    }

    /** What of a stream was given up after it was accepted, by reason. */
    public SortedMap<String, Long> dropped(StreamKind stream) {
        var local = byReason(LOCAL_DROPPED);
        if (stream == StreamKind.LOCAL) {
            return local;
        }
        var data = new TreeMap<String, Long>();
        if (stream == StreamKind.DATA) {
            dropped()
                    .forEach((reason, samples) -> {
                        long left = samples - local.getOrDefault(reason, 0L);
                        if (left != 0) {
                            data.put(reason, left);
                        }
                    });
        }
        return data;
    }

    /** Samples accepted on a stream; events have none. */
    public long accepted(StreamKind stream) {
        return switch (stream) {
            case EVENTS -> 0;
            case DATA -> term("accepted") - term(LOCAL_ACCEPTED);
            case LOCAL -> term(LOCAL_ACCEPTED);
        };
    }

    /**
     * All equations, also those that hold.
     *
     * @param held what the centre holds, where that is known
     */
    public List<Equation> equations(Optional<Held> held) {
        var all = new ArrayList<Equation>();
        all.add(
                new Equation(
                        Optional.empty(),
                        "read + derived = filtered + accepted + refused",
                        term("read") + term("derived"),
                        term("filtered") + term("accepted") + sum(refused())));
        if (counters.containsKey(LOCAL_ACCEPTED)) {
            all.add(
                    new Equation(
                            Optional.of(StreamKind.DATA),
                            "accepted = acknowledged + pending + dropped",
                            accepted(StreamKind.DATA),
                            term("acknowledged")
                                    + term("pending")
                                    + sum(dropped(StreamKind.DATA))));
            all.add(
                    new Equation(
                            Optional.of(StreamKind.LOCAL),
                            "accepted = local + dropped",
                            accepted(StreamKind.LOCAL),
                            term("local") + sum(dropped(StreamKind.LOCAL))));
        } else {
            all.add(
                    new Equation(
                            Optional.empty(),
                            "accepted = acknowledged + pending + local + dropped",
                            term("accepted"),
                            term("acknowledged")
                                    + term("pending")
                                    + term("local")
                                    + sum(dropped())));
        }
        held.ifPresent(h ->
                all.add(
                        new Equation(
                                Optional.of(StreamKind.DATA),
                                "acknowledged = stored + quarantined + expired",
                                term("acknowledged"),
                                h.stored() + h.quarantined() + h.expired())));
        return all;
    }

    /** All reasons together. */
    public static long sum(SortedMap<String, Long> byReason) {
        return byReason.values().stream().mapToLong(Long::longValue).sum();
    }

    private SortedMap<String, Long> byReason(String prefix) {
        var found = new TreeMap<String, Long>();
        counters.forEach((name, samples) -> {
            if (name.startsWith(prefix)) {
                found.put(name.substring(prefix.length()), samples);
            }
        });
        return found;
    }
}
