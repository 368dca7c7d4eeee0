package io.drme.simulation;

import static io.drme.simulation.BrokenInvariant.require;

import io.drme.alarm.Transition;
import io.drme.edge.acquisition.Recording;
import io.drme.edge.recording.AlarmBook.Occurrence;
import io.drme.log.DropCause;
import io.drme.log.EventItem;
import io.drme.log.StoreView;
import io.drme.model.EpochId;
import io.drme.model.Event;
import io.drme.model.StreamKind;
import io.drme.schema.AlarmTransition;
import io.drme.schema.BadEventException;
import io.drme.schema.Drop;
import io.drme.schema.EventSchema;
import io.drme.schema.Payload;
import io.drme.schema.Payloads;
import io.drme.simulation.Samples.Sample;
import io.drme.sync.RangeSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The model beside one data directory: what was handed to its store, what a commit made durable and
 * what was framed since. Each look at the store is held against it: both equations of exact
 * accounting, each block exactly the next accepted samples in order, each told transition on
 * record.
 *
 * <p>Copied with the directory, when that is copied.
 */
final class Ledger {
    /** Samples that were handed on together, with the totals after them. */
    private record Handed(Totals after, List<Sample> data) {}

    private final Book book;
    private final String machine;
    private @Nullable EpochId epoch;
    private Totals committed = Totals.ZERO;
    private Totals handed = Totals.ZERO;
    private final Deque<Handed> waiting = new ArrayDeque<>();
    private final Deque<String> untold = new ArrayDeque<>();

    /** How many of the untold ones, from the first, are on record already. */
    private int recorded;

    /** Data samples that a commit made durable and that are in no block yet. */
    private final Deque<Sample> unsealed = new ArrayDeque<>();

    private long blocks;
    private long events;
    private @Nullable StoreView seen;

    Ledger(Book book, String machine) {
        this.book = book;
        this.machine = machine;
    }

    /** The model of a copy of the directory, on another machine or the same. */
    Ledger copy(String ofMachine) {
        var copy = new Ledger(book, ofMachine);
        copy.epoch = epoch;
        copy.committed = committed;
        copy.handed = handed;
        copy.waiting.addAll(waiting);
        copy.untold.addAll(untold);
        copy.recorded = recorded;
        copy.unsealed.addAll(unsealed);
        copy.blocks = blocks;
        copy.events = events;
        return copy;
    }

    /** The copied directory goes its own way: what is not framed yet is framed by both. */
    void goesItsOwnWay() {
        unsealed.forEach(s -> book.sample(s.id()).ifPresent(e -> e.copies++));
        for (var handed : waiting) {
            handed.data().forEach(s -> book.sample(s.id()).ifPresent(e -> e.copies++));
        }
    }

    @Override
    public String toString() {
        return "%s: %d blocks looked at, %d samples in none, from %s; %d recordings not committed"
                .formatted(machine, blocks, unsealed.size(), unsealed.peek(), waiting.size());
    }

    // ---- what goes in

    /** A recording is appended to the store next. */
    void handedOn(Recording r, boolean isTaken) {
        var data = new ArrayList<Sample>();
        var local = new ArrayList<Sample>();
        r.samples()
                .ifPresent(batch -> {
                    Samples.add(batch, r.tags(), false, data);
                    Samples.add(batch, r.tags(), true, local);
                });
        Samples.add(r.derived(), r.tags(), false, data);
        Samples.add(r.derived(), r.tags(), true, local);
        int samples = data.size() + local.size();
        handed =
                handed.plus(
                        new Totals(
                                r.read(),
                                r.derived().size(),
                                r.filtered(),
                                isTaken ? 0 : samples,
                                isTaken ? samples : 0));
        waiting.add(new Handed(handed, isTaken ? data : List.of()));
        r.transitions().forEach(t -> untold.add(key(t)));
    }

    /** Somebody is told of transitions: each in its order, and once. */
    void told(List<Occurrence> changed) {
        for (var occurrence : changed) {
            var key = key(occurrence.last());
            var expected = untold.poll();
            require(
                    key.equals(expected),
                    "%s: told of transition %s, expected %s",
                    machine,
                    key,
                    expected);
            if (recorded > 0) {
                recorded--;
            } else {
                book.acceptTransition(key, machine);
            }
        }
    }

    private static String key(Transition t) {
        return key(t.payload());
    }

    static String key(AlarmTransition t) {
        return "%s %s>%s at %d by '%s' until %d"
                .formatted(t.alarm(), t.from(), t.to(), t.at(), t.by(), t.until());
    }

    // ---- what is found

    /**
     * Looks at the store after it may have committed, sealed or dropped.
     *
     * @return whether it did
     */
    boolean looked(StoreView view) {
        if (view == seen) {
            return false;
        }
        seen = view;
        if (epoch == null) {
            epoch = view.epoch();
        }
        require(
                view.epoch().equals(epoch),
                "%s: the epoch changed from %s to %s behind everybody's back",
                machine,
                epoch,
                view.epoch());
        count(view);
        readEvents(view);
        readBlocks(view);
        return true;
    }

    /** What the counters say was committed must be a beginning of what was handed on. */
    private void count(StoreView view) {
        var counters = view.counters();
        require(counters.balanced(), "%s: the equations do not hold: %s", machine, counters);
        require(
                !counters.dropped().containsKey(DropCause.DAMAGED),
                "%s: lost by damage although no byte was: %s",
                machine,
                counters);
        var found = Totals.of(counters);
        while (!committed.equals(found) && !waiting.isEmpty()) {
            take(waiting.remove());
        }
        require(
                committed.equals(found),
                "%s: counters say %s, which is none of what was handed on; the last is %s",
                machine,
                found,
                handed);
    }

    private void take(Handed next) {
        committed = next.after();
        for (var sample : next.data()) {
            book.accept(sample, machine);
            unsealed.add(sample);
        }
    }

    /** Every new block holds exactly the next accepted samples. */
    private void readBlocks(StoreView view) {
        var held = view.held(StreamKind.DATA);
        long last = held.last().orElse(0); // behind it is what is written and not synced
        boolean isGap = false;
        for (; blocks < last; blocks++) {
            long sequence = blocks + 1;
            var bytes = view.read(StreamKind.DATA, sequence);
            if (bytes.isEmpty()) {
                require(
                        !held.contains(sequence),
                        "%s: block %d is held and can't be read",
                        machine,
                        sequence);
                isGap = true; // dropped at once: its samples are among the next accepted ones
                continue;
            }
            for (var sample : Samples.content(bytes.get()).samples()) {
                var expected = unsealed.poll();
                while (isGap && expected != null && expected.id() != sample.id()) {
                    book.placed(expected, new Place(view.epoch(), sequence - 1));
                    expected = unsealed.poll();
                }
                isGap = false;
                require(
                        expected != null && expected.id() == sample.id(),
                        "%s: block %d holds %s, accepted next was %s",
                        machine,
                        sequence,
                        sample,
                        expected);
                book.placed(sample, new Place(view.epoch(), sequence));
            }
        }
    }

    private void readEvents(StoreView view) {
        long last = view.held(StreamKind.EVENTS).last().orElse(0);
        for (; events < last; events++) {
            var place = new Place(view.epoch(), events + 1);
            transition(view.read(StreamKind.EVENTS, place.sequence()))
                    .ifPresent(t -> {
                        var key = key(t);
                        recordBeforeTelling(key);
                        book.placed(key, place);
                        require(
                                book.transition(key).isPresent(),
                                "%s: on record is a transition that nobody made: %s",
                                machine,
                                key);
                    });
        }
    }

    /**
     * A commit may fail behind its frame, as while the disk fails: what is in the frame is durable
     * and goes to the centre, and those who look on are told with the next commit.
     */
    private void recordBeforeTelling(String key) {
        var next = untold.stream().skip(recorded).toList();
        for (int i = 0; i <= next.indexOf(key); i++) { // those before it were dropped at once
            recorded++;
            book.acceptTransition(next.get(i), machine);
        }
    }

    /** The transition of an alarm in an item of events, if it is one. */
    static Optional<AlarmTransition> transition(Optional<byte[]> item) {
        var event = item.flatMap(EventItem::decode).map(EventItem::event);
        if (event.isEmpty() || event.get().schemaId() != EventSchema.ALARM_TRANSITION.id()) {
            return Optional.empty();
        }
        return payload(event.get()) instanceof AlarmTransition t
                ? Optional.of(t)
                : Optional.empty();
    }

    /** After a start: everything committed is there, of what waited a beginning at most. */
    void recovered(StoreView view) {
        seen = view;
        if (epoch != null && !view.epoch().equals(epoch)) {
            epochOpened(view);
        }
        epoch = view.epoch();
        count(view);
        handed = committed;
        waiting.clear();
        var onRecord = new HashSet<String>();
        for (long n = 1; n <= view.last(StreamKind.EVENTS); n++) {
            transition(view.read(StreamKind.EVENTS, n)).ifPresent(t -> onRecord.add(key(t)));
        }
        untold.stream()
                .skip(recorded)
                .filter(onRecord::contains)
                .forEach(key -> book.acceptTransition(key, machine));
        untold.clear();
        recorded = 0;
        readEvents(view);
        readBlocks(view);
    }

    /** The store moved to a new epoch: all that was accepted and not framed must be in it. */
    void epochOpened(StoreView view) {
        seen = view;
        while (!waiting.isEmpty()) {
            take(waiting.remove());
        }
        var left = new HashSet<Long>();
        unsealed.forEach(s -> left.add(s.id()));
        long framed = 0;
        long lost = carried(view);
        var held = view.held(StreamKind.DATA);
        for (long n = 1; n <= view.last(StreamKind.DATA); n++) {
            if (!held.contains(n)) {
                continue; // came along as lost
            }
            var bytes = view.read(StreamKind.DATA, n);
            require(bytes.isPresent(), "%s: block %d of a new epoch can't be read", machine, n);
            for (var sample : Samples.content(bytes.orElseThrow()).samples()) {
                left.remove(sample.id());
                book.placed(sample, new Place(view.epoch(), n));
                framed++;
            }
        }
        require(left.isEmpty(), "%s: %d samples are not in the new epoch", machine, left.size());
        unsealed.clear();
        epoch = view.epoch();
        blocks = view.last(StreamKind.DATA);
        events = 0;
        readEvents(view);
        var counters = view.counters();
        require(counters.balanced(), "%s: the equations do not hold: %s", machine, counters);
        committed = Totals.of(counters);
        require(
                committed.accepted() == framed + lost + counters.local(),
                "%s: a new epoch holds %d samples, %d lost and %d local ones, its counters say %s",
                machine,
                framed,
                lost,
                counters.local(),
                counters);
        handed = committed;
    }

    /**
     * Reads what came along as lost: where it was, and how many samples of data. Every number of
     * the new epoch is held or lost so.
     */
    private long carried(StoreView view) {
        var named = new EnumMap<StreamKind, RangeSet>(StreamKind.class);
        long samples = 0;
        for (long n = 1; n <= view.last(StreamKind.EVENTS); n++) {
            var event = view.read(StreamKind.EVENTS, n).flatMap(EventItem::decode);
            var first = event.map(e -> e.event().metadata().get("first-epoch"));
            if (event.isPresent()
                    && first.isPresent()
                    && payload(event.get().event()) instanceof Drop drop) {
                var metadata = event.get().event().metadata();
                var was =
                        new Book.Carried(
                                EpochId.parse(first.get()),
                                Long.parseLong(metadata.getOrDefault("first-from", "")),
                                Long.parseLong(metadata.getOrDefault("first-to", "")));
                var now = new Place(view.epoch(), drop.fromSequence());
                book.carried(machine, drop.stream(), was, now);
                named.merge(
                        drop.stream(),
                        RangeSet.of(drop.fromSequence(), drop.toSequence()),
                        RangeSet::union);
                samples += drop.stream() == StreamKind.DATA ? drop.samples() : 0;
            }
        }
        for (var kind : List.of(StreamKind.EVENTS, StreamKind.DATA)) {
            var all = RangeSet.of(1, view.last(kind));
            var unnamed =
                    all.minus(view.held(kind)).minus(named.getOrDefault(kind, RangeSet.EMPTY));
            require(
                    unnamed.isEmpty(),
                    "%s: %s %s of a new epoch are neither held nor lost",
                    machine,
                    kind,
                    unnamed);
        }
        return samples;
    }

    private static Payload payload(Event event) {
        try {
            return Payloads.of(event);
        } catch (BadEventException e) {
            throw new BrokenInvariant("an event of ours can't be read: " + e.getMessage());
        }
    }
}
