package io.drme.web;

import io.drme.model.Reading;
import io.drme.model.Value;
import io.vertx.core.json.JsonObject;

/**
 * One sample, as {@code /api/v1/history} gives it.
 *
 * @param sourceTimeNanos when it was true, nanoseconds since 1970 UTC
 * @param gatewayTime the gateway's stamp (hybrid logical clock)
 * @param reading value and quality
 */
public record SampleItem(long sourceTimeNanos, long gatewayTime, Reading reading) {
    /** The form in the OpenAPI document. */
    public static final Schema SCHEMA =
            Schema.object(
                    Schema.field("sourceTime", Schema.time("when it was true")),
                    Schema.field("gatewayTime", Schema.time("when the gateway got it")),
                    Schema.field("value", Schema.value("null where the quality is bad")),
                    Schema.field("quality", Schema.text("good, uncertain or bad")),
                    Schema.optional("reason", Schema.text("why it is not good")));

    /** As in the contract. */
    public JsonObject toJson() {
        var json =
                new JsonObject()
                        .put("sourceTime", Times.text(sourceTimeNanos))
                        .put("gatewayTime", Times.textOfHlc(gatewayTime));
        putReading(json, reading);
        return json;
    }

    /** Puts {@code value}, {@code quality} and {@code reason}. */
    static void putReading(JsonObject json, Reading reading) {
        switch (reading) {
            case Reading.Good(Value value) ->
                    json.put("value", JsonValues.of(value))
                            .put("quality", "good")
                            .putNull("reason");
            case Reading.Uncertain(Value value, var reason) ->
                    json.put("value", JsonValues.of(value))
                            .put("quality", "uncertain")
                            .put("reason", reason.text());
            case Reading.Bad(var reason) ->
                    json.putNull("value").put("quality", "bad").put("reason", reason.text());
        }
    }
}
