package io.drme.edge.notify;

import java.time.Duration;
import java.util.Optional;

/** What became of one try to reach a receiver. */
sealed interface Outcome {
    /** Characters kept of what a receiver says: it is recorded, shown, and not ours. */
    int MOST_SAID = 500;

    private static String cut(String said) {
        return said.length() > MOST_SAID ? said.substring(0, MOST_SAID) + "…" : said;
    }

    /**
     * The receiver has it.
     *
     * @param said what it answered, for a person
     * @param lost who of several does not get it, and why; empty where all have it
     */
    record Sent(String said, String lost) implements Outcome {
        Sent(String said) {
            this(said, "");
        }

        public Sent {
            said = cut(said);
            lost = cut(lost);
        }
    }

    /**
     * It may work later: the receiver is away, busy, or somebody has to mend something.
     *
     * @param why for a person
     * @param hint what to do; may be empty
     * @param after how long the receiver wants to be left alone, where it says so
     */
    record Failed(String why, String hint, Optional<Duration> after) implements Outcome {
        public Failed {
            why = cut(why);
        }
    }

    /**
     * The receiver is there and does not take this message.
     *
     * @param why for a person
     * @param hint what to do; may be empty
     */
    record Refused(String why, String hint) implements Outcome {
        public Refused {
            why = cut(why);
        }
    }
}
