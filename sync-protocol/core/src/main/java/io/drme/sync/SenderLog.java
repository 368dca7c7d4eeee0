package io.drme.sync;

import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What the sender needs of the gateway's durable store.
 *
 * <p><b>Threads.</b> Called by the one thread that steps the {@link Sender}; an adapter hands over
 * to the store's own thread where it must. Only durable items are visible: what the sender can read
 * survives a power cut. Only {@code EVENTS} and {@code DATA} are asked for.
 */
public interface SenderLog {

    /** The current epoch. */
    EpochId epoch();

    /** How often the agent was started on this data directory, from 1. */
    long bootCount();

    /** The greatest sequence ever given in this epoch, also where its item is gone; 0 when none. */
    long last(StreamKind stream);

    /** What of this epoch can be read now, receipted or not. */
    RangeSet held(StreamKind stream);

    /**
     * What receipts already cover, as far as is known after a restart; may be less than is true.
     */
    RangeSet acknowledged(StreamKind stream);

    /**
     * Of what receipts cover, what the counter {@code acknowledged} counts: all but what was given
     * up, and counted as dropped, while it was on its way.
     */
    default RangeSet counted(StreamKind stream) {
        return acknowledged(stream);
    }

    /**
     * The hash of an item of this epoch, also of one that is gone where the log still knows it.
     * Nothing for one that is {@link #held} means that the disk does not let it be read just now;
     * one that is found damaged is given up instead.
     */
    Optional<ChainHash> hash(StreamKind stream, long sequence);

    /** An item; nothing where it was dropped meanwhile or found damaged. */
    Optional<Item> read(StreamKind stream, long sequence);

    /**
     * The centre holds exactly these items of this epoch durably. Called at each welcome with the
     * whole set, which is smaller than before where the centre was restored from a backup, and with
     * a greater set at each receipt. May be lost in a crash: the next welcome says it again.
     */
    void acknowledged(StreamKind stream, RangeSet all);

    /**
     * The centre lacks these, and they are gone here: appends a {@code drop} event that closes the
     * range in the centre, unless an event that closes it is still in the log.
     */
    void missing(StreamKind stream, RangeSet gone);

    /**
     * Opens a new epoch, durably, because this one is forked or older than what the centre knows.
     * The items of {@code lacking} are framed anew at its beginning, in order and with the same
     * samples, and keep the number they had as {@link Item#origin}, or the origin they had; what
     * the old epoch holds otherwise counts as acknowledged.
     *
     * @param lacking numbers of the old epoch that the centre does not hold, by stream; without an
     *     end, so that it holds what was appended since the caller looked
     * @return the new epoch, which {@link #epoch} gives from now on
     */
    EpochId openEpoch(Map<StreamKind, RangeSet> lacking);

    /** The terms of exact accounting by name, see {@link Message.Status}. */
    SortedMap<String, Long> counters();

    /** What storing costs the disk, and how long it can go on without the line; as of late. */
    default Message.Endurance endurance() {
        return Message.Endurance.UNKNOWN;
    }

    /** The ranges of {@link #held} with the hash at each end, the newest where there are many. */
    default List<HeldRange> heldRanges(StreamKind stream) {
        return held(stream).newest(Limits.MAX_RANGES).ranges().stream()
                .map(r ->
                        new HeldRange(
                                r.from(),
                                r.to(),
                                hash(stream, r.from()).orElse(ChainHash.NONE),
                                hash(stream, r.to()).orElse(ChainHash.NONE)))
                .toList();
    }
}
