package io.drme.web;

import io.vertx.core.buffer.Buffer;
import java.util.Map;

/** A door for the tests of hostile input: JSON bodies as the server reads them. */
public final class HostileBodies {
    private HostileBodies() {}

    /** Reads a body of one text field. */
    public static void read(byte[] json) {
        var route =
                Route.post("/x", Rule.VIEWER, "test")
                        .body(Schema.object(Schema.field("comment", Schema.text("words"))));
        var incoming =
                new Incoming(
                        "POST", "127.0.0.1", false, Map.of("content-type", "application/json"));
        Decoding.body(route, incoming, Buffer.buffer(json));
    }
}
