package io.drme.cloud.watch;

/** What the centre looks for in every gateway. */
enum Concern {
    SILENT(
            "gateway-silent",
            "high",
            "not heard of",
            "Look at their power, their line and their agents; what they read meanwhile they keep"),
    BACKLOG(
            "backlog-not-falling",
            "medium",
            "connected, but their backlog does not fall",
            "Look at the bandwidth of their line, and at the centre's database"),
    CLOCK(
            "clock-off",
            "medium",
            "off by more than 5 s in their clock",
            "Look at their time server; their times are marked until it is right"),
    CLONE(
            "clone",
            "high",
            "claimed by a second agent",
            "Stop one of the two agents; /api/v1/findings names their machines"),
    FILLING(
            "store-filling",
            "high",
            "filling their store: room for less than 4 h",
            "Bring their line back, or let store.max-size be more");

    private final String text;
    private final String priority;
    private final String what;
    private final String action;

    Concern(String text, String priority, String what, String action) {
        this.text = text;
        this.priority = priority;
        this.what = what;
        this.action = action;
    }

    /** The name of its alarms. */
    String text() {
        return text;
    }

    String priority() {
        return priority;
    }

    /** What the gateways of a site are, as the end of a sentence. */
    String what() {
        return what;
    }

    String action() {
        return action;
    }
}
