package io.drme.edge.web;

import io.drme.alarm.Alarms;
import io.drme.alarm.Answer;
import io.drme.alarm.LoadReport;
import io.drme.alarm.Transition;
import io.drme.edge.recording.AlarmBook;
import io.drme.history.ClockLine;
import io.drme.web.AlarmItem;
import io.drme.web.AlarmSummary;
import io.drme.web.Api;
import io.drme.web.Page;
import io.drme.web.Problem;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Schema;
import io.drme.web.Times;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/alarms}: the list, and what a person does about an alarm. */
final class AlarmRoutes {
    private static final Set<String> STATES =
            Set.of(
                    "normal",
                    "unacknowledged",
                    "acknowledged",
                    "returned",
                    "latched",
                    "shelved",
                    "suppressed",
                    "out-of-service");
    private static final Set<String> PRIORITIES = Set.of("low", "medium", "high", "critical");
    private static final Schema COMMENT =
            Schema.object(Schema.optional("comment", Schema.text("why, or what is done")));

    private static final Schema STEP =
            Schema.object(
                    Schema.field("at", Schema.time("when")),
                    Schema.field("from", Schema.text("state before")),
                    Schema.field("priority", Schema.text("its priority then")),
                    Schema.field("to", Schema.text("state after; the same for a comment")),
                    Schema.field("by", Schema.text("who; empty where the plant did it")),
                    Schema.field("comment", Schema.text("a person's words; may be empty")));

    private static final Schema DETAIL =
            AlarmItem.SCHEMA.with(
                    Schema.optional("shelvedUntil", Schema.time("when shelving ends")),
                    Schema.field("steps", Schema.list(STEP, "oldest first")));

    private final GatewayParts parts;

    AlarmRoutes(GatewayParts parts) {
        this.parts = parts;
    }

    /** Something a person does to one occurrence, on the pipeline's thread. */
    interface Command {
        Answer on(Alarms alarms, long atNanos, Consumer<Transition> sink);
    }

    void addTo(Api api) {
        api.add(
                Route.get("/api/v1/alarms", Rule.VIEWER, "Occurrences of alarms, newest first")
                        .query(
                                "state",
                                "state",
                                "one state of ISA-18.2; all but normal where neither it nor a time is given")
                        .query("priority", "priority", "low, medium, high or critical")
                        .query("match", "glob", "over gateway/device/path")
                        .between()
                        .paged()
                        .answers(Schema.page(AlarmItem.SCHEMA)),
                this::list);
        api.add(
                Route.get(
                                "/api/v1/alarms/summary",
                                Rule.VIEWER,
                                "What alarms ask of people: rates, floods, chattering, standing and stale alarms")
                        .answers(
                                AlarmSummary.SCHEMA.with(
                                        Schema.field("gateway", Schema.text("gateway id")))),
                _ -> summary());
        api.add(
                Route.get(
                                "/api/v1/alarms/{id}",
                                Rule.VIEWER,
                                "One occurrence with what happened to it, comments included")
                        .answers(DETAIL),
                this::one);
        addCommands(api);
    }

    /** What a person does about one occurrence, and about several. */
    private void addCommands(Api api) {
        api.add(
                one("acknowledge", "A person has seen it and takes care of it").body(COMMENT),
                r -> {
                    var comment = r.body().optionalText("comment").orElse("");
                    return act(
                            r,
                            (a, at, sink) ->
                                    a.acknowledge(r.path("id"), r.who().name(), comment, at, sink));
                });
        api.add(
                one("shelve", "Puts it aside for a time")
                        .body(
                                Schema.object(
                                        Schema.field(
                                                "for", Schema.text("how long, for example 30m")),
                                        Schema.field("reason", Schema.text("why")))),
                r -> {
                    var time = r.body().duration("for");
                    var reason = r.body().text("reason");
                    return act(
                            r,
                            (a, at, sink) ->
                                    a.shelve(r.path("id"), r.who().name(), time, reason, at, sink));
                });
        api.add(
                one("unshelve", "Brings it back before its time").body(COMMENT),
                r -> {
                    var comment = r.body().optionalText("comment").orElse("");
                    return act(
                            r,
                            (a, at, sink) ->
                                    a.unshelve(r.path("id"), r.who().name(), comment, at, sink));
                });
        addAfterthoughts(api);
    }

    private void addAfterthoughts(Api api) {
        api.add(
                one("reset", "Ends a latched alarm").body(COMMENT),
                r -> {
                    var comment = r.body().optionalText("comment").orElse("");
                    return act(
                            r,
                            (a, at, sink) ->
                                    a.reset(r.path("id"), r.who().name(), comment, at, sink));
                });
        api.add(
                one("comment", "Adds words; its state stays")
                        .body(Schema.object(Schema.field("comment", Schema.text("the words")))),
                r -> {
                    var comment = r.body().text("comment");
                    return act(
                            r,
                            (a, at, sink) ->
                                    a.comment(r.path("id"), r.who().name(), comment, at, sink));
                });
        api.add(
                Route.post(
                                "/api/v1/alarms/acknowledge",
                                Rule.OPERATOR,
                                "Acknowledges several at once")
                        .body(
                                Schema.object(
                                        Schema.field(
                                                "ids",
                                                Schema.list(Schema.text("id"), "occurrences")),
                                        Schema.optional(
                                                "comment", Schema.text("why, or what is done")))),
                this::acknowledgeAll);
    }

    private static Route one(String verb, String summary) {
        return Route.post("/api/v1/alarms/{id}/" + verb, Rule.OPERATOR, summary);
    }

    private Reply list(Request request) {
        var state = request.choice("state", STATES);
        var priority = request.choice("priority", PRIORITIES);
        var glob = request.glob("match");
        var from = request.time("from");
        var to = request.time("to");
        var clock = parts.recorder().clock();
        boolean present = state.isEmpty() && from.isEmpty() && to.isEmpty();
        var items =
                parts.alarmBook().occurrences().reversed().stream()
                        .map(o -> item(parts.gateway(), clock, o))
                        .filter(i ->
                                state.map(s -> s.equals(i.state()))
                                        .orElse(!present || !i.state().equals("normal")))
                        .filter(i -> priority.map(p -> p.equals(i.priority())).orElse(true))
                        .filter(i -> glob.matches(parts.gateway() + "/" + i.tag()))
                        .filter(i ->
                                i.raisedAtNanos() == null
                                        || (i.raisedAtNanos() >= from.orElse(Long.MIN_VALUE)
                                                && i.raisedAtNanos() < to.orElse(Long.MAX_VALUE)))
                        .toList();
        return Reply.page(page(request, items));
    }

    private Reply summary() throws InterruptedException {
        var figures = parts.alarmBook().figures(parts.recorder());
        var clock = parts.recorder().clock();
        var summary =
                new JsonObject(LoadReport.of(figures, nanos -> Times.text(stamped(clock, nanos))))
                        .put("gateway", parts.gateway());
        AlarmSummary.add(
                summary,
                parts.alarmBook().occurrences().stream().map(this::item).toList(),
                stamped(clock, figures.now()));
        return Reply.json(summary);
    }

    private Reply one(Request request) {
        var id = request.path("id");
        var found =
                parts.alarmBook().occurrences().stream()
                        .filter(o -> o.last().id().equals(id))
                        .findFirst()
                        .orElseThrow(() ->
                                Problem.notFound(
                                                "alarm",
                                                "'" + id + "' is no alarm that this gateway keeps",
                                                "List them under /api/v1/alarms; older ones are at the centre")
                                        .asException());
        var clock = parts.recorder().clock();
        var steps = new JsonArray();
        found.steps().forEach(t -> steps.add(step(clock, t)));
        return Reply.json(
                item(parts.gateway(), clock, found)
                        .toJson()
                        .put("shelvedUntil", text(time(clock, found.last().untilNanos())))
                        .put("steps", steps));
    }

    private static JsonObject step(ClockLine clock, Transition t) {
        return new JsonObject()
                .put("at", text(time(clock, t.atNanos())))
                .put("from", t.from().text())
                .put("priority", t.priority().text())
                .put("to", t.to().text())
                .put("by", t.by())
                .put("comment", t.comment());
    }

    private static @Nullable String text(@Nullable Long nanos) {
        return nanos == null ? null : Times.text(nanos);
    }

    /** The list is ordered by time, newest first, so the cursor is the id of the last one shown. */
    private static Page page(Request request, List<AlarmItem> items) {
        int start =
                request.cursor()
                        .map(last -> 1 + items.stream().map(AlarmItem::id).toList().indexOf(last))
                        .orElse(0);
        int end = Math.min(items.size(), start + request.limit());
        var part = items.subList(start, end);
        return new Page(
                AlarmItem.inOrder(part),
                end < items.size() && !part.isEmpty() ? part.getLast().id() : null);
    }

    AlarmItem item(AlarmBook.Occurrence o) {
        return item(parts.gateway(), parts.recorder().clock(), o);
    }

    static AlarmItem item(String gateway, ClockLine clock, AlarmBook.Occurrence o) {
        var t = o.last();
        return new AlarmItem(
                t.id(),
                gateway,
                t.name(),
                t.tag().text(),
                t.to().text(),
                t.priority().text(),
                o.raised().value().orElse(null),
                o.raised().message(),
                o.raised().guidance().action(),
                time(clock, o.raised().atNanos()),
                time(clock, o.clearedAtNanos()),
                time(clock, o.acknowledgedAtNanos()),
                o.acknowledgedBy().isEmpty() ? null : o.acknowledgedBy(),
                clock.stampedUncertainty(ClockLine.ONLY_EPOCH, o.raised().atNanos()),
                new AlarmItem.Context(
                        t.guidance().cause(),
                        t.guidance().consequence(),
                        t.guidance().respondWithin().toNanos(),
                        t.untilNanos() == 0 ? null : t.untilNanos(),
                        o.comment(),
                        t.by(),
                        t.marks()));
    }

    private static @Nullable Long time(ClockLine clock, long nanos) {
        return nanos == 0 ? null : stamped(clock, nanos);
    }

    private static long stamped(ClockLine clock, long nanos) {
        return clock.stampedTime(ClockLine.ONLY_EPOCH, Long.MAX_VALUE, nanos);
    }

    private Reply act(Request request, Command command) throws InterruptedException {
        var note = note(run(command));
        var item = changed(request.path("id"));
        return Reply.json(note.isEmpty() ? item : item.put("note", note));
    }

    /** Empty where it was done, why where it was so already; else the problem is thrown. */
    static String note(Answer answer) {
        return switch (answer) {
            case Answer.Done _ -> "";
            case Answer.AlreadySo(String why) -> why;
            case Answer.NoSuchAlarm(String id) ->
                    throw Problem.notFound(
                                    "alarm",
                                    "'" + id + "' is no present occurrence of an alarm",
                                    "Look it up under /api/v1/alarms")
                            .asException();
            case Answer.Refused(String why) ->
                    throw Problem.conflict(
                                    "alarm",
                                    why,
                                    "an alarm in a state that allows it",
                                    "Look at its state under /api/v1/alarms")
                            .asException();
        };
    }

    private JsonObject changed(String id) {
        return parts.alarmBook().occurrences().stream()
                .filter(o -> o.last().id().equals(id))
                .findFirst()
                .map(o -> item(o).toJson())
                .orElseGet(JsonObject::new);
    }

    /** Has it done, and waits until it is durable. */
    Answer run(Command command) throws InterruptedException {
        return parts.acquisition()
                .askDurably(owner -> command.on(owner.alarms(), owner.now(), owner::sink))
                .orElseThrow(() ->
                        Problem.unavailable(
                                        "store",
                                        "it is done, but the disk has not taken it yet; it would be lost in a power cut now",
                                        "Look at the store's state; no need to do it again")
                                .asException());
    }

    private Reply acknowledgeAll(Request request) throws InterruptedException {
        var comment = request.body().optionalText("comment").orElse("");
        var results = new ArrayList<JsonObject>();
        for (var id : request.body().texts("ids")) {
            var answer =
                    run((a, at, sink) ->
                            a.acknowledge(id, request.who().name(), comment, at, sink));
            results.add(new JsonObject().put("id", id).put("result", word(answer)));
        }
        return Reply.json(new JsonObject().put("items", new JsonArray(results)).putNull("next"));
    }

    private static String word(Answer answer) {
        return switch (answer) {
            case Answer.Done _ -> "acknowledged";
            case Answer.AlreadySo _ -> "already acknowledged";
            case Answer.NoSuchAlarm _ -> "no such alarm";
            case Answer.Refused(String why) -> "refused: " + why.toLowerCase(Locale.ROOT);
        };
    }
}
