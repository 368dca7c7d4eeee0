package io.drme.driver.opcua;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the server keeps to itself: changes smaller than this (Part 4, 7.22.2).
 *
 * @param width in the device's unit, or in percent of the range that the node declares; 0 where
 *     every change is sent
 * @param isPercent whether it is in percent, from 0 to 100
 */
record Deadband(double width, boolean isPercent) {
    /** Every change is sent. */
    static final Deadband NONE = new Deadband(0, false);

    private static final double ALL = 100;
    private static final Pattern FORM =
            Pattern.compile("([0-9]+(?:\\.[0-9]+)?(?:[eE]-?[0-9]{1,3})?)\\s*(%?)");

    /** Reads {@code 0.5} or {@code 2 %}. */
    static Optional<Deadband> parse(String text) {
        var matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        double width = Double.parseDouble(matcher.group(1));
        boolean percent = !matcher.group(2).isEmpty();
        return Double.isFinite(width) && (!percent || width <= ALL)
                ? Optional.of(new Deadband(width, percent))
                : Optional.empty();
    }

    /** Whether every change is sent. */
    boolean isNone() {
        return width == 0;
    }
}
