package io.drme.log;

import io.drme.block.BadBlockException;
import io.drme.block.BlockHash;
import io.drme.block.BlockReader;
import io.drme.block.BlockSeal;
import io.drme.block.Envelope;
import io.drme.model.StreamKind;
import io.drme.sync.RangeSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code when-full: thin}: before the store is full, replaces the oldest blocks that no receipt
 * covers by envelopes, a piece at a time, so that the store's thread is never away for long.
 *
 * <p>Works right after a seal, when no sample is committed and not in a block. Confined to the
 * store's thread.
 */
final class Thinner {
    private static final Logger log = LoggerFactory.getLogger(Thinner.class);

    /** Pieces after one seal: many times what came in since the one before. */
    private static final int MAX_PIECES = 8;

    /** Envelopes that are less than this part of their segment are moved on. */
    private static final int MOVED_FRACTION = 4;

    private final StoreCore core;
    private final SpacePolicy policy;

    Thinner(StoreCore core, SpacePolicy policy) {
        this.core = core;
        this.policy = policy;
    }

    /** Blocks of one kind, one behind the other. */
    private record Piece(long from, List<byte[]> blocks, long firstTime, long lastTime) {
        long to() {
            return from + blocks.size() - 1;
        }
    }

    /** Thins until there is room again, or enough was done for now. */
    void run() throws DiskException {
        boolean worked = false;
        for (int i = 0; i < MAX_PIECES && policy.isNearLimit(); i++) {
            if (!policy.dropFree()) {
                var victim = policy.oldestSamples();
                if (victim.isEmpty()) {
                    break;
                }
                worked = true;
                thin(victim.get().stream(), victim.get().segment());
            }
        }
        if (worked) {
            core.seal(); // brings the envelopes from the journal to their log
        }
    }

    private void thin(StreamKind stream, Segment segment) throws DiskException {
        var lost = policy.lost(stream, segment);
        var piece = piece(stream, lost, false);
        boolean isRest = piece.isEmpty();
        if (isRest) {
            piece = piece(stream, lost, true);
        }
        if (piece.isEmpty()) {
            policy.drop(stream, segment, lost.ranges().getFirst()); // nothing of it can be read
            return;
        }
        // A few envelopes among much else move on as they are; many would only go round and round.
        // Samples move on but once, as envelopes.
        boolean mayMove = !isRest || bytes(stream, lost) * MOVED_FRACTION <= segment.fileBytes;
        var made = envelopes(stream, piece.get(), mayMove);
        if (made.isPresent()) {
            replace(stream, piece.get(), made.get());
        } else {
            policy.drop(stream, segment, new RangeSet.Range(piece.get().from, piece.get().to()));
        }
    }

    private long bytes(StreamKind stream, RangeSet items) throws DiskException {
        return core.log(stream).items(items).stream().mapToLong(StoredItem::lengthBytes).sum();
    }

    /**
     * The first blocks that are alike and make one piece.
     *
     * @param envelopes whether they shall be envelopes, or blocks of all samples
     */
    private Optional<Piece> piece(StreamKind stream, RangeSet among, boolean envelopes)
            throws DiskException {
        for (var range : among.ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                var found = core.log(stream).read(n);
                long interval = found.map(f -> interval(f.bytes())).orElse(-1L);
                if (interval >= 0 && interval > 0 == envelopes) {
                    return Optional.of(piece(stream, n, range.to(), interval));
                }
            }
        }
        return Optional.empty();
    }

    private Piece piece(StreamKind stream, long from, long to, long interval) throws DiskException {
        var blocks = new ArrayList<byte[]>();
        long bytes = 0;
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (long n = from; n <= to; n++) {
            var found = core.log(stream).read(n);
            if (found.isEmpty() || interval(found.get().bytes()) != interval) {
                break;
            }
            bytes += found.get().bytes().length;
            if (!blocks.isEmpty() && bytes > core.sizes.thinBytes()) {
                break;
            }
            blocks.add(found.get().bytes());
            first = Math.min(first, found.get().head().firstTime());
            last = Math.max(last, found.get().head().lastTime());
        }
        return new Piece(from, blocks, first, last);
    }

    /** -1 where the block can't be read. */
    private static long interval(byte[] block) {
        try {
            return Enveloper.intervalOf(BlockReader.open(block).header().seal());
        } catch (BadBlockException _) {
            return -1;
        }
    }

    private Optional<Enveloper.Made> envelopes(StreamKind stream, Piece piece, boolean mayMove) {
        try {
            return new Enveloper(piece.blocks, piece.from)
                    .make(envelope -> seal(stream, envelope), mayMove)
                    .filter(m -> m.block().length <= core.sizes.journalSegmentBytes() / 2);
        } catch (BadBlockException e) {
            log.warn(
                    "store can't thin stream={} items={}-{} reason={}",
                    stream.text(),
                    piece.from,
                    piece.to(),
                    e.getMessage());
            return Optional.empty();
        }
    }

    private BlockSeal seal(StreamKind stream, Envelope envelope) {
        return core.header(stream, core.state.accepted(stream), core.built, envelope);
    }

    private void replace(StreamKind stream, Piece piece, Enveloper.Made made) throws DiskException {
        var header = header(made.block());
        var head =
                new ItemHead(
                        header.sequence(),
                        header.seal().firstOrdinal(),
                        header.count(),
                        header.firstTime(),
                        header.lastTime(),
                        core.age.now(),
                        header.seal().journalPosition());
        var envelope = made.envelope();
        var dropped =
                new DroppedRange(
                        stream,
                        piece.from,
                        piece.to(),
                        envelope.samples(),
                        DropCause.THINNED,
                        BlockHash.of(piece.blocks.getLast()),
                        piece.firstTime,
                        piece.lastTime,
                        envelope.bound());
        core.thin(new Thinning(stream, made.block(), head, dropped));
        log.info(
                "store thinned stream={} items={}-{} samples={} kept={} in={} {}",
                stream.text(),
                piece.from,
                piece.to(),
                envelope.samples(),
                header.count(),
                header.sequence(),
                envelope.bound());
    }

    private static io.drme.block.BlockHeader header(byte[] block) {
        try {
            return BlockReader.open(block).header();
        } catch (BadBlockException e) {
            throw new IllegalStateException("a block just made can't be read", e);
        }
    }
}
