package io.drme.cloud.config;

import io.drme.cloud.config.CloudConfig.ClusterConfig;
import io.drme.cloud.config.CloudConfig.IngestConfig;
import io.drme.cloud.config.CloudConfig.SecurityConfig;
import io.drme.cloud.config.CloudConfig.StoreConfig;
import io.drme.cloud.config.CloudConfig.Tls;
import io.drme.cloud.config.CloudConfig.WebConfig;
import io.drme.config.Problems;
import io.drme.config.Section;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads the sections of {@code cloud.yaml}; what is wrong goes to {@link Problems}. */
final class ConfigReader {
    private static final int MAX_GATEWAYS = 100_000;

    private static final Pattern POSTGRES_SCHEME = Pattern.compile("(?i)jdbc:postgres");
    private static final String POSTGRES_EXAMPLE = "jdbc:postgresql://db.example:5432/drme";
    private static final String HOST = "(?:\\[[0-9a-fA-F:]+]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?";
    private static final Pattern POSTGRES_URL =
            Pattern.compile("jdbc:postgresql://(" + HOST + "(?:," + HOST + ")*)/[A-Za-z0-9_.-]+");
    private static final String HERE = "(?:localhost|127[.][0-9.]+|\\[::1])(?::[0-9]+)?";
    private static final Pattern LOOPBACK = Pattern.compile(HERE + "(?:," + HERE + ")*");

    private final Problems problems;

    ConfigReader(Problems problems) {
        this.problems = problems;
    }

    CloudConfig read(Section top) {
        var cluster = part(top, "cluster", ClusterReader::read, ClusterConfig.defaults());
        var ingest = part(top, "ingest", this::ingest, IngestConfig.defaults());
        var store = part(top, "store", this::store, StoreConfig.defaults());
        var web = part(top, "web", this::web, WebConfig.defaults());
        var security = part(top, "security", this::security, SecurityConfig.defaults());
        var fleet = FleetReader.read(top, store.retention());
        top.done();
        if (!cluster.isAlone() && !isShared(store)) {
            var key = cluster.service().isPresent() ? "kubernetes" : "members";
            problems.add(
                    top.section("cluster").map(s -> s.where(key)).orElse(top.where()),
                    "cluster." + key,
                    "several members need a database that they can share, but SQLite belongs to one; set store.url, as in %s, or list one member or none"
                            .formatted(POSTGRES_EXAMPLE));
        }
        return new CloudConfig(cluster, ingest, store, web, security, fleet);
    }

    private static boolean isShared(StoreConfig store) {
        return store.url().filter(u -> POSTGRES_SCHEME.matcher(u).lookingAt()).isPresent();
    }

    private static <T> T part(Section top, String key, Function<Section, T> reader, T otherwise) {
        return top.section(key)
                .map(section -> {
                    var value = reader.apply(section);
                    section.done();
                    return value;
                })
                .orElse(otherwise);
    }

    private IngestConfig ingest(Section s) {
        var usual = IngestConfig.defaults();
        var listen = listen(s, usual.listen());
        var tls = tls(s, true);
        if (!listen.isLoopback() && tls.isEmpty()) {
            s.problem(
                    "listen",
                    "%s is reachable from outside, so gateways must show a certificate; give certificate, key and ca, or listen on 127.0.0.1"
                            .formatted(listen));
        }
        return new IngestConfig(
                listen, (int) s.integer("max-gateways", usual.maxGateways(), 1, MAX_GATEWAYS), tls);
    }

    private StoreConfig store(Section s) {
        var url = s.text("url");
        var user = s.text("user");
        var passwordFile = file(s, "password-file");
        var ca = file(s, "ca");
        if (url.isPresent() && POSTGRES_SCHEME.matcher(url.get()).lookingAt()) {
            postgres(s, url.get(), ca.isPresent());
        } else {
            if (url.isPresent() && !url.get().startsWith("jdbc:sqlite:")) {
                s.problem(
                        "url",
                        "'%s' is not supported; expected jdbc:sqlite:FILE or %s"
                                .formatted(masked(url.get()), POSTGRES_EXAMPLE));
            }
            onlyForPostgres(s, "user", user.isPresent());
            onlyForPostgres(s, "password-file", passwordFile.isPresent());
            onlyForPostgres(s, "ca", ca.isPresent());
        }
        return new StoreConfig(url, user, passwordFile, ca, RetentionReader.read(s));
    }

    private static void onlyForPostgres(Section s, String key, boolean isGiven) {
        if (isGiven) {
            s.problem(
                    key,
                    "is for a PostgreSQL server, but url names none; remove it, or set url, as in "
                            + POSTGRES_EXAMPLE);
        }
    }

    private static void postgres(Section s, String url, boolean hasAuthority) {
        var matcher = POSTGRES_URL.matcher(url);
        if (!matcher.matches()) {
            s.problem(
                    "url",
                    "'%s' is no address of a database; expected jdbc:postgresql://HOST[:PORT][,HOST[:PORT]]/NAME with nothing behind it; user, password-file and ca are keys of their own"
                            .formatted(masked(url)));
        } else if (!hasAuthority && !LOOPBACK.matcher(matcher.group(1)).matches()) {
            s.problem(
                    "url",
                    "the server %s is not on this machine, so it must show a certificate; give ca, the file of the authority that signed it"
                            .formatted(matcher.group(1)));
        }
    }

    /** Without a password, wherever somebody may have put one. */
    private static String masked(String url) {
        return url.replaceAll("(?i)(password=)[^&;]*", "$1…").replaceAll("://[^/@]*@", "://…@");
    }

    private WebConfig web(Section s) {
        var listen = listen(s, WebConfig.defaults().listen());
        var tls = tls(s, false);
        if (!listen.isLoopback() && tls.isEmpty()) {
            s.problem(
                    "listen",
                    "%s is reachable from outside; give certificate and key, or listen on 127.0.0.1"
                            .formatted(listen));
        }
        return new WebConfig(listen, tls);
    }

    private SecurityConfig security(Section s) {
        return new SecurityConfig(
                s.duration(
                        "session-idle",
                        SecurityConfig.defaults().sessionAfterIdle(),
                        Duration.ofMinutes(1),
                        Duration.ofDays(30)));
    }

    static Listen listen(Section s, Listen otherwise) {
        return s.parsed("listen", "an address such as 127.0.0.1:8080", Listen::parse)
                .orElse(otherwise);
    }

    static Optional<Tls> tls(Section s, boolean withAuthority) {
        var certificate = file(s, "certificate");
        var key = file(s, "key");
        var ca = withAuthority ? file(s, "ca") : Optional.<Path>empty();
        boolean any = certificate.isPresent() || key.isPresent() || ca.isPresent();
        boolean all =
                certificate.isPresent() && key.isPresent() && (ca.isPresent() || !withAuthority);
        if (any && !all) {
            s.problems()
                    .add(
                            s.where(),
                            s.path(),
                            "TLS needs %s together"
                                    .formatted(
                                            withAuthority
                                                    ? "certificate, key and ca"
                                                    : "certificate and key"));
        }
        return all ? Optional.of(new Tls(certificate.get(), key.get(), ca)) : Optional.empty();
    }

    private static Optional<Path> file(Section s, String key) {
        var path = s.text(key).map(Path::of);
        if (path.isPresent() && !Files.isReadable(path.get())) {
            s.problem(key, "%s can't be read; check the path and its rights".formatted(path.get()));
        }
        return path;
    }
}
