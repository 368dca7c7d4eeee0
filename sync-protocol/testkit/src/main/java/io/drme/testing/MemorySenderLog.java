package io.drme.testing;

import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.sync.ChainHash;
import io.drme.sync.Item;
import io.drme.sync.RangeSet;
import io.drme.sync.SenderLog;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A gateway's durable store in memory, for tests of the sync. Payloads are texts that say what they
 * are, so that a test recognises the same samples under another number: {@code id:17} is a block of
 * ten samples, {@code drop:EPOCH:STREAM:FROM:TO:HASH} an event that closes a range. Confined to one
 * thread.
 */
public final class MemorySenderLog implements SenderLog {
    private static final int HASH_BYTES = 16;

    private static final List<StreamKind> KINDS = List.of(StreamKind.EVENTS, StreamKind.DATA);

    /** Samples in each block. */
    public static final int SAMPLES = 10;

    /** Where an item was framed. */
    public record Framed(EpochId epoch, StreamKind stream, long sequence) {}

    private final Random random;

    /** By payload; of this directory and of its copies together. */
    private Map<String, List<Framed>> framed = new HashMap<>();

    private final Map<StreamKind, Stream> streams = new EnumMap<>(StreamKind.class);
    private EpochId epoch;
    private long bootCount = 1;
    private boolean isReadable = true;

    private static final class Stream {
        final NavigableMap<Long, Item> items = new TreeMap<>();
        long last;
        ChainHash lastHash = ChainHash.NONE;
        RangeSet acknowledged = RangeSet.EMPTY;
        RangeSet held = RangeSet.EMPTY;
    }

    /** A new data directory. */
    public MemorySenderLog(Random random) {
        this.random = random;
        this.epoch = new EpochId(random.nextLong(), random.nextLong());
        for (var stream : StreamKind.values()) {
            streams.put(stream, new Stream());
        }
    }

    /** A copy of the data directory, which goes its own way from here: a snapshot. */
    public MemorySenderLog copy() {
        var copy = new MemorySenderLog(random);
        copy.epoch = epoch;
        copy.bootCount = bootCount;
        streams.forEach((kind, stream) -> {
            var into = copy.stream(kind);
            into.items.putAll(stream.items);
            into.last = stream.last;
            into.lastHash = stream.lastHash;
            into.acknowledged = stream.acknowledged;
            into.held = stream.held;
        });
        copy.framed = framed;
        return copy;
    }

    /** Counts a start of the agent; what receipts said since the last one may be forgotten. */
    public void boot() {
        bootCount++;
        if (random.nextBoolean()) {
            streams.values().forEach(s -> s.acknowledged = RangeSet.EMPTY);
        }
    }

    /** Lets items be read or not, as a disk in trouble does. */
    public void readable(boolean is) {
        isReadable = is;
    }

    /** Appends an item and gives its sequence. */
    public long append(StreamKind kind, String payload) {
        return append(kind, payload, null);
    }

    private long append(StreamKind kind, String payload, Item.@Nullable Origin origin) {
        var stream = stream(kind);
        long sequence = stream.last + 1;
        var bytes = payload.getBytes(StandardCharsets.UTF_8);
        var hash = hash(stream.lastHash, sequence, bytes);
        int samples = kind == StreamKind.DATA ? SAMPLES : 0;
        framed.computeIfAbsent(payload, _ -> new ArrayList<>())
                .add(new Framed(epoch, kind, sequence));
        stream.items.put(
                sequence,
                new Item(epoch, kind, sequence, samples, stream.lastHash, hash, origin, bytes));
        stream.held = stream.held.with(sequence);
        stream.last = sequence;
        stream.lastHash = hash;
        return sequence;
    }

    private ChainHash hash(ChainHash previous, long sequence, byte[] payload) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(
                    ByteBuffer.allocate(24)
                            .putLong(epoch.high())
                            .putLong(epoch.low())
                            .putLong(sequence)
                            .array());
            digest.update(previous.bytes());
            return ChainHash.of(Arrays.copyOf(digest.digest(payload), HASH_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Frees the oldest items that receipts cover, at most so many; gives what went. */
    public RangeSet release(StreamKind kind, int most) {
        var stream = stream(kind);
        var gone = RangeSet.EMPTY;
        for (int i = 0; i < most && !stream.items.isEmpty(); i++) {
            long first = stream.items.firstKey();
            if (!stream.acknowledged.contains(first)) {
                break;
            }
            var item = stream.items.remove(first);
            gone = gone.with(first);
            if (item != null && isOfEpochBefore(item, epoch)) {
                append(kind, text(item)); // nothing else tells of that epoch any more
            }
        }
        stream.held = stream.held.minus(gone);
        return gone;
    }

    /** Drops blocks that are not receipted, because space is wanted, and says so in an event. */
    public void drop(long from, long to) {
        var stream = stream(StreamKind.DATA);
        var hash = hash(StreamKind.DATA, to).orElse(ChainHash.NONE);
        stream.items.subMap(from, true, to, true).clear();
        stream.held = stream.held.minus(RangeSet.of(from, to));
        said(StreamKind.DATA, from, to, hash);
    }

    private void said(StreamKind kind, long from, long to, ChainHash hash) {
        append(StreamKind.EVENTS, new Said(epoch, kind, from, to, hash).text());
    }

    /** What a drop event says. */
    private record Said(EpochId epoch, StreamKind kind, long from, long to, ChainHash hash) {
        static Optional<Said> of(String text) {
            var words = text.split(":", -1);
            return words[0].equals("drop")
                    ? Optional.of(
                            new Said(
                                    EpochId.parse(words[1]),
                                    StreamKind.valueOf(words[2]),
                                    Long.parseLong(words[3]),
                                    Long.parseLong(words[4]),
                                    ChainHash.parse(words[5])))
                    : Optional.empty();
        }

        String text() {
            return "drop:%s:%s:%d:%d:%s".formatted(epoch, kind.name(), from, to, hash);
        }

        RangeSet numbers() {
            return RangeSet.of(from, to);
        }

        boolean contains(Framed place) {
            return place.epoch().equals(epoch)
                    && place.stream() == kind
                    && numbers().contains(place.sequence());
        }
    }

    private static String text(Item item) {
        return new String(item.payload(), StandardCharsets.UTF_8);
    }

    private static boolean isOfEpochBefore(Item item, EpochId epoch) {
        return text(item).startsWith("drop:") && !text(item).startsWith("drop:" + epoch);
    }

    /** Where a payload was framed, in this directory and those it was copied to. */
    public List<Framed> framed(String payload) {
        return framed.getOrDefault(payload, List.of());
    }

    private Stream stream(StreamKind kind) {
        var stream = streams.get(kind);
        if (stream == null) {
            throw new IllegalStateException("no such stream: " + kind);
        }
        return stream;
    }

    /** The items that are there. */
    public NavigableMap<Long, Item> items(StreamKind kind) {
        return stream(kind).items;
    }

    /** What events that are still in the log say was dropped, of this epoch. */
    private RangeSet said(StreamKind kind) {
        var said = RangeSet.EMPTY;
        for (var event : stream(StreamKind.EVENTS).items.values()) {
            var one = Said.of(text(event)).filter(s -> s.epoch().equals(epoch) && s.kind() == kind);
            said = one.isPresent() ? said.with(one.get().from(), one.get().to()) : said;
        }
        return said;
    }

    @Override
    public EpochId epoch() {
        return epoch;
    }

    @Override
    public long bootCount() {
        return bootCount;
    }

    @Override
    public long last(StreamKind kind) {
        return stream(kind).last;
    }

    @Override
    public RangeSet held(StreamKind kind) {
        return stream(kind).held;
    }

    @Override
    public RangeSet acknowledged(StreamKind kind) {
        return stream(kind).acknowledged;
    }

    @Override
    public Optional<ChainHash> hash(StreamKind kind, long sequence) {
        var stream = stream(kind);
        if (sequence == stream.last && sequence > 0) {
            return Optional.of(stream.lastHash);
        }
        return read(kind, sequence).map(Item::hash);
    }

    @Override
    public Optional<Item> read(StreamKind kind, long sequence) {
        return isReadable
                ? Optional.ofNullable(stream(kind).items.get(sequence))
                : Optional.empty();
    }

    @Override
    public void acknowledged(StreamKind kind, RangeSet all) {
        stream(kind).acknowledged = all;
    }

    @Override
    public void missing(StreamKind kind, RangeSet gone) {
        for (var range : gone.minus(said(kind)).ranges()) {
            said(kind, range.from(), range.to(), hash(kind, range.to()).orElse(ChainHash.NONE));
        }
    }

    @Override
    public EpochId openEpoch(Map<StreamKind, RangeSet> lacking) {
        var ended = epoch;
        var left = new EnumMap<StreamKind, Stream>(StreamKind.class);
        KINDS.forEach(kind -> left.put(kind, stream(kind)));
        var losses = losses(lacking);
        epoch = new EpochId(random.nextLong(), random.nextLong());
        var moved = new EnumMap<StreamKind, RangeSet>(StreamKind.class);
        KINDS.forEach(kind -> streams.put(kind, new Stream()));
        // Losses come first, in one number each: where they stand among the rest is all the same.
        var carried = new TreeMap<Long, String>();
        losses.forEach((event, said) -> {
            carried.put(event, carry(said));
            moved.merge(said.kind(), said.numbers(), RangeSet::union);
        });
        for (var kind : KINDS) {
            var wanted = lacking.getOrDefault(kind, RangeSet.EMPTY);
            for (var item : left.getOrDefault(kind, new Stream()).items.values()) {
                long sequence = item.sequence();
                var loss = kind == StreamKind.EVENTS ? carried.get(sequence) : null;
                if (loss != null) {
                    append(kind, loss);
                } else if (wanted.contains(sequence) || isOfEpochBefore(item, ended)) {
                    append(kind, text(item), item.identity());
                }
                if (loss != null || wanted.contains(sequence)) {
                    moved.merge(kind, RangeSet.of(sequence, sequence), RangeSet::union);
                }
            }
        }
        for (var kind : KINDS) {
            var rest =
                    RangeSet.of(1, left.getOrDefault(kind, new Stream()).last)
                            .minus(moved.getOrDefault(kind, RangeSet.EMPTY));
            for (var range : rest.ranges()) {
                append(
                        StreamKind.EVENTS,
                        new Said(ended, kind, range.from(), range.to(), ChainHash.NONE).text());
            }
        }
        return epoch;
    }

    /** What was given up in this epoch and the centre lacks, by the number of its event. */
    private NavigableMap<Long, Said> losses(Map<StreamKind, RangeSet> lacking) {
        var losses = new TreeMap<Long, Said>();
        var unheard = lacking.getOrDefault(StreamKind.EVENTS, RangeSet.EMPTY);
        for (var event : stream(StreamKind.EVENTS).items.values()) {
            Said.of(text(event))
                    .filter(s -> unheard.contains(event.sequence()) && s.epoch().equals(epoch))
                    .filter(s -> isLost(s, lacking.getOrDefault(s.kind(), RangeSet.EMPTY)))
                    .ifPresent(s -> losses.put(event.sequence(), s));
        }
        return losses;
    }

    private boolean isLost(Said said, RangeSet lacking) {
        return !said.numbers().intersect(lacking).minus(stream(said.kind()).held).isEmpty();
    }

    /** Gives a loss of the epoch before a number of this one, and says what the event says then. */
    private String carry(Said lost) {
        var stream = stream(lost.kind());
        long number = ++stream.last;
        stream.lastHash = lost.hash();
        framed.values().stream()
                .filter(places -> places.stream().anyMatch(lost::contains))
                .forEach(places -> places.add(new Framed(epoch, lost.kind(), number)));
        return new Said(epoch, lost.kind(), number, number, lost.hash()).text();
    }

    @Override
    public SortedMap<String, Long> counters() {
        return new TreeMap<>(Map.of("accepted", stream(StreamKind.DATA).last * SAMPLES));
    }
}
