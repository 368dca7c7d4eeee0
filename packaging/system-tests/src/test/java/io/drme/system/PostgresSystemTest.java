package io.drme.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.drme.testing.PostgresServer;
import io.drme.web.client.CommandException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent and a centre on PostgreSQL as processes; the server is killed under them. */
class PostgresSystemTest {
    private static final String GATEWAY = "press-line-1";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir private Path folder;

    @BeforeAll
    static void requireInstalled() {
        if (!PostgresServer.isInstalled()) {
            var missing = "PostgreSQL is missing; install the package postgresql";
            if (Boolean.parseBoolean(System.getenv("CI"))) {
                fail(missing);
            }
            abort(missing);
        }
    }

    private static final String SUM = "select sum(samples) from item where stream = 2";

    @Test
    void whatTheAgentSendsIsAllThereThoughTheServerWasKilled() throws Exception {
        try (var server = PostgresServer.start();
                var programs = new Programs(folder)) {
            server.createDatabase("fleet");
            programs.startSimulators();
            programs.startCloud(List.of("--config", configuration(server).toString()));
            programs.startAgent(programs.mqttPort);
            programs.awaitReady(programs.cloudUrl());
            Programs.await("samples are stored", LIMIT, () -> stored(programs) > 0);

            server.kill();
            long before = acceptedAtAgent(programs);
            Programs.await(
                    "who asks is told that the database is away",
                    LIMIT,
                    () -> isToldWhy(programs, server.address()));
            server.resume();

            Programs.await("what came meanwhile is stored", LIMIT, () -> stored(programs) > before);
            assertThat(programs.stop("agent")).as(programs.log("agent")).isIn(0, 143);
            Programs.await(
                    "the accounts balance at rest",
                    LIMIT,
                    () -> account(programs).getBoolean("balanced", false));
            var a = account(programs);
            assertThat(a.getJsonObject("dropped").isEmpty()).as(a.encode()).isTrue();
            assertThat(a.getLong("acknowledged")).as(a.encode()).isEqualTo(a.getLong("stored"));
            // The last blocks may have come behind the account that balanced before them.
            Programs.await(
                    "the database itself says so",
                    LIMIT,
                    () ->
                            server.psql("fleet", SUM)
                                    .equals(account(programs).getLong("stored").toString()));
        }
    }

    private Path configuration(PostgresServer server) throws Exception {
        var secret = Files.writeString(folder.resolve("postgres.secret"), PostgresServer.PASSWORD);
        return Files.writeString(
                folder.resolve("cloud.yaml"),
                "store: {url: \"%s\", user: %s, password-file: \"%s\"}%n"
                        .formatted(server.url("fleet"), PostgresServer.USER, secret));
    }

    private static JsonObject account(Programs programs)
            throws CommandException, InterruptedException {
        return programs.askCloud("/api/v1/reconcile", Map.of("gateway", GATEWAY));
    }

    private static long stored(Programs programs) throws CommandException, InterruptedException {
        return account(programs).getLong("stored", 0L);
    }

    private static long acceptedAtAgent(Programs programs)
            throws CommandException, InterruptedException {
        return programs.askAgent("/api/v1/reconcile", Map.of()).getLong("accepted");
    }

    private static boolean isToldWhy(Programs programs, String address)
            throws InterruptedException {
        try {
            account(programs);
            return false;
        } catch (CommandException e) {
            return String.valueOf(e.getMessage()).contains(address + " can't be reached");
        }
    }
}
