package io.drme.sim.fleet;

import io.drme.block.BlockHash;
import io.drme.log.EventItem;
import io.drme.model.EpochId;
import io.drme.model.Event;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.schema.Drop;
import io.drme.schema.Payload;
import io.drme.schema.Payloads;
import io.drme.sync.ChainHash;
import io.drme.sync.Item;
import io.drme.sync.RangeSet;
import io.drme.sync.SampleTerms;
import io.drme.sync.SenderLog;
import io.drme.time.Clock;
import io.drme.time.Hlc;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A gateway's log in memory: items until receipts cover them, and of each item its hash and how
 * many samples it held, 20 bytes. Confined to its event loop.
 */
final class FleetLog implements SenderLog {
    private static final String LOST_AT_CENTRE = "lost-at-centre";
    private static final int NANOS_PER_MILLI = 1_000_000;

    private final GatewayId gateway;
    private final Clock clock;
    private final RandomGenerator random;
    private final FleetCounts counts;
    private final Map<StreamKind, Stream> streams = new EnumMap<>(StreamKind.class);
    private EpochId epoch;
    private long accepted;
    private long acknowledgedSamples;
    private long dropped;
    private long lastStamp;

    /** Items of one stream; arrays by sequence - 1. */
    private static final class Stream {
        final Map<Long, Item> items = new HashMap<>();
        RangeSet held = RangeSet.EMPTY;
        RangeSet acknowledged = RangeSet.EMPTY;
        RangeSet reported = RangeSet.EMPTY;
        long last;
        BlockHash lastHash = BlockHash.NONE;
        private long[] hashes = new long[16];
        private int[] samples = new int[8];

        void add(Item item, BlockHash hash) {
            int i = (int) last;
            if (samples.length == i) {
                samples = Arrays.copyOf(samples, 2 * i);
                hashes = Arrays.copyOf(hashes, 4 * i);
            }
            samples[i] = item.samples();
            hashes[2 * i] = hash.high();
            hashes[2 * i + 1] = hash.low();
            items.put(item.sequence(), item);
            held = held.with(item.sequence());
            last = item.sequence();
            lastHash = hash;
        }

        Optional<BlockHash> hash(long sequence) {
            int i = (int) (sequence - 1);
            return sequence < 1 || sequence > last
                    ? Optional.empty()
                    : Optional.of(new BlockHash(hashes[2 * i], hashes[2 * i + 1]));
        }

        long samples(RangeSet of) {
            long sum = 0;
            for (var range : of.ranges()) {
                for (long n = range.from(); n <= Math.min(range.to(), last); n++) {
                    sum += samples[(int) (n - 1)];
                }
            }
            return sum;
        }
    }

    FleetLog(GatewayId gateway, Clock clock, RandomGenerator random, FleetCounts counts) {
        this.gateway = gateway;
        this.clock = clock;
        this.random = random;
        this.counts = counts;
        this.epoch = new EpochId(random.nextLong(), random.nextLong());
        begin();
    }

    private void begin() {
        streams.put(StreamKind.EVENTS, new Stream());
        streams.put(StreamKind.DATA, new Stream());
        accepted = 0;
        acknowledgedSamples = 0;
        dropped = 0;
    }

    private Stream stream(StreamKind kind) {
        var stream = streams.get(kind);
        if (stream == null) {
            throw new IllegalArgumentException("a fleet's gateway has no stream " + kind);
        }
        return stream;
    }

    /** A stamp for what happens now: later than all before. */
    long stamp() {
        lastStamp = Math.max(lastStamp + 1, Hlc.of(clock.epochNanos() / NANOS_PER_MILLI, 0));
        return lastStamp;
    }

    void append(Payload payload, Map<String, String> metadata) {
        append(Payloads.event(stamp(), payload, metadata));
    }

    private void append(Event event) {
        var events = stream(StreamKind.EVENTS);
        long sequence = events.last + 1;
        var previous = events.lastHash;
        var bytes = new EventItem(gateway, epoch, sequence, previous, event).encode();
        add(StreamKind.EVENTS, sequence, 0, previous, bytes);
    }

    private void add(
            StreamKind kind, long sequence, int samples, BlockHash previous, byte[] bytes) {
        var hash = BlockHash.of(bytes);
        var item = new Item(epoch, kind, sequence, samples, chain(previous), chain(hash), bytes);
        stream(kind).add(item, hash);
    }

    /** What the next block has to say of its place. */
    record Place(EpochId epoch, long sequence, long firstOrdinal, BlockHash previous) {}

    Place next() {
        var data = stream(StreamKind.DATA);
        return new Place(epoch, data.last + 1, accepted, data.lastHash);
    }

    /** Appends the block that was sealed for {@link #next}. */
    void append(byte[] block, int samples) {
        var data = stream(StreamKind.DATA);
        add(StreamKind.DATA, data.last + 1, samples, data.lastHash, block);
        accepted += samples;
        counts.sealed(samples);
    }

    /** Blocks that wait for a receipt. */
    int waitingBlocks() {
        return stream(StreamKind.DATA).items.size();
    }

    /** Whether receipts cover everything. */
    boolean isAllThere() {
        return streams.values().stream().allMatch(s -> s.items.isEmpty());
    }

    private static ChainHash chain(BlockHash hash) {
        var bytes = ByteBuffer.allocate(BlockHash.LENGTH_BYTES);
        hash.putInto(bytes);
        return ChainHash.of(bytes.array());
    }

    @Override
    public EpochId epoch() {
        return epoch;
    }

    @Override
    public long bootCount() {
        return 1;
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
    public RangeSet counted(StreamKind kind) {
        var stream = stream(kind);
        return stream.acknowledged.minus(stream.reported);
    }

    @Override
    public Optional<ChainHash> hash(StreamKind kind, long sequence) {
        return stream(kind).hash(sequence).map(FleetLog::chain);
    }

    @Override
    public Optional<Item> read(StreamKind kind, long sequence) {
        return Optional.ofNullable(stream(kind).items.get(sequence));
    }

    @Override
    public void acknowledged(StreamKind kind, RangeSet all) {
        var stream = stream(kind);
        var more = all.minus(stream.acknowledged);
        var less = stream.acknowledged.minus(all);
        stream.acknowledged = all;
        for (var range : more.ranges()) {
            for (long n = range.from(); n <= Math.min(range.to(), stream.last); n++) {
                stream.items.remove(n);
            }
        }
        stream.held = stream.held.minus(more);
        if (kind == StreamKind.DATA) {
            long samples =
                    stream.samples(more.minus(stream.reported))
                            - stream.samples(less.minus(stream.reported));
            acknowledgedSamples += samples;
            counts.acknowledged(more.size() - less.size(), samples);
        }
    }

    @Override
    public void missing(StreamKind kind, RangeSet gone) {
        var stream = stream(kind);
        for (var range : gone.minus(stream.held).minus(stream.reported).ranges()) {
            var set = RangeSet.of(range.from(), range.to());
            stream.reported = stream.reported.union(set);
            long samples = kind == StreamKind.DATA ? stream.samples(set) : range.size();
            if (kind == StreamKind.DATA) {
                dropped += samples;
                counts.lost(samples);
            }
            append(
                    new Drop(
                            kind,
                            range.from(),
                            range.to(),
                            samples,
                            LOST_AT_CENTRE,
                            stream.hash(range.to()).orElse(BlockHash.NONE),
                            0,
                            0),
                    Map.of());
        }
    }

    /**
     * Begins a new life with nothing: what waited is lost, and counted so. A fleet's directory is
     * never restored, so this shows a fault of the centre.
     */
    @Override
    public EpochId openEpoch(Map<StreamKind, RangeSet> lacking) {
        counts.lost(accepted - acknowledgedSamples - dropped);
        epoch = new EpochId(random.nextLong(), random.nextLong());
        begin();
        return epoch;
    }

    @Override
    public SortedMap<String, Long> counters() {
        var terms =
                new TreeMap<String, Long>(
                        Map.of(
                                "read",
                                accepted,
                                "derived",
                                0L,
                                "filtered",
                                0L,
                                "accepted",
                                accepted,
                                "acknowledged",
                                acknowledgedSamples,
                                "pending",
                                accepted - acknowledgedSamples - dropped,
                                "local",
                                0L,
                                SampleTerms.LOCAL_ACCEPTED,
                                0L));
        if (dropped > 0) {
            terms.put(SampleTerms.DROPPED + LOST_AT_CENTRE, dropped);
        }
        return terms;
    }
}
