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

    /** What was ever committed, also where a restore has lost it since. */
    private final Map<StreamId, RangeSet> ever;

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

        /** Whether a closed range had numbers in it that had arrived. */
        boolean isClosedBesidesHeld;

        Optional<Closure> closing(long sequence) {
            var below = closures.floorEntry(sequence);
            return below != null && below.getValue().to() >= sequence
                    ? Optional.of(below.getValue())
                    : Optional.empty();
        }
    }

    /** What is held of a gateway, by identity. */
    private static final class Held {
        final Map<Long, List<Place>> samples = new HashMap<>();
        final Map<String, List<Place>> transitions = new HashMap<>();
    }

    CentreModel(Map<GatewayId, Book> books) {
        this(books, new HashMap<>());
    }

    private CentreModel(Map<GatewayId, Book> books, Map<StreamId, RangeSet> ever) {
        this.books = books;
        this.ever = ever;
    }

    /** As it is now: goes with a backup of the database. */
    CentreModel copy() {
        var copy = new CentreModel(books, ever);
        streams.forEach((id, stream) -> {
            var same = copy.stream(id);
            same.rows.putAll(stream.rows);
            same.closures.putAll(stream.closures);
            same.ranges = stream.ranges;
            same.isClosedBesidesHeld = stream.isClosedBesidesHeld;
        });
        held.forEach((gateway, all) -> {
            all.samples.forEach(
                    (id, places) -> copy.held(gateway).samples.put(id, new ArrayList<>(places)));
            all.transitions.forEach((key, places) ->
                    copy.held(gateway).transitions.put(key, new ArrayList<>(places)));
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

    /** This takes the place of another after a restore: what only that one had is lost. */
    void replaces(CentreModel lost) {
        lost.held.forEach((gateway, all) -> {
            all.samples
                    .keySet()
                    .forEach(id ->
                            book(gateway)
                                    .sample(id)
                                    .ifPresent(e -> e.lostByRestore |= !holdsSample(gateway, id)));
            all.transitions
                    .keySet()
                    .forEach(key ->
                            book(gateway)
                                    .transition(key)
                                    .ifPresent(e ->
                                            e.lostByRestore |= !holdsTransition(gateway, key)));
        });
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
        var places = held(gateway).samples.computeIfAbsent(sample.id(), _ -> new ArrayList<>(1));
        places.add(place);
        require(
                places.size() <= entry.map(e -> e.copies).orElse(0),
                "%s: %s is doubled: in %s",
                gateway,
                sample,
                places);
    }

    private void take(GatewayId gateway, String transition, Place place) {
        var entry = book(gateway).transition(transition);
        require(
                entry.isPresent(),
                "%s: transition '%s' was never made durable there",
                gateway,
                transition);
        var places = held(gateway).transitions.computeIfAbsent(transition, _ -> new ArrayList<>());
        places.add(place);
        require(
                places.size() <= entry.map(e -> e.times).orElse(0),
                "%s: transition '%s' is doubled: in %s",
                gateway,
                transition,
                places);
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
        stream.isClosedBesidesHeld |=
                !RangeSet.of(closure.from(), closure.to()).intersect(heldBefore).isEmpty();
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

    /** Numbers are open again, as somebody lives in their epoch. */
    void reopened(StreamId id, RangeSet numbers) {
        var stream = stream(id);
        stream.closures.values().removeIf(c -> c.cause().equals(Closure.EPOCH_ENDED));
        stream.ranges = stream.ranges.minus(numbers);
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
        ever.merge(id, ranges, RangeSet::union);
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

    /** A gateway holds these for acknowledged: each was committed here once. */
    void believed(StreamId id, RangeSet acknowledged) {
        var wrong = acknowledged.minus(ever.getOrDefault(id, RangeSet.EMPTY));
        require(wrong.isEmpty(), "%s: %s count as acknowledged and were never here", id, wrong);
    }

    // ---- for the end

    /** Each occurrence of an alarm goes from the state in which its last transition left it. */
    void checkAlarms(Acts acts) {
        for (var entry : streams.entrySet()) {
            var states = new HashMap<String, String>();
            var chain = new Acts.Chain();
            long expected = 1;
            for (var row : entry.getValue().rows.values()) {
                if (row.item().sequence() != expected) {
                    states.clear();
                    chain.hole();
                }
                expected = row.item().sequence() + 1;
                row.transition()
                        .ifPresent(t -> {
                            acts.check(entry.getKey().toString(), chain, t);
                            var state = states.put(t.alarm(), t.to());
                            require(
                                    state == null || state.equals(t.from()),
                                    "%s/%d: alarm %s was left %s, the next transition is from %s",
                                    entry.getKey(),
                                    row.item().sequence(),
                                    t.alarm(),
                                    state,
                                    t.from());
                        });
            }
        }
    }

    /** Whether a place is closed there, and samples with it are lost for a reason. */
    boolean isExplained(GatewayId gateway, StreamKind kind, List<Place> places) {
        for (var place : places) {
            var stream = streams.get(new StreamId(gateway, place.epoch(), kind));
            if (stream != null
                    && stream.closing(place.sequence())
                            .filter(c -> !c.cause().equals(Closure.MOVED))
                            .isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** The samples that should be read, by tag, in the order of epochs and sequences. */
    Map<String, List<Samples.Sample>> history(GatewayId gateway, List<EpochId> epochs) {
        var all = new TreeMap<String, List<Samples.Sample>>();
        for (var epoch : epochs) {
            var stream = streams.get(new StreamId(gateway, epoch, StreamKind.DATA));
            if (stream != null) {
                for (var row : stream.rows.values()) {
                    for (var sample : row.samples()) {
                        all.computeIfAbsent(sample.tag(), _ -> new ArrayList<>()).add(sample);
                    }
                }
            }
        }
        return all;
    }
}
