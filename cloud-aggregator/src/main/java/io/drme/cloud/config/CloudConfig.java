package io.drme.cloud.config;

import io.drme.config.InvalidConfigException;
import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What {@code cloud.yaml} says. Without a file: one member, SQLite under the data directory, HTTP
 * 8080 and MQTT 1883 on loopback.
 */
public record CloudConfig(
        ClusterConfig cluster,
        IngestConfig ingest,
        StoreConfig store,
        WebConfig web,
        SecurityConfig security,
        FleetConfig fleet) {

    /** The data directory where neither the file nor the command line names one. */
    public static final String DEFAULT_DIRECTORY = "drme-cloud-data";

    /**
     * The members that share the work.
     *
     * @param name of the cluster; members of another name do not join
     * @param listen address and port of this member for the others
     * @param publicAddress where the others reach it, if that is another one
     * @param members addresses of all members, this one among them; empty means this one alone
     * @param service name of the Kubernetes service whose addresses are the members'
     * @param backups copies of each entry on other members, 0 to 6
     * @param minimum members in sight below which this one takes nothing: more than half of all
     * @param hotSetBytes what a member keeps of the newest values; the rest is in the database
     * @param tls what members show each other; anything but loopback demands it
     */
    public record ClusterConfig(
            String name,
            Listen listen,
            Optional<Listen> publicAddress,
            List<Listen> members,
            Optional<String> service,
            int backups,
            int minimum,
            long hotSetBytes,
            Optional<MemberTls> tls) {
        /** Port of members where none is given. */
        public static final int PORT = 5701;

        /** A gateway with 1,000 tags takes some 60 KiB: enough for 2,000 of them. */
        static final long HOT_SET_BYTES = 128L << 20;

        static ClusterConfig defaults() {
            return new ClusterConfig(
                    "drme",
                    new Listen("127.0.0.1", PORT),
                    Optional.empty(),
                    List.of(),
                    Optional.empty(),
                    1,
                    1,
                    HOT_SET_BYTES,
                    Optional.empty());
        }

        /** Whether there are no other members, so that the database may belong to this one. */
        public boolean isAlone() {
            return members.size() < 2 && service.isEmpty();
        }

        /** Where the others reach this member. */
        public Listen reachedAt() {
            return publicAddress.orElse(listen);
        }
    }

    /**
     * What members show each other.
     *
     * @param files this member's certificate and key, and the authority of all members'
     * @param name a name that each member's certificate has; empty where each has its own address
     */
    public record MemberTls(Tls files, Optional<String> name) {}

    /**
     * Where gateways connect.
     *
     * @param listen MQTT address and port; anything but loopback demands {@code tls}
     * @param maxGateways most gateways connected at once, 1 to 100,000; it bounds memory
     * @param tls certificate of this server and the authority of the gateways' certificates
     */
    public record IngestConfig(Listen listen, int maxGateways, Optional<Tls> tls) {
        static IngestConfig defaults() {
            return new IngestConfig(new Listen("127.0.0.1", 1883), 10_000, Optional.empty());
        }
    }

    /**
     * Where blocks and events are kept.
     *
     * @param url JDBC address; empty means SQLite under the data directory
     * @param user role at a PostgreSQL server
     * @param passwordFile its password, one line
     * @param ca authority of that server's certificate; anything but loopback demands it
     * @param retention how long samples and roll-ups are kept
     */
    public record StoreConfig(
            Optional<String> url,
            Optional<String> user,
            Optional<Path> passwordFile,
            Optional<Path> ca,
            RetentionConfig retention) {
        static StoreConfig defaults() {
            return new StoreConfig(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    RetentionConfig.forEver());
        }
    }

    /**
     * The fleet page and REST.
     *
     * @param listen address and port; anything but loopback demands {@code tls}
     * @param tls certificate and key of the page
     */
    public record WebConfig(Listen listen, Optional<Tls> tls) {
        static WebConfig defaults() {
            return new WebConfig(new Listen("127.0.0.1", 8080), Optional.empty());
        }
    }

    /**
     * Sign-in.
     *
     * @param sessionAfterIdle a page's session ends after so long without a request
     */
    public record SecurityConfig(Duration sessionAfterIdle) {
        static SecurityConfig defaults() {
            return new SecurityConfig(Duration.ofHours(12));
        }
    }

    /**
     * PEM files.
     *
     * @param certificate the server's certificate chain
     * @param key its private key
     * @param ca authority that signed the clients' certificates; only where clients show one
     */
    public record Tls(Path certificate, Path key, Optional<Path> ca) {}

    /** What holds where the file says nothing. */
    public static CloudConfig defaults() {
        return new CloudConfig(
                ClusterConfig.defaults(),
                IngestConfig.defaults(),
                StoreConfig.defaults(),
                WebConfig.defaults(),
                SecurityConfig.defaults(),
                FleetConfig.defaults());
    }

    /**
     * Reads and checks a file.
     *
     * @throws InvalidConfigException with all problems at once, each with file, line and key
     */
    public static CloudConfig read(Path file) throws InvalidConfigException {
        var problems = new Problems();
        var config =
                YamlReader.read(file, problems)
                        .map(mapping ->
                                new ConfigReader(problems)
                                        .read(new Section(mapping, "", problems)));
        problems.throwIfAny(file.toString());
        return config.orElseGet(CloudConfig::defaults);
    }

    /** The same with other ports, as the command line may ask; 0 takes a free one. */
    public CloudConfig withPorts(Optional<Integer> http, Optional<Integer> mqtt) {
        return new CloudConfig(
                cluster,
                new IngestConfig(ingest.listen.withPort(mqtt), ingest.maxGateways, ingest.tls),
                store,
                new WebConfig(web.listen.withPort(http), web.tls),
                security,
                fleet);
    }

    /** The same with another port for members. */
    public CloudConfig withClusterPort(int port) {
        return new CloudConfig(
                new ClusterConfig(
                        cluster.name,
                        cluster.listen.withPort(Optional.of(port)),
                        cluster.publicAddress,
                        cluster.members,
                        cluster.service,
                        cluster.backups,
                        cluster.minimum,
                        cluster.hotSetBytes,
                        cluster.tls),
                ingest,
                store,
                web,
                security,
                fleet);
    }
}
