package io.drme.driver.mqtt;

import io.drme.config.Section;
import io.drme.driver.DriverSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What MQTT adds to a device, which is a broker.
 *
 * @param host name or number
 * @param port of the broker
 * @param tls whether the line is encrypted
 * @param clientId the name that the broker knows us by; one is made up where empty
 * @param keepAlive how often a quiet line is tried, in whole seconds
 * @param security who we are and whom we trust
 */
record MqttSettings(
        String host, int port, boolean tls, String clientId, Duration keepAlive, Security security)
        implements DriverSettings {
    /** The ports that IANA gave to MQTT and MQTT over TLS. */
    static final int PORT = 1883;

    static final int TLS_PORT = 8883;

    /** Short enough to miss a broker within some beats; a ping is 2 bytes. */
    static final Duration DEFAULT_KEEP_ALIVE = Duration.ofSeconds(5);

    private static final Duration LEAST_KEEP_ALIVE = Duration.ofSeconds(1);
    private static final Duration MOST_KEEP_ALIVE = Duration.ofMinutes(10);
    private static final int MAX_PORT = 65_535;
    private static final Pattern CLIENT_ID = Pattern.compile("[ -~]{1,64}");
    private static final String EXPECTED = "expected mqtt://host:1883 or mqtts://host:8883";

    /**
     * Who we are and whom we trust.
     *
     * @param user name to sign in with; none where empty
     * @param passwordFile holds the password in its first line; there whenever {@code user} is
     * @param ca PEM file with the authority of the broker's certificate; the system's where empty
     * @param certificate PEM file with our chain; there only together with {@code key}
     * @param key PEM file with our private key, PKCS 8
     */
    record Security(
            String user,
            Optional<Path> passwordFile,
            Optional<Path> ca,
            Optional<Path> certificate,
            Optional<Path> key) {}

    private record Place(String host, int port, boolean tls) {}

    static MqttSettings read(Section device, String url) {
        var place = place(device, url);
        var clientId =
                device.parsed(
                                "client-id",
                                "a client id: 1 to 64 printable characters of ASCII",
                                text ->
                                        Optional.of(text)
                                                .filter(t -> CLIENT_ID.matcher(t).matches()))
                        .orElse("");
        var keepAlive =
                device.duration(
                        "keep-alive", DEFAULT_KEEP_ALIVE, LEAST_KEEP_ALIVE, MOST_KEEP_ALIVE);
        if (keepAlive.toNanosPart() != 0) {
            device.problem("keep-alive", "is no whole number of seconds; give one");
        }
        return new MqttSettings(
                place.host(),
                place.port(),
                place.tls(),
                clientId,
                keepAlive,
                security(device, place.tls()));
    }

    private static Security security(Section section, boolean tls) {
        var user = section.text("user", "");
        var password = file(section, "password-file");
        if (user.isEmpty() && password.isPresent()) {
            section.problem("password-file", "has no user; add user, or remove the file");
        }
        if (!user.isEmpty() && password.isEmpty()) {
            section.problem("user", "has no password-file; name the file that holds the password");
        }
        var ca = file(section, "ca");
        var certificate = file(section, "certificate");
        var key = file(section, "key");
        if (certificate.isPresent() && key.isEmpty()) {
            section.problem("certificate", "has no key; name the file that holds its private key");
        }
        if (key.isPresent() && certificate.isEmpty()) {
            section.problem("key", "has no certificate; name the file that holds the certificate");
        }
        for (var name : new String[] {"ca", "certificate", "key"}) {
            if (!tls && section.has(name)) {
                section.problem(
                        name, "has no use without TLS; use mqtts:// in the url, or remove it");
            }
        }
        return new Security(user, password, ca, certificate, key);
    }

    private static Optional<Path> file(Section section, String key) {
        return section.parsed(key, "a path", MqttSettings::path);
    }

    private static Optional<Path> path(String text) {
        try {
            return Optional.of(Path.of(text)).filter(_ -> !text.isBlank());
        } catch (InvalidPathException _) {
            return Optional.empty();
        }
    }

    private static Place place(Section device, String url) {
        try {
            var uri = new URI(url.strip());
            boolean tls = "mqtts".equals(uri.getScheme());
            if ((tls || "mqtt".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getPort() <= MAX_PORT) {
                checkRest(device, uri);
                int otherwise = tls ? TLS_PORT : PORT;
                return new Place(uri.getHost(), uri.getPort() < 0 ? otherwise : uri.getPort(), tls);
            }
        } catch (URISyntaxException _) {
            // Falls through to the one message for all that is wrong.
        }
        if (!url.isBlank()) {
            device.problem("url", "'%s' is no address of a broker; %s".formatted(url, EXPECTED));
        }
        return new Place("invalid", PORT, false);
    }

    private static void checkRest(Section device, URI uri) {
        if (uri.getUserInfo() != null) {
            device.problem(
                    "url",
                    "names a user; put it into user: and its password into a file, password-file:");
        }
        boolean path = uri.getPath() != null && uri.getPath().length() > 1;
        if (path || uri.getQuery() != null || uri.getFragment() != null) {
            device.problem(
                    "url", "has something behind the port; topics stand at the tags; " + EXPECTED);
        }
    }

    /** As it is written. */
    String url() {
        return "%s://%s:%d".formatted(tls ? "mqtts" : "mqtt", host, port);
    }
}
