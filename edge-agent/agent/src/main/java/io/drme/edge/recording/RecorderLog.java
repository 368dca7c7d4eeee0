package io.drme.edge.recording;

import io.drme.block.BadBlockException;
import io.drme.block.BlockHash;
import io.drme.block.BlockReader;
import io.drme.log.Counters;
import io.drme.log.DiskException;
import io.drme.log.DropCause;
import io.drme.log.EventItem;
import io.drme.log.Store;
import io.drme.log.StoreView;
import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.sync.ChainHash;
import io.drme.sync.Item;
import io.drme.sync.Message;
import io.drme.sync.RangeSet;
import io.drme.sync.SampleTerms;
import io.drme.sync.SenderLog;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The store as the sender sees it: reads go to the view of the last commit, changes are handed to
 * the store's thread, for which the sender's thread waits.
 */
public final class RecorderLog implements SenderLog {
    private static final int MINUTES_PER_HOUR = 60;

    private final Recorder recorder;
    private final long bootCount;

    /** Adapts a recorder whose store was opened for the {@code bootCount}th time. */
    public RecorderLog(Recorder recorder, long bootCount) {
        this.recorder = recorder;
        this.bootCount = bootCount;
    }

    @Override
    public EpochId epoch() {
        return view().epoch();
    }

    @Override
    public long bootCount() {
        return bootCount;
    }

    @Override
    public long last(StreamKind stream) {
        return view().last(stream);
    }

    @Override
    public RangeSet held(StreamKind stream) {
        return view().held(stream);
    }

    @Override
    public RangeSet acknowledged(StreamKind stream) {
        return view().acknowledged(stream);
    }

    @Override
    public RangeSet counted(StreamKind stream) {
        return view().counted(stream);
    }

    @Override
    public Optional<ChainHash> hash(StreamKind stream, long sequence) {
        var now = view();
        var hash = now.hash(stream, sequence);
        if (hash.isEmpty()) {
            // The item behind it names it, be it gone or on a bad part of the disk.
            hash = now.read(stream, sequence + 1).flatMap(bytes -> previous(stream, bytes));
        }
        if (hash.isEmpty() && now.held(stream).contains(sequence)) {
            unreadable(stream, sequence);
        }
        return hash.map(RecorderLog::chain);
    }

    @Override
    public Optional<Item> read(StreamKind stream, long sequence) {
        var now = view();
        var known = now.find(stream, sequence);
        var bytes = now.read(stream, sequence);
        if (known.isEmpty() || bytes.isEmpty()) {
            if (now.held(stream).contains(sequence)) {
                unreadable(stream, sequence);
            }
            return Optional.empty();
        }
        return previous(stream, bytes.get())
                .map(previous ->
                        new Item(
                                now.epoch(),
                                stream,
                                sequence,
                                known.get().samples(),
                                chain(previous),
                                chain(BlockHash.of(bytes.get())),
                                now.origin(stream, sequence).orElse(null),
                                bytes.get()));
    }

    /** Damaged is lost, and what is lost is counted and named; the disk may just be in trouble. */
    private void unreadable(StreamKind stream, long sequence) {
        onStore(
                s -> {
                    try {
                        return s.unreadable(stream, sequence);
                    } catch (DiskException _) {
                        return false; // asked again when it is next to be sent
                    }
                },
                true);
    }

    private static Optional<BlockHash> previous(StreamKind stream, byte[] bytes) {
        if (stream == StreamKind.EVENTS) {
            return EventItem.decode(bytes).map(EventItem::previous);
        }
        try {
            return Optional.of(BlockReader.headerOf(bytes).previous());
        } catch (BadBlockException _) {
            return Optional
                    .empty(); // the log found its frame whole, yet it is no block: not sendable
        }
    }

    private static ChainHash chain(BlockHash hash) {
        var bytes = ByteBuffer.allocate(BlockHash.LENGTH_BYTES);
        hash.putInto(bytes);
        return ChainHash.of(bytes.array());
    }

    /**
     * Where the centre lost items by a restore, the view tells so when this returns, and so does
     * {@link #missing}: the report that follows the welcome would else count what the centre has no
     * more.
     */
    @Override
    public void acknowledged(StreamKind stream, RangeSet all) {
        boolean isLess = !all.containsAll(acknowledged(stream));
        Function<Store, Boolean> change =
                s -> {
                    try {
                        s.acknowledged(stream, all);
                    } catch (DiskException _) {
                        return false; // the next welcome says it again
                    }
                    return true;
                };
        onStore(change, isLess);
    }

    @Override
    public void missing(StreamKind stream, RangeSet gone) {
        onStore(
                s -> {
                    s.missing(stream, gone);
                    return true;
                },
                true);
    }

    /**
     * The view is of the new epoch when this returns: whoever still read the old one's numbers
     * would say hello with them, be told of the fork again, and leave out of yet another epoch what
     * this one holds.
     */
    @Override
    public EpochId openEpoch(Map<StreamKind, RangeSet> lacking) {
        return onStore(
                        s -> {
                            try {
                                return s.openEpoch(lacking);
                            } catch (DiskException _) {
                                return s.epoch(); // the old one stands; the next hello asks again
                            }
                        },
                        true)
                .orElseGet(this::epoch);
    }

    @Override
    public SortedMap<String, Long> counters() {
        return terms(view().counters());
    }

    @Override
    public Message.Endurance endurance() {
        var wear = recorder.wear();
        return new Message.Endurance(
                whole(wear.bytesADay(), 1), whole(wear.autonomyHours(), MINUTES_PER_HOUR));
    }

    private static long whole(OptionalDouble value, int times) {
        return value.isPresent() ? (long) (value.getAsDouble() * times) : -1;
    }

    /** The terms of exact accounting by their names in a status. */
    public static SortedMap<String, Long> terms(Counters c) {
        var terms =
                new TreeMap<String, Long>(
                        Map.of(
                                "read", c.read(),
                                "derived", c.derived(),
                                "filtered", c.filtered(),
                                "accepted", c.accepted(),
                                "acknowledged", c.acknowledged(),
                                "pending", c.pending(),
                                "local", c.local()));
        terms.put(SampleTerms.LOCAL_ACCEPTED, c.localAccepted());
        put(terms, SampleTerms.REFUSED, c.refused());
        put(terms, SampleTerms.DROPPED, c.dropped());
        put(terms, SampleTerms.LOCAL_DROPPED, c.localDropped());
        return terms;
    }

    private static void put(
            SortedMap<String, Long> terms, String prefix, Map<DropCause, Long> byCause) {
        byCause.forEach((cause, samples) -> terms.put(prefix + cause.text(), samples));
    }

    private StoreView view() {
        return recorder.view();
    }

    /**
     * Nothing where the gateway is stopping; the next session says it again.
     *
     * @param isSeen whether the view shows the change when this returns, and not with a commit
     */
    private <T> Optional<T> onStore(Function<Store, T> change, boolean isSeen) {
        try {
            return Optional.of(isSeen ? recorder.change(change) : recorder.ask(change));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException _) {
            // stopping
        }
        return Optional.empty();
    }
}
