package io.drme.cloud.config;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An address to listen on.
 *
 * @param host name or address, without brackets
 * @param port 0 to 65,535; 0 takes a free one
 */
public record Listen(String host, int port) {
    private static final Pattern FORM =
            Pattern.compile("(?:\\[([0-9a-fA-F:]+)]|([^:\\[\\]]+)):([0-9]{1,5})");
    private static final int MAX_PORT = 65_535;

    /** Reads {@code host:port} or {@code [::1]:port}; nothing where the text is neither. */
    public static Optional<Listen> parse(String text) {
        var matcher = FORM.matcher(text.strip());
        if (!matcher.matches() || Integer.parseInt(matcher.group(3)) > MAX_PORT) {
            return Optional.empty();
        }
        var host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        return Optional.of(new Listen(host, Integer.parseInt(matcher.group(3))));
    }

    /** Whether only programs on this machine can connect. */
    public boolean isLoopback() {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
    }

    /** The same host with another port, where one is given. */
    public Listen withPort(Optional<Integer> other) {
        return new Listen(host, other.orElse(port));
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
