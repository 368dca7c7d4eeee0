package io.drme.sync;

import io.drme.model.GatewayId;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The MQTT topics: {@code drme/1/GATEWAY/up/urgent}, {@code …/up/bulk} and {@code …/down}. The
 * number is the protocol's major version.
 */
public final class Topics {
    private static final String ROOT = "drme/1/";
    private static final String DOWN = "/down";

    /** The two ways up, each its own connection, so that an alarm never waits behind a block. */
    public enum Channel {
        /** Hello, events, live values, status. */
        URGENT("urgent"),
        /** Blocks. */
        BULK("bulk");

        private final String text;

        Channel(String text) {
            this.text = text;
        }

        /** The last word of the topic, and of the client id. */
        public String text() {
            return text;
        }
    }

    /** Where a message came in. */
    public record Up(GatewayId gateway, Channel channel) {}

    private Topics() {}

    /** Where a gateway publishes. */
    public static String up(GatewayId gateway, Channel channel) {
        return ROOT + gateway + "/up/" + channel.text();
    }

    /** Where a gateway listens. */
    public static String down(GatewayId gateway) {
        return ROOT + gateway + DOWN;
    }

    /**
     * The client id of one of a gateway's two connections. It names the process too, so that two
     * clones do not throw each other out on the transport: the lease decides between them.
     *
     * @param instance random number of the process
     */
    public static String clientId(GatewayId gateway, Channel channel, long instance) {
        return gateway + "/" + channel.text() + "/" + HexFormat.of().toHexDigits(instance);
    }

    /** Reads a client id. */
    public static Optional<Up> parseClientId(String clientId) {
        var words = clientId.split("/", -1);
        return words.length == 3 ? parse(words[0], words[1]) : Optional.empty();
    }

    /** Reads a topic that a gateway publishes to. */
    public static Optional<Up> parseUp(String topic) {
        if (!topic.startsWith(ROOT)) {
            return Optional.empty();
        }
        int at = topic.indexOf("/up/", ROOT.length());
        return at < 0
                ? Optional.empty()
                : parse(topic.substring(ROOT.length(), at), topic.substring(at + 4));
    }

    private static Optional<Up> parse(String gateway, String channel) {
        for (var known : Channel.values()) {
            if (known.text().equals(channel) && GatewayId.isValid(gateway)) {
                return Optional.of(new Up(new GatewayId(gateway), known));
            }
        }
        return Optional.empty();
    }
}
