package io.drme.cloud.store;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.ChainHash;
import io.drme.sync.Item;
import io.drme.sync.ReceiverStore.Kept;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Items that are stored already: looked at again, and taken out to make way for a better copy. */
final class KeptItems {
    /** Where a series' next newest block is looked for; a tag without one there waits for more. */
    private static final int NEWEST_BLOCKS = 60;

    private static final String IN_SEGMENT =
            "exists (select 1 from segment g where g.epoch_id = item.epoch_id and g.state = 1 and ((g.level = 1 and g.period = item.place / "
                    + Segments.STAMPS_PER_HOUR
                    + ") or (g.level = 2 and g.period = item.place / "
                    + Segments.STAMPS_PER_HOUR * Segments.HOURS_PER_DAY
                    + ")))";

    private final Statements statements;

    KeptItems(Statements statements) {
        this.statements = statements;
    }

    List<Kept> unreadable(long after, int limit) throws SQLException {
        var kept = new ArrayList<Kept>();
        statements.each(
                "select i.id, g.name, e.epoch, i.stream, i.sequence, i.samples, i.previous, i.hash, i.payload, o.epoch, o.sequence, o.hash from quarantine q join item i on i.id = q.item_id join epoch e on e.id = i.epoch_id join gateway g on g.id = e.gateway_id left join origin o on o.held_epoch_id = i.epoch_id and o.stream = i.stream and o.held_sequence = i.sequence where q.off_chain = 0 and q.item_id > ? order by q.item_id limit ?",
                r -> kept.add(kept(r)),
                after,
                limit);
        return kept;
    }

    private static Kept kept(ResultSet r) throws SQLException {
        var payload = r.getBytes(9);
        var item =
                new Item(
                        EpochId.parse(r.getString(3)),
                        StreamKind.ofCode(r.getInt(4)),
                        r.getLong(5),
                        r.getInt(6),
                        ChainHash.of(r.getBytes(7)),
                        ChainHash.of(r.getBytes(8)),
                        origin(r),
                        payload == null ? new byte[0] : payload);
        return new Kept(r.getLong(1), new GatewayId(r.getString(2)), item);
    }

    private static Item.@Nullable Origin origin(ResultSet r) throws SQLException {
        var epoch = r.getString(10);
        return epoch == null
                ? null
                : new Item.Origin(
                        EpochId.parse(epoch), r.getLong(11), ChainHash.of(r.getBytes(12)));
    }

    Optional<byte[]> payload(long epochId, StreamKind stream, long sequence) throws SQLException {
        return statements.one(
                "select payload from item where epoch_id = ? and stream = ? and sequence = ? and payload is not null",
                r -> r.getBytes(1),
                epochId,
                stream.code(),
                sequence);
    }

    /**
     * Puts the bytes of a block back whose samples a segment holds: were it indexed anew, history
     * would have them twice. What the segment let go of them meanwhile stays gone.
     *
     * @return false where no segment holds them, and nothing was changed
     */
    boolean replaceBytes(long epochId, Item item) throws SQLException {
        return item.stream() == StreamKind.DATA
                && statements.change(
                                "update item set state = 1, previous = ?, hash = ?, payload = ? where epoch_id = ? and stream = ? and sequence = ? and state <> 2 and not exists (select 1 from fresh f where f.epoch_id = item.epoch_id and f.sequence = item.sequence and f.segment_id = 0) and "
                                        + IN_SEGMENT,
                                item.previous().bytes(),
                                item.hash().bytes(),
                                item.payload(),
                                epochId,
                                StreamKind.DATA.code(),
                                item.sequence())
                        == 1;
    }

    /** Removes an item with all that was made of its content. */
    void remove(long epochId, StreamKind stream, long sequence) throws SQLException {
        statements.change(
                "delete from quarantine where item_id in (select id from item where epoch_id = ? and stream = ? and sequence = ?)",
                epochId,
                stream.code(),
                sequence);
        if (stream == StreamKind.DATA) {
            statements.change(
                    "delete from fresh where epoch_id = ? and sequence = ?", epochId, sequence);
            directory(epochId, sequence);
        } else {
            statements.change(
                    "delete from event where epoch_id = ? and sequence = ?", epochId, sequence);
        }
        statements.change(
                "delete from item where epoch_id = ? and stream = ? and sequence = ?",
                epochId,
                stream.code(),
                sequence);
    }

    private record Place(long place, long sequence) {}

    /** Its series; the newest of them are from now on in the newest block that is left. */
    private void directory(long epochId, long sequence) throws SQLException {
        int open =
                statements.change(
                        "update series set newest_epoch = 0, newest_place = 0, newest_sequence = 0 where newest_epoch = ? and newest_sequence = ? and id in (select series_id from block_series where epoch_id = ? and sequence = ?)",
                        epochId,
                        sequence,
                        epochId,
                        sequence);
        statements.change(
                "delete from block_series where epoch_id = ? and sequence = ?", epochId, sequence);
        if (open == 0) {
            return;
        }
        var left = new ArrayList<Place>();
        statements.each(
                "select place, sequence from fresh where epoch_id = ? order by sequence desc limit ?",
                r -> left.add(new Place(r.getLong(1), r.getLong(2))),
                epochId,
                NEWEST_BLOCKS);
        left.sort(
                Comparator.comparingLong(Place::place)
                        .thenComparingLong(Place::sequence)
                        .reversed());
        for (var block : left) {
            if (open <= 0) {
                return;
            }
            open -=
                    statements.change(
                            "update series set newest_epoch = ?, newest_place = ?, newest_sequence = ? where newest_epoch = 0 and id in (select series_id from block_series where epoch_id = ? and sequence = ?)",
                            epochId,
                            block.place,
                            block.sequence,
                            epochId,
                            block.sequence);
        }
    }
}
