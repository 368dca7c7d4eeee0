package io.drme.log;

import io.drme.block.BadBlockException;
import io.drme.block.BlockBuilder;
import io.drme.block.BlockReader;
import io.drme.block.BlockSeal;
import io.drme.block.Envelope;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes one block of envelopes out of several blocks, with the shortest interval that makes it
 * worth its while. Confined to its owner; memory is bounded by the blocks, which it decodes one at
 * a time.
 */
final class Enveloper {
    /** How much shorter envelopes have to be than what they replace. */
    static final int LEAST_GAIN = 3;

    private static final List<Duration> INTERVALS =
            List.of(
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(15),
                    Duration.ofHours(1),
                    Duration.ofHours(6),
                    Duration.ofDays(1),
                    Duration.ofDays(7));

    /** What a header says more where the block holds envelopes, at most. */
    private static final int ENVELOPE_BYTES = 4 * 10;

    private static final byte THINNED = Quality.uncertain(Reason.THINNED);

    private final List<byte[]> blocks;
    private final long bytes;
    private final long from;
    private final long to;
    private long samples;
    private long intervalBefore;

    /**
     * Takes consecutive blocks.
     *
     * @param from number of the first
     * @throws BadBlockException where one can't be read
     */
    Enveloper(List<byte[]> blocks, long from) throws BadBlockException {
        this.from = from;
        this.to = from + blocks.size() - 1;
        this.bytes = blocks.stream().mapToLong(b -> b.length).sum();
        var ordered = new ArrayList<Placed>();
        for (var block : blocks) {
            var header = BlockReader.open(block).header();
            ordered.add(new Placed(header.firstTime(), block));
            samples += header.count();
            intervalBefore = Math.max(intervalBefore, intervalOf(header.seal()));
        }
        // Envelopes stand behind younger ones in their stream; readers expect a block to be in
        // order.
        ordered.sort(Comparator.comparingLong(Placed::firstTime));
        this.blocks = ordered.stream().map(Placed::block).toList();
    }

    @SuppressWarnings("ArrayRecordComponent") // to sort by, never compared
    private record Placed(long firstTime, byte[] block) {}

    /** The interval of a block that holds envelopes; 0 for one of all samples. */
    static long intervalOf(BlockSeal seal) {
        var envelope = seal.envelope();
        return envelope == null ? 0 : envelope.intervalNanos();
    }

    /** What was made. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Made(byte[] block, Envelope envelope) {}

    /**
     * Makes the block.
     *
     * @param seal what its header says, given the envelope
     * @param mayMove whether what would not get much shorter may just move on: samples as envelopes
     *     that are no longer than they, envelopes as they are
     * @return nothing where no interval makes it so short
     */
    Optional<Made> make(Function<Envelope, BlockSeal> seal, boolean mayMove)
            throws BadBlockException {
        var made = shorter(seal, LEAST_GAIN);
        if (made.isEmpty() && mayMove) {
            made = intervalBefore == 0 ? shorter(seal, 1) : asItIs(seal);
        }
        return made;
    }

    /** With the shortest interval that makes it so many times shorter. */
    private Optional<Made> shorter(Function<Envelope, BlockSeal> seal, int times)
            throws BadBlockException {
        for (var interval : INTERVALS) {
            long nanos = interval.toNanos();
            if (nanos < intervalBefore) {
                continue;
            }
            var kept = choose(nanos);
            if ((long) kept.cardinality() * times > samples) {
                continue;
            }
            var envelope = new Envelope(from, to, samples, nanos);
            var block = build(kept, seal.apply(envelope));
            if (block.length > 0 && (long) block.length * times <= bytes + ENVELOPE_BYTES) {
                return Optional.of(new Made(block, envelope));
            }
        }
        return Optional.empty();
    }

    private Optional<Made> asItIs(Function<Envelope, BlockSeal> seal) throws BadBlockException {
        var envelope = new Envelope(from, to, samples, intervalBefore);
        var all = new BitSet();
        all.set(0, Math.toIntExact(samples));
        return Optional.of(new Made(build(all, seal.apply(envelope)), envelope))
                .filter(made -> made.block.length > 0);
    }

    private record Key(int group, TagName tag, ValueType type) {}

    /** The samples to be kept, by number over all blocks. */
    private BitSet choose(long intervalNanos) throws BadBlockException {
        var kept = new BitSet();
        Map<Key, EnvelopeTrack> tracks = new HashMap<>();
        int number = 0;
        for (var block : blocks) {
            var reader = BlockReader.open(block);
            var ofSeries = new ArrayList<EnvelopeTrack>();
            for (var series : reader.series()) {
                var key = new Key(reader.groupNumber(series.group()), series.tag(), series.type());
                ofSeries.add(
                        tracks.computeIfAbsent(
                                key, k -> new EnvelopeTrack(k.type, intervalNanos, kept)));
            }
            var cursor = reader.batches();
            var batch = new Batch();
            while (cursor.next(batch)) {
                for (int i = 0; i < batch.size(); i++) {
                    ofSeries.get(batch.tags()[i])
                            .look(
                                    number++,
                                    batch.sourceTimes()[i],
                                    batch.bits()[i],
                                    batch.qualities()[i]);
                }
            }
        }
        tracks.values().forEach(EnvelopeTrack::end);
        return kept;
    }

    /** The block; empty where it would be too large. */
    private byte[] build(BitSet kept, BlockSeal seal) throws BadBlockException {
        try (var builder = new BlockBuilder()) {
            var table = TagTable.EMPTY;
            var outcomes = new HashMap<Integer, Byte>();
            int number = 0;
            for (var block : blocks) {
                var reader = BlockReader.open(block);
                var tables = new SeriesTables(reader, table);
                var cursor = reader.batches();
                var batch = new Batch();
                while (cursor.next(batch)) {
                    int size = batch.size();
                    keep(batch, kept, number);
                    number += size;
                    // A poll that failed where the one before did not is evidence; others are not.
                    var before = outcomes.put(batch.group(), batch.outcome());
                    boolean isNews = before == null || before != batch.outcome();
                    if (batch.size() > 0 || isNews) {
                        table = tables.tableFor(batch);
                        if (!builder.hasRoomFor(batch)) {
                            return new byte[0];
                        }
                        builder.add(batch, table);
                    }
                }
                table = tables.table();
            }
            return builder.isEmpty() ? new byte[0] : builder.seal(seal);
        }
    }

    private static void keep(Batch batch, BitSet kept, int firstNumber) {
        int to = 0;
        for (int i = 0; i < batch.size(); i++) {
            if (kept.get(firstNumber + i)) {
                batch.move(i, to);
                if (Quality.isGood(batch.qualities()[to])) {
                    batch.qualities()[to] = THINNED;
                }
                to++;
            }
        }
        batch.truncate(to);
    }
}
