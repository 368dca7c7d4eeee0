package io.drme.web;

import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * A device's state, as {@code /api/v1/devices} gives it. Times are nanoseconds since 1970 UTC.
 *
 * @param gateway the gateway's id
 * @param device the device's name
 * @param driver the driver's name
 * @param state connected, connecting, backing-off, disabled or failed, in the driver seam's words
 * @param reason why, for a person; empty while all is well
 * @param lastGoodNanos when it last answered well; null where it never did
 * @param lastError the last error; null where there was none
 * @param nextTryNanos when the next try is due; null where none is planned
 */
public record DeviceItem(
        String gateway,
        String device,
        String driver,
        String state,
        String reason,
        @Nullable Long lastGoodNanos,
        @Nullable String lastError,
        @Nullable Long nextTryNanos) {
    /** The form in the OpenAPI document. */
    public static final Schema SCHEMA =
            Schema.object(
                    Schema.field("gateway", Schema.text("gateway id")),
                    Schema.field("device", Schema.text("the device's name")),
                    Schema.field("driver", Schema.text("modbus, opcua, gpio, …")),
                    Schema.field("state", Schema.text("whether it answers")),
                    Schema.optional("reason", Schema.text("why it is in this state")),
                    Schema.optional("lastGood", Schema.time("when it last answered well")),
                    Schema.optional("lastError", Schema.text("the last error")),
                    Schema.optional("nextTry", Schema.time("when the next try is due")));

    /** As in the contract, and {@code nextTry}. */
    public JsonObject toJson() {
        return new JsonObject()
                .put("gateway", gateway)
                .put("device", device)
                .put("driver", driver)
                .put("state", state)
                .put("reason", reason.isEmpty() ? null : reason)
                .put("lastGood", lastGoodNanos == null ? null : Times.text(lastGoodNanos))
                .put("lastError", lastError)
                .put("nextTry", nextTryNanos == null ? null : Times.text(nextTryNanos));
    }
}
