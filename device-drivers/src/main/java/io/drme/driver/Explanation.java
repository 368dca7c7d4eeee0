package io.drme.driver;

import java.time.Duration;
import java.util.List;

/**
 * What a device's polls would cost, before anything is sent.
 *
 * @param line names the connection; devices with the same name share it, and their requests follow
 *     one another; empty where the driver knows nothing
 * @param gap least pause before each request; where devices share a line, the longest holds for all
 * @param requests in the order in which they are sent
 */
public record Explanation(String line, Duration gap, List<PlannedRequest> requests) {
    /** Of drivers that send no polls, or can't tell. */
    public static final Explanation NONE = new Explanation("", Duration.ZERO, List.of());
}
