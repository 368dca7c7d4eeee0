package io.drme.edge.uplink;

import io.drme.config.Problems;
import io.drme.config.Quantities;
import io.drme.config.Section;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The {@code uplink} section: where the centre is.
 *
 * @param url as a person wrote it: {@code mqtts://host:8883}, or {@code mqtt://} on loopback
 * @param host name or address
 * @param port 1 to 65535
 * @param tls whether the line is encrypted and both sides show a certificate
 * @param ca PEM file with the authority of the centre's certificate; the system's where absent
 * @param certificate PEM file with this gateway's certificate chain
 * @param key PEM file with its private key (PKCS 8)
 * @param bytesPerSecond what blocks may take of the line; 0 is without limit
 */
public record UplinkConfig(
        String url,
        String host,
        int port,
        boolean tls,
        Optional<Path> ca,
        Optional<Path> certificate,
        Optional<Path> key,
        long bytesPerSecond) {
    /** Port of {@code mqtt://}. */
    public static final int PLAIN_PORT = 1883;

    /** Port of {@code mqtts://}. */
    public static final int TLS_PORT = 8883;

    /** The slowest line: an alarm still goes in a second. */
    public static final long MIN_BITS_PER_SECOND = 2_400;

    private static final int MAX_PORT = 65_535;
    private static final int BITS_PER_BYTE = 8;

    /** Reads and checks the section; where something is wrong, the rest has its default. */
    public static UplinkConfig read(Section section) {
        return read(section, section.problems());
    }

    /**
     * As {@link #read(Section)}, for who reads it on another machine than the gateway.
     *
     * @param ofFiles takes which of the files that it names can't be read here
     */
    public static UplinkConfig read(Section section, Problems ofFiles) {
        var url = section.requiredText("url");
        var uri = uri(url);
        boolean tls = uri.map(u -> "mqtts".equals(u.getScheme())).orElse(false);
        if (uri.isEmpty()) {
            if (!url.isBlank()) {
                section.problem(
                        "url",
                        "'%s' is not an address of a centre, such as mqtts://central.example:8883"
                                .formatted(url));
            }
        } else if (!tls && !isLoopback(uri.get().getHost())) {
            section.problem(
                    "url",
                    "'%s' leaves this machine without TLS; use mqtts:// with certificate and key"
                            .formatted(url));
        }
        var ca = file(section, "ca", ofFiles);
        var certificate = file(section, "certificate", ofFiles);
        var key = file(section, "key", ofFiles);
        if (tls && (certificate.isEmpty() || key.isEmpty())) {
            section.problem(
                    certificate.isEmpty() ? "certificate" : "key",
                    "mqtts:// needs certificate and key (PEM files): the centre knows a gateway by its certificate's name");
        }
        long bits =
                section.parsed(
                                "bandwidth",
                                "a rate with its unit, such as 512kbit/s or 2Mbit/s",
                                Quantities::bitsPerSecond)
                        .orElse(0L);
        if (section.has("bandwidth") && bits != 0 && bits < MIN_BITS_PER_SECOND) {
            section.problem(
                    "bandwidth",
                    "%d bit/s is too little; at least %d".formatted(bits, MIN_BITS_PER_SECOND));
        }
        section.done();
        int port = uri.map(URI::getPort).orElse(-1);
        return new UplinkConfig(
                url,
                uri.map(URI::getHost).orElse("localhost"),
                port > 0 ? port : tls ? TLS_PORT : PLAIN_PORT,
                tls,
                ca,
                certificate,
                key,
                bits / BITS_PER_BYTE);
    }

    private static Optional<URI> uri(String url) {
        try {
            var uri = new URI(url.strip());
            boolean known = "mqtt".equals(uri.getScheme()) || "mqtts".equals(uri.getScheme());
            boolean plain = uri.getPath() == null || uri.getPath().length() <= 1;
            return known && plain && uri.getHost() != null && uri.getPort() <= MAX_PORT
                    ? Optional.of(uri)
                    : Optional.empty();
        } catch (URISyntaxException _) {
            return Optional.empty();
        }
    }

    private static Optional<Path> file(Section section, String key, Problems ofFiles) {
        var path = section.text(key).map(Path::of);
        if (path.isPresent() && !Files.isReadable(path.get())) {
            ofFiles.add(
                    section.where(key),
                    section.path(key),
                    "'%s' is no file that can be read".formatted(path.get()));
        }
        return path;
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    }
}
