package io.drme.edge.web;

import io.drme.driver.DeviceStatus;
import io.drme.driver.Exchange;
import io.drme.web.Api;
import io.drme.web.DeviceItem;
import io.drme.web.Page;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Schema;
import io.drme.web.Times;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Devices, store and configuration. */
final class OperationRoutes {
    private final GatewayParts parts;

    OperationRoutes(GatewayParts parts) {
        this.parts = parts;
    }

    void addTo(Api api) {
        api.add(
                Route.get("/api/v1/devices", Rule.VIEWER, "How each device does, and why")
                        .paged()
                        .answers(Schema.page(DeviceItem.SCHEMA)),
                this::devices);
        api.add(
                Route.get(
                        "/api/v1/status",
                        Rule.VIEWER,
                        "Gateway, configuration, pipelines, store and uplink at a glance"),
                _ -> Reply.json(status()));
        api.add(
                Route.get(
                                "/api/v1/store",
                                Rule.VIEWER,
                                "Size, backlog and health of the store, what it costs the disk, and how long it lasts without the line")
                        .answers(StoreReport.SCHEMA),
                _ -> Reply.json(StoreReport.of(parts.recorder())));
        api.add(
                Route.post(
                                "/api/v1/configuration/apply",
                                Rule.ENGINEER,
                                "Checks a file on this machine and runs it")
                        .body(
                                Schema.object(
                                        Schema.field(
                                                "file",
                                                Schema.text("absolute path on this machine")),
                                        Schema.optional(
                                                "confirmWithin",
                                                Schema.text(
                                                        "goes back unless confirmed in time, for example 60s")))),
                this::apply);
        api.add(
                Route.post(
                        "/api/v1/configuration/confirm",
                        Rule.ENGINEER,
                        "Keeps what was applied on trial"),
                _ -> Reply.json(parts.configuration().confirm()));
    }

    private Reply devices(Request request) {
        return Reply.page(
                Page.ofSorted(
                        request,
                        parts.devices().get().stream()
                                .sorted(Comparator.comparing(DeviceStatus::device)),
                        DeviceStatus::device,
                        d -> device(parts.gateway(), d)));
    }

    static JsonObject exchange(Exchange last) {
        return new JsonObject()
                .put("request", last.request())
                .put("answer", last.answer())
                .put("error", last.error());
    }

    static JsonObject device(String gateway, DeviceStatus d) {
        var item =
                new DeviceItem(
                        gateway,
                        d.device(),
                        d.driver(),
                        d.state().text(),
                        d.reason(),
                        orNull(d.lastGood()),
                        d.lastError().isEmpty() ? null : d.lastError(),
                        orNull(d.nextTry()));
        var failed = orNull(d.lastErrorTime());
        return item.toJson()
                .put("lastErrorTime", failed == null ? null : Times.text(failed))
                .put("polls", d.counters().polls())
                .put("failedPolls", d.counters().failedPolls())
                .put("skippedPolls", d.counters().skippedPolls())
                .put("slowedPolls", d.counters().slowedPolls())
                .put("samples", d.counters().samples())
                .put("lostValues", d.counters().lostValues())
                .put("exchange", exchange(d.exchange()));
    }

    private static @Nullable Long orNull(java.util.OptionalLong nanos) {
        return nanos.isPresent() ? nanos.getAsLong() : null;
    }

    private JsonObject status() throws InterruptedException {
        return new JsonObject()
                .put("gateway", parts.gateway())
                .put("configuration", parts.configuration().status())
                .put("clock", ClockReport.of(parts.recorder()))
                .put("engine", EngineReport.of(parts.acquisition().engine(), parts.restart()))
                .put("store", StoreReport.of(parts.recorder()))
                .put("notifications", NotificationRoutes.status(parts.notifications()))
                .put("uplink", parts.uplink().status())
                .put("reconcile", AccountRoutes.account(parts));
    }

    private Reply apply(Request request) throws InterruptedException {
        var within =
                request.body().optionalText("confirmWithin").isPresent()
                        ? request.body().duration("confirmWithin")
                        : Duration.ZERO;
        return Reply.json(
                parts.configuration()
                        .apply(Path.of(request.body().text("file")), request.who().name(), within));
    }
}
