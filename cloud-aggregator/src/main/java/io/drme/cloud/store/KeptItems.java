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
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Items that are stored already: looked at again, and taken out to make way for a better copy. */
final class KeptItems {
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
            statements.change(
                    "delete from block_series where epoch_id = ? and sequence = ?",
                    epochId,
                    sequence);
            statements.change(
                    "update series set newest_epoch = 0, newest_place = 0, newest_sequence = 0 where newest_epoch = ? and newest_sequence = ?",
                    epochId,
                    sequence);
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
}
