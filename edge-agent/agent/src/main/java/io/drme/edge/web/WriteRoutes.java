package io.drme.edge.web;

import io.drme.web.Api;
import io.drme.web.Reply;
import io.drme.web.Request;
import io.drme.web.Route;
import io.drme.web.Rule;
import io.drme.web.Schema;
import java.time.Duration;

/** {@code /api/v1/tags/write}: what is written to a device, by a person on this gateway. */
final class WriteRoutes {
    private static final Schema WISH =
            Schema.object(
                    Schema.field("tag", Schema.text("device/path of a tag with access: write")),
                    Schema.field(
                            "value",
                            Schema.value("what it is to be: true or false, a number, or a text")),
                    Schema.optional(
                            "for",
                            Schema.text(
                                    "how long it holds before the safe value comes back, for example 10s; without it until something else is written")));

    private static final Schema DONE =
            Schema.object(
                    Schema.field("tag", Schema.text("device/path")),
                    Schema.field("value", Schema.value("as it was read back")),
                    Schema.field("before", Schema.text("what the tag was, for a person")),
                    Schema.optional("until", Schema.time("when the safe value comes back")));

    private final GatewayParts parts;

    WriteRoutes(GatewayParts parts) {
        this.parts = parts;
    }

    void addTo(Api api) {
        api.add(
                Route.post(
                                "/api/v1/tags/write",
                                Rule.ENGINEER,
                                "Sets a tag of a device that may be written, and reads it back")
                        .body(WISH)
                        .answers(DONE),
                this::write);
    }

    private Reply write(Request request) throws InterruptedException {
        var body = request.body();
        var tag = body.text("tag");
        var time = body.optionalText("for").isPresent() ? body.duration("for") : Duration.ZERO;
        return Reply.json(
                parts.writes()
                        .write(tag, body.toJson().getValue("value"), time, request.who().name()));
    }
}
