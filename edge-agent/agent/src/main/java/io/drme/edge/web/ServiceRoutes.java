package io.drme.edge.web;

import io.drme.alarm.Answer;
import io.drme.alarm.Service;
import io.drme.alarm.Transition;
import io.drme.web.AlarmItem;
import io.drme.web.Api;
import io.drme.web.Problem;
import io.drme.web.Reply;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Schema;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Alarms taken out of service, one or all of a device, and put back. */
final class ServiceRoutes {
    private static final Schema.Field REASON = Schema.field("reason", Schema.text("why"));
    private static final Schema COMMENT =
            Schema.object(Schema.optional("comment", Schema.text("what was done")));

    private final GatewayParts parts;
    private final AlarmRoutes alarms;

    ServiceRoutes(GatewayParts parts, AlarmRoutes alarms) {
        this.parts = parts;
        this.alarms = alarms;
    }

    /** Something a person does, on the pipeline's thread. */
    private interface Act {
        Answer on(Service service, long atNanos, Consumer<Transition> sink);
    }

    void addTo(Api api) {
        api.add(
                Route.post(
                                "/api/v1/alarms/out-of-service",
                                Rule.ENGINEER,
                                "Takes one alarm out of service, raised or not, until it is put back")
                        .body(
                                Schema.object(
                                        Schema.field("name", Schema.text("the alarm's name")),
                                        Schema.field("tag", Schema.text("device/path")),
                                        REASON))
                        .answers(Schema.page(AlarmItem.SCHEMA)),
                r -> {
                    var name = r.body().text("name");
                    var tag = r.body().text("tag");
                    var reason = r.body().text("reason");
                    return done(
                            (service, at, sink) ->
                                    service.takeOutOfService(
                                            name, tag, r.who().name(), reason, at, sink),
                            last -> last.name().equals(name) && last.tag().text().equals(tag));
                });
        api.add(
                Route.post(
                                "/api/v1/alarms/{id}/return-to-service",
                                Rule.ENGINEER,
                                "Puts an alarm back into service")
                        .body(COMMENT)
                        .answers(Schema.page(AlarmItem.SCHEMA)),
                r -> {
                    var id = r.path("id");
                    var comment = r.body().optionalText("comment").orElse("");
                    return done(
                            (service, at, sink) ->
                                    service.returnToService(id, r.who().name(), comment, at, sink),
                            last -> last.id().equals(id));
                });
        addMaintenance(api);
    }

    private void addMaintenance(Api api) {
        api.add(
                Route.post(
                                "/api/v1/devices/{device}/maintenance",
                                Rule.ENGINEER,
                                "Takes all alarms of a device out of service for a time")
                        .body(
                                Schema.object(
                                        Schema.field(
                                                "for", Schema.text("how long, for example 2h")),
                                        REASON))
                        .answers(Schema.page(AlarmItem.SCHEMA)),
                r -> {
                    var time = r.body().duration("for");
                    var reason = r.body().text("reason");
                    var device = r.path("device");
                    return done(
                            (service, at, sink) ->
                                    service.beginMaintenance(
                                            device, r.who().name(), time, reason, at, sink),
                            last -> last.tag().device().equals(device));
                });
        api.add(
                Route.post(
                                "/api/v1/devices/{device}/maintenance/end",
                                Rule.ENGINEER,
                                "Ends a maintenance before its time")
                        .body(COMMENT)
                        .answers(Schema.page(AlarmItem.SCHEMA)),
                r -> {
                    var comment = r.body().optionalText("comment").orElse("");
                    var device = r.path("device");
                    return done(
                            (service, at, sink) ->
                                    service.endMaintenance(
                                            device, r.who().name(), comment, at, sink),
                            last -> last.tag().device().equals(device));
                });
    }

    /** Does it, and lists the occurrences in question that are not over. */
    private Reply done(Act act, Predicate<Transition> shown) throws InterruptedException {
        var answer = alarms.run((a, at, sink) -> act.on(a.service(), at, sink));
        if (answer instanceof Answer.NoSuchAlarm(String what)) {
            throw Problem.notFound(
                            "alarm",
                            "there is no alarm '%s'".formatted(what),
                            "Names and tags stand under alarms: in the configuration")
                    .asException();
        }
        var note = AlarmRoutes.note(answer);
        var items =
                parts.alarmBook().occurrences().stream()
                        .filter(o -> shown.test(o.last()) && o.isOpen())
                        .map(o -> alarms.item(o).toJson())
                        .toList();
        var page = new JsonObject().put("items", new JsonArray(items)).putNull("next");
        return Reply.json(note.isEmpty() ? page : page.put("note", note));
    }
}
