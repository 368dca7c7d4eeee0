package io.drme.demo;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What happens to the press's oil, told step by step with what to click: it runs hot, a person
 * reads what to do and acknowledges, the alarm returns. It follows the first alarm to its end, in
 * whichever order the plant and the person act.
 *
 * <p>Sees only what the gateway's REST interface shows. Confined to one thread.
 */
public final class Story {
    private static final String ALARM = "oil-hot";
    private static final List<String> WELCOME =
            List.of(
                    "The story: the press runs its oil hot, for about 15 s in every minute. On the plant page:",
                    "  1. a banner shows the alarm; click it: it says what to do, the cause, and how soon",
                    "  2. click 'Acknowledge': the horn in the cabinet (cabinet/horn) falls silent",
                    "  3. the oil cools down and the alarm returns; its page keeps who did what, and the trend");

    private String id = "";
    private boolean acknowledged;
    private boolean returned;
    private boolean over;

    /** Begins. */
    public Story() {}

    /** What to tell before anything happens. */
    public static List<String> welcome() {
        return WELCOME;
    }

    /** Whether it is told to its end. */
    public boolean isOver() {
        return over;
    }

    /**
     * What there is to tell now; mostly nothing.
     *
     * @param alarms the items of {@code /api/v1/alarms}
     */
    public List<String> see(JsonArray alarms) {
        if (over) {
            return List.of();
        }
        var lines = new ArrayList<String>();
        for (var item : alarms) {
            var alarm = (JsonObject) item;
            if (!ALARM.equals(alarm.getString("name"))) {
                continue;
            }
            if (id.isEmpty() && !"normal".equals(alarm.getString("state"))) {
                id = alarm.getString("id");
                lines.add(
                        String.format(
                                Locale.ROOT,
                                "the oil runs hot: %.1f °C. Alarm '%s' (%s). On the plant page click the banner: '%s'",
                                alarm.getDouble("value", 0.0),
                                alarm.getString("message"),
                                alarm.getString("priority"),
                                alarm.getString("action")));
                lines.add("then click 'Acknowledge'");
            }
            if (id.equals(alarm.getString("id"))) {
                follow(alarm, lines);
            }
        }
        return lines;
    }

    private void follow(JsonObject alarm, List<String> lines) {
        boolean isReturned = alarm.getValue("clearedAt") != null;
        var by = alarm.getString("acknowledgedBy");
        if (!acknowledged && by != null && !by.isEmpty()) {
            acknowledged = true;
            lines.add(
                    "%s acknowledged it%s: the horn is silent"
                            .formatted(
                                    by,
                                    isReturned
                                            ? ""
                                            : ", the alarm stands as long as the oil is hot"));
        }
        if (!returned && isReturned) {
            returned = true;
            lines.add(
                    acknowledged
                            ? "the oil is cool again: the alarm has returned"
                            : "the oil is cool again, but nobody has acknowledged: the alarm stays in the list, the horn sounds. Click 'Acknowledge'");
        }
        if (acknowledged && returned && Objects.equals(alarm.getString("state"), "normal")) {
            over = true;
            lines.add(
                    "the end: 'Alarms' with the filter 'all' lists it; its page shows what happened, by whom, and the trend around it");
        }
    }
}
