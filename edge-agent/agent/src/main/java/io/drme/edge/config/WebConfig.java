package io.drme.edge.config;

import io.drme.config.Section;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The {@code web} section: where the page and REST listen.
 *
 * @param host name or address; anything beyond loopback needs certificate and key
 * @param port 0 to 65535; 0 takes a free one
 * @param certificate PEM file with the certificate chain
 * @param key PEM file with the private key
 */
public record WebConfig(String host, int port, Optional<Path> certificate, Optional<Path> key) {
    /** The port of the contract. */
    public static final int DEFAULT_PORT = 8081;

    private static final int MAX_PORT = 65_535;

    /** Loopback only. */
    public static WebConfig defaults() {
        return new WebConfig("127.0.0.1", DEFAULT_PORT, Optional.empty(), Optional.empty());
    }

    static WebConfig read(Section section) {
        var listen = section.text("listen", "127.0.0.1:" + DEFAULT_PORT);
        int colon = listen.lastIndexOf(':');
        var host = colon < 0 ? listen : listen.substring(0, colon);
        int port = colon < 0 ? DEFAULT_PORT : port(listen.substring(colon + 1));
        section.problems()
                .check(
                        port >= 0 && !host.isBlank(),
                        section.where("listen"),
                        section.path("listen"),
                        "'%s' is not host:port with a port from 0 to 65535, such as 127.0.0.1:8081"
                                .formatted(listen));
        var certificate = section.text("certificate").map(Path::of);
        var key = section.text("key").map(Path::of);
        if (!isLoopback(host) && (certificate.isEmpty() || key.isEmpty())) {
            section.problem(
                    "listen",
                    "'%s' is reached from other machines, so it needs TLS: give certificate and key (PEM files), or listen on 127.0.0.1"
                            .formatted(listen));
        }
        section.done();
        return new WebConfig(stripBrackets(host), Math.max(port, 0), certificate, key);
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            return port > MAX_PORT ? -1 : port;
        } catch (NumberFormatException _) {
            return -1;
        }
    }

    private static String stripBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]")
                ? host.substring(1, host.length() - 1)
                : host;
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.startsWith("127.")
                || stripBrackets(host).equals("::1");
    }
}
