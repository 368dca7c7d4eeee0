package io.drme.sim;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code host:port} and {@code port}; a host left out is the loopback address. */
final class Listen {
    static final String LOOPBACK = "127.0.0.1";
    static final String EXPECTED =
            "an address to listen on, such as 127.0.0.1:1502, or a port from 0 to 65535"
                    + " (0 takes a free one)";

    private static final Pattern FORM = Pattern.compile("(?:(\\[[^]]+]|[^:\\s]+):)?([0-9]{1,5})");

    private static final String SCHEME_END = "://";

    private Listen() {}

    static Optional<InetSocketAddress> parse(String text) {
        var matcher = FORM.matcher(text.strip());
        if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 65_535) {
            return Optional.empty();
        }
        var host = Optional.ofNullable(matcher.group(1)).orElse(LOOPBACK);
        return Optional.of(new InetSocketAddress(host, Integer.parseInt(matcher.group(2))));
    }

    /** What stands before {@code ://}; empty where that is not there. */
    static String scheme(String text) {
        return text.contains(SCHEME_END)
                ? text.strip().substring(0, text.strip().indexOf(SCHEME_END))
                : "";
    }

    /** What follows {@code ://}. */
    static String rest(String url) {
        return url.strip().substring(url.strip().indexOf(SCHEME_END) + SCHEME_END.length());
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** The form that {@link #parse} reads. */
    static String text(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }
}
