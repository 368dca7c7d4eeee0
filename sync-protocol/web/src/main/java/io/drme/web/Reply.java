package io.drme.web;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a handler answers. Immutable.
 *
 * @param status the HTTP status
 * @param mediaType the type of the body; empty where there is none
 * @param body the body, sent as it is
 * @param headers further headers, in order; a name may come twice
 * @param page the list that the body holds, which may be sent in another form; null where it holds
 *     none
 */
public record Reply(
        int status,
        String mediaType,
        Buffer body,
        List<Map.Entry<String, String>> headers,
        @Nullable Page page) {
    private static final String JSON = "application/json";

    /** Copies the headers. */
    public Reply {
        headers = List.copyOf(headers);
    }

    /** 200 with a JSON object. */
    public static Reply json(JsonObject body) {
        return json(200, body);
    }

    /** A JSON object with another status. */
    public static Reply json(int status, JsonObject body) {
        return new Reply(status, JSON, body.toBuffer(), List.of(), null);
    }

    /** 200 with a page of a list. */
    public static Reply page(Page page) {
        return new Reply(200, JSON, page.toJson().toBuffer(), List.of(), page);
    }

    /** 204: done, nothing to say. */
    public static Reply none() {
        return new Reply(204, "", Buffer.buffer(), List.of(), null);
    }

    /** 200 with a text in UTF-8. */
    public static Reply text(String mediaType, String text) {
        return bytes(mediaType, Buffer.buffer(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** 200 with any bytes. */
    public static Reply bytes(String mediaType, Buffer body) {
        return new Reply(200, mediaType, body, List.of(), null);
    }

    /** The problem as the client sees it. */
    public static Reply problem(Problem problem) {
        return new Reply(
                problem.status(), Problem.MEDIA_TYPE, problem.toJson().toBuffer(), List.of(), null);
    }

    /** The same with one more header. */
    public Reply header(String name, String value) {
        var more = new ArrayList<>(headers);
        more.add(Map.entry(name, value));
        return new Reply(status, mediaType, body, more, page);
    }
}
