package io.drme.time;

/**
 * The wall clock stepped, came to be synced or ceased to be, or is less certain than was said; the
 * first one of a life says how things are.
 *
 * @param stamp hybrid logical clock stamp at which it shows what {@code wallNanos} says
 * @param wallNanos what it shows from here on, nanoseconds since 1970 UTC
 * @param offsetNanos by how much it stepped; 0 where it did not
 * @param uncertaintyNanos how far off it may be now; negative where unknown
 * @param synced whether a time source is followed from here on
 */
public record ClockChange(
        long stamp, long wallNanos, long offsetNanos, long uncertaintyNanos, boolean synced) {}
