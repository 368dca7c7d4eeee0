package io.drme.sim.gpio;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A client's wish to drive a line.
 *
 * @param active its first level, before {@code activeLow} is applied
 */
record OutputRequest(int line, boolean active, boolean activeLow) {
    private static final Pattern FORM =
            Pattern.compile(
                    "output ([0-9]{1,4}) ([01]) (high|low)"
                            + " (as-is|pull-up|pull-down|disabled)");

    /** Reads a request; nothing where it is not of the documented form. */
    static Optional<OutputRequest> parse(String text) {
        var match = FORM.matcher(text);
        return match.matches()
                ? Optional.of(
                        new OutputRequest(
                                Integer.parseInt(match.group(1)),
                                match.group(2).equals("1"),
                                match.group(3).equals("low")))
                : Optional.empty();
    }
}
