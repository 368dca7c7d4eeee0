package io.drme.edge;

import io.drme.log.EventItem;
import io.drme.log.StoreView;
import io.drme.model.StreamKind;
import io.drme.schema.BadEventException;
import io.drme.schema.Drop;
import io.drme.schema.EventSchema;
import io.drme.schema.Payloads;
import io.drme.sync.Backfill;
import io.drme.sync.RangeSet;
import io.drme.sync.Refills.Refilled;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the log still has of a span that the centre asks for again, and what it has not, and why.
 *
 * @param items by stream, what is to be sent
 * @param gone what is not here any more, for a person; empty where nothing is missing
 */
record SentAgain(Map<StreamKind, RangeSet> items, String gone) {
    private static final List<StreamKind> STREAMS = List.of(StreamKind.DATA, StreamKind.EVENTS);

    /** Takes an immutable copy. */
    SentAgain {
        items = Map.copyOf(items);
    }

    /** Looks into the log; reads the events in it, so not for a thread that must not block. */
    static SentAgain of(Backfill asked, StoreView view) {
        var items = new EnumMap<StreamKind, RangeSet>(StreamKind.class);
        long lackingGone = 0;
        for (var stream : STREAMS) {
            var lacking = asked.lacking().getOrDefault(stream, RangeSet.EMPTY);
            var wanted = RangeSet.EMPTY;
            for (var item : view.overlapping(stream, asked.fromNanos(), asked.toNanos())) {
                long sequence = item.sequence();
                if (asked.again() || lacking.contains(sequence)) {
                    wanted = wanted.with(sequence);
                }
            }
            if (!wanted.isEmpty()) {
                items.put(stream, wanted);
            }
            long last = view.last(stream);
            if (last > 0) {
                lackingGone +=
                        lacking.intersect(RangeSet.of(1, last)).minus(view.held(stream)).size();
            }
        }
        return new SentAgain(items, gone(asked, view, lackingGone));
    }

    private static String gone(Backfill asked, StoreView view, long lackingGone) {
        var parts = new ArrayList<String>();
        dropped(asked, view)
                .forEach((cause, samples) ->
                        parts.add(
                                "%,d samples of that time were dropped here: %s"
                                        .formatted(samples, cause)));
        if (lackingGone > 0) {
            parts.add(
                    "%,d items that the centre lacks, of whatever time, are not here any more"
                            .formatted(lackingGone));
        }
        long oldest = oldest(view);
        if (oldest > asked.fromNanos() && view.last(StreamKind.DATA) > 0) {
            parts.add(
                    "what was receipted is kept here from %s on"
                            .formatted(io.drme.web.Times.text(oldest)));
        }
        return String.join("; ", parts);
    }

    /** Earliest source time in the oldest block that is here; the end of time where none is. */
    private static long oldest(StoreView view) {
        var first = view.held(StreamKind.DATA).first();
        return first.isEmpty()
                ? Long.MAX_VALUE
                : view.find(StreamKind.DATA, first.getAsLong())
                        .map(i -> i.firstTime())
                        .orElse(Long.MAX_VALUE);
    }

    private static Map<String, Long> dropped(Backfill asked, StoreView view) {
        var byCause = new TreeMap<String, Long>();
        for (var range : view.held(StreamKind.EVENTS).ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                view.read(StreamKind.EVENTS, n)
                        .flatMap(EventItem::decode)
                        .ifPresent(item -> drop(item, asked, byCause));
            }
        }
        return byCause;
    }

    private static void drop(EventItem item, Backfill asked, Map<String, Long> byCause) {
        if (item.event().schemaId() != EventSchema.DROP.id()) {
            return;
        }
        try {
            if (Payloads.of(item.event()) instanceof Drop drop
                    && STREAMS.contains(drop.stream())
                    && drop.firstTime() < asked.toNanos()
                    && drop.lastTime() >= asked.fromNanos()) {
                byCause.merge(drop.cause(), drop.samples(), Long::sum);
            }
        } catch (BadEventException _) {
            // Of another release: it says nothing here.
        }
    }

    /** What became of it, for the result of the command. */
    String detail(Refilled done) {
        var text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        "sent again: %,d items with %,d samples",
                        done.items(),
                        done.samples()));
        if (done.gone() > 0) {
            text.append("; %,d items were gone when it was their turn".formatted(done.gone()));
        }
        if (!gone.isEmpty()) {
            text.append("; ").append(gone);
        }
        if (!done.trouble().isEmpty()) {
            text.append("; ").append(done.trouble());
        }
        return text.toString();
    }
}
