package io.drme.driver;

/**
 * How much is asked of a device while the gateway can't follow.
 *
 * @param factor 1 as configured; otherwise so many times as seldom, or with so many times the
 *     deadband where it tells by itself
 * @param polled whether the device is polled, and so asked as seldom
 * @param why as a person reads it, without figures that move; empty as configured
 */
public record Pace(int factor, boolean polled, String why) {
    /** As configured. */
    public static final Pace USUAL = new Pace(1, true, "");
}
