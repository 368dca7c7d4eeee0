package io.drme.web;

import io.drme.fuzz.Fuzzing;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What comes over REST: paths, query strings, cursors, times, JSON bodies. */
public final class QueryFuzz {
    /** Jackson has buffers of its own, once a thread. */
    private static final Fuzzing.Bound BOUND = new Fuzzing.Bound(2 << 20, 2_000);

    private static final Route ROUTE =
            Route.post("/api/v1/alarms/{id}", Rule.VIEWER, "fuzz")
                    .query("match", "GLOB", "a glob")
                    .query("from", "TIME", "a time")
                    .query("step", "TIME", "a duration")
                    .query("limit", "NUMBER", "how many")
                    .query("cursor", "CURSOR", "where it goes on")
                    .body(
                            Schema.object(
                                    Schema.field("comment", Schema.text("words")),
                                    Schema.field("for", Schema.text("how long")),
                                    Schema.field("ids", Schema.list(Schema.text("an id"), "ids"))));

    private QueryFuzz() {}

    /** Where mutation begins. */
    public static List<byte[]> seeds() {
        return List.of(
                        "match=*%2F**&from=2026-11-23T14:05:00.123456789Z&step=1m&limit=5",
                        "cursor=YWJj&limit=-1",
                        "/api/v1/alarms/a%20b?x",
                        "{\"comment\":\"x\",\"for\":\"30m\",\"ids\":[\"a\",1,null]}")
                .stream()
                .map(s -> s.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        var text = new String(data, StandardCharsets.UTF_8);
        parse(data.length, () -> Decoding.segments(text));
        parse(
                data.length,
                () -> {
                    var incoming = new Incoming("POST", "127.0.0.1", false, Map.of());
                    var query = Decoding.query(ROUTE, text);
                    var none =
                            Decoding.body(
                                    Route.get("/x", Rule.VIEWER, "fuzz"),
                                    incoming,
                                    Buffer.buffer());
                    var request = new Request(incoming, Map.of(), query, none, null);
                    parse(data.length, () -> request.time("from"));
                    parse(data.length, () -> request.duration("step"));
                    parse(data.length, request::limit);
                    parse(data.length, request::cursor);
                    request.glob("match").matches("gateway/device/path");
                });
        parse(
                data.length,
                () -> {
                    var headers = Map.of("content-type", "application/json");
                    var incoming = new Incoming("POST", "127.0.0.1", false, headers);
                    var body = Decoding.body(ROUTE, incoming, Buffer.buffer(data));
                    parse(data.length, () -> body.text("comment"));
                    parse(data.length, () -> body.duration("for"));
                    parse(data.length, () -> body.texts("ids"));
                });
    }

    private static void parse(int bytes, Fuzzing.Parse parse) {
        Fuzzing.parse(bytes, BOUND, ProblemException.class, parse);
    }
}
