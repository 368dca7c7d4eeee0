package io.drme.log;

import io.drme.block.BlockHash;
import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.sync.RangeSet;
import java.util.List;
import java.util.Optional;

/**
 * What a store held at one moment. Immutable, and safe for use from any thread: it reads through
 * handles of its own. An item that was dropped since then reads as absent.
 */
@SuppressWarnings("DoNotCallSuggester") // until the log lands
public final class StoreView {
    StoreView() {}

    /** The epoch. */
    public EpochId epoch() {
        throw Store.notYet();
    }

    /** The counters of the last commit. */
    public Counters counters() {
        throw Store.notYet();
    }

    /** The greatest sequence ever given, also where its item is gone; 0 where none was. */
    public long last(StreamKind stream) {
        throw Store.notYet();
    }

    /** What can be read, all of it synced. */
    public RangeSet held(StreamKind stream) {
        throw Store.notYet();
    }

    /** What receipts cover. */
    public RangeSet acknowledged(StreamKind stream) {
        throw Store.notYet();
    }

    /** The bytes of an item; nothing where it is gone or damaged. */
    public Optional<byte[]> read(StreamKind stream, long sequence) {
        throw Store.notYet();
    }

    /** What is known of an item; nothing where it is gone or damaged. */
    public Optional<StoredItem> find(StreamKind stream, long sequence) {
        throw Store.notYet();
    }

    /** The hash of an item, also of the stream's last one where that is gone. */
    public Optional<BlockHash> hash(StreamKind stream, long sequence) {
        throw Store.notYet();
    }

    /**
     * The items that overlap a span of source time, ascending by sequence.
     *
     * @param fromNanos first moment, nanoseconds since 1970
     * @param toNanos the moment behind the last
     */
    public List<StoredItem> overlapping(StreamKind stream, long fromNanos, long toNanos) {
        throw Store.notYet();
    }
}
