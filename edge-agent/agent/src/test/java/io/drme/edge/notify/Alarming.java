package io.drme.edge.notify;

import io.drme.alarm.AlarmState;
import io.drme.alarm.Guidance;
import io.drme.alarm.Priority;
import io.drme.alarm.Transition;
import io.drme.edge.notify.NotificationConfig.Filter;
import io.drme.edge.notify.NotificationConfig.Limits;
import io.drme.model.TagName;
import io.drme.model.Value;
import io.drme.schema.AlarmMarks;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Transitions and receivers as tests need them. */
final class Alarming {
    static final TagName OIL = new TagName("press-3/oil/temperature");

    private Alarming() {}

    static Transition transition(
            String id, TagName tag, AlarmState from, AlarmState to, Priority priority, String by) {
        return new Transition(
                id,
                "oil-hot",
                tag,
                from,
                to,
                priority,
                Optional.of(new Value.Real(83.5)),
                "Oil is too hot",
                new Guidance(
                        "Stop the press", "Cooler blocked", "Seals fail", Duration.ofMinutes(5)),
                1_767_225_600_000_000_000L,
                by,
                "",
                0,
                0,
                AlarmMarks.NONE,
                false);
    }

    static Transition raised(String id, Priority priority) {
        return transition(id, OIL, AlarmState.NORMAL, AlarmState.UNACKNOWLEDGED, priority, "");
    }

    static Notice notice(long sequence, Priority priority) {
        return Notice.of(sequence, raised("o" + sequence, priority), Occasion.RAISED, "Cel", false);
    }

    static Limits limits(int above, Duration within, int messages, Duration per) {
        return new Limits(Duration.ofHours(1), above, within, messages, per);
    }

    static NotificationConfig receiver(String name, Filter filter, Limits limits) {
        return new NotificationConfig(
                name,
                new NotificationConfig.Webhook(
                        URI.create("http://127.0.0.1:9/"),
                        Optional.empty(),
                        Optional.empty(),
                        Map.of()),
                filter,
                limits,
                Language.EN);
    }

    static Filter all() {
        return new Filter(Priority.LOW, List.of(), List.of(), EnumSet.allOf(Occasion.class), false);
    }
}
