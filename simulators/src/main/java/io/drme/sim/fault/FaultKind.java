package io.drme.sim.fault;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a simulated device may do wrong. Each protocol says which of these it can. */
public enum FaultKind {
    /** Takes requests and says nothing; connections stay open. */
    SILENT,
    /** Answers after a delay. */
    SLOW,
    /** Resets the connection at each request. */
    RESET,
    /** Answers each request by an exception or error code. */
    EXCEPTION,
    /** Answers under another request's transaction id. */
    WRONG_TRANSACTION,
    /** Answers for another unit. */
    WRONG_UNIT,
    /** Answers with fewer values than asked for. */
    SHORT,
    /** Answers with bytes that are no answer. */
    GARBAGE,
    /** Sends its answer one byte at a time, a delay before each. */
    DRIP,
    /** Accepts connections and ends its sending side at the first request. */
    HALF_OPEN,
    /** Answers with a checksum that is wrong. */
    CRC,
    /** Answers to another function than was asked for. */
    WRONG_FUNCTION,
    /** Answers after a delay that is another each time, up to the one given. */
    JITTER,
    /** Is gone for a delay, once, as after a power cut; what was written to it is forgotten. */
    RESTART,
    /** Takes one connection at a time. */
    ONE_CONNECTION,
    /** Goes on to give the values that it had when the fault began. */
    STUCK,
    /** Gives values that move away from the true ones, by a hundredth a second. */
    DRIFT,
    /** Gives a value far off now and then, for the time of a delay each. */
    SPIKES,
    /** Gives times of a clock that is behind by a delay. */
    WRONG_CLOCK,
    /** Goes on to say that it lives, and tells no change any more to who is subscribed already. */
    FROZEN,
    /** Contacts bounce: each change comes with some more, there and back. */
    CHATTER,
    /** Loses changes in bursts, as a buffer that is read too seldom: the newest is left. */
    LOST_EDGES,
    /** Behaves. */
    NONE;

    /** Whether the values are wrong and all else is right, so that nobody can tell from one. */
    public boolean isAboutValues() {
        return this == STUCK || this == DRIFT || this == SPIKES || this == CHATTER;
    }

    /** The form on the command line, in files and in JSON, for example {@code wrong-unit}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Finds a kind by its text; {@code -id} may follow where an id is wrong. */
    public static Optional<FaultKind> of(String text) {
        return Arrays.stream(values())
                .filter(k ->
                        k.text().equals(text)
                                || (k.text().startsWith("wrong-") && text.equals(k.text() + "-id")))
                .findFirst();
    }
}
