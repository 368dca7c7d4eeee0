package io.drme.web;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who may use a route. No route can be declared without one. */
public enum Rule {
    /** Everybody, signed in or not. Only for what tells nothing about the plant. */
    PUBLIC(null),
    /** Whoever may read. */
    VIEWER(Role.VIEWER),
    /** Whoever may acknowledge alarms. */
    OPERATOR(Role.OPERATOR),
    /** Whoever may configure. */
    ENGINEER(Role.ENGINEER),
    /** Whoever may manage users. */
    ADMIN(Role.ADMIN);

    private final @Nullable Role least;

    Rule(@Nullable Role least) {
        this.least = least;
    }

    /** The form in the OpenAPI document's {@code x-drme-rule}: public, or the least role. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The least role that may pass; nothing where no sign-in is needed. */
    public Optional<Role> least() {
        return Optional.ofNullable(least);
    }
}
