package io.drme.log;

import java.util.EnumMap;
import java.util.Map;

/**
 * Where every sample of an epoch went, cumulative. All figures are of one moment, that of a commit;
 * they are in the journal, so a crash leaves them exact.
 *
 * <p>{@link #pending} and {@link #local} are counted from what the store holds, not computed from
 * the others, so that {@link #balanced} can fail.
 *
 * @param read samples that drivers gave
 * @param derived samples that pipelines made
 * @param filtered samples that the deadband held back
 * @param accepted samples that were on disk, on whichever stream
 * @param acknowledged samples in blocks that a receipt covered
 * @param pending samples of {@code data} that are held and not acknowledged, sealed or not
 * @param local samples of {@code local} that are held, or were until {@code keep} ended
 * @param refused samples given up before they were accepted, by cause; causes with none are absent
 * @param dropped samples given up after they were accepted, by cause; causes with none are absent
 * @param localAccepted how many of {@code accepted} are of {@code local}
 * @param localDropped how many of {@code dropped} are of {@code local}
 */
public record Counters(
        long read,
        long derived,
        long filtered,
        long accepted,
        long acknowledged,
        long pending,
        long local,
        Map<DropCause, Long> refused,
        Map<DropCause, Long> dropped,
        long localAccepted,
        Map<DropCause, Long> localDropped) {

    /** Nothing happened yet. */
    public static final Counters ZERO =
            new Counters(0, 0, 0, 0, 0, 0, 0, Map.of(), Map.of(), 0, Map.of());

    /** Copies what it is given. */
    public Counters {
        refused = Map.copyOf(refused);
        dropped = Map.copyOf(dropped);
        localDropped = Map.copyOf(localDropped);
    }

    /** Whether {@code read + derived = filtered + accepted + refused} and so on hold. */
    public boolean balanced() {
        return read + derived == filtered + accepted + sum(refused)
                && accepted == acknowledged + pending + local + sum(dropped)
                && localAccepted == local + sum(localDropped);
    }

    /** What people see as dropped: before or after acceptance, by cause. */
    public Map<DropCause, Long> droppedInAll() {
        var all = new EnumMap<DropCause, Long>(DropCause.class);
        all.putAll(refused);
        dropped.forEach((cause, samples) -> all.merge(cause, samples, Long::sum));
        return all;
    }

    private static long sum(Map<DropCause, Long> byCause) {
        return byCause.values().stream().mapToLong(Long::longValue).sum();
    }
}
