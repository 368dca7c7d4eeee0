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
    /** Behaves. */
    NONE;

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
