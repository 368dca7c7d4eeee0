package io.drme.alarm;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The states of an alarm, after ISA-18.2. The names stand in records and in the API. */
public enum AlarmState {
    /** The condition is absent and nothing waits for a person. */
    NORMAL,
    /** The condition is present and no person has acknowledged it. */
    UNACKNOWLEDGED,
    /** The condition is present and acknowledged. */
    ACKNOWLEDGED,
    /** The condition went away before a person acknowledged it. */
    RETURNED,
    /** The condition went away, was acknowledged, and the alarm waits for a reset. */
    LATCHED,
    /** A person put the alarm aside for a time. */
    SHELVED,
    /** The plant's design holds the alarm back: the condition means nothing at such a time. */
    SUPPRESSED,
    /** A person took the alarm out of service, until a person puts it back or a time is over. */
    OUT_OF_SERVICE;

    /** Whether people are told nothing of the condition in this state. */
    boolean isHidden() {
        return this == SHELVED || this == SUPPRESSED || this == OUT_OF_SERVICE;
    }

    /** The form in records and the API, for example {@code out-of-service}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Finds a state by its {@link #text}. */
    public static Optional<AlarmState> ofText(String text) {
        return Arrays.stream(values()).filter(v -> v.text().equals(text)).findFirst();
    }
}
