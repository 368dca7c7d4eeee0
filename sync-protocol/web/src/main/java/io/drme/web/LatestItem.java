package io.drme.web;

import io.drme.model.Reading;
import io.drme.model.Value;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * The newest reading of a tag, as {@code /api/v1/latest} and the live feed give it.
 *
 * @param gateway the gateway's id
 * @param tag {@code device/path}
 * @param reading value and quality
 * @param sinceNanos since when it has had this value and quality (source time, nanoseconds since
 *     1970 UTC)
 * @param sourceTimeNanos when it was true
 * @param gatewayTime the gateway's stamp (hybrid logical clock); 0 where the tag was never read:
 *     then no time is given
 * @param unit UCUM; empty where the tag has none
 * @param lastGood the last good value before or with this reading; null where there was none
 */
public record LatestItem(
        String gateway,
        String tag,
        Reading reading,
        long sinceNanos,
        long sourceTimeNanos,
        long gatewayTime,
        String unit,
        @Nullable LastGood lastGood) {

    /** A good value and when it was true. */
    public record LastGood(Value value, long sourceTimeNanos) {}

    /** The form in the OpenAPI document. */
    public static final Schema SCHEMA =
            Schema.object(
                    Schema.field("gateway", Schema.text("gateway id")),
                    Schema.field("tag", Schema.text("device/path")),
                    Schema.field("value", Schema.value("null where the quality is bad")),
                    Schema.field("quality", Schema.text("good, uncertain or bad")),
                    Schema.optional("reason", Schema.text("why it is not good")),
                    Schema.optional(
                            "since",
                            Schema.time("since when it has been so; null where it was never read")),
                    Schema.optional("sourceTime", Schema.time("when it was true; null as since")),
                    Schema.optional(
                            "gatewayTime", Schema.time("when the gateway got it; null as since")),
                    Schema.optional("unit", Schema.text("UCUM")),
                    Schema.optional("lastGoodValue", Schema.value("the last good value")),
                    Schema.optional("lastGoodTime", Schema.time("when that was true")));

    /** As in the contract. */
    public JsonObject toJson() {
        var json = new JsonObject().put("gateway", gateway).put("tag", tag);
        SampleItem.putReading(json, reading);
        boolean isRead = gatewayTime != 0;
        return json.put("since", isRead ? Times.text(sinceNanos) : null)
                .put("sourceTime", isRead ? Times.text(sourceTimeNanos) : null)
                .put("gatewayTime", isRead ? Times.textOfHlc(gatewayTime) : null)
                .put("unit", unit.isEmpty() ? null : unit)
                .put("lastGoodValue", lastGood == null ? null : JsonValues.of(lastGood.value()))
                .put(
                        "lastGoodTime",
                        lastGood == null ? null : Times.text(lastGood.sourceTimeNanos()));
    }
}
