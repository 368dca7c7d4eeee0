package io.drme.edge.web;

import io.drme.config.Quantities;
import io.drme.driver.DeviceStatus;
import io.drme.driver.Exchange;
import io.drme.model.Reason;
import io.drme.model.TagName;
import io.drme.web.Api;
import io.drme.web.DeviceItem;
import io.drme.web.LatestItem;
import io.drme.web.Problem;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Schema;
import io.drme.web.Times;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** {@code /api/v1/why}: all that is known of how one tag came to be as it is. */
final class WhyRoutes {
    private static final Schema EXCHANGE =
            Schema.object(
                    Schema.field("request", Schema.text("the last request about the tag")),
                    Schema.field("answer", Schema.text("the last answer; empty where none came")),
                    Schema.field("error", Schema.text("what was wrong with it")));

    private static final Schema WHY =
            Schema.object(
                    Schema.field("latest", LatestItem.SCHEMA),
                    Schema.field("source", Schema.text("the driver's name, or pipeline")),
                    Schema.optional("device", DeviceItem.SCHEMA),
                    Schema.optional("exchange", EXCHANGE),
                    Schema.optional("error", Schema.text("why it is not good, for a person")),
                    Schema.field("next", Schema.text("when there may be a new value")));

    private final GatewayParts parts;

    WhyRoutes(GatewayParts parts) {
        this.parts = parts;
    }

    void addTo(Api api) {
        api.add(
                Route.get(
                                "/api/v1/why",
                                Rule.VIEWER,
                                "Why a tag is bad: last good value, last request and answer, error, next try")
                        .needs("tag", "device/path", "the tag")
                        .answers(WHY),
                this::why);
    }

    private Reply why(Request request) {
        var name = request.required("tag");
        var now = parts.acquisition().latest();
        var index =
                TagName.isValid(name)
                        ? now.table().indexOf(new TagName(name))
                        : OptionalInt.empty();
        var source =
                parts.sources().get().stream()
                        .filter(s -> s.getString("tag").equals(name))
                        .findFirst();
        if (index.isEmpty() || source.isEmpty()) {
            throw Problem.notFound(
                            "tag",
                            "there is no tag '" + name + "' here",
                            "Look it up under /api/v1/tags")
                    .asException();
        }
        var latest =
                ValueRoutes.item(parts.gateway(), parts.recorder().clock(), now, index.getAsInt())
                        .toJson();
        var device = new TagName(name).device();
        var status =
                parts.devices().get().stream().filter(d -> d.device().equals(device)).findFirst();
        var exchange = parts.exchanges().last(device, index.getAsInt());
        return Reply.json(
                new JsonObject()
                        .put("latest", latest)
                        .put("source", source.get().getString("source"))
                        .put(
                                "device",
                                status.map(d -> OperationRoutes.device(parts.gateway(), d))
                                        .orElse(null))
                        .put("exchange", exchange.map(OperationRoutes::exchange).orElse(null))
                        .put("error", error(latest, status, exchange).orElse(null))
                        .put("next", next(latest, source.get(), status)));
    }

    private static Optional<String> error(
            JsonObject latest, Optional<DeviceStatus> device, Optional<Exchange> exchange) {
        if (latest.getString("quality").equals("good")) {
            return Optional.empty();
        }
        if (device.isPresent() && device.get().state() != DeviceStatus.State.GOOD) {
            return Optional.of(device.get().reason());
        }
        return exchange.map(Exchange::error)
                .filter(e -> !e.isEmpty())
                .or(() ->
                        Optional.of(
                                "what was read is %s: %s"
                                        .formatted(
                                                latest.getString("quality"),
                                                latest.getString("reason"))));
    }

    /** When there may be a new value. */
    private static String next(
            JsonObject latest, JsonObject source, Optional<DeviceStatus> device) {
        if (device.isEmpty()) {
            return source.getString("source").equals("pipeline")
                    ? "when its pipeline makes one of new inputs"
                    : "when the gateway's own state changes";
        }
        var tried = device.get().nextTry();
        if (tried.isPresent()) {
            return "the device is tried again at " + Times.text(tried.getAsLong());
        }
        if (Reason.UNKNOWN_ADDRESS.text().equals(latest.getString("reason"))) {
            return "addresses that a device does not have are asked for again after 30s";
        }
        return switch (device.get().driver()) {
            case "modbus" ->
                    "with the next poll, every "
                            + Quantities.text(Duration.ofNanos(source.getLong("pollNanos")));
            case "mqtt" -> "with the next message on its topic; a broker is not asked";
            default -> "when the device tells a change; nothing is asked meanwhile";
        };
    }
}
