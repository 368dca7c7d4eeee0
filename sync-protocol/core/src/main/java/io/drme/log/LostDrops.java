package io.drme.log;

import io.drme.model.StreamKind;
import io.drme.schema.BadEventException;
import io.drme.schema.Drop;
import io.drme.schema.EventSchema;
import io.drme.schema.Payloads;
import io.drme.sync.RangeSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongBinaryOperator;
import java.util.function.Predicate;

/**
 * The {@code drop} events among events that are given up themselves: they have to be said again, or
 * the centre waits for ever for what they close.
 */
final class LostDrops {
    private LostDrops() {}

    /**
     * The drops in these events, neighbours of one cause as one, so that in a long outage their
     * number does not grow.
     */
    static List<Drop> in(StoreCore core, RangeSet lost) throws DiskException {
        var drops = new ArrayList<Drop>();
        for (var range : lost.ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                // One that was framed anew speaks of the numbers of an epoch that is gone.
                if (core.origins.of(StreamKind.EVENTS, n).isEmpty()) {
                    var found = core.log(StreamKind.EVENTS).read(n);
                    found.flatMap(f -> drop(f.bytes())).ifPresent(d -> add(drops, d));
                }
            }
        }
        return drops;
    }

    /** The drop in an item of events, if it is one. */
    static Optional<Drop> drop(byte[] item) {
        var event = EventItem.decode(item).map(EventItem::event);
        if (event.isEmpty() || event.get().schemaId() != EventSchema.DROP.id()) {
            return Optional.empty();
        }
        try {
            return Payloads.of(event.get()) instanceof Drop drop
                    ? Optional.of(drop)
                    : Optional.empty();
        } catch (BadEventException _) {
            return Optional.empty();
        }
    }

    private static void add(List<Drop> drops, Drop next) {
        Predicate<Drop> isBefore =
                d ->
                        d.stream() == next.stream()
                                && d.cause().equals(next.cause())
                                && d.detail().equals(next.detail())
                                && d.toSequence() + 1 == next.fromSequence();
        var before = drops.stream().filter(isBefore).findFirst();
        before.ifPresent(drops::remove);
        drops.add(before.map(d -> joined(d, next)).orElse(next));
    }

    private static Drop joined(Drop first, Drop second) {
        return new Drop(
                first.stream(),
                first.fromSequence(),
                second.toSequence(),
                first.samples() + second.samples(),
                first.cause(),
                second.lastHash(),
                time(first.firstTime(), second.firstTime(), Math::min),
                time(first.lastTime(), second.lastTime(), Math::max),
                first.detail());
    }

    /** A time of 0 is not known. */
    private static long time(long a, long b, LongBinaryOperator choice) {
        return a == 0 || b == 0 ? Math.max(a, b) : choice.applyAsLong(a, b);
    }
}
