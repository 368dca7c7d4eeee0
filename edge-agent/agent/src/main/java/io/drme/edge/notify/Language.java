package io.drme.edge.notify;

import io.drme.alarm.Priority;

/** The languages in which messages are written; what the plant's people wrote stays as it is. */
public enum Language {
    /** English. */
    EN(
            "Tag",
            "Value",
            "Time",
            "What to do",
            "Cause",
            "Consequence",
            "Respond within",
            "By",
            "Comment",
            "Gateway",
            "%d alarm messages from %s to %s (UTC)",
            "The most urgent",
            "… and %d more; the plant's page lists all",
            "Test message of receiver '%s'. Nothing is wrong.",
            "kept on the gateway"),
    /** German. */
    DE(
            "Messstelle",
            "Wert",
            "Zeit",
            "Was zu tun ist",
            "Ursache",
            "Folge",
            "Reagieren binnen",
            "Von",
            "Bemerkung",
            "Gateway",
            "%d Alarmmeldungen von %s bis %s (UTC)",
            "Die dringendsten",
            "… und %d weitere; die Anlagenseite zeigt alle",
            "Testnachricht des Empfängers „%s“. Es liegt keine Störung vor.",
            "bleibt auf dem Gateway");

    final String tag;
    final String value;
    final String time;
    final String action;
    final String cause;
    final String consequence;
    final String respondWithin;
    final String by;
    final String comment;
    final String gateway;
    final String digest;
    final String top;
    final String more;
    final String test;
    final String hidden;

    // Each word by its place: sixteen setters would be longer and no safer.
    Language(String... words) {
        tag = words[0];
        value = words[1];
        time = words[2];
        action = words[3];
        cause = words[4];
        consequence = words[5];
        respondWithin = words[6];
        by = words[7];
        comment = words[8];
        gateway = words[9];
        digest = words[10];
        top = words[11];
        more = words[12];
        test = words[13];
        hidden = words[14];
    }

    /** The word for a priority. */
    String of(Priority priority) {
        if (this == EN) {
            return priority.text();
        }
        return switch (priority) {
            case LOW -> "niedrig";
            case MEDIUM -> "mittel";
            case HIGH -> "hoch";
            case CRITICAL -> "kritisch";
        };
    }

    /** The word for an occasion. */
    String of(Occasion occasion) {
        if (this == EN) {
            return occasion.text();
        }
        return switch (occasion) {
            case RAISED -> "ausgelöst";
            case ESCALATED -> "verschärft";
            case ACKNOWLEDGED -> "quittiert";
            case RETURNED -> "gegangen";
        };
    }
}
