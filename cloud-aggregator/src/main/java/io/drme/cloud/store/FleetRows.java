package io.drme.cloud.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What fleet pipelines remember in the database, as they and the API read it. Safe for use from any
 * thread; each call may block.
 */
public final class FleetRows {
    private final Database database;

    /** Reads from this database. */
    public FleetRows(Database database) {
        this.database = database;
    }

    /**
     * A pipeline that is known.
     *
     * @param definition its text, by which a change is noticed
     * @param beginNanos what is before is left as it is
     */
    public record Job(String name, String definition, long beginNanos) {}

    /**
     * A part of a pipeline that is computed by itself.
     *
     * @param job the pipeline's name
     * @param name empty, a site or a gateway
     */
    public record FleetKey(String job, String name) {}

    /**
     * A key as it stands.
     *
     * @param revision who writes the key must have read this one
     * @param computedTo end of the newest chunk whose results are there, nanoseconds since 1970 UTC
     * @param trouble what is left out and why; empty while all is well
     */
    public record KeyRow(FleetKey key, long revision, long computedTo, String trouble) {}

    /**
     * A block that was stored.
     *
     * @param writer the connection that stored it
     * @param counter its number among those of the connection, which only grows
     * @param firstTime earliest source time as it stands in the block
     * @param lastTime latest
     */
    public record Arrival(
            long writer,
            long counter,
            long gatewayId,
            long epochId,
            long sequence,
            long firstTime,
            long lastTime) {}

    /** How much of one series a block holds, as times stand in it. */
    public record SeriesSpan(long seriesId, long firstTime, long lastTime) {}

    /** A series by name. */
    public record Series(long gatewayId, String tag) {}

    /** How far arrivals are taken: of each writer the number, and the revision of all. */
    public record Position(long revision, Map<Long, Long> counters) {}

    /** How much is to be done for a job. */
    public record Progress(String job, long keys, long computedTo, long marks) {}

    /** Everything known, by name. */
    public Map<String, Job> jobs() throws DatabaseException {
        var jobs = new TreeMap<String, Job>();
        each(
                "select name, definition, begin_at from fleet_job",
                r ->
                        jobs.put(
                                r.getString(1),
                                new Job(r.getString(1), r.getString(2), r.getLong(3))));
        return jobs;
    }

    /** All keys of all jobs. */
    public List<KeyRow> keys() throws DatabaseException {
        var keys = new ArrayList<KeyRow>();
        each(
                "select job, name, revision, computed_to, trouble from fleet_key order by job, name",
                r -> keys.add(key(r)));
        return keys;
    }

    private static KeyRow key(java.sql.ResultSet r) throws java.sql.SQLException {
        return new KeyRow(
                new FleetKey(r.getString(1), r.getString(2)),
                r.getLong(3),
                r.getLong(4),
                r.getString(5));
    }

    /** One key. */
    public Optional<KeyRow> key(FleetKey key) throws DatabaseException {
        var found = new ArrayList<KeyRow>();
        each(
                "select job, name, revision, computed_to, trouble from fleet_key where job = ? and name = ?",
                r -> found.add(key(r)),
                key.job(),
                key.name());
        return found.stream().findFirst();
    }

    /** Per job, how far it is. */
    public List<Progress> progress() throws DatabaseException {
        var marks = new HashMap<String, Long>();
        each(
                "select m.job, count(*) from fleet_mark m join fleet_key k on k.job = m.job and k.name = m.name where m.chunk < k.computed_to group by m.job",
                r -> marks.put(r.getString(1), r.getLong(2)));
        var all = new ArrayList<Progress>();
        each(
                "select job, count(*), min(computed_to) from fleet_key group by job order by job",
                r ->
                        all.add(
                                new Progress(
                                        r.getString(1),
                                        r.getLong(2),
                                        r.getLong(3),
                                        marks.getOrDefault(r.getString(1), 0L))));
        return all;
    }

    /** The versions of the first marks of a key up to a chunk, by the chunk's begin. */
    public NavigableMap<Long, Long> marks(FleetKey key, long through, int limit)
            throws DatabaseException {
        var marks = new TreeMap<Long, Long>();
        each(
                "select chunk, version from fleet_mark where job = ? and name = ? and chunk <= ? order by chunk limit ?",
                r -> marks.put(r.getLong(1), r.getLong(2)),
                key.job(),
                key.name(),
                through,
                limit);
        return marks;
    }

    /** Keys that have marks of chunks that were computed. */
    public List<FleetKey> lateKeys() throws DatabaseException {
        var keys = new ArrayList<FleetKey>();
        each(
                "select k.job, k.name from fleet_key k where exists (select 1 from fleet_mark m where m.job = k.job and m.name = k.name and m.chunk < k.computed_to)",
                r -> keys.add(new FleetKey(r.getString(1), r.getString(2))));
        return keys;
    }

    /** The engine's state at the end of a chunk. */
    public Optional<byte[]> stateAt(FleetKey key, long untilNanos) throws DatabaseException {
        var found = new ArrayList<byte[]>();
        each(
                "select state from fleet_state where job = ? and name = ? and until_time = ?",
                r -> found.add(r.getBytes(1)),
                key.job(),
                key.name(),
                untilNanos);
        return found.stream().findFirst();
    }

    /** When the newest state that is no newer than a time was; nothing where none is. */
    public Optional<Long> stateBefore(FleetKey key, long nanos) throws DatabaseException {
        var found = new ArrayList<Long>();
        each(
                "select until_time from fleet_state where job = ? and name = ? and until_time <= ? order by until_time desc limit 1",
                r -> found.add(r.getLong(1)),
                key.job(),
                key.name(),
                nanos);
        return found.stream().findFirst();
    }

    /** How far arrivals are taken. */
    public Position position() throws DatabaseException {
        var found = new ArrayList<Position>();
        each(
                "select revision, position from fleet_position where id = 1",
                r -> found.add(new Position(r.getLong(1), counters(r.getString(2)))));
        return found.isEmpty() ? new Position(0, Map.of()) : found.getFirst();
    }

    static Map<Long, Long> counters(String text) {
        var counters = new TreeMap<Long, Long>();
        for (var entry : text.split(",", -1)) {
            var words = entry.split(":", -1);
            if (words.length == 2) {
                counters.put(Long.parseLong(words[0]), Long.parseLong(words[1]));
            }
        }
        return counters;
    }

    static String text(Map<Long, Long> counters) {
        var words = new ArrayList<String>();
        counters.forEach((writer, counter) -> words.add(writer + ":" + counter));
        return String.join(",", words);
    }

    /** Connections of which arrivals wait; each is found by one look into the index. */
    public List<Long> writers() throws DatabaseException {
        var writers = new ArrayList<Long>();
        each(
                "with recursive w(x) as (select min(writer) from arrival union all select (select min(a.writer) from arrival a where a.writer > w.x) from w where w.x is not null) select x from w where x is not null",
                r -> writers.add(r.getLong(1)));
        return writers;
    }

    /** What a connection stored behind a number of its own, in its order. */
    public List<Arrival> arrivals(long writer, long after, int limit) throws DatabaseException {
        var found = new ArrayList<Arrival>();
        each(
                "select a.writer, a.counter, e.gateway_id, a.epoch_id, a.sequence, a.first_time, a.last_time from arrival a join epoch e on e.id = a.epoch_id where a.writer = ? and a.counter > ? order by a.counter limit ?",
                r ->
                        found.add(
                                new Arrival(
                                        r.getLong(1),
                                        r.getLong(2),
                                        r.getLong(3),
                                        r.getLong(4),
                                        r.getLong(5),
                                        r.getLong(6),
                                        r.getLong(7))),
                writer,
                after,
                limit);
        return found;
    }

    /** The series of a block; empty where its directory is not there any more in full. */
    public List<SeriesSpan> seriesOf(long epochId, long sequence) throws DatabaseException {
        var found = new ArrayList<SeriesSpan>();
        each(
                "select series_id, min(first_time), max(last_time) from block_series b where epoch_id = ? and sequence = ? and exists (select 1 from fresh f where f.epoch_id = b.epoch_id and f.sequence = b.sequence) group by series_id",
                r -> found.add(new SeriesSpan(r.getLong(1), r.getLong(2), r.getLong(3))),
                epochId,
                sequence);
        return found;
    }

    /** A series by its number. */
    public Optional<Series> series(long id) throws DatabaseException {
        var found = new ArrayList<Series>();
        each(
                "select gateway_id, tag from series where id = ?",
                r -> found.add(new Series(r.getLong(1), r.getString(2))),
                id);
        return found.stream().findFirst();
    }

    private <T> void each(String sql, Statements.Row<T> reader, @Nullable Object... values)
            throws DatabaseException {
        database.each(sql, reader, _ -> {}, values);
    }
}
