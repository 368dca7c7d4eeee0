package io.drme.history;

/**
 * A time for which a series has no value, and why.
 *
 * @param from begin, nanoseconds since 1970 UTC: the last value before, or where the reason changes
 * @param to end
 * @param reason a reason of {@link io.drme.model.Reason} (timeout, comms-lost and so on) where the
 *     device is to blame; otherwise one of the constants of {@link Gaps}
 * @param detail more, for a person; may be empty
 */
public record Gap(long from, long to, String reason, String detail) {}
