package io.drme.alarm;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How fast a person has to act; ordered from the least to the most urgent. */
public enum Priority {
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL;

    /** The form in files, records and the API. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The next more urgent; of the most urgent itself. */
    Priority above() {
        return switch (this) {
            case LOW -> MEDIUM;
            case MEDIUM -> HIGH;
            case HIGH, CRITICAL -> CRITICAL;
        };
    }

    /** Finds a priority by its {@link #text}. */
    public static Optional<Priority> ofText(String text) {
        return Arrays.stream(values()).filter(v -> v.text().equals(text)).findFirst();
    }
}
