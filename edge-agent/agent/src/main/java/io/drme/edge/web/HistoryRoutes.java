package io.drme.edge.web;

import io.drme.edge.recording.LocalGaps;
import io.drme.edge.recording.LocalHistory;
import io.drme.edge.recording.Point;
import io.drme.history.Gap;
import io.drme.history.Gaps;
import io.drme.history.RollUp;
import io.drme.history.RollUpFunction;
import io.drme.history.RollUpRow;
import io.drme.model.StreamKind;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.web.Api;
import io.drme.web.GapItem;
import io.drme.web.JsonValues;
import io.drme.web.Metrics;
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
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** {@code /api/v1/history} and {@code /api/v1/gaps} out of the gateway's own log. */
final class HistoryRoutes {
    private static final long DEFAULT_SPAN_NANOS = Duration.ofHours(1).toNanos();
    private static final Set<RollUpFunction> DEFAULT_FUNCTIONS =
            EnumSet.of(
                    RollUpFunction.MIN,
                    RollUpFunction.MAX,
                    RollUpFunction.AVG,
                    RollUpFunction.COUNT);

    private final GatewayParts parts;
    private final LocalHistory history;
    private final UnexplainedGaps unexplained;

    HistoryRoutes(GatewayParts parts, Metrics metrics) {
        this.parts = parts;
        this.history = new LocalHistory(parts.recorder());
        this.unexplained = new UnexplainedGaps(metrics, Gaps.UNEXPLAINED);
    }

    void addTo(Api api) {
        api.add(
                ofTag(
                                "/api/v1/history",
                                "Samples of a tag, oldest first; with step, one row a step")
                        .query(
                                "step",
                                "time",
                                "length of a step, for example 1m; without it, every sample")
                        .query(
                                "functions",
                                "list",
                                "of min, max, avg, count, first, last, sum, stddev, p95")
                        .paged()
                        .answers(Schema.page(SampleItem.SCHEMA)),
                this::history);
        api.add(
                ofTag("/api/v1/gaps", "Why a tag has no value for a while")
                        .paged()
                        .answers(Schema.page(GapItem.SCHEMA)),
                this::gaps);
    }

    private static Route ofTag(String path, String summary) {
        return Route.get(path, Rule.VIEWER, summary)
                .query(
                        "gateway",
                        "gateway id",
                        "this gateway's own; taken so that scripts work on both sides")
                .needs("tag", "device/path", "the tag")
                .between();
    }

    /** A tag and a span of source time. */
    private record Asked(Tag tag, long from, long to) {}

    private Asked asked(Request request) {
        var gateway = request.query("gateway");
        if (gateway.isPresent() && !gateway.get().equals(parts.gateway())) {
            throw Problem.notFound(
                            "gateway",
                            "this is gateway '"
                                    + parts.gateway()
                                    + "', not '"
                                    + gateway.get()
                                    + "'",
                            "Ask the centre for others")
                    .asException();
        }
        var name = request.required("tag");
        var table = parts.acquisition().latest().table();
        var index = TagName.isValid(name) ? table.indexOf(new TagName(name)) : OptionalInt.empty();
        if (index.isEmpty()) {
            throw Problem.notFound(
                            "tag",
                            "there is no tag '" + name + "' here",
                            "Look it up under /api/v1/tags")
                    .asException();
        }
        long to = request.time("to").orElse(parts.clock().epochNanos());
        long from = request.time("from").orElse(to - DEFAULT_SPAN_NANOS);
        if (from >= to) {
            throw Problem.badParameter(
                            "from",
                            Times.text(from) + " is not before " + Times.text(to),
                            "a time before 'to'")
                    .asException();
        }
        return new Asked(table.get(index.getAsInt()), from, to);
    }

    private Reply history(Request request) throws InterruptedException {
        var asked = asked(request);
        var step = request.duration("step");
        if (step.isPresent()) {
            return rollUp(request, asked, step.get());
        }
        var points = history.samples(asked.tag().name(), asked.from(), asked.to());
        int start = Math.min(points.size(), request.cursor().map(HistoryRoutes::place).orElse(0));
        int end = Math.min(points.size(), start + request.limit());
        return Reply.page(
                new Page(
                        points.subList(start, end).stream().map(HistoryRoutes::json).toList(),
                        end < points.size() ? Integer.toString(end) : null));
    }

    private static int place(String cursor) {
        try {
            return Math.max(0, Integer.parseInt(cursor));
        } catch (NumberFormatException _) {
            throw Problem.badParameter(
                            "cursor",
                            "this is no cursor that the server gave",
                            "the 'next' of the page before")
                    .asException();
        }
    }

    private static JsonObject json(Point p) {
        return new SampleItem(p.sourceTimeNanos(), p.gatewayTime(), p.reading()).toJson();
    }

    private Reply rollUp(Request request, Asked asked, Duration step) throws InterruptedException {
        var functions = functions(request);
        try {
            var span =
                    new RollUp.Span(
                            asked.from(),
                            Math.min(asked.to(), parts.clock().epochNanos()),
                            step.toNanos());
            var rollUp =
                    new RollUp(asked.tag().type(), asked.tag().deadband() > 0, span, functions);
            // What held when the span began was recorded before it; an hour back is enough for any
            // poll.
            history.each(
                    asked.tag().name(),
                    asked.from() - DEFAULT_SPAN_NANOS,
                    asked.to(),
                    (c, _, _) -> rollUp.add(c));
            return Reply.page(
                    Page.all(rollUp.rows().stream().map(row -> json(row, functions)).toList()));
        } catch (RollUp.TooLargeException e) {
            throw Problem.badParameter(
                            "step",
                            String.valueOf(e.getMessage()),
                            "at most " + RollUp.MAX_STEPS + " steps")
                    .asException();
        }
    }

    private static Set<RollUpFunction> functions(Request request) {
        var text = request.query("functions");
        if (text.isEmpty()) {
            return DEFAULT_FUNCTIONS;
        }
        var functions = EnumSet.noneOf(RollUpFunction.class);
        for (var name : text.get().split(",", -1)) {
            functions.add(
                    RollUpFunction.parse(name.strip())
                            .orElseThrow(() ->
                                    Problem.badParameter(
                                                    "functions",
                                                    "'" + name + "' is not known",
                                                    "a list of min, max, avg, count, first, last, sum, stddev, p95")
                                            .asException()));
        }
        return functions;
    }

    private static JsonObject json(RollUpRow row, Set<RollUpFunction> functions) {
        var json = new JsonObject().put("time", Times.text(row.time())).put("count", row.count());
        for (var function : functions) {
            if (function != RollUpFunction.COUNT) {
                json.put(function.text(), JsonValues.of(row.value(function)));
            }
        }
        return json;
    }

    private Reply gaps(Request request) throws InterruptedException {
        var asked = asked(request);
        long now = parts.clock().epochNanos();
        var question =
                new LocalGaps.Question(
                        asked.tag().name(),
                        StreamKind.of(asked.tag().sync()),
                        asked.from(),
                        Math.min(asked.to(), now),
                        pollNanos(asked.tag()));
        if (question.from() >= question.to()) {
            return Reply.page(Page.all(List.of()));
        }
        var gaps = new LocalGaps(parts.recorder()).list(question);
        var items = gaps.stream().map(HistoryRoutes::item).toList();
        unexplained.note(parts.gateway(), asked.tag().name().text(), items);
        return Reply.page(
                Page.ofSorted(
                        request,
                        items.stream(),
                        g -> "%020d".formatted(g.fromNanos()),
                        GapItem::toJson));
    }

    private static GapItem item(Gap gap) {
        return new GapItem(gap.from(), gap.to(), gap.reason(), gap.detail());
    }

    /** 0 where a pipeline derives it. */
    private long pollNanos(Tag tag) {
        return parts.sources().get().stream()
                .filter(s -> tag.name().text().equals(s.getString("tag")))
                .map(s -> s.getLong("pollNanos", 0L))
                .findFirst()
                .orElse(0L);
    }
}
