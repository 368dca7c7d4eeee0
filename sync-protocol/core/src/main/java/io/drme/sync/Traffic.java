package io.drme.sync;

/** What goes up the line, by who has to wait for whom; in the order of who goes first. */
public enum Traffic {
    /** Alarms, operations and audit: they never wait for a budget. */
    EVENTS("events"),
    /** Blocks that were made since the session began. */
    DATA("data"),
    /** Older blocks, and what the centre asked for again. */
    BACKLOG("backlog"),
    /** Latest values for pages: the newest of each tag. */
    LIVE("live");

    private final String text;

    Traffic(String text) {
        this.text = text;
    }

    /** Its name in files, metrics and on pages. */
    public String text() {
        return text;
    }
}
