package io.drme.driver;

import java.util.List;

/**
 * What a device's polls would cost, before anything is sent.
 *
 * @param line names the connection; devices with the same name share it, and their requests follow
 *     one another; empty where the driver knows nothing
 * @param requests in the order in which they are sent
 */
public record Explanation(String line, List<PlannedRequest> requests) {
    /** Of drivers that send no polls, or can't tell. */
    public static final Explanation NONE = new Explanation("", List.of());
}
