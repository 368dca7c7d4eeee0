package io.drme.cloud.api;

import io.drme.cloud.query.Fleet;
import io.drme.cloud.query.RawHistory;
import io.drme.cloud.query.RawHistory.HistorySample;
import io.drme.cloud.query.RawHistory.Place;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.time.Clock;
import io.drme.web.Api;
import io.drme.web.Page;
import io.drme.web.Problem;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.SampleItem;
import io.drme.web.Schema;
import java.time.Duration;

/** What one tag was: samples, steps, gaps. */
final class TrendRoutes {
    /** Where a question names no start, it is about so long before its end. */
    private static final Duration USUAL_SPAN = Duration.ofHours(1);

    private final Fleet fleet;
    private final RawHistory history;
    private final Clock clock;

    TrendRoutes(Fleet fleet, RawHistory history, Clock clock) {
        this.fleet = fleet;
        this.history = history;
        this.clock = clock;
    }

    void addTo(Api api) {
        api.add(
                ofTag(
                                Route.get(
                                        "/api/v1/history",
                                        Rule.VIEWER,
                                        "The samples of a tag, oldest first"))
                        .paged()
                        .answers(Schema.page(SampleItem.SCHEMA)),
                this::history);
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

    private static io.vertx.core.json.JsonObject item(HistorySample sample) {
        return new SampleItem(sample.sourceTime(), sample.gatewayTime(), sample.reading()).toJson();
    }
}
