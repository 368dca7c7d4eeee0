package io.drme.driver.mqtt;

import io.drme.model.Reason;
import io.drme.model.Value;
import java.util.OptionalLong;

/** What a message says of one tag. */
sealed interface Outcome {
    /**
     * A value.
     *
     * @param timeNanos when it was true, since 1970 UTC, where the message tells
     */
    record Good(Value value, OptionalLong timeNanos) implements Outcome {}

    /**
     * A value that may be off, or not be the last.
     *
     * @param timeNanos as of a good one
     */
    record Uncertain(Value value, OptionalLong timeNanos, Reason reason) implements Outcome {}

    /** No usable value; {@code why} is for the person who asks. */
    record Bad(Reason reason, String why) implements Outcome {}

    /** Nothing. */
    record Silent() implements Outcome {}
}
