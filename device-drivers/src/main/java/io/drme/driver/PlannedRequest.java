package io.drme.driver;

import java.time.Duration;
import java.util.List;

/**
 * One request that a driver would send at each poll of a group, for a person who plans.
 *
 * @param group index of its poll group in the device's list
 * @param range what it asks for, in the device's own words
 * @param count of registers, bits or whatever the protocol counts
 * @param tags full names of the tags that it serves, in the order of the range
 * @param why how these tags came to share it, and why it ends where it does
 * @param requestBytes on the wire, headers of the protocol included, those of TCP not
 * @param answerBytes as {@code requestBytes}
 * @param least what both take at least on a line whose speed is known, without the line's gap; zero
 *     where it is not
 */
public record PlannedRequest(
        int group,
        String range,
        int count,
        List<String> tags,
        String why,
        int requestBytes,
        int answerBytes,
        Duration least) {}
