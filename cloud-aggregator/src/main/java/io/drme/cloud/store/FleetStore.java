package io.drme.cloud.store;

import io.drme.block.BlockHash;
import io.drme.cloud.store.FleetRows.FleetKey;
import io.drme.cloud.store.FleetRows.Job;
import io.drme.cloud.store.FleetRows.Position;
import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.model.Tag;
import io.drme.sync.ChainHash;
import io.drme.sync.Item;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiPredicate;

/**
 * Writes what fleet pipelines make: results, and from where they go on, in one transaction. Who
 * writes says which revision of a key it has read; where another one wrote meanwhile, nothing is
 * written. So it does not matter how many take themselves for the one that computes a key.
 *
 * <p>Results stand under the gateway {@link #GATEWAY} as blocks like any other: a key is an epoch
 * of it, and a chunk of time some numbers in there, so that a chunk that is computed again replaces
 * itself.
 *
 * <p>Safe for use from any thread; one writes at a time. Durable when a call returns.
 */
public final class FleetStore implements AutoCloseable {
    /** Under which results are found. */
    public static final String GATEWAY = "fleet";

    /** Blocks that a chunk may have; each holds up to 256 KiB or so. */
    public static final int MOST_BLOCKS = 1_024;

    /** States behind the newest that are kept, one a chunk; older ones hour by hour. */
    private static final int NEWEST_STATES = 10;

    private static final long HOUR_NANOS = 3_600_000_000_000L;

    private static final GatewayId ID = new GatewayId(GATEWAY);
    private static final String MARK =
            "insert into fleet_mark (job, name, chunk, version) values (?, ?, ?, 1) on conflict (job, name, chunk) do update set version = fleet_mark.version + 1";

    private final Writer writer;
    private final Statements statements;
    private final Ids ids;
    private final OpenedBlock opened = new OpenedBlock();
    private final ReentrantLock lock = new ReentrantLock(true);

    private FleetStore(Writer writer) {
        this.writer = writer;
        this.statements = writer.statements();
        this.ids = new Ids(statements);
    }

    /** Opens a connection for writing; the caller closes it before the database. */
    public static FleetStore open(Database database) throws DatabaseException {
        return new FleetStore(database.openWriter(Dialect.Role.RECORDS));
    }

    /** A chunk of time of a key that has to be computed, by the chunk's begin. */
    public record Mark(FleetKey key, long chunk) {}

    /** A sealed block of results. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    public record ResultBlock(long sequence, int samples, byte[] bytes) {}

    /**
     * What was computed of one chunk.
     *
     * @param fromNanos its begin
     * @param untilNanos its end
     * @param firstSequence the first of the {@link #MOST_BLOCKS} numbers that are its own
     * @param blocks all its results; empty where there are none
     * @param state of the engine at its end
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    public record Chunk(
            long fromNanos,
            long untilNanos,
            long firstSequence,
            List<ResultBlock> blocks,
            byte[] state) {}

    /**
     * What was computed of a key.
     *
     * @param revision that was read before
     * @param computedTo end of the newest chunk whose results are there then
     * @param every length of chunks, nanoseconds
     * @param keepFrom states before that time are removed
     * @param done versions of the marks that were read before the blocks were, by chunk
     * @param next a chunk that has to be computed again because of this one, or nothing
     * @param tags all that results may have
     */
    public record Computed(
            FleetKey key,
            long revision,
            long computedTo,
            long every,
            long keepFrom,
            List<Chunk> chunks,
            Map<Long, Long> done,
            Optional<Long> next,
            Collection<Tag> tags,
            String trouble) {}

    @FunctionalInterface
    private interface Work<T> {
        T run() throws SQLException;
    }

    private <T> T inTransaction(Work<T> work) throws DatabaseException {
        lock.lock();
        try {
            boolean done = false;
            try {
                writer.begin();
                ids.refresh();
                statements.dialect().own(statements, GATEWAY);
                T result = work.run();
                writer.commit();
                done = true;
                return result;
            } finally {
                if (!done) {
                    ids.forget();
                    writer.rollBack();
                }
            }
        } catch (SQLException e) {
            throw new DatabaseException("the database failed: " + writer.dialect().advice(e), e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes the jobs what the configuration says. One that is new begins at {@code beginNanos}; one
     * that changed leaves what was computed as it is, and goes on from there; one that is gone is
     * forgotten, but not its results.
     *
     * @param hasOtherKeys whether keys of one definition are none of another: they are forgotten
     *     then, and their states
     */
    public void configure(
            Map<String, String> definitions,
            long beginNanos,
            BiPredicate<String, String> hasOtherKeys)
            throws DatabaseException {
        inTransaction(() -> {
            var known = new HashMap<String, Job>();
            statements.each(
                    "select name, definition, begin_at from fleet_job",
                    r ->
                            known.put(
                                    r.getString(1),
                                    new Job(r.getString(1), r.getString(2), r.getLong(3))));
            for (var entry : definitions.entrySet()) {
                var job = known.remove(entry.getKey());
                if (job == null) {
                    statements.change(
                            "insert into fleet_job (name, definition, begin_at) values (?, ?, ?)",
                            entry.getKey(),
                            entry.getValue(),
                            beginNanos);
                } else if (!job.definition().equals(entry.getValue())) {
                    statements.change(
                            "update fleet_job set definition = ?, begin_at = coalesce((select min(computed_to) from fleet_key where job = ?), begin_at) where name = ?",
                            entry.getValue(),
                            job.name(),
                            job.name());
                    if (hasOtherKeys.test(job.definition(), entry.getValue())) {
                        forgetKeys(job.name());
                    }
                }
            }
            for (var gone : known.keySet()) {
                forgetKeys(gone);
                statements.change("delete from fleet_job where name = ?", gone);
            }
            return 0;
        });
    }

    private void forgetKeys(String job) throws SQLException {
        for (var table : List.of("fleet_mark", "fleet_state", "fleet_key")) {
            statements.change("delete from " + table + " where job = ?", job);
        }
    }

    /** Forgets what arrived while nobody waits for it. */
    public void dropArrivals() throws DatabaseException {
        inTransaction(() -> statements.change("delete from arrival"));
    }

    /** Makes keys known that begin at a time; those that are, stay as they are. */
    public void addKeys(Collection<FleetKey> keys, long beginNanos) throws DatabaseException {
        inTransaction(() -> {
            for (var key : keys) {
                addKey(key, beginNanos);
            }
            return 0;
        });
    }

    private void addKey(FleetKey key, long beginNanos) throws SQLException {
        statements.change(
                "insert into fleet_key (job, name, revision, computed_to) values (?, ?, 0, ?) on conflict (job, name) do nothing",
                key.job(),
                key.name(),
                beginNanos);
    }

    /**
     * Says that arrivals are taken up to a position, and what has to be computed because of them.
     *
     * @param before as it was read
     * @param keys new ones, each with its begin
     * @return false where another one has taken them meanwhile; nothing is written then
     */
    public boolean advance(
            Position before,
            Map<Long, Long> counters,
            Map<FleetKey, Long> keys,
            Collection<Mark> marks)
            throws DatabaseException {
        return inTransaction(() -> {
            statements.change(
                    "insert into fleet_position (id, revision, position) values (1, 0, '') on conflict (id) do nothing");
            var all = new HashMap<>(before.counters());
            all.putAll(counters);
            int changed =
                    statements.change(
                            "update fleet_position set revision = revision + 1, position = ? where id = 1 and revision = ?",
                            FleetRows.text(newest(all, counters)),
                            before.revision());
            if (changed != 1) {
                return false;
            }
            for (var entry : keys.entrySet()) {
                addKey(entry.getKey(), entry.getValue());
            }
            for (var mark : marks) {
                statements.change(MARK, mark.key().job(), mark.key().name(), mark.chunk());
            }
            for (var entry : counters.entrySet()) {
                statements.change(
                        "delete from arrival where writer = ? and counter <= ?",
                        entry.getKey(),
                        entry.getValue());
            }
            return true;
        });
    }

    /** What is taken is removed, so that connections that ended may be forgotten. */
    private static Map<Long, Long> newest(Map<Long, Long> all, Map<Long, Long> now) {
        return all.size() <= MOST_WRITERS ? all : now;
    }

    private static final int MOST_WRITERS = 64;

    /**
     * Writes results and from where they go on.
     *
     * @return the blocks that changed, as items of {@link #GATEWAY}; nothing where another one has
     *     written the key meanwhile: nothing is written then
     */
    public Optional<List<Item>> commit(Computed computed, long nowNanos) throws DatabaseException {
        return inTransaction(() -> {
            var key = computed.key();
            int changed =
                    statements.change(
                            "update fleet_key set revision = revision + 1, computed_to = ?, trouble = ? where job = ? and name = ? and revision = ?",
                            computed.computedTo(),
                            computed.trouble(),
                            key.job(),
                            key.name(),
                            computed.revision());
            if (changed != 1) {
                return Optional.empty();
            }
            for (var entry : computed.done().entrySet()) {
                statements.change(
                        "delete from fleet_mark where job = ? and name = ? and chunk = ? and version = ?",
                        key.job(),
                        key.name(),
                        entry.getKey(),
                        entry.getValue());
            }
            if (computed.next().isPresent()) {
                statements.change(MARK, key.job(), key.name(), computed.next().get());
            }
            var items = results(computed, nowNanos);
            thin(computed);
            return Optional.of(items);
        });
    }

    private List<Item> results(Computed computed, long nowNanos) throws SQLException {
        var key = computed.key();
        var epochId = epochOf(key, computed.every());
        var epoch = ids.epoch(ID, epochId, nowNanos);
        if (statements.change(
                        "update gateway set derived = 1 where id = ? and not exists (select 1 from hello h where h.gateway_id = gateway.id)",
                        epoch.gatewayId())
                == 0) {
            throw new SQLException(
                    "a gateway of this centre is called 'fleet', as results of fleet pipelines are; give it another gateway.id, or remove the pipelines");
        }
        describe(epoch, computed.tags());
        var items = new ArrayList<Item>();
        for (var chunk : computed.chunks()) {
            for (var item : replace(epochId, epoch, chunk)) {
                new ItemIndex(statements, ids, ID, epoch, nowNanos, opened)
                        .insert(item, Optional.empty());
                items.add(item);
            }
            statements.change(
                    "insert into fleet_state (job, name, until_time, state) values (?, ?, ?, ?) on conflict (job, name, until_time) do update set state = excluded.state",
                    key.job(),
                    key.name(),
                    chunk.untilNanos(),
                    chunk.state());
        }
        return items;
    }

    /** Which epoch of {@link #GATEWAY} holds the results of a key. */
    public static EpochId epochOf(FleetKey key, long every) {
        try {
            var digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(
                                    (key.job() + "\n" + key.name() + "\n" + every)
                                            .getBytes(StandardCharsets.UTF_8));
            var bytes = ByteBuffer.wrap(digest);
            return new EpochId(bytes.getLong(), bytes.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private record Stored(ChainHash hash, long first, long last) {}

    /** Takes out what is different now, and gives what has to be put in. */
    private List<Item> replace(EpochId epochId, Ids.Epoch epoch, Chunk chunk) throws SQLException {
        var stored = new HashMap<Long, Stored>();
        statements.each(
                "select sequence, hash, first_time, last_time from item where epoch_id = ? and stream = ? and sequence between ? and ?",
                r ->
                        stored.put(
                                r.getLong(1),
                                new Stored(
                                        ChainHash.of(r.getBytes(2)), r.getLong(3), r.getLong(4))),
                epoch.id(),
                StreamKind.DATA.code(),
                chunk.firstSequence(),
                chunk.firstSequence() + MOST_BLOCKS - 1);
        var added = new ArrayList<Item>();
        for (var block : chunk.blocks()) {
            var hash = hash(block.bytes());
            var before = stored.get(block.sequence());
            if (before == null || !before.hash.equals(hash)) {
                added.add(
                        new Item(
                                epochId,
                                StreamKind.DATA,
                                block.sequence(),
                                block.samples(),
                                hash(BlockHash.NONE),
                                hash,
                                block.bytes()));
            } else {
                stored.remove(block.sequence());
            }
        }
        for (var gone : stored.entrySet()) {
            new KeptItems(statements).remove(epoch.id(), StreamKind.DATA, gone.getKey());
            // who computed with what is gone has to do so again, where nothing comes instead, too
            ids.arrivals()
                    .add(
                            epoch.id(),
                            Arrivals.NO_BLOCK,
                            gone.getValue().first,
                            gone.getValue().last);
        }
        return added;
    }

    private static ChainHash hash(byte[] block) {
        return hash(BlockHash.of(block));
    }

    private static ChainHash hash(BlockHash hash) {
        var bytes = ByteBuffer.allocate(BlockHash.LENGTH_BYTES);
        hash.putInto(bytes);
        return ChainHash.of(bytes.array());
    }

    /** The catalogue of results, for their units. */
    private void describe(Ids.Epoch epoch, Collection<Tag> tags) throws SQLException {
        for (var tag : tags) {
            statements.change(
                    "insert into tag (gateway_id, name, type, unit, deadband, poll_nanos, sync, window_nanos, driver, device, low, high, configuration_version, epoch_id, sequence) values (?, ?, ?, ?, 0, 0, 'raw', 0, 'pipeline', ?, null, null, 1, ?, 0) on conflict (gateway_id, name) do update set type = excluded.type, unit = excluded.unit",
                    epoch.gatewayId(),
                    tag.name().text(),
                    tag.type().code(),
                    tag.unit(),
                    tag.name().device(),
                    epoch.id());
        }
    }

    private void thin(Computed computed) throws SQLException {
        long newest = computed.computedTo() - NEWEST_STATES * computed.every();
        statements.change(
                "delete from fleet_state where job = ? and name = ? and until_time < ? and (until_time % ? <> 0 or until_time < ?)",
                computed.key().job(),
                computed.key().name(),
                newest,
                HOUR_NANOS,
                computed.keepFrom());
    }

    @Override
    public void close() throws DatabaseException {
        try {
            writer.close();
        } catch (SQLException e) {
            throw new DatabaseException("the database can't be closed: " + e.getMessage(), e);
        }
    }
}
