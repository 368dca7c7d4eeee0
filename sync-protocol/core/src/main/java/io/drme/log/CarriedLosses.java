package io.drme.log;

import io.drme.model.EpochId;
import io.drme.model.Event;
import io.drme.model.StreamKind;
import io.drme.schema.Drop;
import io.drme.schema.Payloads;
import io.drme.sync.RangeSet;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * What was given up in an epoch that is left, and the centre has not been told of. Its numbers
 * can't name it any more: after a fork they stand for other items there. So each loss gets a number
 * of its own in the new epoch, where its place was among what is framed anew, and its {@code drop}
 * event and the counters speak of that number; the event's metadata {@link #EPOCH}, {@link #FROM}
 * and {@link #TO} say which it was.
 *
 * <p>Confined to the store's thread.
 */
final class CarriedLosses {
    /** Metadata: the epoch in which the items were lost. */
    static final String EPOCH = "first-epoch";

    /** Metadata: the first number that was lost there. */
    static final String FROM = "first-from";

    /** Metadata: the last number that was lost there. */
    static final String TO = "first-to";

    private static final Comparator<Loss> BY_NUMBER =
            Comparator.comparingLong((Loss l) -> l.was.fromSequence());

    private final EpochId left;

    private final Map<StreamKind, RangeSet> numbers = new EnumMap<>(StreamKind.class);

    /** By the number that the event had in the epoch that is left. */
    private final Map<Long, Loss> byEvent = new HashMap<>();

    /** By stream, from the lowest number on. */
    private final Map<StreamKind, PriorityQueue<Loss>> ahead = new EnumMap<>(StreamKind.class);

    private static final class Loss {
        final Drop was;
        long number;

        Loss(Drop was) {
            this.was = was;
        }
    }

    private CarriedLosses(EpochId left) {
        this.left = left;
    }

    /**
     * Finds them.
     *
     * @param lacking what the centre does not hold, by stream
     */
    static CarriedLosses of(StoreCore old, Map<StreamKind, RangeSet> lacking) throws DiskException {
        var losses = new CarriedLosses(old.epoch);
        var events = old.log(StreamKind.EVENTS);
        var unheard = lacking.getOrDefault(StreamKind.EVENTS, RangeSet.EMPTY);
        for (var range : unheard.intersect(events.held()).ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                var drop = events.read(n).flatMap(f -> LostDrops.drop(f.bytes()));
                if (drop.isPresent() && old.origins.of(StreamKind.EVENTS, n).isEmpty()) {
                    losses.take(n, drop.get(), old, lacking);
                }
            }
        }
        return losses;
    }

    private void take(long event, Drop drop, StoreCore old, Map<StreamKind, RangeSet> lacking) {
        var kind = drop.stream();
        if (kind == StreamKind.LOCAL) {
            return; // it is all framed anew, and the centre never hears of it
        }
        var known = numbers(kind);
        var gone =
                RangeSet.of(drop.fromSequence(), drop.toSequence())
                        .intersect(lacking.getOrDefault(kind, RangeSet.EMPTY))
                        .minus(old.log(kind).held())
                        .minus(known);
        if (!gone.isEmpty()) {
            var loss = new Loss(drop);
            byEvent.put(event, loss);
            ahead.computeIfAbsent(kind, _ -> new PriorityQueue<>(BY_NUMBER)).add(loss);
            numbers.put(kind, known.union(gone));
        }
    }

    /** The numbers, of the epoch that is left, of what is carried along as lost. */
    RangeSet numbers(StreamKind kind) {
        return numbers.getOrDefault(kind, RangeSet.EMPTY);
    }

    /** Gives numbers to the losses before an item of the old epoch. */
    void placeBefore(StreamKind kind, long sequence, StoreState state) {
        var losses = ahead.getOrDefault(kind, new PriorityQueue<>());
        while (!losses.isEmpty() && losses.peek().was.fromSequence() < sequence) {
            place(kind, losses.remove(), state);
        }
    }

    private static void place(StreamKind kind, Loss loss, StoreState state) {
        var stream = state.stream(kind);
        loss.number = ++stream.last;
        stream.lastHash = loss.was.lastHash();
        stream.removed = stream.removed.with(loss.number);
        stream.reported = stream.reported.with(loss.number);
        if (kind == StreamKind.DATA && loss.was.samples() > 0) {
            stream.endOrdinal += loss.was.samples();
            state.dropped(kind).merge(cause(loss.was), loss.was.samples(), Long::sum);
        }
    }

    private static DropCause cause(Drop drop) {
        for (var cause : DropCause.values()) {
            if (cause.text().equals(drop.cause())) {
                return cause;
            }
        }
        throw new IllegalStateException("a drop of ours has the cause " + drop.cause());
    }

    /**
     * The event as the new epoch has it.
     *
     * @param number that it had in the epoch that is left
     * @return the same one where it speaks of no loss that is carried along
     */
    Event inNewEpoch(long number, Event event) {
        var loss = byEvent.get(number);
        if (loss == null) {
            return event;
        }
        var was = loss.was;
        var metadata = new HashMap<>(event.metadata());
        metadata.put(EPOCH, left.toString());
        metadata.put(FROM, Long.toString(was.fromSequence()));
        metadata.put(TO, Long.toString(was.toSequence()));
        var now =
                new Drop(
                        was.stream(),
                        loss.number,
                        loss.number,
                        was.samples(),
                        was.cause(),
                        was.lastHash(),
                        was.firstTime(),
                        was.lastTime(),
                        was.detail());
        return Payloads.event(event.time(), now, metadata);
    }

    /** Whether an event speaks of a loss that is carried along: then it is another one now. */
    boolean isOf(long number) {
        return byEvent.containsKey(number);
    }
}
