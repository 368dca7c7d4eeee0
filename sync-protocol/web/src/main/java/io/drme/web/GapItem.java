package io.drme.web;

import io.vertx.core.json.JsonObject;

/**
 * Why a series has no samples for a while, as {@code /api/v1/gaps} gives it.
 *
 * @param fromNanos its start, nanoseconds since 1970 UTC
 * @param toNanos its end, or now where it lasts
 * @param reason one or two words, for example {@code comms-lost} or {@code flat}
 * @param detail a sentence for a person
 */
public record GapItem(long fromNanos, long toNanos, String reason, String detail) {
    /** The form in the OpenAPI document. */
    public static final Schema SCHEMA =
            Schema.object(
                    Schema.field("from", Schema.time("its start")),
                    Schema.field("to", Schema.time("its end, or now where it lasts")),
                    Schema.field("reason", Schema.text("why, in a word")),
                    Schema.field("detail", Schema.text("why, in a sentence")));

    /** As in the contract. */
    public JsonObject toJson() {
        return new JsonObject()
                .put("from", Times.text(fromNanos))
                .put("to", Times.text(toNanos))
                .put("reason", reason)
                .put("detail", detail);
    }
}
