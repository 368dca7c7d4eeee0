package io.drme.cloud.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.cloud.config.FleetConfig.By;
import io.drme.config.InvalidConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CloudConfigTest {
    @TempDir private Path directory;

    private CloudConfig read(String yaml) throws IOException, InvalidConfigException {
        return CloudConfig.read(Files.writeString(directory.resolve("cloud.yaml"), yaml));
    }

    @Test
    void defaultsAreOneMemberOnLoopback() {
        var config = CloudConfig.defaults();
        assertThat(config.cluster().name()).isEqualTo("drme");
        assertThat(config.cluster().listen()).hasToString("127.0.0.1:5701");
        assertThat(config.cluster().members()).isEmpty();
        assertThat(config.cluster().backups()).isEqualTo(1);
        assertThat(config.cluster().minimum()).isEqualTo(1);
        assertThat(config.cluster().isAlone()).isTrue();
        assertThat(config.cluster().hotSetBytes()).isEqualTo(128L << 20);
        assertThat(config.cluster().tls()).isEmpty();
        assertThat(config.ingest().listen()).hasToString("127.0.0.1:1883");
        assertThat(config.ingest().maxGateways()).isEqualTo(10_000);
        assertThat(config.ingest().tls()).isEmpty();
        assertThat(config.store().url()).isEmpty();
        assertThat(config.store().retention()).isEqualTo(RetentionConfig.forEver());
        assertThat(config.web().listen()).hasToString("127.0.0.1:8080");
        assertThat(config.web().tls()).isEmpty();
    }

    @Test
    void everyKeyIsRead() throws Exception {
        var config =
                read(
                        """
                        cluster: {name: plant, listen: "127.0.0.1:5711", members: ["127.0.0.1:5711"], backups: 0}
                        ingest: {listen: "127.0.0.1:1884", max-gateways: 50}
                        store: {url: "jdbc:sqlite:/tmp/x.db", retention: 30d}
                        web: {listen: "[::1]:8090"}
                        """);
        assertThat(config.cluster().name()).isEqualTo("plant");
        assertThat(config.cluster().listen().port()).isEqualTo(5711);
        assertThat(config.ingest().maxGateways()).isEqualTo(50);
        assertThat(config.store().url()).contains("jdbc:sqlite:/tmp/x.db");
        assertThat(config.store().retention().usual().raw()).isEqualTo(Duration.ofDays(30));
        assertThat(config.store().user()).isEmpty();
        assertThat(config.web().listen().host()).isEqualTo("::1");
    }

    @Test
    void everythingWrongIsListedAtOnceWithLineKeyAndRemedy() {
        assertThatThrownBy(() ->
                        read(
                                """
                                clutser: {name: x}
                                ingest: {listen: "0.0.0.0:1883"}
                                web: {listen: "0.0.0.0:8080", certificate: /none.pem}
                                store: {url: "jdbc:postgresql://db/drme?password=secret"}
                                """))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(":1: clutser: is not a known key (did you mean 'cluster'?)")
                .hasMessageContaining(":2: ingest.listen")
                .hasMessageContaining("certificate, key and ca")
                .hasMessageContaining(":3: web.certificate")
                .hasMessageContaining(":4: store.url")
                .hasMessageNotContaining("secret");
    }

    // Members that have another file read what a pipeline is from the text that travels.
    @Test
    void aFleetPipelineIsTheSameBehindItsText() throws Exception {
        var fleet =
                read("""
                jobs: {every: 10s, wait: 0s, reach: 2d, backfill: 30m}
                pipelines:
                  mean:
                    by: site
                    from: ["*/press-*/oil/temperature", "**/x"]
                    steps:
                      - filter: "quality == 'good' && tag != 'a, b: {c} # ä'"
                      - aggregate: {window: 10s, every: 1s, functions: [avg, p97.5]}
                    to: "{tag}/{function}"
                    unit: "%"
                  loss:
                    from: a/b
                    steps: [{combine: {with: {other: "c/d"}, give: "value - other"}}]
                    to: loss
                """)
                        .fleet();
        assertThat(fleet.every()).isEqualTo(Duration.ofSeconds(10));
        assertThat(fleet.waits()).isZero();
        assertThat(fleet.reach()).isEqualTo(Duration.ofDays(2));
        assertThat(fleet.backfill()).isEqualTo(Duration.ofMinutes(30));
        assertThat(fleet.pipelines()).extracting(p -> p.by()).containsExactly(By.SITE, By.FLEET);
        for (var pipeline : fleet.pipelines()) {
            var read = FleetReader.parse(pipeline.definition());
            assertThat(read.by()).isEqualTo(pipeline.by());
            assertThat(read.definition()).isEqualTo(pipeline.definition());
            assertThat(read.config().from()).isEqualTo(pipeline.config().from());
            assertThat(read.config().steps()).isEqualTo(pipeline.config().steps());
            assertThat(read.config().to()).isEqualTo(pipeline.config().to());
            assertThat(read.config().unit()).isEqualTo(pipeline.config().unit());
        }
    }

    @Test
    void aFleetPipelineIsCheckedAsAGatewaysAndByItsPart() {
        assertThatThrownBy(() ->
                        read(
                                """
                                jobs: {every: 7s}
                                pipelines:
                                  mean:
                                    by: sites
                                    from: ["*/press-*/oil/temperature"]
                                    steps: [{aggregat: {window: 10s}}]
                                    to: ["x"]
                                """))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(":1: jobs.every: an hour is no multiple")
                .hasMessageContaining(
                        ":4: pipelines.mean.by: 'sites' is not known (did you mean 'site'?)")
                .hasMessageContaining("did you mean 'aggregate'?");
    }

    // Of a chunk whose samples expired in part, results that were right would be made again of the
    // rest.
    @Test
    void fleetResultsAreMadeAgainOnlyWhileAllSamplesAreKept() throws Exception {
        var rules =
                """
                store:
                  retention:
                    raw: 30d
                    rules:
                      fast: {match: "*/press/**", raw: 3d}
                """;
        assertThat(read(rules).fleet().reach()).isEqualTo(Duration.ofHours(70));
        assertThat(read(rules + "jobs: {every: 10s}\n").fleet().reach())
                .isEqualTo(Duration.ofHours(70));
        assertThat(read(rules + "jobs: {reach: 70h}\n").fleet().reach())
                .isEqualTo(Duration.ofHours(70));
        assertThat(read("store: {retention: 30d}\n").fleet().reach()).isEqualTo(Duration.ofDays(7));
        assertThatThrownBy(() -> read(rules + "jobs: {reach: 71h}\n"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(":6: jobs.reach: ")
                .hasMessageContaining("store.retention keeps some samples (raw) for 72 h only")
                .hasMessageContaining("give 70 h or less");
    }

    @Test
    void retentionHasRulesOfWhichTheFirstThatMatchesCounts() throws Exception {
        var retention =
                read("""
                store:
                  retention:
                    raw: 30d
                    minutes: 365d
                    rules:
                      fast: {site: "acme/**", match: "*/press/vibration", raw: 7d}
                      press: {match: "*/press/**", raw: 0s, minutes: 0s}
                """)
                        .store()
                        .retention();
        assertThat(retention.of("acme/a", "g", "press/vibration").raw())
                .isEqualTo(Duration.ofDays(7));
        assertThat(retention.of("acme/a", "g", "press/vibration").minutes())
                .isEqualTo(Duration.ofDays(365));
        assertThat(retention.of("other", "g", "press/vibration").raw()).isZero();
        assertThat(retention.of("acme/a", "g", "boiler/pressure").raw())
                .isEqualTo(Duration.ofDays(30));
    }

    @Test
    void retentionThatCouldNotBeKeptIsRefused() {
        assertThatThrownBy(() ->
                        read(
                                """
                                store:
                                  retention:
                                    raw: 30d
                                    minutes: 7d
                                    rules:
                                      all: {raw: 1h, minutes: 30d}
                                """))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(":4: store.retention.minutes")
                .hasMessageContaining(":6: store.retention.rules.all.raw")
                .hasMessageContaining(":6: store.retention.rules.all.match");
    }

    @Test
    void aPostgresServerIsReadWithItsUserAndFiles() throws Exception {
        var secret = Files.writeString(directory.resolve("secret"), "x");
        var config =
                read(
                        """
                        store: {url: "jdbc:postgresql://a.example:5432,b.example/drme", user: centre, password-file: %s, ca: %s}
                        """
                                .formatted(secret, secret));
        assertThat(config.store().url())
                .contains("jdbc:postgresql://a.example:5432,b.example/drme");
        assertThat(config.store().user()).contains("centre");
        assertThat(config.store().passwordFile()).contains(secret);
        assertThat(config.store().ca()).contains(secret);
        var here = read("store: {url: \"jdbc:postgresql://127.0.0.1/drme\"}\n");
        assertThat(here.store().ca()).isEmpty();
    }

    // What is in the URL gets into logs and lists of processes, and other parameters load classes.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "url: 'jdbc:postgresql://db.example/drme'|store.url|give ca",
                "url: 'jdbc:postgresql://127.0.0.1,db.example/drme'|store.url|give ca",
                "url: 'jdbc:postgresql://127.0.0.1.example/drme'|store.url|give ca",
                "url: 'jdbc:postgresql://localhost/drme?user=x'|store.url|nothing behind it",
                "url: 'jdbc:postgresql://drme:secret@localhost/drme'|store.url|nothing behind it",
                "url: 'jdbc:postgresql:drme'|store.url|expected jdbc:postgresql://HOST",
                "url: 'jdbc:mysql://localhost/drme'|store.url|expected jdbc:sqlite:FILE or",
                "user: drme|store.user|url names none",
                "url: 'jdbc:sqlite:x', user: drme|store.user|url names none",
                "url: 'jdbc:postgresql://localhost/drme', password-file: /none|store.password-file|can't be read"
            })
    void aDatabaseThatCantBeMeantIsRefused(String store, String where, String remedy) {
        assertThatThrownBy(() -> read("store: {" + store + "}\n"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(":1: " + where)
                .hasMessageContaining(remedy)
                .hasMessageNotContaining("secret");
    }

    @Test
    void severalMembersOnSqliteAreRefused() {
        assertThatThrownBy(() ->
                        read("cluster: {members: [\"127.0.0.1:5701\", \"127.0.0.1:5702\"]}\n"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(":1: cluster.members")
                .hasMessageContaining("SQLite belongs to one");
    }

    @Test
    void threeMembersAreReadAndTwoOfThemAreEnough() throws Exception {
        var pem = Files.writeString(directory.resolve("pem"), "x");
        var cluster =
                read("""
                cluster:
                  name: plant
                  listen: "10.0.4.11:5701"
                  members: [10.0.4.11, "10.0.4.12:5701", "10.0.4.13:5701"]
                  backups: 2
                  hot-set: 256MiB
                  tls: {certificate: %1$s, key: %1$s, ca: %1$s, name: members.plant}
                store: {url: "jdbc:postgresql://127.0.0.1/drme"}
                """
                                .formatted(pem))
                        .cluster();
        assertThat(cluster.isAlone()).isFalse();
        assertThat(cluster.members())
                .extracting(Listen::toString)
                .containsExactly("10.0.4.11:5701", "10.0.4.12:5701", "10.0.4.13:5701");
        assertThat(cluster.minimum()).isEqualTo(2);
        assertThat(cluster.backups()).isEqualTo(2);
        assertThat(cluster.hotSetBytes()).isEqualTo(256 << 20);
        assertThat(cluster.tls().orElseThrow().name()).contains("members.plant");
    }

    @Test
    void membersOfAKubernetesServiceNeedAMinimum() throws Exception {
        var pem = Files.writeString(directory.resolve("pem"), "x");
        var text =
                """
                cluster: {listen: "0.0.0.0:5701", kubernetes: {service: drme.apps.svc}, tls: {certificate: %1$s, key: %1$s, ca: %1$s, name: drme}%2$s}
                store: {url: "jdbc:postgresql://127.0.0.1/drme"}
                """;
        assertThat(read(text.formatted(pem, ", minimum: 3")).cluster().minimum()).isEqualTo(3);
        assertThatThrownBy(() -> read(text.formatted(pem, "")))
                .hasMessageContaining("cluster.minimum: is missing")
                .hasMessageContaining("more than half of the replicas");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "listen: '10.0.4.11:5701'|cluster.listen|certificate, key and ca",
                "members: ['127.0.0.1:5702', '127.0.0.1:5703']|cluster.members|own address 127.0.0.1:5701",
                "members: ['127.0.0.1:5701', '127.0.0.1:5701']|cluster.members|a member twice",
                "members: ['127.0.0.1:5701', '10.0.4.12:5701']|cluster.listen|can't be reached by members on other machines",
                "members: ['a b']|cluster.members|no address of a member",
                "members: ['127.0.0.1:5701', '127.0.0.1:5702'], minimum: 3|cluster.minimum|can't be reached by the 2 members",
                "members: ['127.0.0.1:5701', '127.0.0.1:5702', '127.0.0.1:5703'], minimum: 1|cluster.minimum|could both go on",
                "minimum: 2|cluster.minimum|can't be reached",
                "members: ['127.0.0.1:5701'], kubernetes: {service: x}, minimum: 2|cluster.kubernetes|either of the two",
                "kubernetes: {service: 'a b'}, minimum: 2|cluster.kubernetes.service|headless service",
                "tls: {name: x}|cluster.tls.certificate|certificate, key and ca together",
                "tls: {certificate: /none}|cluster.tls|certificate, key and ca together"
            })
    void aClusterThatCantBeMeantIsRefused(String cluster, String where, String remedy) {
        assertThatThrownBy(() ->
                        read(
                                "cluster: {%s}%nstore: {url: 'jdbc:postgresql://127.0.0.1/drme'}%n"
                                        .formatted(cluster)))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(":1: " + where)
                .hasMessageContaining(remedy);
    }
}
