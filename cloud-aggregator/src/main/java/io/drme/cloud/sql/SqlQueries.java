package io.drme.cloud.sql;

import io.drme.cloud.grid.SqlGrid;
import io.drme.cloud.grid.SqlGrid.Column;
import io.drme.cloud.grid.SqlGrid.Table;
import io.drme.cloud.query.Fleet;
import io.drme.cloud.query.Selection;
import io.drme.cloud.query.Trends;
import io.drme.cloud.store.AlarmStore;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.Gateway;
import io.drme.cloud.store.DatabaseException;
import io.drme.history.RollUp;
import io.drme.history.RollUpFunction;
import io.drme.model.Reading;
import io.drme.model.TagName;
import io.drme.model.Value;
import io.drme.model.ValueType;
import io.drme.schema.BadEventException;
import io.drme.schema.Payloads;
import io.drme.time.Clock;
import io.drme.time.Hlc;
import java.time.Duration;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * SELECT over what the centre knows. Safe for use from any thread; blocks, one statement at a time.
 */
public final class SqlQueries {
    /** Most rows that a table may have for a statement; they are copied into the grid for it. */
    public static final int MOST_ROWS_READ = 100_000;

    /** Most rows of an answer; the answer says where there were more. */
    public static final int MOST_ROWS_GIVEN = 10_000;

    /** How long a statement may take, with its wait for another. */
    public static final Duration TIME = Duration.ofSeconds(15);

    /** Tables in one statement. */
    public static final int MOST_TABLES = Select.MOST_TABLES;

    private static final int MOST_TEXT = 1_000;
    private static final int ALARMS_AT_ONCE = 10_000;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final Set<RollUpFunction> FIGURES =
            EnumSet.of(
                    RollUpFunction.COUNT,
                    RollUpFunction.MIN,
                    RollUpFunction.MAX,
                    RollUpFunction.AVG);

    private final SqlGrid grid;
    private final Fleet fleet;
    private final Trends trends;
    private final AlarmStore alarms;
    private final BlockStore store;
    private final Clock clock;

    /** Rows are read for one statement at a time, also before it has its turn in the grid. */
    private final Semaphore turn = new Semaphore(1, true);

    /** SQL over these. */
    public SqlQueries(
            SqlGrid grid,
            Fleet fleet,
            Trends trends,
            AlarmStore alarms,
            BlockStore store,
            Clock clock) {
        this.clock = clock;
        this.grid = grid;
        this.fleet = fleet;
        this.trends = trends;
        this.alarms = alarms;
        this.store = store;
    }

    /**
     * What a statement sees.
     *
     * @param selection of gateways, and by its pattern of tags
     * @param span of roll-ups and events, and the length of a roll-up's step
     * @param from alarms raised at or after; empty means all
     * @param to alarms raised before; empty means all
     * @param wanted whether somebody still waits
     */
    public record View(
            Selection selection,
            RollUp.Span span,
            Optional<Long> from,
            Optional<Long> to,
            BooleanSupplier wanted) {
        private boolean isBounded(String table) {
            return table.equals("rollups")
                    || table.equals("events")
                    || (table.equals("alarms") && (from.isPresent() || to.isPresent()));
        }
    }

    /** What a statement can name: tables with their columns, in order. */
    public static Map<String, List<Column>> tables() {
        return Tables.ALL;
    }

    /**
     * Runs a statement.
     *
     * @throws RefusedException where it does anything but read, or sees too much or too little
     * @throws SqlGrid.SqlException where it fails or takes too long
     */
    public SqlGrid.Result run(String sql, View view)
            throws RefusedException, SqlGrid.SqlException, DatabaseException, InterruptedException {
        var select = Select.of(sql, Tables.ALL.keySet());
        checkTimes(select, view);
        var deadline = new Deadline(clock, TIME, view.wanted());
        if (!turn.tryAcquire(TIME.toMillis(), TimeUnit.MILLISECONDS)) {
            throw deadline.late();
        }
        try {
            return run(select, view, deadline);
        } finally {
            turn.release();
        }
    }

    private SqlGrid.Result run(Select select, View view, Deadline deadline)
            throws RefusedException, SqlGrid.SqlException, DatabaseException, InterruptedException {
        var tables = new ArrayList<Table>();
        for (var name : select.tables()) {
            tables.add(
                    new Table(
                            name,
                            Tables.ALL.getOrDefault(name, List.of()),
                            rows(name, view, deadline)));
        }
        deadline.check();
        return grid.select(
                select.sql(),
                tables,
                new SqlGrid.Bounds(MOST_ROWS_GIVEN, deadline.left(), view.wanted()));
    }

    /** A time outside of what is seen would give an answer that looks whole and is not. */
    private static void checkTimes(Select select, View view) throws RefusedException {
        if (select.tables().stream().noneMatch(view::isBounded)) {
            return;
        }
        var span = view.span();
        for (var text : select.times()) {
            var nanos = nanos(text);
            if (nanos.isPresent() && nanos.get() < span.from()) {
                throw beyond("from", text);
            }
            if (nanos.isPresent() && nanos.get() > span.to()) {
                throw beyond("to", text);
            }
        }
    }

    private static RefusedException beyond(String where, String time) {
        return new RefusedException(
                where,
                "the statement names the time %s, which is outside of what it sees of rollups, events or alarms"
                        .formatted(time),
                "a span by \"from\" and \"to\" in the body that holds all times of the statement");
    }

    private static Optional<Long> nanos(String text) {
        try {
            var time =
                    text.length() == 10
                            ? LocalDate.parse(text).atStartOfDay().atOffset(ZoneOffset.UTC)
                            : OffsetDateTime.parse(zoned(text.replace(' ', 'T')));
            return Optional.of(
                    Math.addExact(
                            Math.multiplyExact(time.toEpochSecond(), 1_000_000_000L),
                            time.getNano()));
        } catch (DateTimeParseException | ArithmeticException _) {
            return Optional.empty();
        }
    }

    private static String zoned(String text) {
        return text.matches(".*(Z|[+-]\\d\\d:\\d\\d)") ? text : text + "Z";
    }

    private List<@Nullable Object[]> rows(String table, View view, Deadline deadline)
            throws DatabaseException, RefusedException, SqlGrid.SqlException {
        var rows = new Rows(table, deadline);
        switch (table) {
            case "gateways" -> gateways(view, rows);
            case "latest" -> latest(view, rows);
            case "rollups" -> rollUps(view, rows);
            case "alarms" -> alarms(view, rows);
            default -> events(view, rows);
        }
        return rows.list;
    }

    /** Rows up to a limit. */
    private static final class Rows {
        private final String table;
        private final Deadline deadline;
        private final List<@Nullable Object[]> list = new ArrayList<>();

        Rows(String table, Deadline deadline) {
            this.table = table;
            this.deadline = deadline;
        }

        /** Whether they may go on; before each tag, gateway or page. */
        void check() throws SqlGrid.SqlException {
            deadline.check();
        }

        void add(@Nullable Object... row) throws RefusedException {
            if (list.size() == MOST_ROWS_READ) {
                throw tooMany(table);
            }
            list.add(row);
        }
    }

    private static RefusedException tooMany(String table) {
        return new RefusedException(
                "sql",
                "the table %s has more than %d rows for this statement"
                        .formatted(table, MOST_ROWS_READ),
                "fewer, by \"match\", \"site\", \"label\", \"from\", \"to\" or \"step\" in the body");
    }

    private static @Nullable Long unlessZero(long nanos) {
        return nanos == 0 ? null : (Long) nanos;
    }

    private static @Nullable Double unlessNegative(double value) {
        return value < 0 ? null : (Double) value;
    }

    private List<Gateway> seen(View view) throws DatabaseException {
        return fleet.gateways(view.selection()).stream()
                .filter(g -> view.selection().mayMatch(g.name()))
                .toList();
    }

    private void gateways(View view, Rows rows)
            throws DatabaseException, RefusedException, SqlGrid.SqlException {
        for (var now : fleet.views(view.selection())) {
            rows.check();
            var gateway = now.gateway();
            rows.add(
                    gateway.name(),
                    gateway.site(),
                    now.state(),
                    now.why(),
                    unlessZero(now.now().seenNanos()),
                    unlessNegative(now.lagNanos() / NANOS_PER_SECOND),
                    now.now().pendingSamples(),
                    unlessNegative(now.autonomyHours()),
                    now.alarms().open(),
                    gateway.greeting().map(g -> g.software()).orElse(null));
        }
    }

    private void latest(View view, Rows rows) throws DatabaseException, RefusedException {
        var sites = sites();
        for (var one : fleet.latest(view.selection())) {
            var row = one.row();
            var value = value(row.reading());
            rows.add(
                    one.gateway(),
                    sites.getOrDefault(one.gateway(), ""),
                    new TagName(row.tag()).device(),
                    row.tag(),
                    number(value),
                    value instanceof Value.Text(var text) ? text : null,
                    quality(row.reading()),
                    reason(row.reading()),
                    one.unit(),
                    row.sourceTime(),
                    row.sinceNanos());
        }
    }

    private Map<String, String> sites() throws DatabaseException {
        var sites = new HashMap<String, String>();
        fleet.gateways(Selection.ALL).forEach(g -> sites.put(g.name(), g.site()));
        return sites;
    }

    private static @Nullable Value value(Reading reading) {
        return switch (reading) {
            case Reading.Good(var value) -> value;
            case Reading.Uncertain(var value, _) -> value;
            case Reading.Bad _ -> null;
        };
    }

    private static @Nullable Double number(@Nullable Value value) {
        return switch (value) {
            case null -> null;
            case Value.Bool(boolean on) -> on ? 1.0 : 0.0;
            case Value.Int(long whole) -> (double) whole;
            case Value.Real(double real) -> real;
            case Value.Text _ -> null;
        };
    }

    private static String quality(Reading reading) {
        return switch (reading) {
            case Reading.Good _ -> "good";
            case Reading.Uncertain _ -> "uncertain";
            case Reading.Bad _ -> "bad";
        };
    }

    private static @Nullable String reason(Reading reading) {
        return switch (reading) {
            case Reading.Good _ -> null;
            case Reading.Uncertain(_, var reason) -> reason.text();
            case Reading.Bad(var reason) -> reason.text();
        };
    }

    private void rollUps(View view, Rows rows)
            throws DatabaseException, RefusedException, SqlGrid.SqlException {
        var tags =
                fleet.tags(view.selection()).stream()
                        .filter(t -> t.tag().type() != ValueType.TEXT)
                        .toList();
        var span = view.span();
        long steps = (span.to() - span.from()) / span.stepNanos() + 2;
        if (tags.size() * steps > MOST_ROWS_READ || steps > RollUp.MAX_STEPS) {
            throw tooMany("rollups");
        }
        Map<String, Gateway> byName = new HashMap<>();
        fleet.gateways(view.selection()).forEach(g -> byName.put(g.name(), g));
        for (var tag : tags) {
            var gateway = byName.get(tag.gateway());
            rows.check();
            if (gateway == null) {
                continue;
            }
            for (var row : trends.rollUp(gateway, tag.tag().name(), span, FIGURES)) {
                rows.add(
                        gateway.name(),
                        gateway.site(),
                        tag.tag().device(),
                        tag.tag().name(),
                        tag.tag().unit(),
                        row.time(),
                        row.count(),
                        number(row.min()),
                        number(row.max()),
                        row.avg());
            }
        }
    }

    private void alarms(View view, Rows rows)
            throws DatabaseException, RefusedException, SqlGrid.SqlException {
        var scope = fleet.alarms(view.selection());
        var filter =
                new AlarmStore.Filter(
                        Optional.empty(),
                        Optional.empty(),
                        view.selection().only(),
                        view.from(),
                        view.to());
        var place = Optional.<AlarmStore.Place>empty();
        while (true) {
            rows.check();
            var part = alarms.alarms(filter, place, ALARMS_AT_ONCE);
            for (var alarm : part) {
                var site = scope.site(alarm);
                if (site.isPresent()) {
                    rows.add(
                            alarm.id(),
                            alarm.gateway(),
                            site.get(),
                            alarm.name(),
                            alarm.tag(),
                            alarm.state(),
                            alarm.priority(),
                            alarm.message(),
                            alarm.raisedAt(),
                            alarm.clearedAt(),
                            alarm.acknowledgedAt(),
                            alarm.acknowledgedBy());
                }
            }
            if (part.size() < ALARMS_AT_ONCE) {
                return;
            }
            place = Optional.of(AlarmStore.Place.of(part.getLast()));
        }
    }

    private void events(View view, Rows rows)
            throws DatabaseException, RefusedException, SqlGrid.SqlException {
        long from = Hlc.of(Math.max(0, view.span().from() / NANOS_PER_MILLI), 0);
        long to = Hlc.of(Math.max(0, view.span().to() / NANOS_PER_MILLI), 0);
        for (var gateway : seen(view)) {
            rows.check();
            for (var stored : store.events(gateway.id(), from, to, MOST_ROWS_READ + 1)) {
                var event = stored.event();
                String detail;
                try {
                    detail = Payloads.of(event).toString();
                } catch (BadEventException _) {
                    detail = ""; // of a release that this one does not know
                }
                rows.add(
                        gateway.name(),
                        gateway.site(),
                        event.type(),
                        Hlc.epochNanos(event.time()),
                        detail.length() <= MOST_TEXT ? detail : detail.substring(0, MOST_TEXT));
            }
        }
    }
}
