package io.drme.edge.notify;

import io.drme.alarm.AlarmState;
import io.drme.alarm.Priority;
import io.drme.alarm.Transition;
import io.drme.model.TagName;
import io.drme.web.JsonValues;
import io.drme.web.Times;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened to one alarm, as people are told of it. Immutable.
 *
 * @param sequence of the event that recorded it
 * @param alarm id of the occurrence
 * @param name of the alarm in the file
 * @param tag what it watches
 * @param occasion why somebody is told
 * @param state in which the alarm is now
 * @param value that caused it, as the API shows it; null where there is none, or it is local
 * @param unit of the tag; may be empty
 * @param message what is wrong
 * @param action what to do; may be empty
 * @param cause what usually leads to it; may be empty
 * @param consequence what happens where nobody acts; may be empty
 * @param respondWithinNanos how soon a person has to act; 0 where nothing is said
 * @param atNanos gateway time, nanoseconds since 1970 UTC
 * @param by who; empty where the plant did it
 * @param comment a person's words, or why; may be empty
 * @param isLocal whether the tag never leaves the site
 */
record Notice(
        long sequence,
        String alarm,
        String name,
        TagName tag,
        Occasion occasion,
        AlarmState state,
        Priority priority,
        @Nullable Object value,
        String unit,
        String message,
        String action,
        String cause,
        String consequence,
        long respondWithinNanos,
        long atNanos,
        String by,
        String comment,
        boolean isLocal) {

    /** What is told of a transition. */
    static Notice of(long sequence, Transition t, Occasion occasion, String unit, boolean isLocal) {
        return new Notice(
                sequence,
                t.id(),
                t.name(),
                t.tag(),
                occasion,
                t.to(),
                t.priority(),
                isLocal ? null : t.value().map(JsonValues::of).orElse(null),
                unit,
                t.message().isEmpty() ? t.name() : t.message(),
                t.guidance().action(),
                t.guidance().cause(),
                t.guidance().consequence(),
                t.guidance().respondWithin().toNanos(),
                t.atNanos(),
                t.by(),
                t.comment(),
                isLocal);
    }

    /** As a webhook gets it, and as it stands in the file of what waits. */
    JsonObject json() {
        return new JsonObject()
                .put("sequence", sequence)
                .put("alarm", alarm)
                .put("name", name)
                .put("tag", tag.text())
                .put("area", tag.device())
                .put("transition", occasion.text())
                .put("state", state.text())
                .put("priority", priority.text())
                .put("value", value)
                .put("unit", unit)
                .put("message", message)
                .put("action", action)
                .put("cause", cause)
                .put("consequence", consequence)
                .put("respondWithinSeconds", respondWithinNanos / 1_000_000_000)
                .put("at", Times.text(atNanos))
                .put("by", by)
                .put("comment", comment)
                .put("local", isLocal);
    }

    /**
     * Reads what {@link #json} gave.
     *
     * @throws IllegalArgumentException where it is something else
     */
    static Notice of(JsonObject json) {
        return new Notice(
                json.getLong("sequence"),
                text(json, "alarm"),
                text(json, "name"),
                new TagName(text(json, "tag")),
                Occasion.valueOf(constant(json, "transition")),
                AlarmState.valueOf(constant(json, "state")),
                Priority.valueOf(constant(json, "priority")),
                json.getValue("value"),
                text(json, "unit"),
                text(json, "message"),
                text(json, "action"),
                text(json, "cause"),
                text(json, "consequence"),
                json.getLong("respondWithinSeconds") * 1_000_000_000,
                Times.parse(text(json, "at")).orElseThrow(IllegalArgumentException::new),
                text(json, "by"),
                text(json, "comment"),
                json.getBoolean("local"));
    }

    private static String constant(JsonObject json, String key) {
        return text(json, key).toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static String text(JsonObject json, String key) {
        var text = json.getString(key);
        if (text == null) {
            throw new IllegalArgumentException("no '" + key + "'");
        }
        return text;
    }
}
