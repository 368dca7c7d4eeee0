package io.drme.sim.gpio;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A client's wish to hear of a line.
 *
 * @param debounceNanos how long a level must hold before it counts
 */
record WatchRequest(
        int line, boolean rising, boolean falling, long debounceNanos, boolean activeLow) {
    private static final Pattern FORM =
            Pattern.compile(
                    "watch ([0-9]{1,4}) (both|rising|falling) ([0-9]{1,8}) (high|low)"
                            + " (as-is|pull-up|pull-down|disabled)");

    /** Reads a request; nothing where it is not of the documented form. */
    static Optional<WatchRequest> parse(String text) {
        var match = FORM.matcher(text);
        if (!match.matches()) {
            return Optional.empty();
        }
        var edge = match.group(2);
        return Optional.of(
                new WatchRequest(
                        Integer.parseInt(match.group(1)),
                        !edge.equals("falling"),
                        !edge.equals("rising"),
                        Long.parseLong(match.group(3)) * 1_000,
                        match.group(4).equals("low")));
    }
}
