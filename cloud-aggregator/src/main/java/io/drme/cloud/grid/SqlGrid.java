package io.drme.cloud.grid;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.map.IMap;
import com.hazelcast.nio.serialization.genericrecord.GenericRecord;
import com.hazelcast.nio.serialization.genericrecord.GenericRecordBuilder;
import com.hazelcast.sql.HazelcastSqlException;
import com.hazelcast.sql.SqlResult;
import com.hazelcast.sql.SqlStatement;
import io.drme.time.Clock;
import java.io.Serial;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs SELECT by Hazelcast over rows that are brought into the grid for it. What is asked is
 * checked before, by who calls. One statement runs at a time in the whole grid, as the rows are for
 * it alone. Safe for use from any thread; blocks.
 */
public final class SqlGrid {
    /** The lock's map; outside of the pattern of the rows' maps, which have no copies. */
    static final String TURN = "turn-of-sql";

    static final String MAP = "sql-";
    private static final int ROWS_AT_ONCE = 1_000;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** What an answer may take here, by its texts; the answer says where there was more. */
    private static final long MOST_BYTES = 16L << 20;

    private static final int BYTES_BESIDE_TEXT = 32;
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    /** A member that hangs keeps the others from asking for no longer. */
    private static final Duration LEASE_BEYOND = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(SqlGrid.class);

    private final HazelcastInstance instance;
    private final Clock clock;

    /** Mappings that this member has made; looked at and changed by who has the turn. */
    private final Set<String> mapped = new HashSet<>();

    /** SQL over a member's grid. */
    public SqlGrid(Member member, Clock clock) {
        this.instance = member.instance();
        this.clock = clock;
    }

    /** What a column holds. */
    public enum Kind {
        /** A text. */
        TEXT("VARCHAR"),
        /** A whole number of 64 bits. */
        WHOLE("BIGINT"),
        /** A double. */
        REAL("DOUBLE"),
        /** A time, given as nanoseconds since 1970 UTC. */
        TIME("TIMESTAMP WITH TIME ZONE"),
        /** True or false. */
        TRUTH("BOOLEAN");

        private final String sql;

        Kind(String sql) {
            this.sql = sql;
        }

        /** As SQL says it. */
        public String text() {
            return sql;
        }
    }

    /** A column of a table. */
    public record Column(String name, Kind kind) {}

    /**
     * A table with its rows.
     *
     * @param rows of each a value or null for each column
     */
    public record Table(String name, List<Column> columns, List<@Nullable Object[]> rows) {}

    /**
     * How far a statement may go.
     *
     * @param rows most rows that are given; what comes behind is left out
     * @param time for all of it: the wait for others, bringing in the tables, planning, running
     * @param wanted whether somebody still waits
     */
    public record Bounds(int rows, Duration time, BooleanSupplier wanted) {}

    /**
     * What a statement gave.
     *
     * @param rows of each a value for each column: text, number, truth, {@link OffsetDateTime} or
     *     null
     * @param truncated whether there were more
     */
    public record Result(
            List<String> columns, List<List<@Nullable Object>> rows, boolean truncated) {}

    /** Why a statement has no answer. */
    public static final class SqlException extends Exception {
        @Serial private static final long serialVersionUID = 1;

        private final boolean late;

        /** A statement without an answer. */
        public SqlException(String message, boolean late) {
            super(message);
            this.late = late;
        }

        /** Whether it took too long; otherwise it can't be done. */
        public boolean isLate() {
            return late;
        }
    }

    /** Brings the tables in and runs a statement over them. */
    public Result select(String sql, List<Table> tables, Bounds bounds)
            throws SqlException, InterruptedException {
        long untilNanos = clock.nanoTime() + bounds.time().toNanos();
        long lease = bounds.time().plus(LEASE_BEYOND).toMillis();
        try {
            var turn = instance.<String, String>getMap(TURN);
            if (!turn.tryLock(
                    TURN,
                    bounds.time().toMillis(),
                    TimeUnit.MILLISECONDS,
                    lease,
                    TimeUnit.MILLISECONDS)) {
                throw new SqlException(
                        "another statement did not end within %d ms; try again"
                                .formatted(bounds.time().toMillis()),
                        true);
            }
            try {
                return inTurn(sql, tables, bounds, untilNanos);
            } finally {
                tables.forEach(this::clear);
                giveTurn(turn);
            }
        } catch (HazelcastSqlException e) {
            throw new SqlException(firstLine(e), false);
        } catch (HazelcastException | HazelcastInstanceNotActiveException e) {
            throw new SqlException("the grid can't answer now: " + firstLine(e), true);
        }
    }

    private Result inTurn(String sql, List<Table> tables, Bounds bounds, long untilNanos)
            throws SqlException, InterruptedException {
        var members = Set.copyOf(instance.getCluster().getMembers());
        for (var table : tables) {
            bringIn(table, bounds, untilNanos);
        }
        var result = run(sql, bounds, untilNanos);
        checkWhole(tables, members.equals(instance.getCluster().getMembers()));
        return result;
    }

    /** Rows have no copies: who joins or leaves meanwhile may have taken some along. */
    void checkWhole(List<Table> tables, boolean sameMembers) throws SqlException {
        for (var table : tables) {
            int there = instance.getMap(MAP + table.name()).size();
            if (!sameMembers || there != table.rows().size()) {
                throw new SqlException(
                        "the cluster's members changed meanwhile: of %d rows of %s %d are there; try again"
                                .formatted(table.rows().size(), table.name(), there),
                        true);
            }
        }
    }

    /** What stays behind is cleared by the next statement; the turn has to be given anyway. */
    private void clear(Table table) {
        try {
            instance.getMap(MAP + table.name()).clear();
        } catch (HazelcastException | HazelcastInstanceNotActiveException e) {
            log.warn("sql=not-cleared table={} {}", table.name(), firstLine(e));
        }
    }

    private static void giveTurn(IMap<String, ?> turn) {
        try {
            turn.unlock(TURN);
        } catch (IllegalMonitorStateException e) {
            // The next has begun: a statement of this one that still ran would have lost its rows.
            log.warn("sql=turn-over {}", e.getMessage());
        }
    }

    private void bringIn(Table table, Bounds bounds, long untilNanos) throws SqlException {
        if (!mapped.contains(table.name())) {
            map(table);
            mapped.add(table.name());
        }
        var map = instance.<Long, GenericRecord>getMap(MAP + table.name());
        map.clear();
        var some = new HashMap<Long, GenericRecord>();
        long number = 0;
        for (var row : table.rows()) {
            some.put(number++, record(table, row));
            if (some.size() == ROWS_AT_ONCE) {
                map.putAll(some);
                some.clear();
                check(bounds, untilNanos);
            }
        }
        map.putAll(some);
    }

    private void check(Bounds bounds, long untilNanos) throws SqlException {
        if (!bounds.wanted().getAsBoolean()) {
            throw new SqlException("its client is gone", true);
        }
        if (clock.nanoTime() - untilNanos > 0) {
            throw new SqlException(
                    "the statement was ended after %d ms; narrow it down, and join by equal columns"
                            .formatted(bounds.time().toMillis()),
                    true);
        }
    }

    private void map(Table table) {
        var columns =
                table.columns().stream()
                        .map(c -> "\"%s\" %s".formatted(c.name(), c.kind().sql))
                        .toList();
        var sql =
                "create or replace external mapping \"%s\" external name \"%s\" (%s) type IMap options ('keyFormat'='bigint', 'valueFormat'='compact', 'valueCompactTypeName'='%s')"
                        .formatted(
                                table.name(),
                                MAP + table.name(),
                                String.join(", ", columns),
                                MAP + table.name());
        try (var _ = instance.getSql().execute(sql)) {
            // the mapping is made once execute returns
        }
    }

    private static GenericRecord record(Table table, @Nullable Object[] row) {
        var record = GenericRecordBuilder.compact(MAP + table.name());
        for (int i = 0; i < row.length; i++) {
            var name = table.columns().get(i).name();
            var value = row[i];
            switch (table.columns().get(i).kind()) {
                case TEXT -> record.setString(name, (String) value);
                case WHOLE -> record.setNullableInt64(name, (Long) value);
                case REAL -> record.setNullableFloat64(name, (Double) value);
                case TIME ->
                        record.setTimestampWithTimezone(
                                name, value == null ? null : time((Long) value));
                case TRUTH -> record.setNullableBoolean(name, (Boolean) value);
            }
        }
        return record.build();
    }

    private static OffsetDateTime time(long nanos) {
        return Instant.ofEpochSecond(
                        Math.floorDiv(nanos, NANOS_PER_SECOND),
                        Math.floorMod(nanos, NANOS_PER_SECOND))
                .atOffset(ZoneOffset.UTC);
    }

    /** A statement that is planned or runs; may be ended by another thread at any time. */
    private static final class Running {
        private final ReentrantLock lock = new ReentrantLock();
        private @Nullable SqlResult result;
        private boolean ended;

        /** Takes what was begun; ends it at once where nobody waits any more. */
        SqlResult begun(SqlResult begun) {
            lock.lock();
            try {
                result = begun;
                if (ended) {
                    begun.close();
                }
                return begun;
            } finally {
                lock.unlock();
            }
        }

        void end() {
            lock.lock();
            try {
                ended = true;
                if (result != null) {
                    result.close();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Plans and runs on a thread of its own, so that it can be ended at any time. */
    private Result run(String sql, Bounds bounds, long untilNanos)
            throws SqlException, InterruptedException {
        var statement =
                new SqlStatement(sql)
                        .setExpectedResultType(com.hazelcast.sql.SqlExpectedResultType.ROWS)
                        .setTimeoutMillis(bounds.time().plus(LEASE_BEYOND).toMillis());
        var running = new Running();
        var rows =
                new FutureTask<>(() ->
                        read(running.begun(instance.getSql().execute(statement)), bounds.rows()));
        Thread.ofVirtual().name("sql-rows").start(rows);
        try {
            while (true) {
                try {
                    return rows.get(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                } catch (TimeoutException _) {
                    check(bounds, untilNanos);
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HazelcastException failed) {
                throw failed;
            }
            throw new IllegalStateException("rows can't be read", e);
        } finally {
            running.end();
        }
    }

    private static Result read(SqlResult running, int most) {
        var meta = running.getRowMetadata();
        var columns = new ArrayList<String>();
        for (int i = 0; i < meta.getColumnCount(); i++) {
            columns.add(meta.getColumn(i).getName());
        }
        var rows = new ArrayList<List<@Nullable Object>>();
        long bytes = 0;
        for (var row : running) {
            var values = new ArrayList<@Nullable Object>();
            for (int i = 0; i < columns.size(); i++) {
                var value = plain(row.getObject(i));
                bytes += BYTES_BESIDE_TEXT;
                bytes += value instanceof String text ? text.length() : 0;
                values.add(value);
            }
            if (rows.size() == most || bytes > MOST_BYTES) {
                return new Result(columns, rows, true);
            }
            rows.add(values);
        }
        return new Result(columns, rows, false);
    }

    private static @Nullable Object plain(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Byte b -> (long) b;
            case Short s -> (long) s;
            case Integer i -> (long) i;
            case Float f -> (double) f;
            case BigDecimal d -> number(d);
            case Long _, Double _, Boolean _, OffsetDateTime _ -> value;
            default -> value.toString();
        };
    }

    /** Sums of whole numbers are decimals; they stay whole where 64 bits do. */
    private static Object number(BigDecimal decimal) {
        boolean whole = decimal.stripTrailingZeros().scale() <= 0;
        return whole && decimal.toBigInteger().bitLength() < Long.SIZE
                ? (Object) decimal.longValue()
                : (Object) decimal.doubleValue();
    }

    private static String firstLine(Exception e) {
        var message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
