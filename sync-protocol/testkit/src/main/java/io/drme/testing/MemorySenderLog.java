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
import java.util.Arrays;
import java.util.EnumMap;
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

    /** Samples in each block. */
    public static final int SAMPLES = 10;

    private final Random random;
    private final Map<StreamKind, Stream> streams = new EnumMap<>(StreamKind.class);
    private EpochId epoch;
    private long bootCount = 1;

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
        return copy;
    }

    /** Counts a start of the agent; what receipts said since the last one may be forgotten. */
    public void boot() {
        bootCount++;
        if (random.nextBoolean()) {
            streams.values().forEach(s -> s.acknowledged = RangeSet.EMPTY);
        }
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
            stream.items.remove(first);
            gone = gone.with(first);
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
        append(
                StreamKind.EVENTS,
                "drop:%s:%s:%d:%d:%s".formatted(epoch, kind.name(), from, to, hash));
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
            var words = new String(event.payload(), StandardCharsets.UTF_8).split(":", -1);
            if (words[0].equals("drop")
                    && words[1].equals(epoch.toString())
                    && words[2].equals(kind.name())) {
                said = said.with(Long.parseLong(words[3]), Long.parseLong(words[4]));
            }
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
        return Optional.ofNullable(stream.items.get(sequence)).map(Item::hash);
    }

    @Override
    public Optional<Item> read(StreamKind kind, long sequence) {
        return Optional.ofNullable(stream(kind).items.get(sequence));
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
        epoch = new EpochId(random.nextLong(), random.nextLong());
        for (var kind : List.of(StreamKind.EVENTS, StreamKind.DATA)) {
            var old = stream(kind);
            var wanted = lacking.getOrDefault(kind, RangeSet.EMPTY);
            streams.put(kind, new Stream());
            old.items.forEach((sequence, item) -> {
                if (wanted.contains(sequence)) {
                    append(
                            kind,
                            new String(item.payload(), StandardCharsets.UTF_8),
                            item.identity());
                }
            });
        }
        return epoch;
    }

    @Override
    public SortedMap<String, Long> counters() {
        return new TreeMap<>(Map.of("accepted", stream(StreamKind.DATA).last * SAMPLES));
    }
}
