package io.drme.sim;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code host:port} and {@code port}; a host left out is the loopback address. */
public final class Listen {
    /** The host where none is named. */
    public static final String LOOPBACK = "127.0.0.1";

    /** What a person is told to write. */
    public static final String EXPECTED =
            "an address to listen on, such as 127.0.0.1:1502, or a port from 0 to 65535"
                    + " (0 takes a free one)";

    private static final Pattern FORM = Pattern.compile("(?:(\\[[^]]+]|[^:\\s]+):)?([0-9]{1,5})");

    private static final String SCHEME_END = "://";

    private Listen() {}

    /** The address that a text names; nothing where it names none. */
    public static Optional<InetSocketAddress> parse(String text) {
        var matcher = FORM.matcher(text.strip());
        if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 65_535) {
            return Optional.empty();
        }
        var host = Optional.ofNullable(matcher.group(1)).orElse(LOOPBACK);
        return Optional.of(new InetSocketAddress(host, Integer.parseInt(matcher.group(2))));
    }

    /** What stands before {@code ://}; empty where that is not there. */
    public static String scheme(String text) {
        return text.contains(SCHEME_END)
                ? text.strip().substring(0, text.strip().indexOf(SCHEME_END))
                : "";
    }

    /** What follows {@code ://}. */
    public static String rest(String url) {
        return url.strip().substring(url.strip().indexOf(SCHEME_END) + SCHEME_END.length());
    }

    /** A port of this machine that no other reaches. */
    public static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** The form that {@link #parse} reads. */
    public static String text(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }
}
