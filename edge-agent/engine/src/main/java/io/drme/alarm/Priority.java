package io.drme.alarm;

import java.util.Locale;

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
}
