package io.drme.cloud.store;

import java.util.List;

/** Alarms of the centre's own that are over. */
public final class EndedAlarm {
    private EndedAlarm() {}

    /** One that was raised at 1 µs and cleared at 2 µs, and that nobody acknowledged. */
    public static CentreAlarms.Row of(String id, String site) {
        return new CentreAlarms.Row(
                id,
                "gateway-silent",
                site,
                "high",
                "normal",
                "silent",
                "look",
                List.of(),
                1_000L,
                2_000L,
                null,
                null,
                "",
                0);
    }
}
