package io.drme.log;

import io.drme.model.Event;
import io.drme.model.StreamKind;
import io.drme.schema.EpochEnded;
import io.drme.schema.EventSchema;
import io.drme.sync.Limits;
import io.drme.sync.RangeSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The events that say what was left at the centre of epochs that are over. They stay in the log for
 * good: they are carried into each new epoch, and said again before their segment is deleted.
 */
final class EpochEnds {
    private EpochEnds() {}

    /**
     * What is to be said of the epoch that ends: all its numbers but those that came along. The
     * centre held them, or was told that they are lost.
     *
     * @param moved what is framed anew, by stream
     */
    static List<EpochEnded> of(
            StoreCore old, Map<StreamKind, RangeSet> moved, CarriedLosses losses) {
        var ends = new ArrayList<EpochEnded>();
        for (var kind : List.of(StreamKind.DATA, StreamKind.EVENTS)) {
            long last = old.state.stream(kind).last;
            if (last > 0) {
                var held =
                        RangeSet.of(1, last)
                                .minus(moved.getOrDefault(kind, RangeSet.EMPTY))
                                .minus(losses.numbers(kind));
                if (!held.isEmpty()) {
                    var text = held.newest(Limits.MAX_RANGES).toString();
                    ends.add(new EpochEnded(old.epoch.toString(), kind, text));
                }
            }
        }
        return ends;
    }

    /** Those among the events with these numbers, by number. */
    static RangeSet in(SegmentLog events, RangeSet numbers) throws DiskException {
        var found = RangeSet.EMPTY;
        for (var range : numbers.ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                if (read(events, n).isPresent()) {
                    found = found.with(n);
                }
            }
        }
        return found;
    }

    /** Says those again that are about to be given up. */
    static void sayAgain(StoreCore core, RangeSet numbers) throws DiskException {
        for (var range : numbers.ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                var event = read(core.log(StreamKind.EVENTS), n);
                event.ifPresent(e ->
                        core.addEvent(
                                new Event(
                                        0,
                                        e.type(),
                                        e.schemaId(),
                                        e.schemaVersion(),
                                        e.payload(),
                                        e.metadata())));
            }
        }
    }

    private static Optional<Event> read(SegmentLog events, long sequence) throws DiskException {
        return events.read(sequence)
                .flatMap(f -> EventItem.decode(f.bytes()))
                .map(EventItem::event)
                .filter(e -> e.schemaId() == EventSchema.EPOCH_ENDED.id());
    }
}
