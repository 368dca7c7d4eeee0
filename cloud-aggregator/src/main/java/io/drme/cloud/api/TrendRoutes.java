package io.drme.cloud.api;

import io.drme.cloud.query.Fleet;
import io.drme.cloud.query.RawHistory;
import io.drme.cloud.query.RawHistory.HistorySample;
import io.drme.cloud.query.RawHistory.Place;
import io.drme.cloud.query.Trends;
import io.drme.cloud.store.BlockStore.Gateway;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.history.Gaps;
import io.drme.history.RollUp;
import io.drme.history.RollUpFunction;
import io.drme.history.RollUpRow;
import io.drme.model.TagName;
import io.drme.time.Clock;
import io.drme.web.Api;
import io.drme.web.GapItem;
import io.drme.web.JsonValues;
import io.drme.web.Page;
import io.drme.web.Problem;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.SampleItem;
import io.drme.web.Schema;
import io.drme.web.Times;
import io.drme.web.UnexplainedGaps;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** What one tag was: samples, steps, gaps. */
final class TrendRoutes {
    /** Where a question names no start, it is about so long before its end. */
    private static final Duration USUAL_SPAN = Duration.ofHours(1);

    private static final String FUNCTIONS =
            Arrays.stream(RollUpFunction.values())
                    .map(RollUpFunction::text)
                    .collect(Collectors.joining(","));

    private final Fleet fleet;
    private final RawHistory history;
    private final Trends trends;
    private final Clock clock;
    private final UnexplainedGaps unexplained;

    TrendRoutes(CloudApi.Sources sources) {
        this.fleet = sources.fleet();
        this.history = sources.history();
        this.trends = sources.trends();
        this.clock = sources.clock();
        this.unexplained = new UnexplainedGaps(sources.metrics(), Gaps.UNEXPLAINED);
    }

    void addTo(Api api) {
        api.add(
                ofTag(
                                Route.get(
                                        "/api/v1/history",
                                        Rule.VIEWER,
                                        "The samples of a tag, oldest first"))
                        .query("step", "duration", "one item for each of these, as in 1m")
                        .query(
                                "functions",
                                FUNCTIONS,
                                "what is said of each step; min,max,avg,count where not given")
                        .paged()
                        .answers(Schema.page(SampleItem.SCHEMA)),
                this::history);
        api.add(
                ofTag(
                                Route.get(
                                        "/api/v1/gaps",
                                        Rule.VIEWER,
                                        "Where the history of a tag has holes, and why"))
                        .paged()
                        .answers(Schema.page(GapItem.SCHEMA)),
                this::gaps);
    }

    private static Route ofTag(Route route) {
        return route.needs("gateway", "gateway id", "whose tag")
                .needs("tag", "device/path", "which tag")
                .between();
    }

    private Span span(Request request) {
        long to = request.time("to").orElse(clock.epochNanos());
        long from = request.time("from").orElse(to - USUAL_SPAN.toNanos());
        Questions.emptySpan(from, to)
                .ifPresent(problem -> {
                    throw problem.asException();
                });
        return new Span(from, to);
    }

    private Reply history(Request request) {
        var span = span(request);
        var id = request.required("gateway");
        var gateway = Questions.ask(() -> Questions.gateway(fleet, id));
        var after =
                request.cursor()
                        .map(text ->
                                Place.parse(text)
                                        .orElseThrow(() ->
                                                Problem.badParameter(
                                                                "cursor",
                                                                "this is no cursor of a history",
                                                                "the 'next' of the page before, unchanged")
                                                        .asException()))
                        .orElse(Place.START);
        var step = request.duration("step");
        if (step.isPresent()) {
            return steps(request, gateway, span, step.get());
        }
        int limit = request.limit();
        var part =
                Questions.ask(() ->
                        history.read(gateway.id(), request.required("tag"), span, after, limit));
        var next = part.next();
        return Reply.page(
                new Page(
                        part.samples().stream().map(TrendRoutes::item).toList(),
                        next == null ? null : next.toString()));
    }

    private Reply steps(Request request, Gateway gateway, Span span, Duration step) {
        var functions = functions(request);
        var steps = new RollUp.Span(span.fromNanos(), span.toNanos(), step.toNanos());
        try {
            var rows =
                    Questions.ask(() ->
                            trends.rollUp(gateway, request.required("tag"), steps, functions));
            return Reply.page(
                    Page.ofSorted(
                            request,
                            rows.stream(),
                            r -> "%020d".formatted(r.time()),
                            r -> item(r, functions)));
        } catch (RollUp.TooLargeException e) {
            throw Problem.badParameter("step", String.valueOf(e.getMessage()), "fewer steps")
                    .asException();
        }
    }

    private static Set<RollUpFunction> functions(Request request) {
        var functions = EnumSet.noneOf(RollUpFunction.class);
        for (var word : request.query("functions").orElse("min,max,avg,count").split(",", -1)) {
            functions.add(
                    RollUpFunction.parse(word.strip())
                            .orElseThrow(() ->
                                    Problem.badParameter(
                                                    "functions",
                                                    "'%s' is not known"
                                                            .formatted(Questions.shortened(word)),
                                                    FUNCTIONS)
                                            .asException()));
        }
        return functions;
    }

    private static JsonObject item(RollUpRow row, Set<RollUpFunction> functions) {
        var json = new JsonObject().put("time", Times.text(row.time())).put("count", row.count());
        for (var function : functions) {
            json.put(function.text(), JsonValues.of(row.value(function)));
        }
        return json;
    }

    private Reply gaps(Request request) {
        var span = span(request);
        var id = request.required("gateway");
        var gateway = Questions.ask(() -> Questions.gateway(fleet, id));
        var tag = request.required("tag");
        if (!TagName.isValid(tag)) {
            throw Problem.badParameter("tag", "'" + tag + "' is no tag's name", "device/path")
                    .asException();
        }
        var gaps =
                Questions.ask(() -> trends.gaps(gateway, tag, span)).stream()
                        .map(g -> new GapItem(g.from(), g.to(), g.reason(), g.detail()))
                        .toList();
        unexplained.note(id, tag, gaps);
        return Reply.page(
                Page.ofSorted(
                        request,
                        gaps.stream(),
                        g -> "%020d".formatted(g.fromNanos()),
                        GapItem::toJson));
    }

    private static JsonObject item(HistorySample sample) {
        return new SampleItem(sample.sourceTime(), sample.gatewayTime(), sample.reading()).toJson();
    }
}
