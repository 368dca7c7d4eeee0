package io.drme.edge.notify;

import java.time.Duration;
import java.util.Optional;

/** What became of one try to reach a receiver. */
sealed interface Outcome {
    /**
     * The receiver has it.
     *
     * @param said what it answered, for a person
     */
    record Sent(String said) implements Outcome {}

    /**
     * It may work later: the receiver is away, busy, or somebody has to mend something.
     *
     * @param why for a person
     * @param hint what to do; may be empty
     * @param after how long the receiver wants to be left alone, where it says so
     */
    record Failed(String why, String hint, Optional<Duration> after) implements Outcome {}

    /**
     * The receiver is there and does not take this message.
     *
     * @param why for a person
     * @param hint what to do; may be empty
     */
    record Refused(String why, String hint) implements Outcome {}
}
