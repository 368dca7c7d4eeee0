package io.drme.model;

import java.util.Locale;

/**
 * The three durable streams of a gateway, each with its own sequence and segments. The codes go on
 * disk and wire: never reuse one.
 */
public enum StreamKind {
    /** Alarms, configuration, commands, audit, drops, clock. */
    EVENTS(1),
    /** Samples that leave the site, raw and aggregated. */
    DATA(2),
    /** Samples that stay on the site; never sent. */
    LOCAL(3);

    private final int code;

    StreamKind(int code) {
        this.code = code;
    }

    /** The number that stands for this stream on disk and wire; 1 to 3. */
    public int code() {
        return code;
    }

    /** The stream of the samples of a tag that is synced so; aggregates of it go to data. */
    public static StreamKind of(SyncMode sync) {
        return sync instanceof SyncMode.Raw ? DATA : LOCAL;
    }

    /** The form in topics, file names and JSON: events, data or local. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Finds a stream by its code.
     *
     * @throws IllegalArgumentException when no stream has that code
     */
    public static StreamKind ofCode(int code) {
        return switch (code) {
            case 1 -> EVENTS;
            case 2 -> DATA;
            case 3 -> LOCAL;
            default -> throw new IllegalArgumentException("no stream has the code " + code);
        };
    }
}
