package io.drme.cloud.api;

import io.drme.cloud.promql.Labels;
import io.drme.cloud.promql.Limits;
import io.drme.cloud.promql.PrometheusQueries;
import io.drme.cloud.promql.PrometheusQueries.Answer;
import io.drme.cloud.promql.PrometheusQueries.Asker;
import io.drme.cloud.promql.PrometheusQueries.Point;
import io.drme.cloud.promql.PrometheusQueries.Row;
import io.drme.cloud.promql.QueryException;
import io.drme.time.Clock;
import io.drme.web.Api;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Times;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Prometheus' HTTP interface, as Grafana uses it, with Prometheus' own form of errors. */
final class PrometheusRoutes {
    /** Whose answers ours are compared with; clients choose what they may ask for by it. */
    static final String LIKE = "2.42.0";

    private static final String PATH = "/prometheus/api/v1/";
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final BigDecimal MILLIS_PER_SECOND = BigDecimal.valueOf(1_000);

    private final PrometheusQueries queries;
    private final Clock clock;

    PrometheusRoutes(PrometheusQueries queries, Clock clock) {
        this.queries = queries;
        this.clock = clock;
    }

    @FunctionalInterface
    private interface Question {
        Reply answer(Request request) throws QueryException;
    }

    void addTo(Api api) {
        both(
                api,
                "query",
                "PromQL at one moment, a subset (docs/queries.md)",
                r ->
                        r.query("query", "PromQL", "what to answer")
                                .query("time", "time", "when; now where not given")
                                .query("timeout", "duration", "how long it may take"),
                this::query);
        both(
                api,
                "query_range",
                "PromQL at each step of a span",
                r ->
                        r.query("query", "PromQL", "what to answer")
                                .query("start", "time", "the first step")
                                .query("end", "time", "the last step")
                                .query("step", "duration or seconds", "between two steps")
                                .query("timeout", "duration", "how long it may take"),
                this::range);
        both(api, "series", "The series of selectors", PrometheusRoutes::matching, this::series);
        both(api, "labels", "Names of labels", PrometheusRoutes::matching, this::labels);
        one(
                api,
                "label/{name}/values",
                "Values of a label",
                r ->
                        success(
                                array(
                                        queries.labelValues(
                                                r.path("name"), r.all("match[]"), asker(r)))));
        one(api, "metadata", "What the metric is", _ -> success(metadata()));
        one(api, "rules", "There are none: alarms are at /api/v1/alarms", _ -> success(groups()));
        one(api, "query_exemplars", "There are none", _ -> success(new JsonArray()));
        one(api, "status/buildinfo", "The release whose answers are given", _ -> success(build()));
    }

    private static Route matching(Route route) {
        return route.query("match[]", "selector", "which series; may be there several times")
                .query("start", "time", "not looked at: all that is stored is named")
                .query("end", "time", "as start");
    }

    private void one(Api api, String path, String summary, Question question) {
        var route = Route.get(PATH + path, Rule.VIEWER, summary).asForm();
        api.add(path.startsWith("label/") ? matching(route) : route, r -> answered(r, question));
    }

    private void both(
            Api api,
            String path,
            String summary,
            Function<Route, Route> parameters,
            Question question) {
        var get = Route.get(PATH + path, Rule.VIEWER, summary);
        var post = Route.post(PATH + path, Rule.VIEWER, summary + "; parameters as a form");
        api.add(parameters.apply(get).asForm(), r -> answered(r, question));
        api.add(parameters.apply(post).asForm(), r -> answered(r, question));
    }

    private static Reply answered(Request request, Question question) {
        try {
            return question.answer(request);
        } catch (QueryException e) {
            return Reply.json(
                    e.kind().status(),
                    new JsonObject()
                            .put("status", "error")
                            .put("errorType", e.kind().text())
                            .put("error", e.getMessage()));
        }
    }

    private static Reply success(Object data) {
        return Reply.json(new JsonObject().put("status", "success").put("data", data));
    }

    private Reply query(Request request) throws QueryException {
        long at =
                request.query("time").isPresent()
                        ? time(request, "time")
                        : clock.epochNanos() / NANOS_PER_MILLI;
        return queries.query(
                needed(request, "query"), at, asker(request), answer -> success(json(answer)));
    }

    private Reply range(Request request) throws QueryException {
        return queries.range(
                needed(request, "query"),
                time(request, "start"),
                time(request, "end"),
                millis("step", needed(request, "step")),
                asker(request),
                answer -> success(json(answer)));
    }

    private Reply series(Request request) throws QueryException {
        var selectors = request.all("match[]");
        if (selectors.isEmpty()) {
            throw bad("no match[] parameter provided");
        }
        var list = new JsonArray();
        queries.series(selectors, asker(request)).forEach(l -> list.add(json(l)));
        return success(list);
    }

    private Reply labels(Request request) throws QueryException {
        return success(array(queries.labelNames(request.all("match[]"), asker(request))));
    }

    private static JsonArray array(Collection<String> texts) {
        return new JsonArray(List.copyOf(texts));
    }

    private static JsonObject metadata() {
        var about =
                new JsonObject()
                        .put("type", "gauge")
                        .put("help", "The value of a tag; a bad sample is absent")
                        .put("unit", "");
        return new JsonObject().put("drme_value", new JsonArray().add(about));
    }

    private static JsonObject groups() {
        return new JsonObject().put("groups", new JsonArray());
    }

    private static JsonObject build() {
        return new JsonObject()
                .put("version", LIKE)
                .put("revision", "drme")
                .put("branch", "")
                .put("buildUser", "")
                .put("buildDate", "")
                .put("goVersion", "");
    }

    private Asker asker(Request request) throws QueryException {
        var text = request.query("timeout");
        var limit = text.isEmpty() ? Limits.TIME : Duration.ofMillis(millis("timeout", text.get()));
        return new Asker(limit, request::isWanted);
    }

    private static QueryException bad(String message) {
        return new QueryException(QueryException.Kind.BAD_DATA, message);
    }

    private static String needed(Request request, String name) throws QueryException {
        return request.query(name)
                .orElseThrow(() -> bad("invalid parameter \"%s\": it is missing".formatted(name)));
    }

    /** Seconds since 1970 with a fraction, or RFC 3339; in milliseconds. */
    private static long time(Request request, String name) throws QueryException {
        var text = needed(request, name);
        var seconds = milliseconds(text);
        if (seconds.isPresent()) {
            return seconds.get();
        }
        var time = Times.parse(text);
        if (time.isEmpty()) {
            throw bad(
                    "invalid parameter \"%s\": cannot parse \"%s\" to a valid timestamp; expected seconds since 1970 or RFC 3339"
                            .formatted(name, Questions.shortened(text)));
        }
        return Math.floorDiv(time.getAsLong(), NANOS_PER_MILLI);
    }

    /** Seconds with a fraction, or a duration such as 1m30s; in milliseconds. */
    private static long millis(String name, String text) throws QueryException {
        var seconds = milliseconds(text);
        if (seconds.isPresent()) {
            return seconds.get();
        }
        try {
            return PrometheusQueries.durationMillis(text);
        } catch (QueryException _) {
            throw bad(
                    "invalid parameter \"%s\": cannot parse \"%s\" to a valid duration"
                            .formatted(name, Questions.shortened(text)));
        }
    }

    private static Optional<Long> milliseconds(String seconds) {
        try {
            double millis = Double.parseDouble(seconds) * MILLIS_PER_SECOND.doubleValue();
            boolean fits = Math.abs(millis) < Long.MAX_VALUE / (double) NANOS_PER_MILLI;
            return fits ? Optional.of(Math.round(millis)) : Optional.empty();
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    private static JsonObject json(Answer answer) {
        return switch (answer) {
            case Answer.Scalar(var point) -> result("scalar", json(point));
            case Answer.Text(long at, var text) ->
                    result("string", new JsonArray().add(seconds(at)).add(text));
            case Answer.Vector(var rows) ->
                    result(
                            "vector",
                            array(rows, r -> row(r).put("value", json(r.points().getFirst()))));
            case Answer.Matrix(var rows) ->
                    result("matrix", array(rows, r -> row(r).put("values", values(r))));
        };
    }

    private static JsonObject result(String type, JsonArray result) {
        return new JsonObject().put("resultType", type).put("result", result);
    }

    private static JsonArray array(List<Row> rows, Function<Row, JsonObject> json) {
        var list = new JsonArray();
        rows.forEach(r -> list.add(json.apply(r)));
        return list;
    }

    private static JsonObject row(Row row) {
        return new JsonObject().put("metric", json(row.labels()));
    }

    private static JsonObject json(Labels labels) {
        var json = new JsonObject();
        labels.map().forEach(json::put);
        return json;
    }

    private static JsonArray values(Row row) {
        var list = new JsonArray();
        row.points().forEach(p -> list.add(json(p)));
        return list;
    }

    private static JsonArray json(Point point) {
        return new JsonArray().add(seconds(point.millis())).add(text(point.value()));
    }

    private static Object seconds(long millis) {
        return millis % 1_000 == 0 ? (Object) (millis / 1_000) : (Object) (millis / 1e3);
    }

    /** As Prometheus writes a value: with all its digits, and no exponent. */
    static String text(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
    }
}
