package io.drme.edge.web;

import io.drme.web.Api;
import io.drme.web.Metrics;
import io.drme.web.Page;
import io.drme.web.Problem;
import io.drme.web.ProblemException;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Schema;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** {@code /api/v1/notifications}: whom the gateway tells of alarms, and how that goes. */
final class NotificationRoutes {
    private static final Schema RECEIVER =
            Schema.object(
                    Schema.field("name", Schema.text("as in the file")),
                    Schema.field("kind", Schema.text("webhook, email or output")),
                    Schema.field("to", Schema.text("where it leads, without anything secret")),
                    Schema.optional(
                            "state",
                            Schema.text(
                                    "idle, waiting or failing; of an output on, off, unknown or failing")),
                    Schema.optional("waiting", Schema.integer("notices that are not sent yet")),
                    Schema.optional("sent", Schema.integer("notices that arrived")),
                    Schema.optional("failed", Schema.integer("tries that failed")),
                    Schema.optional("expired", Schema.integer("notices given up as too old")),
                    Schema.optional("refused", Schema.integer("notices it does not take")),
                    Schema.optional(
                            "silenced", Schema.integer("alarms for which a horn was silenced")),
                    Schema.optional("lastSent", Schema.time("when it got something last")),
                    Schema.optional("lastError", Schema.text("why the last try failed")),
                    Schema.optional("lastErrorTime", Schema.time("when")),
                    Schema.optional("nextTry", Schema.time("when it is tried again")));

    private static final Schema DELIVERY =
            Schema.object(
                    Schema.field("id", Schema.text("that the receiver gets, too")),
                    Schema.field("receiver", Schema.text("its name")),
                    Schema.field("kind", Schema.text("alarm or digest")),
                    Schema.field(
                            "state",
                            Schema.text("waiting, sending, retrying, sent, expired, refused")),
                    Schema.field("notices", Schema.integer("how many it stands for")),
                    Schema.optional("alarm", Schema.text("name of the most urgent")),
                    Schema.optional("tag", Schema.text("its tag")),
                    Schema.optional("transition", Schema.text("what happened to it")),
                    Schema.field("attempts", Schema.integer("how often it was tried")),
                    Schema.optional("lastError", Schema.text("why the last try failed")),
                    Schema.field("since", Schema.time("when it was taken up")),
                    Schema.optional("nextTry", Schema.time("when it is tried again")));

    private static final Schema TESTED =
            Schema.object(
                    Schema.field("receiver", Schema.text("its name")),
                    Schema.field("ok", Schema.bool("whether it arrived")),
                    Schema.field("said", Schema.text("what happened")),
                    Schema.field("hint", Schema.text("what to do; may be empty")));

    private final GatewayParts parts;

    NotificationRoutes(GatewayParts parts) {
        this.parts = parts;
    }

    void addTo(Api api) {
        addLists(api);
        addDeeds(api);
    }

    private void addLists(Api api) {
        api.add(
                Route.get(
                                "/api/v1/notifications",
                                Rule.VIEWER,
                                "Whom the gateway tells of alarms, and how that goes")
                        .paged()
                        .answers(Schema.page(RECEIVER)),
                r ->
                        Reply.page(
                                Page.ofSorted(
                                        r,
                                        parts.notifications().receivers().stream()
                                                .sorted(
                                                        Comparator.comparing(
                                                                NotificationRoutes::name)),
                                        NotificationRoutes::name,
                                        item -> item)));
        api.add(
                Route.get(
                                "/api/v1/notifications/{name}/deliveries",
                                Rule.VIEWER,
                                "What is on its way to a receiver, and what ended lately")
                        .answers(Schema.page(DELIVERY)),
                r ->
                        Reply.page(
                                Page.all(
                                        parts.notifications()
                                                .deliveries(r.path("name"))
                                                .orElseThrow(() -> unknown(r)))));
    }

    private void addDeeds(Api api) {
        api.add(
                Route.post(
                                "/api/v1/notifications/{name}/test",
                                Rule.ENGINEER,
                                "Sends a test message and tells what happened")
                        .answers(TESTED),
                r ->
                        Reply.json(
                                parts.notifications()
                                        .test(r.path("name"), r.who().name())
                                        .orElseThrow(() -> unknown(r))));
        api.add(
                Route.post(
                                "/api/v1/notifications/{name}/silence",
                                Rule.OPERATOR,
                                "Silences a horn; the next alarm sounds again")
                        .answers(
                                Schema.object(
                                        Schema.field("name", Schema.text("of the output")),
                                        Schema.field(
                                                "silenced",
                                                Schema.integer("alarms that no longer sound")))),
                r ->
                        Reply.json(
                                new JsonObject()
                                        .put("name", r.path("name"))
                                        .put(
                                                "silenced",
                                                parts.notifications()
                                                        .silence(r.path("name"), r.who().name())
                                                        .orElseThrow(() -> unknown(r)))));
    }

    private static String name(JsonObject receiver) {
        return receiver.getString("name");
    }

    private static ProblemException unknown(Request request) {
        return Problem.notFound(
                        "name",
                        "there is no such receiver '%s'".formatted(request.path("name")),
                        "Look it up under /api/v1/notifications; only an output can be silenced")
                .asException();
    }

    /** How many receivers there are, what is wrong, and each of them, for the page. */
    static JsonObject status(GatewayParts.Notifications notifications) {
        var receivers = notifications.receivers();
        return new JsonObject()
                .put("receivers", receivers.size())
                .put("failing", receivers.stream().filter(r -> is(r, "failing")).count())
                .put("waiting", sum(receivers, "waiting"))
                .put("sent", sum(receivers, "sent"))
                .put("dropped", sum(receivers, "expired") + sum(receivers, "refused"))
                .put("unread", notifications.unread())
                .put("items", new JsonArray(receivers));
    }

    private static boolean is(JsonObject receiver, String state) {
        return state.equals(receiver.getString("state"));
    }

    private static long sum(List<JsonObject> receivers, String key) {
        return receivers.stream().mapToLong(r -> r.getLong(key, 0L)).sum();
    }

    static void addMetrics(Metrics.Writer writer, GatewayParts.Notifications notifications) {
        for (var receiver : notifications.receivers()) {
            var labels = Map.of("receiver", name(receiver));
            writer.gauge(
                    "drme_notifications_waiting",
                    "Notices that are not sent yet",
                    labels,
                    receiver.getLong("waiting", 0L));
            writer.gauge(
                    "drme_notifications_failing",
                    "1 while the receiver can't be reached",
                    labels,
                    is(receiver, "failing") ? 1 : 0);
            writer.counter(
                    "drme_notifications_sent_total",
                    "Notices that arrived",
                    labels,
                    receiver.getLong("sent", 0L));
            writer.counter(
                    "drme_notifications_failed_total",
                    "Tries that failed",
                    labels,
                    receiver.getLong("failed", 0L));
            for (var cause : List.of("expired", "refused")) {
                writer.counter(
                        "drme_notifications_dropped_total",
                        "Notices that were given up",
                        Map.of("receiver", name(receiver), "cause", cause),
                        receiver.getLong(cause, 0L));
            }
        }
    }
}
