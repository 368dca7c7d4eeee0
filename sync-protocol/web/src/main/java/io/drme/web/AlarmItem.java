package io.drme.web;

import io.drme.model.Value;
import io.drme.schema.AlarmMarks;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One occurrence of an alarm, as {@code /api/v1/alarms} and the live feed give it. Times are
 * nanoseconds since 1970 UTC, null where that has not happened.
 *
 * @param id one occurrence
 * @param gateway the gateway's id
 * @param name the alarm's name in the configuration
 * @param tag {@code device/path}
 * @param state a state of ISA-18.2, for example {@code unacknowledged}
 * @param priority low, medium, high or critical
 * @param value the value that raised it; null where it is kept on site or was bad
 * @param message what is wrong
 * @param action what to do
 * @param acknowledgedBy the user's name
 * @param context what else a person needs to act on it
 * @param uncertaintyNanos how far off the time of raising may be; null where that is unknown
 */
public record AlarmItem(
        String id,
        String gateway,
        String name,
        String tag,
        String state,
        String priority,
        @Nullable Value value,
        String message,
        String action,
        @Nullable Long raisedAtNanos,
        @Nullable Long clearedAtNanos,
        @Nullable Long acknowledgedAtNanos,
        @Nullable String acknowledgedBy,
        @Nullable Long uncertaintyNanos,
        Context context) {
    private static final double NANOS_PER_SECOND = 1e9;

    /**
     * What a person needs to act on an alarm, beside its message and action.
     *
     * @param cause what usually leads to it; may be empty
     * @param consequence what happens where nobody acts; may be empty
     * @param respondWithinNanos how soon a person has to act; 0 where that is not configured
     * @param untilNanos when shelving or maintenance ends, nanoseconds since 1970 UTC; null where
     *     neither does
     * @param comment the last one; may be empty
     * @param by who did what was done last; empty where the plant did
     * @param marks its first-out group, and whether its priority was raised
     */
    public record Context(
            String cause,
            String consequence,
            long respondWithinNanos,
            @Nullable Long untilNanos,
            String comment,
            String by,
            AlarmMarks marks) {
        /** Where nothing of it is known. */
        public static final Context NONE = new Context("", "", 0, null, "", "", AlarmMarks.NONE);
    }

    /** The form in the OpenAPI document. */
    public static final Schema SCHEMA =
            Schema.object(
                    Schema.field("id", Schema.text("one occurrence")),
                    Schema.field("gateway", Schema.text("gateway id")),
                    Schema.field("name", Schema.text("the alarm's name in the configuration")),
                    Schema.field("tag", Schema.text("device/path")),
                    Schema.field(
                            "state",
                            Schema.text(
                                    "normal, unacknowledged, acknowledged, returned, latched,"
                                            + " shelved, suppressed or out-of-service")),
                    Schema.field("priority", Schema.text("low, medium, high or critical")),
                    Schema.field("value", Schema.value("the value that raised it")),
                    Schema.field("message", Schema.text("what is wrong")),
                    Schema.field("action", Schema.text("what to do")),
                    Schema.optional("raisedAt", Schema.time("when it was raised")),
                    Schema.optional("clearedAt", Schema.time("when it returned to normal")),
                    Schema.optional("acknowledgedAt", Schema.time("when it was acknowledged")),
                    Schema.optional("acknowledgedBy", Schema.text("by whom")),
                    Schema.optional("cause", Schema.text("what usually leads to it")),
                    Schema.optional("consequence", Schema.text("what happens where nobody acts")),
                    Schema.optional(
                            "respondWithin",
                            Schema.number("seconds within which a person has to act")),
                    Schema.optional(
                            "until", Schema.time("when shelving or maintenance ends by itself")),
                    Schema.optional("comment", Schema.text("the last comment or reason")),
                    Schema.optional("by", Schema.text("who did what was done last")),
                    Schema.optional("firstOutGroup", Schema.text("its first-out group")),
                    Schema.field(
                            "firstOut",
                            Schema.bool("whether it came first of its first-out group")),
                    Schema.optional(
                            "escalatedFrom",
                            Schema.text("its own priority, where nobody acknowledged it in time")),
                    Schema.optional(
                            "raisedAtUncertainty",
                            Schema.number(
                                    "seconds by which raisedAt may be off; null where the gateway's clock is not known to be right")),
                    Schema.optional(
                            "orderCertain",
                            Schema.bool(
                                    "in a list: whether raisedAt tells this one apart from all of other gateways in it")));

    /** As in the contract. */
    public JsonObject toJson() {
        return new JsonObject()
                .put("id", id)
                .put("gateway", gateway)
                .put("name", name)
                .put("tag", tag)
                .put("state", state)
                .put("priority", priority)
                .put("value", JsonValues.of(value))
                .put("message", message)
                .put("action", action)
                .put("raisedAt", time(raisedAtNanos))
                .put("clearedAt", time(clearedAtNanos))
                .put("acknowledgedAt", time(acknowledgedAtNanos))
                .put("acknowledgedBy", acknowledgedBy)
                .put(
                        "raisedAtUncertainty",
                        uncertaintyNanos == null ? null : uncertaintyNanos / NANOS_PER_SECOND)
                .put("cause", orNull(context.cause))
                .put("consequence", orNull(context.consequence))
                .put(
                        "respondWithin",
                        context.respondWithinNanos == 0
                                ? null
                                : context.respondWithinNanos / NANOS_PER_SECOND)
                .put("until", time(context.untilNanos))
                .put("comment", orNull(context.comment))
                .put("by", orNull(context.by))
                .put("firstOutGroup", orNull(context.marks.group()))
                .put("firstOut", context.marks.first())
                .put("escalatedFrom", orNull(context.marks.escalatedFrom()));
    }

    /**
     * A list with {@code orderCertain}: two alarms of different gateways are in a certain order
     * only where what they may be off by does not overlap. On one gateway the order is always
     * certain.
     */
    public static List<JsonObject> inOrder(List<AlarmItem> items) {
        return items.stream()
                .map(item ->
                        item.toJson()
                                .put(
                                        "orderCertain",
                                        items.stream().noneMatch(item::mayBeAtTheTimeOf)))
                .toList();
    }

    private boolean mayBeAtTheTimeOf(AlarmItem other) {
        if (gateway.equals(other.gateway)) {
            return false;
        }
        if (raisedAtNanos == null
                || other.raisedAtNanos == null
                || uncertaintyNanos == null
                || other.uncertaintyNanos == null) {
            return true;
        }
        return Math.abs(raisedAtNanos - other.raisedAtNanos)
                <= uncertaintyNanos + other.uncertaintyNanos;
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static @Nullable String time(@Nullable Long nanos) {
        return nanos == null ? null : Times.text(nanos);
    }
}
