package io.drme.cloud.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
        assertThat(config.ingest().listen()).hasToString("127.0.0.1:1883");
        assertThat(config.ingest().maxGateways()).isEqualTo(10_000);
        assertThat(config.ingest().tls()).isEmpty();
        assertThat(config.store().url()).isEmpty();
        assertThat(config.store().retention()).isEqualTo(Duration.ZERO);
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
        assertThat(config.store().retention()).isEqualTo(Duration.ofDays(30));
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
                .hasMessageContaining("SQLite belongs to one");
    }
}
