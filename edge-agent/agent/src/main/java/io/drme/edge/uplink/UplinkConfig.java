package io.drme.edge.uplink;

import io.drme.config.Problems;
import io.drme.config.Quantities;
import io.drme.config.Section;
import io.drme.sync.LineBudget;
import io.drme.sync.Traffic;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The {@code uplink} section: where the centre is.
 *
 * @param members of the centre, at least one: any of them takes what this gateway sends
 * @param tls whether the line is encrypted and both sides show a certificate
 * @param ca PEM file with the authority of the centre's certificate; the system's where absent
 * @param certificate PEM file with this gateway's certificate chain
 * @param key PEM file with its private key (PKCS 8)
 * @param budget what may be taken of the line
 */
public record UplinkConfig(
        List<Address> members,
        boolean tls,
        Optional<Path> ca,
        Optional<Path> certificate,
        Optional<Path> key,
        LineBudget budget) {
    /** Port of {@code mqtt://}. */
    public static final int PLAIN_PORT = 1883;

    /** Port of {@code mqtts://}. */
    public static final int TLS_PORT = 8883;

    /** The slowest line: an alarm still goes in a second. */
    public static final long MIN_BITS_PER_SECOND = 2_400;

    private static final int MAX_PORT = 65_535;
    private static final int BITS_PER_BYTE = 8;

    /** Each is tried in turn, so a longer list only delays the next try of the right one. */
    private static final int MAX_MEMBERS = 16;

    /**
     * One member of the centre.
     *
     * @param url as a person wrote it: {@code mqtts://host:8883}, or {@code mqtt://} on loopback
     * @param host name or address
     * @param port 1 to 65535
     */
    public record Address(String url, String host, int port) {}

    /** The first member as a person wrote it. */
    public String url() {
        return members.getFirst().url();
    }

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
        var members = members(section);
        boolean tls = members.stream().anyMatch(m -> m.url().strip().startsWith("mqtts:"));
        var ca = file(section, "ca", ofFiles);
        var certificate = file(section, "certificate", ofFiles);
        var key = file(section, "key", ofFiles);
        if (tls && (certificate.isEmpty() || key.isEmpty())) {
            section.problem(
                    certificate.isEmpty() ? "certificate" : "key",
                    "mqtts:// needs certificate and key (PEM files): the centre knows a gateway by its certificate's name");
        }
        var budget = budget(section);
        section.done();
        return new UplinkConfig(members, tls, ca, certificate, key, budget);
    }

    private static LineBudget budget(Section section) {
        long all = bits(section, "bandwidth", 0, "");
        var streams = section.section("streams");
        if (streams.isEmpty()) {
            return LineBudget.of(all / BITS_PER_BYTE);
        }
        var of = streams.get();
        long data = bits(of, Traffic.DATA.text(), all, "uplink.bandwidth");
        long backlog =
                bits(
                        of,
                        Traffic.BACKLOG.text(),
                        data == 0 ? all : data,
                        data == 0 ? "uplink.bandwidth" : "uplink.streams.data");
        long live = bits(of, Traffic.LIVE.text(), all, "uplink.bandwidth");
        if (of.has(Traffic.EVENTS.text())) {
            of.problem(
                    Traffic.EVENTS.text(),
                    "can't be limited: an alarm waits for no budget; limit data, backlog or live");
        }
        of.done();
        return new LineBudget(
                all / BITS_PER_BYTE,
                data / BITS_PER_BYTE,
                backlog / BITS_PER_BYTE,
                live / BITS_PER_BYTE);
    }

    /** A rate, 0 where there is none; no more than another one, where that is given. */
    private static long bits(Section section, String key, long most, String mostOf) {
        long bits =
                section.parsed(
                                key,
                                "a rate with its unit, such as 512kbit/s or 2Mbit/s",
                                Quantities::bitsPerSecond)
                        .orElse(0L);
        if (section.has(key) && bits != 0 && bits < MIN_BITS_PER_SECOND) {
            section.problem(
                    key,
                    "%d bit/s is too little; at least %d".formatted(bits, MIN_BITS_PER_SECOND));
        } else if (most > 0 && bits > most) {
            section.problem(
                    key, "%d bit/s is more than the %d of %s".formatted(bits, most, mostOf));
        }
        return bits;
    }

    /** What {@code url} says: one address, or a list of them. */
    private static List<Address> members(Section section) {
        var urls = section.texts("url");
        if (!section.has("url")) {
            section.missing("url", "add it");
        } else if (urls.isEmpty() || urls.stream().anyMatch(String::isBlank)) {
            section.problem("url", "is empty; give a value");
        } else if (urls.size() > MAX_MEMBERS) {
            section.problem("url", "%d addresses; at most %d".formatted(urls.size(), MAX_MEMBERS));
        }
        var members = new ArrayList<Address>();
        for (var url : urls) {
            if (!url.isBlank()) {
                member(section, url).ifPresent(members::add);
            }
        }
        long secure = members.stream().filter(m -> m.url().strip().startsWith("mqtts:")).count();
        if (secure > 0 && secure < members.size()) {
            section.problem("url", "mixes mqtts:// and mqtt://; give one kind for all members");
        }
        if (members.isEmpty()) {
            members.add(new Address("", "localhost", PLAIN_PORT));
        }
        return List.copyOf(members);
    }

    private static Optional<Address> member(Section section, String url) {
        var uri = uri(url);
        if (uri.isEmpty()) {
            section.problem(
                    "url",
                    "'%s' is not an address of a centre, such as mqtts://central.example:8883"
                            .formatted(url));
            return Optional.empty();
        }
        boolean tls = "mqtts".equals(uri.get().getScheme());
        var host = uri.get().getHost();
        if (!tls && !isLoopback(host)) {
            section.problem(
                    "url",
                    "'%s' leaves this machine without TLS; use mqtts:// with certificate and key"
                            .formatted(url));
        }
        int port = uri.get().getPort();
        return Optional.of(new Address(url, host, port > 0 ? port : tls ? TLS_PORT : PLAIN_PORT));
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
