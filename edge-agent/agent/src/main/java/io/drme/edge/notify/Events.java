package io.drme.edge.notify;

import io.drme.alarm.Transition;

/** The gateway's event log, as far as it survives a power cut. */
interface Events {
    /** The life of the log to which sequences belong. */
    String epoch();

    /** The newest event that is on disk; 0 where there is none. */
    long last();

    /** What stands at a sequence of at most {@link #last}. Reads the disk. */
    Found read(long sequence);

    /** What stands at one place of the log. */
    sealed interface Found {
        /** A transition of an alarm. */
        record Told(Transition transition) implements Found {}

        /** Something else. */
        record Other() implements Found {}

        /** It was dropped, or is damaged: it may have been an alarm. */
        record Gone() implements Found {}
    }
}
