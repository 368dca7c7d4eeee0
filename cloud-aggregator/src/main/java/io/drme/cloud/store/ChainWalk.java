package io.drme.cloud.store;

import io.drme.block.BadBlockException;
import io.drme.block.BlockHash;
import io.drme.block.BlockReader;
import io.drme.log.EventItem;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.ChainHash;
import io.drme.sync.ChainHeads;
import io.drme.sync.RangeSet;
import io.drme.sync.VerifyKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Walks the stored items of a gateway as an auditor would: whether each has the bytes that its hash
 * says, names the item before it, and chains up to what the gateway signed. Reads every byte, so it
 * takes as long as the disk does.
 */
public final class ChainWalk {
    private final BlockStore store;

    /** Reads from the database of this store. */
    public ChainWalk(BlockStore store) {
        this.store = store;
    }

    /** What is to be thought of the signature over the end of a chain. */
    public enum Signature {
        /** The gateway signed nothing yet. */
        NONE,
        /** It holds with the key of the epoch's first hello. */
        VALID,
        /** It does not hold. */
        INVALID
    }

    /**
     * The first place where a chain does not hold.
     *
     * @param expected what should be there
     * @param found what is
     */
    public record Break(long sequence, String expected, String found) {}

    /**
     * A stream of an epoch.
     *
     * @param items how many items are stored, with how many bytes
     * @param quarantined how many of them are kept apart
     * @param expired how many have no bytes any more, but number and hash
     * @param closed numbers that the gateway closed without an item
     * @param awaited numbers up to the last one, or the signed one, that are not here: still on the
     *     gateway, or cut off here together with the ranges that named them
     * @param last the greatest number stored
     * @param head what the gateway signed; null where nothing
     * @param unsigned items behind the signed one: the next signature covers them
     * @param broken the first place that does not hold; null where all does
     */
    public record Walked(
            BlockStore.Epoch epoch,
            StreamKind stream,
            long items,
            long bytes,
            long quarantined,
            long expired,
            long closed,
            long awaited,
            long last,
            ChainHeads.@Nullable Head head,
            Signature signature,
            long unsigned,
            @Nullable Break broken) {
        /** Whether nothing is wrong with what is here. */
        public boolean holds() {
            return broken == null && signature != Signature.INVALID;
        }
    }

    /** Walks all epochs of a gateway. */
    public List<Walked> walk(long gatewayId, GatewayId gateway) throws DatabaseException {
        var walked = new ArrayList<Walked>();
        for (var epoch : store.epochs(gatewayId)) {
            var key = key(epoch.id());
            var heads = heads(epoch.id());
            var signature =
                    heads.isEmpty()
                            ? Signature.NONE
                            : key.isPresent()
                                            && heads.get().holds(key.get(), gateway, epoch.epoch())
                                    ? Signature.VALID
                                    : Signature.INVALID;
            for (var stream : List.of(StreamKind.EVENTS, StreamKind.DATA)) {
                var head =
                        heads.stream()
                                .flatMap(h -> h.heads().stream())
                                .filter(h -> h.stream() == stream)
                                .findFirst();
                walked.add(new Walk(epoch, stream, head.orElse(null), signature).run());
            }
        }
        return walked;
    }

    private Optional<VerifyKey> key(long epochId) throws DatabaseException {
        var found = new ArrayList<VerifyKey>();
        store.each(
                "select verify_key from gateway_key where epoch_id = ?",
                r -> VerifyKey.of(r.getBytes(1)),
                found::add,
                epochId);
        return found.stream().findFirst();
    }

    private Optional<ChainHeads> heads(long epochId) throws DatabaseException {
        var found = new ArrayList<ChainHeads>();
        store.each(
                "select " + SignedHeads.COLUMNS + " from signed_head where epoch_id = ?",
                SignedHeads::read,
                found::add,
                epochId);
        return found.stream().findFirst();
    }

    @SuppressWarnings("ArrayRecordComponent") // bytes are looked at, never compared
    private record Row(
            long sequence,
            int state,
            boolean offChain,
            ChainHash previous,
            ChainHash hash,
            byte @Nullable [] payload) {}

    private record Closed(long from, long to, ChainHash lastHash) {}

    private final class Walk {
        private final BlockStore.Epoch epoch;
        private final StreamKind stream;
        private final ChainHeads.@Nullable Head head;
        private final Signature signature;
        private final RangeSet held;
        private final List<Closed> closures = new ArrayList<>();
        private RangeSet closed = RangeSet.EMPTY;
        private RangeSet here = RangeSet.EMPTY;
        private ChainHash before = ChainHash.NONE;
        private long beforeSequence;
        private long items;
        private long bytes;
        private long quarantined;
        private long expired;
        private long unsigned;
        private @Nullable Break broken;

        Walk(
                BlockStore.Epoch epoch,
                StreamKind stream,
                ChainHeads.@Nullable Head head,
                Signature signature)
                throws DatabaseException {
            this.epoch = epoch;
            this.stream = stream;
            this.head = head;
            this.signature = signature;
            this.held = store.held(epoch.id(), stream);
        }

        Walked run() throws DatabaseException {
            store.each(
                    "select from_sequence, to_sequence, last_hash from closure where epoch_id = ? and stream = ?",
                    r -> new Closed(r.getLong(1), r.getLong(2), ChainHash.of(r.getBytes(3))),
                    c -> {
                        closures.add(c);
                        closed = closed.with(c.from(), c.to());
                    },
                    epoch.id(),
                    stream.code());
            store.each(
                    "select i.sequence, i.state, coalesce(q.off_chain, 0), i.previous, i.hash, i.payload from item i left join quarantine q on q.item_id = i.id where i.epoch_id = ? and i.stream = ? order by i.sequence",
                    r ->
                            new Row(
                                    r.getLong(1),
                                    r.getInt(2),
                                    r.getInt(3) != 0,
                                    ChainHash.of(r.getBytes(4)),
                                    ChainHash.of(r.getBytes(5)),
                                    r.getBytes(6)),
                    this::look,
                    epoch.id(),
                    stream.code());
            return done();
        }

        private void look(Row row) {
            items++;
            here = here.with(row.sequence());
            bytes += row.payload() == null ? 0 : row.payload().length;
            quarantined += row.state() == 2 ? 1 : 0;
            expired += row.state() == 3 ? 1 : 0;
            unsigned += head != null && row.sequence() > head.sequence() ? 1 : 0;
            if (broken == null) {
                check(row);
            }
            before = row.offChain() ? ChainHash.NONE : row.hash();
            beforeSequence = row.sequence();
        }

        private void check(Row row) {
            long n = row.sequence();
            var gap = RangeSet.of(1, n).minus(here).minus(closed).intersect(held);
            if (beforeSequence + 1 < n && !gap.isEmpty()) {
                wrong(gap.first().orElse(n), "an item that was receipted", "nothing");
                return;
            }
            var payload = row.payload();
            if (payload != null && !chain(BlockHash.of(payload)).equals(row.hash())) {
                wrong(n, "bytes with hash " + row.hash(), chain(BlockHash.of(payload)).toString());
                return;
            }
            var previous = payload == null ? row.previous() : named(payload, row.previous());
            var expected = expected(n);
            if (!row.offChain() && !expected.isNone() && !expected.equals(previous)) {
                wrong(n, "the item before it to be " + expected, "it names " + previous);
                return;
            }
            if (head != null && head.sequence() == n && !head.hash().equals(row.hash())) {
                wrong(n, "the item that the gateway signed, " + head.hash(), row.hash().toString());
            }
        }

        /** The hash that the item of that number has to name; none where it is not known. */
        private ChainHash expected(long sequence) {
            if (beforeSequence == sequence - 1) {
                return before;
            }
            for (var c : closures) {
                if (c.to() == sequence - 1) {
                    return c.lastHash();
                }
            }
            return ChainHash.NONE;
        }

        /** What the bytes themselves name; the column where they can't be read. */
        private ChainHash named(byte[] payload, ChainHash column) {
            if (stream == StreamKind.EVENTS) {
                return EventItem.decode(payload).map(e -> chain(e.previous())).orElse(column);
            }
            try {
                return chain(BlockReader.open(ByteBuffer.wrap(payload)).header().previous());
            } catch (BadBlockException _) {
                return column;
            }
        }

        private void wrong(long sequence, String expected, String found) {
            broken = new Break(sequence, expected, found);
        }

        private Walked done() {
            var missing = held.minus(here).minus(closed);
            if (broken == null && !missing.isEmpty()) {
                wrong(missing.first().orElse(0), "an item that was receipted", "nothing");
            }
            long last = Math.max(here.last().orElse(0), closed.last().orElse(0));
            long known = head == null ? last : Math.max(last, head.sequence());
            var awaited =
                    known == 0
                            ? RangeSet.EMPTY
                            : RangeSet.of(1, known).minus(here).minus(closed).minus(held);
            return new Walked(
                    epoch,
                    stream,
                    items,
                    bytes,
                    quarantined,
                    expired,
                    closed.minus(here).size(),
                    awaited.size(),
                    last,
                    head,
                    head == null && signature == Signature.VALID ? Signature.NONE : signature,
                    unsigned,
                    broken);
        }
    }

    private static ChainHash chain(BlockHash hash) {
        var bytes = ByteBuffer.allocate(BlockHash.LENGTH_BYTES);
        hash.putInto(bytes);
        return ChainHash.of(bytes.array());
    }
}
