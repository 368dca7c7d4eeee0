package io.drme.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.testing.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person learns when PostgreSQL can't be used as it is. */
class PostgresRefusalsTest {
    @TempDir private Path directory;
    private PostgresServer server;
    private DatabaseSettings good;

    @BeforeEach
    void makeDatabase() throws Exception {
        good = StoreKind.POSTGRES.settings(directory);
        server = StoreKind.server();
    }

    private static void refused(DatabaseSettings settings, String... said) {
        assertThatThrownBy(() -> Database.open(settings).close())
                .isInstanceOf(DatabaseException.class)
                .hasMessageContainingAll(said)
                .hasMessageNotContaining(PostgresServer.PASSWORD);
    }

    private DatabaseSettings with(String url, String user, String password) throws Exception {
        var file = Files.writeString(directory.resolve("other"), password);
        return new DatabaseSettings(
                url, Optional.of(user), Optional.of(file), Optional.empty(), Optional.empty());
    }

    @Test
    void aWrongPasswordIsToldWithUserAndFile() throws Exception {
        refused(
                with(good.url(), PostgresServer.USER, "wrong"),
                "password of user drme",
                "store.password-file (" + directory.resolve("other") + ")");
    }

    @Test
    void aPasswordFileWithoutAPasswordIsTold() throws Exception {
        refused(
                with(good.url(), PostgresServer.USER, "\n"),
                "store.password-file=",
                "expected one line");
        var none =
                new DatabaseSettings(
                        good.url(),
                        good.user(),
                        Optional.of(directory.resolve("none")),
                        Optional.empty(),
                        Optional.empty());
        refused(none, "store.password-file=", "can't be read");
    }

    @Test
    void aDatabaseThatIsNotThereIsToldWithTheCommandThatMakesIt() throws Exception {
        refused(
                with(server.url("nowhere"), PostgresServer.USER, PostgresServer.PASSWORD),
                "there is no database nowhere",
                "createdb -T template0 -E UTF8 -O drme nowhere");
    }

    @Test
    void aServerThatIsNotThereIsToldWithItsAddress() throws Exception {
        refused(
                with("jdbc:postgresql://127.0.0.1:1/drme", "drme", "x"),
                "the server 127.0.0.1:1 can't be reached",
                "store.url");
    }

    @Test
    void aUserWhoMayNotMakeTablesIsToldTheRight() throws Exception {
        server.psql("postgres", "create role guest login password 'guest'");
        try {
            refused(
                    with(good.url(), "guest", "guest"),
                    "user guest lacks a right",
                    "owner to guest");
        } finally {
            server.psql("postgres", "drop role guest");
        }
    }

    @Test
    void aDatabaseOfAnotherEncodingIsRefused() throws Exception {
        server.psql(
                "postgres",
                "create database latin template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'");
        try {
            refused(
                    with(server.url("latin"), PostgresServer.USER, PostgresServer.PASSWORD),
                    "encoded in LATIN1; expected UTF8",
                    "createdb -T template0 -E UTF8");
        } finally {
            server.psql("postgres", "drop database latin");
        }
    }

    @Test
    void aServerThatIsTooOldIsRefused() {
        assertThatThrownBy(() -> PostgresDialect.check(12, "UTF8"))
                .isInstanceOf(SQLException.class)
                .hasMessage("the server is PostgreSQL 12; expected 13 or newer; upgrade it");
    }

    @Test
    void aDatabaseOfANewerReleaseIsRefused() throws Exception {
        Database.open(good).close();
        try (var connection = StoreKind.POSTGRES.connect(directory);
                var statement = connection.createStatement()) {
            statement.execute("insert into schema_version (version) values (1000)");
        }
        refused(good, "schema version 1000", "start the newer release");
    }

    // A server may be set to answer before its disk has it; our promise does not depend on that.
    @Test
    void aCommitIsOnTheDiskWhateverTheServerUsuallyDoes() throws Exception {
        var name = Files.readString(directory.resolve("database"));
        server.psql("postgres", "alter database " + name + " set synchronous_commit = off");
        server.psql(
                "postgres",
                "alter database " + name + " set default_transaction_isolation = serializable");
        try (var database = Database.open(good);
                var writer = database.openWriter(Dialect.Role.RECEIVER)) {
            writer.begin();
            assertThat(shown(writer, "synchronous_commit")).isEqualTo("on");
            assertThat(shown(writer, "transaction_isolation")).isEqualTo("read committed");
        }
    }

    private static String shown(Writer writer, String setting) throws SQLException {
        return writer.statements().one("show " + setting, r -> r.getString(1)).orElseThrow();
    }

    // A character that the server can't hold must not stop all that comes behind it.
    @Test
    void aTextWithACharacterThatTheServerDoesNotTakeIsStoredWithoutIt() throws Exception {
        try (var database = Database.open(good);
                var records = Records.open(database)) {
            records.found(new io.drme.model.GatewayId("g"), "test", "a\0b \uD800 c", 1);
            records.commit();
            assertThat(new BlockStore(database).findings(1).getFirst().detail())
                    .isEqualTo("a\uFFFDb ? c");
        }
    }
}
