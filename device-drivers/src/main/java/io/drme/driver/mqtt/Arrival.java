package io.drme.driver.mqtt;

/**
 * What a message said of a tag, on its way to the owner.
 *
 * @param tag position in the device's group
 * @param timeNanos when it came, since 1970 UTC
 * @param kept whether the broker had kept it, so that nobody knows how old it is
 */
record Arrival(int tag, long timeNanos, Outcome outcome, boolean kept) {}
