package io.drme.cloud.store;

import io.drme.log.EventItem;
import io.drme.model.EpochId;
import io.drme.model.Event;
import io.drme.model.StreamKind;
import io.drme.model.ValueType;
import io.drme.schema.BadEventException;
import io.drme.sync.RangeSet;
import io.drme.sync.ReceiverStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the centre durably knows, as queries read it. Safe for use from any thread; each call is one
 * question to the database and may block.
 */
public final class BlockStore {
    private static final String GATEWAYS =
            "select g.id, g.name, g.site, g.labels, g.first_seen, coalesce(l.renewed_at, 0), h.software, h.configuration_hash, h.schema_hash, h.host, h.boot_count, h.received_at, g.derived from gateway g left join lease l on l.gateway_id = g.id left join hello h on h.gateway_id = g.id ";

    private final Database database;

    /** Reads from this database. */
    public BlockStore(Database database) {
        this.database = database;
    }

    /**
     * A gateway.
     *
     * @param id row number, for further questions
     * @param lastSeenNanos when its lease was last renewed, cloud time; 0 where it has none
     * @param isDerived whether it is none, but holds what pipelines of the centre made
     */
    public record Gateway(
            long id,
            String name,
            String site,
            Map<String, String> labels,
            long firstSeenNanos,
            long lastSeenNanos,
            Optional<Greeting> greeting,
            boolean isDerived) {}

    /** What a gateway said in its last hello. */
    public record Greeting(
            String software,
            String configurationHash,
            String schemaHash,
            String host,
            long bootCount,
            long receivedNanos) {}

    /** A life of a gateway's data directory. */
    public record Epoch(long id, int number, EpochId epoch) {}

    /** A tag as the newest catalogue describes it. */
    public record TagRow(
            String name,
            ValueType type,
            String unit,
            double deadband,
            long pollNanos,
            String sync,
            long windowNanos,
            String driver,
            String device,
            @Nullable Double low,
            @Nullable Double high,
            long configurationVersion) {}

    /**
     * One series of a stored block, with its directory's figures.
     *
     * @param place by which a series' blocks are in order: the least stamp of its polls in there
     * @param ordinal index in the block's directory
     */
    public record SeriesRow(
            long epochId,
            long sequence,
            long place,
            int ordinal,
            ValueType type,
            io.drme.block.SeriesStats stats) {}

    /** A device as its newest event describes it. */
    public record DeviceRow(
            String gateway,
            String device,
            String driver,
            String state,
            String reason,
            long lastGood,
            String lastError) {}

    /** An event with its place. */
    public record StoredEvent(long epochId, long sequence, Event event) {}

    /**
     * Samples within some ranges of a stream, by what became of them.
     *
     * @param stored under these numbers, or under those that they have in another epoch
     */
    public record Account(long stored, long quarantined, long expired) {
        /** Both together. */
        public Account plus(Account other) {
            return new Account(
                    stored + other.stored,
                    quarantined + other.quarantined,
                    expired + other.expired);
        }
    }

    /** All gateways, sorted by name. */
    public List<Gateway> gateways() throws DatabaseException {
        return list(GATEWAYS + "order by g.name", BlockStore::gateway);
    }

    /** One gateway; of thousands it is found without reading the others. */
    public Optional<Gateway> gateway(String name) throws DatabaseException {
        return list(GATEWAYS + "where g.name = ?", BlockStore::gateway, name).stream().findFirst();
    }

    private static Gateway gateway(ResultSet r) throws SQLException {
        return new Gateway(
                r.getLong(1),
                r.getString(2),
                r.getString(3),
                Labels.read(r.getString(4)),
                r.getLong(5),
                r.getLong(6),
                greeting(r),
                r.getInt(13) == 1);
    }

    private static Optional<Greeting> greeting(ResultSet r) throws SQLException {
        var software = r.getString(7);
        return software == null
                ? Optional.empty()
                : Optional.of(
                        new Greeting(
                                software,
                                r.getString(8),
                                r.getString(9),
                                r.getString(10),
                                r.getLong(11),
                                r.getLong(12)));
    }

    /** The epochs of a gateway in the order of their numbers. */
    public List<Epoch> epochs(long gatewayId) throws DatabaseException {
        return list(
                "select id, number, epoch from epoch where gateway_id = ? order by number",
                r -> new Epoch(r.getLong(1), r.getInt(2), EpochId.parse(r.getString(3))),
                gatewayId);
    }

    /**
     * The tags of a gateway, sorted by name; removed ones too, with the version that last had them.
     */
    public List<TagRow> tags(long gatewayId) throws DatabaseException {
        return list(
                "select name, type, unit, deadband, poll_nanos, sync, window_nanos, driver, device, low, high, configuration_version from tag where gateway_id = ? order by name",
                r -> tag(r, 0),
                gatewayId);
    }

    /** A tag whose columns begin behind so many others. */
    static TagRow tag(ResultSet r, int behind) throws SQLException {
        return new TagRow(
                r.getString(behind + 1),
                ValueType.ofCode(r.getInt(behind + 2)),
                r.getString(behind + 3),
                r.getDouble(behind + 4),
                r.getLong(behind + 5),
                r.getString(behind + 6),
                r.getLong(behind + 7),
                r.getString(behind + 8),
                r.getString(behind + 9),
                orNull(r, behind + 10),
                orNull(r, behind + 11),
                r.getLong(behind + 12));
    }

    private static @Nullable Double orNull(ResultSet r, int column) throws SQLException {
        double value = r.getDouble(column);
        return r.wasNull() ? null : value;
    }

    /** Names of all series that have samples here, sorted. */
    public List<String> seriesNames(long gatewayId) throws DatabaseException {
        return list(
                "select tag from series where gateway_id = ? order by tag",
                r -> r.getString(1),
                gatewayId);
    }

    /**
     * Where a block is; epoch 0 is before all.
     *
     * @param place the least stamp of the polls in it, which comes before its number: envelopes
     *     stand behind younger blocks in their stream
     */
    public record BlockPlace(long epochId, long place, long sequence) {
        /** Before every block. */
        public static final BlockPlace START = new BlockPlace(0, Long.MIN_VALUE, 0);
    }

    /**
     * A span of time, nanoseconds since 1970 UTC.
     *
     * @param fromNanos inclusive
     * @param toNanos exclusive
     */
    public record Span(long fromNanos, long toNanos) {}

    /** The bytes of a stored block; nothing where they expired. */
    public Optional<byte[]> block(long epochId, long sequence) throws DatabaseException {
        var found =
                list(
                        "select payload from item where epoch_id = ? and stream = 2 and sequence = ? and state = 1 and payload is not null",
                        r -> r.getBytes(1),
                        epochId,
                        sequence);
        return found.stream().findFirst();
    }

    /**
     * Until when the samples of a tag are no longer kept, nanoseconds since 1970 UTC; 0 where all
     * are.
     */
    public long expiredUntil(long gatewayId, String tag) throws DatabaseException {
        return list(
                        "select x.until_time from expiry x join series s on s.id = x.series_id where s.gateway_id = ? and s.tag = ?",
                        r -> r.getLong(1),
                        gatewayId,
                        tag)
                .stream()
                .findFirst()
                .orElse(0L);
    }

    /** The newest events of some types of a gateway, oldest first in the gateway's own order. */
    public List<StoredEvent> newestEvents(long gatewayId, List<String> types, int limit)
            throws DatabaseException {
        var values = new ArrayList<@Nullable Object>();
        values.add(gatewayId);
        values.addAll(types);
        values.add(limit);
        return list(
                        "select v.epoch_id, v.sequence, i.payload from event v join item i on i.epoch_id = v.epoch_id and i.stream = 1 and i.sequence = v.sequence where v.gateway_id = ? and v.type in ("
                                + String.join(", ", types.stream().map(_ -> "?").toList())
                                + ") order by v.epoch_id desc, v.sequence desc limit ?",
                        r -> new StoredEvent(r.getLong(1), r.getLong(2), decode(r.getBytes(3))),
                        values.toArray())
                .reversed();
    }

    /**
     * The events of a gateway between two stamps, the second exclusive, in the gateway's own order.
     */
    public List<StoredEvent> events(long gatewayId, long fromStamp, long toStamp, int limit)
            throws DatabaseException {
        return list(
                "select v.epoch_id, v.sequence, i.payload from event v join item i on i.epoch_id = v.epoch_id and i.stream = 1 and i.sequence = v.sequence where v.gateway_id = ? and v.gateway_time >= ? and v.gateway_time < ? order by v.epoch_id, v.sequence limit ?",
                r -> new StoredEvent(r.getLong(1), r.getLong(2), decode(r.getBytes(3))),
                gatewayId,
                fromStamp,
                toStamp,
                limit);
    }

    private static Event decode(byte[] payload) {
        try {
            return EventItem.read(payload).event();
        } catch (BadEventException e) {
            throw new IllegalStateException("an indexed event can't be read: " + e.getMessage(), e);
        }
    }

    /** All devices, sorted by gateway and name. */
    public List<DeviceRow> devices() throws DatabaseException {
        return list(
                "select g.name, d.device, d.driver, d.state, d.reason, d.last_good, d.last_error from device d join gateway g on g.id = d.gateway_id order by g.name, d.device",
                r ->
                        new DeviceRow(
                                r.getString(1),
                                r.getString(2),
                                r.getString(3),
                                r.getString(4),
                                r.getString(5),
                                r.getLong(6),
                                r.getString(7)));
    }

    /** What became of the samples in some ranges of a stream. */
    public Account account(long epochId, StreamKind stream, RangeSet within)
            throws DatabaseException {
        var total = new Account(0, 0, 0);
        for (var range : within.ranges()) {
            for (var part :
                    list(
                            "select state, sum(samples) from item where epoch_id = ? and stream = ? and sequence between ? and ? group by state union all select 1, coalesce(sum(samples), 0) from closure where epoch_id = ? and stream = ? and from_sequence between ? and ? and cause = ?",
                            r -> part(r.getInt(1), r.getLong(2)),
                            epochId,
                            stream.code(),
                            range.from(),
                            range.to(),
                            epochId,
                            stream.code(),
                            range.from(),
                            range.to(),
                            ReceiverStore.Closure.MOVED)) {
                total = total.plus(part);
            }
        }
        return total;
    }

    private static Account part(int state, long samples) {
        return switch (state) {
            case 1 -> new Account(samples, 0, 0);
            case 2 -> new Account(0, samples, 0);
            default -> new Account(0, 0, samples);
        };
    }

    /** What is held of a stream. */
    public RangeSet held(long epochId, StreamKind stream) throws DatabaseException {
        return RangeSet.of(
                list(
                        "select from_sequence, to_sequence from held_range where epoch_id = ? and stream = ?",
                        r -> new RangeSet.Range(r.getLong(1), r.getLong(2)),
                        epochId,
                        stream.code()));
    }

    /** The last report of each epoch of a gateway, in order. */
    public List<Report> reports(long gatewayId) throws DatabaseException {
        return list(
                "select r.epoch_id, e.epoch, r.gateway_time, r.received_at, r.body from report r join epoch e on e.id = r.epoch_id where e.gateway_id = ? order by e.number",
                r ->
                        Report.decode(
                                r.getLong(1),
                                EpochId.parse(r.getString(2)),
                                r.getLong(3),
                                r.getLong(4),
                                r.getBytes(5)),
                gatewayId);
    }

    /** Findings of the receiver, newest first. */
    public List<Finding> findings(int limit) throws DatabaseException {
        return list(
                "select f.id, g.name, f.kind, f.detail, f.found_at from finding f join gateway g on g.id = f.gateway_id order by f.id desc limit ?",
                r ->
                        new Finding(
                                r.getLong(1),
                                r.getString(2),
                                r.getString(3),
                                r.getString(4),
                                r.getLong(5)),
                limit);
    }

    /** Something that the receiver noticed and a person should see. */
    public record Finding(long id, String gateway, String kind, String detail, long foundNanos) {}

    /**
     * Bytes that the database takes on its disk, and what it is: {@code sqlite}, {@code
     * postgresql}.
     */
    public Size size() throws DatabaseException {
        return database.size();
    }

    /**
     * How large the database is.
     *
     * @param kind {@code sqlite} or {@code postgresql}
     * @param bytes on its disk, without its log
     */
    public record Size(String kind, long bytes) {}

    Database database() {
        return database;
    }

    <T> List<T> list(String sql, Statements.Row<T> reader, @Nullable Object... values)
            throws DatabaseException {
        var found = new ArrayList<T>();
        each(sql, reader, found::add, values);
        return found;
    }

    <T> void each(
            String sql, Statements.Row<T> reader, Consumer<T> sink, @Nullable Object... values)
            throws DatabaseException {
        database.each(sql, reader, sink, values);
    }
}
