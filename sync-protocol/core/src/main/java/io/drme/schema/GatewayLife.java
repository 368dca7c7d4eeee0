package io.drme.schema;

/**
 * The agent started or stopped.
 *
 * @param kind {@code started} after a clean stop or at first, {@code stopped}, or {@code crashed}:
 *     started after an end without {@code stopped}
 * @param bootCount how often the agent was started on this data directory, from 1
 * @param lastCommitTime last time that something was accepted before, nanoseconds since 1970 UTC; 0
 *     where nothing was
 * @param version version of the agent
 */
public record GatewayLife(String kind, long bootCount, long lastCommitTime, String version)
        implements Payload {

    void write(AvroWriter out) {
        out.putString(kind).putLong(bootCount).putLong(lastCommitTime).putString(version);
    }

    static GatewayLife read(AvroReader in) throws BadEventException {
        return new GatewayLife(in.takeString(), in.takeLong(), in.takeLong(), in.takeString());
    }
}
