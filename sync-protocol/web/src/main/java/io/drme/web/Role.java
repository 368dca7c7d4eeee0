package io.drme.web;

import java.util.Locale;
import java.util.Optional;

/** What a person or a program may do; each role may do all that the ones before it may. */
public enum Role {
    /** Reads. */
    VIEWER,
    /**
     * Reads, on a screen that hangs there for everybody: it stays signed in, and whoever does
     * something there says who they are by name and PIN each time.
     */
    WALL,
    /** Acknowledges, shelves and comments alarms. */
    OPERATOR,
    /** Configures. */
    ENGINEER,
    /** Manages users. */
    ADMIN;

    /** Whether this role may do what {@code other} may. */
    public boolean includes(Role other) {
        return compareTo(other) >= 0;
    }

    /** The form that people, JSON and the command line see, for example {@code operator}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Finds a role by its text. */
    public static Optional<Role> of(String text) {
        for (var role : values()) {
            if (role.text().equals(text)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }
}
