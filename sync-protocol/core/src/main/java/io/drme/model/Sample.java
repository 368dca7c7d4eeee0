package io.drme.model;

/**
 * One reading of one tag at one moment, as a person reads it; batches carry the same on the hot
 * path.
 *
 * @param tag which point was read
 * @param sourceTimeNanos when the value was true, in nanoseconds since 1970 UTC, by the device's
 *     clock where it has one and otherwise by the gateway's
 * @param reading what the attempt gave
 */
public record Sample(TagName tag, long sourceTimeNanos, Reading reading) {}
