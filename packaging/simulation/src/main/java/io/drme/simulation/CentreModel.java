package io.drme.simulation;

import static io.drme.simulation.BrokenInvariant.require;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.schema.AlarmTransition;
import io.drme.sync.ChainHash;
import io.drme.sync.Item;
import io.drme.sync.Message;
import io.drme.sync.RangeSet;
import io.drme.sync.ReceiverStore.Closure;
import io.drme.sync.StreamId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The model beside the centre's database: what its transactions committed. Each row is held against
 * what the gateways accepted and against its neighbours, each receipt against the rows.
 */
final class CentreModel {
    private final Map<GatewayId, Book> books;
    private final Map<StreamId, Stream> streams = new LinkedHashMap<>();
    private final Map<GatewayId, Held> held = new LinkedHashMap<>();

    /** An item as it was committed. */
    record Row(
            Item item,
            List<Samples.Sample> samples,
            long firstStamp,
            long lastStamp,
            Optional<AlarmTransition> transition) {}

    /** One stream of one epoch. */
    static final class Stream {
        final NavigableMap<Long, Row> rows = new TreeMap<>();
        final NavigableMap<Long, Closure> closures = new TreeMap<>();
        RangeSet ranges = RangeSet.EMPTY;

        Optional<Closure> closing(long sequence) {
            var below = closures.floorEntry(sequence);
            return below != null && below.getValue().to() >= sequence
                    ? Optional.of(below.getValue())
                    : Optional.empty();
        }
    }

    /** What is held of a gateway, by identity. */
    private static final class Held {
        final Map<Long, Place> samples = new HashMap<>();
        final Map<String, Place> transitions = new HashMap<>();
    }

    CentreModel(Map<GatewayId, Book> books) {
        this.books = books;
    }

    /** As it is now: goes with a backup of the database. */
    CentreModel copy() {
        var copy = new CentreModel(books);
        streams.forEach((id, stream) -> {
            var same = copy.stream(id);
            same.rows.putAll(stream.rows);
            same.closures.putAll(stream.closures);
            same.ranges = stream.ranges;
        });
        held.forEach((gateway, all) -> {
            copy.held(gateway).samples.putAll(all.samples);
            copy.held(gateway).transitions.putAll(all.transitions);
        });
        return copy;
    }

    Stream stream(StreamId id) {
        return streams.computeIfAbsent(id, _ -> new Stream());
    }

    Map<StreamId, Stream> streams() {
        return streams;
    }

    private Held held(GatewayId gateway) {
        return held.computeIfAbsent(gateway, _ -> new Held());
    }

    boolean holdsSample(GatewayId gateway, long id) {
        return held(gateway).samples.containsKey(id);
    }

    boolean holdsTransition(GatewayId gateway, String key) {
        return held(gateway).transitions.containsKey(key);
    }

    // ---- what a transaction did

    /** A row was committed. */
    void inserted(GatewayId gateway, Item item) {
        var id = new StreamId(gateway, item.epoch(), item.stream());
        var stream = stream(id);
        var place = new Place(item.epoch(), item.sequence());
        require(
                !stream.rows.containsKey(item.sequence()),
                "%s/%d has two rows",
                id,
                item.sequence());
        Row row;
        if (item.stream() == StreamKind.DATA) {
            var content = Samples.content(item.payload());
            row =
                    new Row(
                            item,
                            content.samples(),
                            content.firstStamp(),
                            content.lastStamp(),
                            Optional.empty());
            require(
                    content.samples().size() == item.samples(),
                    "%s/%d says %d samples and holds %d",
                    id,
                    item.sequence(),
                    item.samples(),
                    content.samples().size());
            content.samples().forEach(sample -> take(gateway, sample, place));
        } else {
            var transition = Ledger.transition(Optional.of(item.payload()));
            row = new Row(item, List.of(), 0, 0, transition);
            transition.ifPresent(t -> take(gateway, Ledger.key(t), place));
        }
        stream.rows.put(item.sequence(), row);
        checkNeighbours(id, stream, row);
    }

    private void take(GatewayId gateway, Samples.Sample sample, Place place) {
        var entry = book(gateway).sample(sample.id());
        require(
                entry.isPresent(),
                "%s: %s in %s was never accepted in this form",
                gateway,
                sample,
                place);
        entry.ifPresent(e -> e.arrivedOnce = true);
        var before = held(gateway).samples.put(sample.id(), place);
        require(before == null, "%s: %s is doubled: in %s, %s", gateway, sample, before, place);
    }

    private void take(GatewayId gateway, String transition, Place place) {
        var entry = book(gateway).transition(transition);
        require(
                entry.isPresent(),
                "%s: transition '%s' was never made durable there",
                gateway,
                transition);
        entry.ifPresent(e -> e.arrivedOnce = true);
        var before = held(gateway).transitions.put(transition, place);
        require(
                before == null,
                "%s: transition '%s' is doubled: in %s and %s",
                gateway,
                transition,
                before,
                place);
    }

    private Book book(GatewayId gateway) {
        var book = books.get(gateway);
        if (book == null) {
            throw new BrokenInvariant("there is no gateway " + gateway);
        }
        return book;
    }

    /** Chain and order against the rows before and after, whichever came first. */
    private static void checkNeighbours(StreamId id, Stream stream, Row row) {
        long sequence = row.item().sequence();
        var before = stream.rows.lowerEntry(sequence);
        var after = stream.rows.higherEntry(sequence);
        if (before != null) {
            checkPair(id, before.getValue(), row);
        }
        if (after != null) {
            checkPair(id, row, after.getValue());
        }
    }

    private static void checkPair(StreamId id, Row first, Row second) {
        if (first.item().sequence() + 1 == second.item().sequence()) {
            require(
                    second.item().previous().equals(first.item().hash()),
                    "%s: %d does not chain to %d",
                    id,
                    second.item().sequence(),
                    first.item().sequence());
        }
        if (!first.samples().isEmpty() && !second.samples().isEmpty()) {
            require(
                    first.lastStamp() <= second.firstStamp(),
                    "%s: stamps go back from block %d to %d: %d, %d",
                    id,
                    first.item().sequence(),
                    second.item().sequence(),
                    first.lastStamp(),
                    second.firstStamp());
        }
    }

    /** A range was closed, as far as it was not held. */
    void closed(Closure closure, RangeSet heldBefore) {
        var stream = stream(closure.stream());
        long samples = closure.samples();
        for (var hole : RangeSet.of(closure.from(), closure.to()).minus(heldBefore).ranges()) {
            var last = hole.to() == closure.to() ? closure.lastHash() : ChainHash.NONE;
            stream.closures.put(
                    hole.from(),
                    new Closure(
                            closure.stream(),
                            hole.from(),
                            hole.to(),
                            samples,
                            last,
                            closure.cause()));
            samples = 0;
        }
    }

    /** Ranges were written; they only grow. */
    void ranges(StreamId id, RangeSet ranges) {
        var stream = stream(id);
        require(
                ranges.containsAll(stream.ranges),
                "%s: ranges shrank from %s to %s",
                id,
                stream.ranges,
                ranges);
        var news = ranges.minus(stream.ranges);
        stream.ranges = ranges;
        for (var range : news.ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                require(isHeld(stream, n), "%s: %d is within the ranges and not there", id, n);
            }
        }
    }

    private static boolean isHeld(Stream stream, long sequence) {
        return stream.rows.containsKey(sequence) || stream.closing(sequence).isPresent();
    }

    // ---- what is said

    /** A receipt goes out: all that it covers is committed. */
    void said(GatewayId gateway, Message.Receipt receipt) {
        var id = new StreamId(gateway, receipt.epoch(), receipt.stream());
        var stream = stream(id);
        for (var range : receipt.ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                require(isHeld(stream, n), "the receipt lies: %s/%d is not committed", id, n);
            }
            var last = stream.rows.get(range.to());
            require(
                    last == null || last.item().hash().equals(range.hash()),
                    "the receipt of %s names a wrong hash for %d",
                    id,
                    range.to());
        }
    }

    // ---- for the end

    /** Whether a place is closed there, and samples with it are lost for a reason. */
    boolean isExplained(GatewayId gateway, List<Place> places) {
        for (var place : places) {
            var stream = streams.get(new StreamId(gateway, place.epoch(), StreamKind.DATA));
            if (stream != null
                    && stream.closing(place.sequence())
                            .filter(c -> !c.cause().equals(Closure.MOVED))
                            .isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** The samples of a tag that should be read, in the order of epochs and sequences. */
    List<Long> history(GatewayId gateway, List<EpochId> epochs, String tag) {
        var all = new ArrayList<Long>();
        for (var epoch : epochs) {
            var stream = streams.get(new StreamId(gateway, epoch, StreamKind.DATA));
            if (stream != null) {
                for (var row : stream.rows.values()) {
                    for (var sample : row.samples()) {
                        if (sample.tag().equals(tag)) {
                            all.add(sample.stamp());
                        }
                    }
                }
            }
        }
        return all;
    }
}
