package io.drme.cloud.api;

import io.drme.cloud.grid.SqlGrid;
import io.drme.cloud.query.Selection;
import io.drme.cloud.sql.RefusedException;
import io.drme.cloud.sql.SqlQueries;
import io.drme.cloud.store.DatabaseException;
import io.drme.config.Quantities;
import io.drme.history.RollUp;
import io.drme.model.Glob;
import io.drme.time.Clock;
import io.drme.web.Api;
import io.drme.web.Body;
import io.drme.web.Csv;
import io.drme.web.JsonValues;
import io.drme.web.Problem;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Schema;
import io.drme.web.Times;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** SQL, read only. */
final class SqlRoutes {
    private static final Duration USUAL_SPAN = Duration.ofHours(1);
    private static final Duration USUAL_STEP = Duration.ofMinutes(1);
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final SqlQueries queries;
    private final Clock clock;

    SqlRoutes(SqlQueries queries, Clock clock) {
        this.queries = queries;
        this.clock = clock;
    }

    void addTo(Api api) {
        addDescription(api);
        api.add(
                Route.post(
                                "/api/v1/sql",
                                Rule.VIEWER,
                                "Read-only SQL over latest, rollups, alarms, gateways and events (docs/queries.md)")
                        .body(
                                Schema.object(
                                        Schema.field("sql", Schema.text("one SELECT")),
                                        Schema.optional(
                                                "match",
                                                Schema.text("glob over gateway/device/path")),
                                        Schema.optional(
                                                "site", Schema.text("glob over site paths")),
                                        Schema.optional("label", Schema.text("key:value")),
                                        Schema.optional(
                                                "from",
                                                Schema.text(
                                                        "begin of rollups and events, an hour before 'to' where not given; alarms raised since")),
                                        Schema.optional(
                                                "to",
                                                Schema.text(
                                                        "their end, now where not given; alarms raised before")),
                                        Schema.optional(
                                                "step",
                                                Schema.text(
                                                        "length of a roll-up; 1m where not given"))))
                        .answers(
                                Schema.object(
                                        Schema.field(
                                                "columns",
                                                Schema.list(Schema.text("a name"), "in order")),
                                        Schema.field(
                                                "items",
                                                Schema.list(
                                                        Schema.map(
                                                                Schema.value("a value"),
                                                                "a row by its columns"),
                                                        "the rows")),
                                        Schema.field(
                                                "truncated",
                                                Schema.bool("whether there were more rows")))),
                this::sql);
    }

    private static void addDescription(Api api) {
        var column =
                Schema.object(
                        Schema.field("name", Schema.text("as a statement names it")),
                        Schema.field("type", Schema.text("of SQL")));
        api.add(
                Route.get("/api/v1/sql", Rule.VIEWER, "What SQL can see, and how far it goes")
                        .answers(
                                Schema.object(
                                        Schema.field(
                                                "tables",
                                                Schema.list(
                                                        Schema.object(
                                                                Schema.field(
                                                                        "name",
                                                                        Schema.text("its name")),
                                                                Schema.field(
                                                                        "columns",
                                                                        Schema.list(
                                                                                column,
                                                                                "in order"))),
                                                        "all that a statement may name")),
                                        Schema.field(
                                                "mostRowsRead",
                                                Schema.integer("rows of a table for a statement")),
                                        Schema.field(
                                                "mostRowsGiven",
                                                Schema.integer("rows of an answer")),
                                        Schema.field(
                                                "mostTables",
                                                Schema.integer("tables in a statement")),
                                        Schema.field(
                                                "mostSeconds",
                                                Schema.integer("that a statement may take")),
                                        Schema.field(
                                                "usualSpan",
                                                Schema.text(
                                                        "of roll-ups and events, where none is given")),
                                        Schema.field(
                                                "usualStep",
                                                Schema.text("of roll-ups, where none is given")))),
                _ -> describe());
    }

    /** What a page or a program that offers SQL has to know. */
    private static Reply describe() {
        var tables = new JsonArray();
        SqlQueries.tables()
                .forEach((name, columns) -> {
                    var list = new JsonArray();
                    columns.forEach(c ->
                            list.add(
                                    new JsonObject()
                                            .put("name", c.name())
                                            .put("type", c.kind().text())));
                    tables.add(new JsonObject().put("name", name).put("columns", list));
                });
        return Reply.json(
                new JsonObject()
                        .put("tables", tables)
                        .put("mostRowsRead", SqlQueries.MOST_ROWS_READ)
                        .put("mostRowsGiven", SqlQueries.MOST_ROWS_GIVEN)
                        .put("mostTables", SqlQueries.MOST_TABLES)
                        .put("mostSeconds", SqlQueries.TIME.toSeconds())
                        .put("usualSpan", USUAL_SPAN.toMinutes() + "m")
                        .put("usualStep", USUAL_STEP.toMinutes() + "m"));
    }

    private Reply sql(Request request) throws InterruptedException {
        var body = request.body();
        var sql = body.text("sql");
        var view =
                new SqlQueries.View(
                        selection(body),
                        span(body),
                        time(body, "from"),
                        time(body, "to"),
                        request::isWanted);
        try {
            var result = queries.run(sql, view);
            return request.accepts(Csv.MEDIA_TYPE)
                    ? Csv.of(result.columns(), items(result))
                    : Reply.json(json(result));
        } catch (RefusedException e) {
            throw Problem.unprocessable(
                            "/" + e.where(),
                            String.valueOf(e.getMessage()),
                            e.expected(),
                            "Change the request; docs/queries.md shows what SQL can see")
                    .asException();
        } catch (SqlGrid.SqlException e) {
            var what = String.valueOf(e.getMessage());
            throw (e.isLate()
                            ? Problem.unavailable("/sql", what, "Ask for less, or try again later")
                            : Problem.unprocessable(
                                    "/sql",
                                    what,
                                    "SQL as Hazelcast understands it",
                                    "Change the statement; docs/queries.md lists tables and columns"))
                    .asException();
        } catch (DatabaseException e) {
            return Questions.ask(() -> {
                throw e;
            });
        }
    }

    private static Selection selection(Body body) {
        return new Selection(
                body.optionalText("match").orElse("**"),
                body.optionalText("site").map(Glob::of),
                body.optionalText("label").map(Questions::label));
    }

    private RollUp.Span span(Body body) {
        long to = time(body, "to").orElse(clock.epochNanos());
        long from = time(body, "from").orElse(to - USUAL_SPAN.toNanos());
        if (from >= to) {
            throw Problem.badBody("/to", "the end is not after the start", "a time after 'from'")
                    .asException();
        }
        var step =
                body.optionalText("step")
                        .map(text ->
                                Quantities.duration(text)
                                        .filter(d -> !d.isZero())
                                        .orElseThrow(() ->
                                                Problem.badBody(
                                                                "/step",
                                                                "the field 'step' is no duration",
                                                                "a text such as \"1m\"")
                                                        .asException()))
                        .orElse(USUAL_STEP);
        return new RollUp.Span(from, to, step.toNanos());
    }

    private static Optional<Long> time(Body body, String name) {
        return body.optionalText(name)
                .map(text -> {
                    var time = Times.parse(text);
                    if (time.isEmpty()) {
                        throw Problem.badBody(
                                        "/" + name,
                                        "the field '" + name + "' is no time",
                                        "an RFC 3339 time such as 2026-11-23T14:05:00Z")
                                .asException();
                    }
                    return time.getAsLong();
                });
    }

    private static List<JsonObject> items(SqlGrid.Result result) {
        var items = new ArrayList<JsonObject>();
        for (var row : result.rows()) {
            var item = new JsonObject();
            for (int i = 0; i < row.size(); i++) {
                item.put(result.columns().get(i), json(row.get(i)));
            }
            items.add(item);
        }
        return items;
    }

    private static JsonObject json(SqlGrid.Result result) {
        return new JsonObject()
                .put("columns", new JsonArray(List.copyOf(result.columns())))
                .put("items", new JsonArray(new ArrayList<Object>(items(result))))
                .put("truncated", result.truncated());
    }

    private static @Nullable Object json(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Double number -> JsonValues.of(new io.drme.model.Value.Real(number));
            case Long number -> JsonValues.of(new io.drme.model.Value.Int(number));
            case OffsetDateTime time ->
                    Times.text(time.toEpochSecond() * NANOS_PER_SECOND + time.getNano());
            default -> value;
        };
    }
}
