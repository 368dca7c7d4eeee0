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
        SecurityConfig security) {

    /** The data directory where neither the file nor the command line names one. */
    public static final String DEFAULT_DIRECTORY = "drme-cloud-data";

    /**
     * The members that share the work.
     *
     * @param name of the cluster; members of another name do not join
     * @param listen address and port of this member for the others
     * @param members addresses of all members; empty means this one alone
     * @param backups copies of each entry on other members, 0 to 6
     */
    public record ClusterConfig(String name, Listen listen, List<String> members, int backups) {
        static ClusterConfig defaults() {
            return new ClusterConfig("drme", new Listen("127.0.0.1", 5701), List.of(), 1);
        }
    }

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
     * @param retention how long blocks are kept after their last sample; zero means for ever
     */
    public record StoreConfig(
            Optional<String> url,
            Optional<String> user,
            Optional<Path> passwordFile,
            Optional<Path> ca,
            Duration retention) {
        static StoreConfig defaults() {
            return new StoreConfig(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ZERO);
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
                SecurityConfig.defaults());
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
                security);
    }

    /** The same with another port for members. */
    public CloudConfig withClusterPort(int port) {
        return new CloudConfig(
                new ClusterConfig(
                        cluster.name,
                        cluster.listen.withPort(Optional.of(port)),
                        cluster.members,
                        cluster.backups),
                ingest,
                store,
                web,
                security);
    }
}
