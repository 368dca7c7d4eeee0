package io.drme.cloud.store;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.ChainHash;
import io.drme.sync.ChainHeads;
import io.drme.sync.Item;
import io.drme.sync.Message;
import io.drme.sync.RangeSet;
import io.drme.sync.ReceiverStore;
import io.drme.sync.ReceiverStore.Closure;
import io.drme.sync.ReceiverStore.Known;
import io.drme.sync.ReceiverStore.Lease;
import io.drme.sync.ReceiverStore.Quarantine;
import io.drme.sync.ReceiverStore.State;
import io.drme.sync.ReceiverStore.StoreException;
import io.drme.sync.StreamId;
import io.drme.sync.VerifyKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One transaction of the receiver. */
final class SqlTransaction implements ReceiverStore.Transaction {
    private final Statements statements;
    private final Ids ids;
    private final OpenedBlock opened;
    private final Set<GatewayId> owned = new HashSet<>();

    SqlTransaction(Statements statements, Ids ids, OpenedBlock opened) {
        this.opened = opened;
        this.statements = statements;
        this.ids = ids;
    }

    @FunctionalInterface
    private interface Sql<T> {
        T run() throws SQLException;
    }

    private <T> T sql(Sql<T> work) throws StoreException {
        try {
            return work.run();
        } catch (SQLException e) {
            throw SqlReceiverStore.failure(statements.dialect(), e);
        }
    }

    /** As {@link #sql}, once nobody else writes for the gateway. */
    private <T> T sql(GatewayId gateway, Sql<T> work) throws StoreException {
        return sql(() -> {
            if (owned.add(gateway)) {
                statements.dialect().own(statements, gateway.text());
            }
            return work.run();
        });
    }

    @Override
    public Optional<Lease> lease(GatewayId gateway) throws StoreException {
        return sql(
                gateway,
                () ->
                        statements.one(
                                "select l.epoch, l.boot_count, l.instance, l.session, l.host, l.renewed_at from lease l join gateway g on g.id = l.gateway_id where g.name = ?",
                                r ->
                                        new Lease(
                                                gateway,
                                                EpochId.parse(r.getString(1)),
                                                r.getLong(2),
                                                r.getLong(3),
                                                r.getLong(4),
                                                r.getString(5),
                                                r.getLong(6)),
                                gateway.text()));
    }

    @Override
    public void saveLease(Lease lease) throws StoreException {
        sql(
                lease.gateway(),
                () -> {
                    long gateway = ids.gateway(lease.gateway(), lease.renewedAtNanos());
                    statements.change("delete from lease where gateway_id = ?", gateway);
                    return statements.change(
                            "insert into lease (gateway_id, epoch, boot_count, instance, session, host, renewed_at) values (?, ?, ?, ?, ?, ?, ?)",
                            gateway,
                            lease.epoch().toString(),
                            lease.bootCount(),
                            lease.instance(),
                            lease.session(),
                            lease.host(),
                            lease.renewedAtNanos());
                });
    }

    @Override
    public int epochNumber(GatewayId gateway, EpochId epoch, long cloudTimeNanos)
            throws StoreException {
        return sql(gateway, () -> ids.epoch(gateway, epoch, cloudTimeNanos).number());
    }

    @Override
    public void saveCommand(GatewayId gateway, Message.Command command) throws StoreException {
        sql(gateway, () -> new CommandRows(statements, ids).save(gateway, command));
    }

    @Override
    public List<ReceiverStore.OpenCommand> openCommands(long nowNanos) throws StoreException {
        return sql(() -> new CommandRows(statements, ids).open(nowNanos));
    }

    @Override
    public List<ReceiverStore.Kept> unreadable(long after, int limit) throws StoreException {
        return sql(() -> new KeptItems(statements).unreadable(after, limit));
    }

    @Override
    public Optional<byte[]> payload(StreamId stream, long sequence) throws StoreException {
        return sql(
                stream.gateway(),
                () -> {
                    var epoch = epoch(stream);
                    return epoch.isEmpty()
                            ? Optional.empty()
                            : new KeptItems(statements)
                                    .payload(epoch.get().id(), stream.stream(), sequence);
                });
    }

    @Override
    public void renew(
            GatewayId gateway, Item item, Optional<Quarantine> quarantine, long cloudTimeNanos)
            throws StoreException {
        sql(
                gateway,
                () -> {
                    var epoch = ids.epoch(gateway, item.epoch(), cloudTimeNanos);
                    var kept = new KeptItems(statements);
                    if (quarantine.isPresent() || !kept.replaceBytes(epoch.id(), item)) {
                        kept.remove(epoch.id(), item.stream(), item.sequence());
                        new ItemIndex(statements, ids, gateway, epoch, cloudTimeNanos, opened)
                                .insert(item, quarantine);
                    }
                    return 0;
                });
    }

    @Override
    public Optional<VerifyKey> gatewayKey(GatewayId gateway, EpochId epoch) throws StoreException {
        return sql(
                gateway,
                () -> {
                    var row = ids.findEpoch(gateway, epoch);
                    return row.isEmpty()
                            ? Optional.empty()
                            : statements.one(
                                    "select verify_key from gateway_key where epoch_id = ?",
                                    r -> VerifyKey.of(r.getBytes(1)),
                                    row.get().id());
                });
    }

    @Override
    public void saveGatewayKey(GatewayId gateway, EpochId epoch, VerifyKey key, long cloudTimeNanos)
            throws StoreException {
        sql(
                gateway,
                () ->
                        statements.change(
                                "insert into gateway_key (epoch_id, verify_key, first_seen) values (?, ?, ?)",
                                ids.epoch(gateway, epoch, cloudTimeNanos).id(),
                                key.bytes(),
                                cloudTimeNanos));
    }

    @Override
    public Optional<ChainHeads> heads(GatewayId gateway, EpochId epoch) throws StoreException {
        return sql(
                gateway,
                () -> {
                    var row = ids.findEpoch(gateway, epoch);
                    return row.isEmpty()
                            ? Optional.empty()
                            : statements.one(
                                    "select "
                                            + SignedHeads.COLUMNS
                                            + " from signed_head where epoch_id = ?",
                                    SignedHeads::read,
                                    row.get().id());
                });
    }

    @Override
    public void saveHeads(GatewayId gateway, EpochId epoch, ChainHeads heads)
            throws StoreException {
        sql(
                gateway,
                () -> {
                    long id = ids.epoch(gateway, epoch, heads.gatewayTimeNanos()).id();
                    statements.change("delete from signed_head where epoch_id = ?", id);
                    return statements.change(
                            "insert into signed_head (epoch_id, gateway_time, heads, seal) values (?, ?, ?, ?)",
                            id,
                            heads.gatewayTimeNanos(),
                            SignedHeads.text(heads),
                            heads.seal().bytes());
                });
    }

    private Optional<Ids.Epoch> epoch(StreamId stream) throws SQLException {
        return ids.findEpoch(stream.gateway(), stream.epoch());
    }

    @Override
    public RangeSet ranges(StreamId stream) throws StoreException {
        return sql(
                stream.gateway(),
                () -> {
                    var ranges = new ArrayList<RangeSet.Range>();
                    var epoch = epoch(stream);
                    if (epoch.isPresent()) {
                        statements.each(
                                "select from_sequence, to_sequence from held_range where epoch_id = ? and stream = ?",
                                r -> ranges.add(new RangeSet.Range(r.getLong(1), r.getLong(2))),
                                epoch.get().id(),
                                stream.stream().code());
                    }
                    return RangeSet.of(ranges);
                });
    }

    /** Rewrites only the rows that differ: one or two where an item was added. */
    @Override
    public void saveRanges(StreamId stream, RangeSet ranges) throws StoreException {
        sql(
                stream.gateway(),
                () -> {
                    var epoch = ids.epoch(stream.gateway(), stream.epoch(), 0);
                    int code = stream.stream().code();
                    var before = new TreeMap<Long, Long>();
                    statements.each(
                            "select from_sequence, to_sequence from held_range where epoch_id = ? and stream = ?",
                            r -> before.put(r.getLong(1), r.getLong(2)),
                            epoch.id(),
                            code);
                    for (var range : ranges.ranges()) {
                        var to = before.remove(range.from());
                        if (to == null) {
                            statements.change(
                                    "insert into held_range (epoch_id, stream, from_sequence, to_sequence) values (?, ?, ?, ?)",
                                    epoch.id(),
                                    code,
                                    range.from(),
                                    range.to());
                        } else if (to != range.to()) {
                            statements.change(
                                    "update held_range set to_sequence = ? where epoch_id = ? and stream = ? and from_sequence = ?",
                                    range.to(),
                                    epoch.id(),
                                    code,
                                    range.from());
                        }
                    }
                    for (var from : before.keySet()) {
                        statements.change(
                                "delete from held_range where epoch_id = ? and stream = ? and from_sequence = ?",
                                epoch.id(),
                                code,
                                from);
                    }
                    return 0;
                });
    }

    @Override
    public Optional<Known> find(StreamId stream, long sequence) throws StoreException {
        return sql(
                stream.gateway(),
                () -> {
                    var epoch = epoch(stream);
                    if (epoch.isEmpty()) {
                        return Optional.empty();
                    }
                    var item =
                            statements.one(
                                    "select i.previous, i.hash, i.state, coalesce(q.off_chain, 0) from item i left join quarantine q on q.item_id = i.id where i.epoch_id = ? and i.stream = ? and i.sequence = ?",
                                    SqlTransaction::known,
                                    epoch.get().id(),
                                    stream.stream().code(),
                                    sequence);
                    return item.isPresent()
                            ? item
                            : closed(epoch.get().id(), stream.stream(), sequence);
                });
    }

    private static Known known(ResultSet r) throws SQLException {
        return new Known(
                ChainHash.of(r.getBytes(1)),
                ChainHash.of(r.getBytes(2)),
                state(r.getInt(3)),
                r.getInt(4) == 0);
    }

    private static State state(int code) {
        for (var state : State.values()) {
            if (state.code() == code) {
                return state;
            }
        }
        throw new IllegalStateException("no state of an item has the code " + code);
    }

    private Optional<Known> closed(long epoch, StreamKind stream, long sequence)
            throws SQLException {
        return statements.one(
                "select to_sequence, last_hash from closure where epoch_id = ? and stream = ? and from_sequence <= ? and to_sequence >= ? order by from_sequence desc",
                r -> {
                    var hash =
                            r.getLong(1) == sequence ? ChainHash.of(r.getBytes(2)) : ChainHash.NONE;
                    return new Known(ChainHash.NONE, hash, State.CLOSED, !hash.isNone());
                },
                epoch,
                stream.code(),
                sequence,
                sequence);
    }

    @Override
    public void insert(
            GatewayId gateway, Item item, Optional<Quarantine> quarantine, long cloudTimeNanos)
            throws StoreException {
        sql(
                gateway,
                () -> {
                    var epoch = ids.epoch(gateway, item.epoch(), cloudTimeNanos);
                    var index =
                            new ItemIndex(statements, ids, gateway, epoch, cloudTimeNanos, opened);
                    index.insert(item, quarantine);
                    var origin = item.origin();
                    if (origin != null) {
                        statements.change(
                                "insert into origin (gateway_id, stream, epoch, sequence, hash, held_epoch_id, held_sequence) values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
                                epoch.gatewayId(),
                                item.stream().code(),
                                origin.epoch().toString(),
                                origin.sequence(),
                                origin.hash().bytes(),
                                epoch.id(),
                                item.sequence());
                    }
                    return 0;
                });
    }

    @Override
    public boolean framedAnew(GatewayId gateway, StreamKind stream, Item.Origin origin)
            throws StoreException {
        return sql(
                gateway,
                () ->
                        statements
                                .one(
                                        "select 1 from origin o join gateway g on g.id = o.gateway_id where g.name = ? and o.stream = ? and o.epoch = ? and o.sequence = ? and o.hash = ?",
                                        r -> r.getInt(1),
                                        gateway.text(),
                                        stream.code(),
                                        origin.epoch().toString(),
                                        origin.sequence(),
                                        origin.hash().bytes())
                                .isPresent());
    }

    @Override
    public void close(Closure closure, RangeSet held, long cloudTimeNanos) throws StoreException {
        sql(
                closure.stream().gateway(),
                () -> {
                    var stream = closure.stream();
                    var epoch = ids.earlierEpoch(stream.gateway(), stream.epoch(), cloudTimeNanos);
                    long samples = closure.samples();
                    for (var hole :
                            RangeSet.of(closure.from(), closure.to()).minus(held).ranges()) {
                        boolean last = hole.to() == closure.to();
                        statements.change(
                                "insert into closure (epoch_id, stream, from_sequence, to_sequence, last_hash, cause, samples, received_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
                                epoch.id(),
                                stream.stream().code(),
                                hole.from(),
                                hole.to(),
                                last ? closure.lastHash().bytes() : new byte[0],
                                closure.cause(),
                                samples,
                                cloudTimeNanos);
                        samples = 0;
                    }
                    return 0;
                });
    }

    @Override
    public RangeSet reopen(StreamId stream) throws StoreException {
        return sql(
                stream.gateway(),
                () -> {
                    var epoch = epoch(stream);
                    if (epoch.isEmpty()) {
                        return RangeSet.EMPTY;
                    }
                    var ranges = new ArrayList<RangeSet.Range>();
                    statements.each(
                            "select from_sequence, to_sequence from closure where epoch_id = ? and stream = ? and cause = ?",
                            r -> ranges.add(new RangeSet.Range(r.getLong(1), r.getLong(2))),
                            epoch.get().id(),
                            stream.stream().code(),
                            Closure.EPOCH_ENDED);
                    if (!ranges.isEmpty()) {
                        statements.change(
                                "delete from closure where epoch_id = ? and stream = ? and cause = ?",
                                epoch.get().id(),
                                stream.stream().code(),
                                Closure.EPOCH_ENDED);
                    }
                    return RangeSet.of(ranges);
                });
    }

    @Override
    public List<Message.SequenceHash> hashes(StreamId stream, long from, long to, int limit)
            throws StoreException {
        return sql(
                stream.gateway(),
                () -> {
                    var all = new ArrayList<Message.SequenceHash>();
                    var epoch = epoch(stream);
                    if (epoch.isEmpty() || limit < 1) {
                        return List.of();
                    }
                    long count = count(epoch.get().id(), stream.stream(), from, to);
                    var rank = new long[1];
                    statements.each(
                            "select sequence, hash from item where epoch_id = ? and stream = ? and sequence between ? and ? order by sequence",
                            r -> {
                                if (isPicked(rank[0]++, count, limit)) {
                                    all.add(
                                            new Message.SequenceHash(
                                                    r.getLong(1), ChainHash.of(r.getBytes(2))));
                                }
                            },
                            epoch.get().id(),
                            stream.stream().code(),
                            from,
                            to);
                    return all;
                });
    }

    private long count(long epoch, StreamKind stream, long from, long to) throws SQLException {
        return statements
                .one(
                        "select count(*) from item where epoch_id = ? and stream = ? and sequence between ? and ?",
                        r -> r.getLong(1),
                        epoch,
                        stream.code(),
                        from,
                        to)
                .orElse(0L);
    }

    /** Whether rank {@code rank} of {@code count} is among {@code limit} evenly spread ones. */
    static boolean isPicked(long rank, long count, int limit) {
        if (count <= limit) {
            return true;
        }
        if (limit == 1) {
            return rank == 0;
        }
        long slot = Math.round((double) rank * (limit - 1) / (count - 1));
        return Math.round((double) slot * (count - 1) / (limit - 1)) == rank;
    }

    static @Nullable Long orNull(long value) {
        return value == 0 ? null : value;
    }
}
