package io.drme.cloud.api;

import io.drme.alarm.AlarmState;
import io.drme.cloud.query.AlarmCounts;
import io.drme.cloud.query.Fleet;
import io.drme.cloud.query.OpenAlarms;
import io.drme.cloud.query.Selection;
import io.drme.cloud.store.AlarmStore;
import io.drme.cloud.store.AlarmStore.AlarmRow;
import io.drme.cloud.store.AlarmStore.Filter;
import io.drme.cloud.store.AlarmStore.Place;
import io.drme.cloud.store.DatabaseException;
import io.drme.model.GatewayId;
import io.drme.sync.Message;
import io.drme.time.Clock;
import io.drme.web.AlarmItem;
import io.drme.web.Api;
import io.drme.web.Body;
import io.drme.web.Page;
import io.drme.web.Problem;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Schema;
import io.drme.web.Who;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Alarms, and what people do about them. The gateway owns its alarms: what is done here goes down
 * as a command, and shows when the gateway's own record of it has come back.
 */
final class AlarmRoutes {
    /** A gateway that comes back later than this no longer acts on it. */
    static final Duration COMMAND_EXPIRES = Duration.ofHours(24);

    /** The most alarms acknowledged by one request. */
    static final int MAX_IDS = 1_000;

    private static final String PATH = "/api/v1/alarms";
    private static final List<String> STATES =
            Arrays.stream(AlarmState.values()).map(AlarmState::text).toList();

    /** Several states at once; these come the most urgent first. */
    private static final List<String> GROUPS = List.of("open", "hidden");

    private static final List<String> PRIORITIES = List.of("low", "medium", "high", "critical");
    private static final Comparator<AlarmRow> NEWEST_FIRST =
            Comparator.comparingLong(AlarmRow::raisedAt)
                    .reversed()
                    .thenComparing(AlarmRow::gateway)
                    .thenComparing(AlarmRow::id);

    private static final Schema SENT =
            Schema.object(
                    Schema.field("id", Schema.text("the occurrence")),
                    Schema.field("gateway", Schema.text("gateway id")),
                    Schema.field("result", Schema.text("sent, or not-sent")),
                    Schema.optional("detail", Schema.text("why not")),
                    Schema.optional("command", Schema.text("id of the command on its way")));

    private final AlarmStore alarms;
    private final OpenAlarms open;
    private final Fleet fleet;
    private final Downlink downlink;
    private final Clock clock;

    AlarmRoutes(CloudApi.Sources sources) {
        this.fleet = sources.fleet();
        this.alarms = sources.alarms();
        this.open = new OpenAlarms(sources.store(), sources.clock());
        this.downlink = sources.downlink();
        this.clock = sources.clock();
    }

    void addTo(Api api) {
        addLists(api);
        var comment = Schema.optional("comment", Schema.text("kept with the alarm"));
        api.add(
                Route.post(PATH + "/acknowledge", Rule.OPERATOR, "Acknowledges several alarms")
                        .body(
                                Schema.object(
                                        Schema.field(
                                                "ids",
                                                Schema.list(Schema.text("occurrence"), "which")),
                                        comment))
                        .answers(Schema.page(SENT)),
                this::acknowledgeAll);
        one(
                api,
                "acknowledge",
                "Acknowledges an alarm",
                Schema.object(comment),
                AlarmRoutes::comment);
        one(
                api,
                "shelve",
                "Puts an alarm aside for a time",
                Schema.object(
                        Schema.field("for", Schema.text("how long, as in 30m")),
                        Schema.field("reason", Schema.text("why"))),
                AlarmRoutes::shelving);
        one(
                api,
                "unshelve",
                "Brings a shelved alarm back",
                Schema.object(comment),
                AlarmRoutes::comment);
        one(api, "reset", "Ends a latched alarm", Schema.object(comment), AlarmRoutes::comment);
        one(
                api,
                "comment",
                "Adds words to an alarm",
                Schema.object(Schema.field("comment", Schema.text("the words"))),
                body -> Map.of("comment", body.text("comment")));
    }

    private void addLists(Api api) {
        api.add(
                Questions.selecting(
                                Route.get(
                                        PATH,
                                        Rule.VIEWER,
                                        "Lists occurrences of alarms, newest first; those open or hidden the most urgent first"))
                        .query(
                                "state",
                                String.join("|", STATES) + "|" + String.join("|", GROUPS),
                                "only in this state; open: neither over nor hidden; hidden: put aside by a person or by design")
                        .query(
                                "priority",
                                String.join("|", PRIORITIES),
                                "only of this priority, or of several joined by commas, as in critical,high")
                        .query("gateway", "gateway id", "only of this gateway")
                        .query(
                                "text",
                                "words",
                                "only of which message, name, tag, gateway, action hold all; of those open or hidden")
                        .between()
                        .paged()
                        .answers(Schema.page(AlarmItem.SCHEMA)),
                this::list);
        api.add(
                Questions.selecting(
                                Route.get(
                                        PATH + "/counts",
                                        Rule.VIEWER,
                                        "How many alarms are not over, by priority"))
                        .answers(GatewayRoutes.ALARMS),
                this::counts);
    }

    /** What a body asks for, as arguments of the command. */
    @FunctionalInterface
    private interface Arguments {
        Map<String, String> of(Body body);
    }

    private static Map<String, String> comment(Body body) {
        return body.optionalText("comment").map(c -> Map.of("comment", c)).orElse(Map.of());
    }

    private static Map<String, String> shelving(Body body) {
        return Map.of("for", body.duration("for").toNanos() + "ns", "reason", body.text("reason"));
    }

    private void one(Api api, String verb, String summary, Schema body, Arguments arguments) {
        api.add(
                Route.post(PATH + "/{id}/" + verb, Rule.OPERATOR, summary).body(body).answers(SENT),
                request -> {
                    var given = arguments.of(request.body());
                    var alarm = find(request.path("id"));
                    objection(verb, alarm)
                            .ifPresent(problem -> {
                                throw problem.asException();
                            });
                    return Reply.json(202, send(request.who(), verb, alarm, given));
                });
    }

    private AlarmRow find(String id) {
        return Questions.ask(() -> alarms.find(id)).stream()
                .findFirst()
                .orElseThrow(() ->
                        Problem.notFound(
                                        "id",
                                        "there is no alarm '%s'".formatted(Questions.shortened(id)),
                                        "/api/v1/alarms lists the occurrences")
                                .asException());
    }

    private static Optional<Problem> objection(String verb, AlarmRow alarm) {
        boolean possible =
                switch (verb) {
                    case "acknowledge" ->
                            alarm.state().equals("unacknowledged")
                                    || alarm.state().equals("returned");
                    case "unshelve" -> alarm.state().equals("shelved");
                    case "reset" -> alarm.state().equals("latched");
                    case "shelve" -> !alarm.state().equals("normal");
                    default -> true;
                };
        return possible
                ? Optional.empty()
                : Optional.of(
                        Problem.conflict(
                                "id",
                                "alarm '%s' is %s, so it can't be handled by '%s'"
                                        .formatted(alarm.id(), alarm.state(), verb),
                                "an alarm in a state that allows it",
                                "Read the alarm again; somebody may have been quicker"));
    }

    private JsonObject send(Who who, String verb, AlarmRow alarm, Map<String, String> given) {
        var arguments = new TreeMap<>(given);
        arguments.put("id", alarm.id());
        long now = clock.epochNanos();
        var command =
                new Message.Command(
                        0,
                        UUID.randomUUID().toString(),
                        decidedAt(alarm, now),
                        now + COMMAND_EXPIRES.toNanos(),
                        who.name(),
                        verb,
                        arguments);
        var answer = new JsonObject().put("id", alarm.id()).put("gateway", alarm.gateway());
        return downlink.submit(new GatewayId(alarm.gateway()), command)
                ? answer.put("result", "sent").put("command", command.id())
                : answer.put("result", "not-sent")
                        .put("detail", "too many commands wait for this gateway already");
    }

    /** After all that is known here of the alarm, whatever the two clocks say. */
    private long decidedAt(AlarmRow alarm, long now) {
        var known = Questions.ask(() -> alarms.newestAt(alarm.gateway(), alarm.id()));
        return Math.max(now, known.orElse(now) + 1);
    }

    private Reply acknowledgeAll(Request request) {
        var ids = request.body().texts("ids");
        if (ids.isEmpty() || ids.size() > MAX_IDS) {
            throw Problem.badBody(
                            "/ids",
                            "there are %d ids".formatted(ids.size()),
                            "1 to %d ids".formatted(MAX_IDS))
                    .asException();
        }
        var given = comment(request.body());
        var found = ids.stream().map(this::find).toList();
        var items = new JsonArray();
        for (var alarm : found) {
            var problem = objection("acknowledge", alarm);
            items.add(
                    problem.isPresent()
                            ? new JsonObject()
                                    .put("id", alarm.id())
                                    .put("gateway", alarm.gateway())
                                    .put("result", "not-sent")
                                    .put("detail", problem.get().detail())
                            : send(request.who(), "acknowledge", alarm, given));
        }
        return Reply.json(202, new JsonObject().put("items", items).putNull("next"));
    }

    /** The alarms of a selection; those of others between them are passed over. */
    private List<AlarmRow> selected(
            Filter filter, Selection selection, Optional<Place> after, int limit)
            throws DatabaseException {
        if (selection.equals(Selection.ALL)) {
            return alarms.alarms(filter, after, limit);
        }
        var scope = fleet.alarms(selection);
        var found = new ArrayList<AlarmRow>();
        var place = after;
        while (true) {
            var part = alarms.alarms(filter, place, Page.MAX_LIMIT);
            for (var alarm : part) {
                if (scope.site(alarm).isPresent()) {
                    found.add(alarm);
                }
                if (found.size() == limit) {
                    return found;
                }
            }
            if (part.size() < Page.MAX_LIMIT) {
                return found;
            }
            place = Optional.of(Place.of(part.getLast()));
        }
    }

    private Reply list(Request request) {
        var group = request.query("state").filter(GROUPS::contains);
        if (group.isPresent()) {
            return urgent(request, group.get().equals("hidden"));
        }
        var words = Questions.words(request);
        if (!words.isEmpty()) {
            throw Problem.badParameter(
                            "text",
                            "past alarms are not searched by words",
                            "state=open or state=hidden beside it")
                    .asException();
        }
        var filters = filters(request);
        var after = request.cursor().flatMap(Place::parse);
        int limit = request.limit();
        var selection = Questions.selection(request);
        var rows = Questions.ask(() -> merged(filters, selection, after, limit + 1));
        boolean more = rows.size() > limit;
        var shown = more ? rows.subList(0, limit) : rows;
        return Reply.page(
                new Page(
                        AlarmItem.inOrder(shown.stream().map(AlarmRoutes::item).toList()),
                        more ? Place.of(shown.getLast()).toString() : null));
    }

    /** One for each priority that is asked for, so that the database looks only at those. */
    private static List<Filter> filters(Request request) {
        var state = request.choice("state", STATES);
        var gateway = request.query("gateway");
        var from = boxed(request.time("from"));
        var to = boxed(request.time("to"));
        var priorities = request.choices("priority", PRIORITIES);
        return priorities.isEmpty()
                ? List.of(new Filter(state, Optional.empty(), gateway, from, to))
                : priorities.stream()
                        .map(p -> new Filter(state, Optional.of(p), gateway, from, to))
                        .toList();
    }

    /** What comes first of what the filters let through, in the order in which each gives it. */
    private List<AlarmRow> merged(
            List<Filter> filters, Selection selection, Optional<Place> after, int limit)
            throws DatabaseException {
        var found = new ArrayList<AlarmRow>();
        for (var filter : filters) {
            found.addAll(selected(filter, selection, after, limit));
        }
        found.sort(NEWEST_FIRST);
        return found.size() <= limit ? found : found.subList(0, limit);
    }

    private Reply counts(Request request) {
        var scope = Questions.ask(() -> fleet.alarms(Questions.selection(request)));
        var counts =
                Questions.ask(open::all).stream()
                        .filter(a -> scope.site(a).isPresent())
                        .map(a -> AlarmCounts.of(a.state(), a.priority()))
                        .reduce(AlarmCounts.NONE, AlarmCounts::plus);
        return Reply.json(GatewayRoutes.alarms(counts));
    }

    /** Those that are not over, the most urgent first. */
    private Reply urgent(Request request, boolean hidden) {
        var words = Questions.words(request);
        var priorities = request.choices("priority", PRIORITIES);
        var gateway = request.query("gateway");
        long from = request.time("from").orElse(Long.MIN_VALUE);
        long to = request.time("to").orElse(Long.MAX_VALUE);
        var scope = Questions.ask(() -> fleet.alarms(Questions.selection(request)));
        var rows =
                Questions.ask(open::all).stream()
                        .filter(a -> AlarmCounts.isHidden(a.state()) == hidden)
                        .filter(a -> priorities.isEmpty() || priorities.contains(a.priority()))
                        .filter(a -> gateway.isEmpty() || gateway.get().equals(a.gateway()))
                        .filter(a -> a.raisedAt() >= from && a.raisedAt() < to)
                        .filter(a ->
                                Questions.hold(
                                        words,
                                        a.message(),
                                        a.name(),
                                        a.tag(),
                                        a.gateway(),
                                        a.action()))
                        .filter(a -> scope.site(a).isPresent());
        return Reply.page(Page.ofSorted(request, rows, OpenAlarms::key, a -> item(a).toJson()));
    }

    private static Optional<Long> boxed(OptionalLong time) {
        return time.isPresent() ? Optional.of(time.getAsLong()) : Optional.empty();
    }

    /** An occurrence as the page and REST show it. */
    static AlarmItem item(AlarmRow row) {
        return new AlarmItem(
                row.id(),
                row.gateway(),
                row.name(),
                row.tag(),
                row.state(),
                row.priority(),
                row.value(),
                row.message(),
                row.action(),
                row.raisedAt(),
                row.clearedAt(),
                row.acknowledgedAt(),
                row.acknowledgedBy(),
                row.uncertaintyNanos(),
                new AlarmItem.Context(
                        row.context().cause(),
                        row.context().consequence(),
                        row.context().respondWithinNanos(),
                        row.shelvedUntil() == 0 ? null : row.shelvedUntil(),
                        row.context().comment(),
                        row.context().by(),
                        row.context().marks()));
    }
}
