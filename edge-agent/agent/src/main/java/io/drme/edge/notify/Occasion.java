package io.drme.edge.notify;

import io.drme.alarm.AlarmState;
import io.drme.alarm.Transition;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Why a person is told of an alarm. */
public enum Occasion {
    /** The condition is present and waits for a person; also where it comes out of hiding so. */
    RAISED,
    /** Nobody acted for so long that it became more urgent. */
    ESCALATED,
    /** A person acknowledged it. */
    ACKNOWLEDGED,
    /** The condition is gone. */
    RETURNED;

    /** Who raises the priority of what nobody acknowledged in time. */
    private static final String SYSTEM = "system";

    /** The form in files and messages. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Finds one by its {@link #text}. */
    static Optional<Occasion> ofText(String text) {
        return Arrays.stream(values()).filter(v -> v.text().equals(text)).findFirst();
    }

    /**
     * What a transition is to those who are told; nothing where it is a comment, a reset, or puts
     * the alarm aside.
     */
    static Optional<Occasion> of(Transition t) {
        if (t.from() == t.to()) {
            return isByGateway(t) && isOpen(t.to()) ? Optional.of(ESCALATED) : Optional.empty();
        }
        return switch (t.to()) {
            case UNACKNOWLEDGED -> Optional.of(RAISED);
            case ACKNOWLEDGED -> isOpen(t.from()) ? Optional.of(ACKNOWLEDGED) : Optional.empty();
            case RETURNED -> Optional.of(RETURNED);
            case NORMAL, LATCHED -> ended(t.from());
            case SHELVED, SUPPRESSED, OUT_OF_SERVICE -> Optional.empty();
        };
    }

    /** A person may be called so too; what a person did says when it was decided. */
    private static boolean isByGateway(Transition t) {
        return t.by().isEmpty() || (t.by().equals(SYSTEM) && t.decidedAtNanos() == 0);
    }

    private static Optional<Occasion> ended(AlarmState from) {
        return switch (from) {
            case RETURNED -> Optional.of(ACKNOWLEDGED);
            case LATCHED, NORMAL -> Optional.empty();
            case UNACKNOWLEDGED, ACKNOWLEDGED, SHELVED, SUPPRESSED, OUT_OF_SERVICE ->
                    Optional.of(RETURNED);
        };
    }

    private static boolean isOpen(AlarmState state) {
        return state == AlarmState.UNACKNOWLEDGED
                || state == AlarmState.ACKNOWLEDGED
                || state == AlarmState.RETURNED;
    }
}
