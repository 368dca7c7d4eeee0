package io.drme.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.testing.PostgresServer;
import io.drme.web.client.CommandException;
import io.drme.web.client.Connection;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the README says about three members, run as it stands there but for ports and the server.
 */
class ReadmeClusterTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Pattern COMMANDS =
            Pattern.compile("ReadmeClusterTest runs this -->\\n```\\n(.*?)```", Pattern.DOTALL);

    @TempDir private Path folder;

    @Test
    void threeMembersStartAsTheReadmeSays() throws Exception {
        PostgresSystemTest.requireInstalled();
        var readme = Files.readString(Programs.root().resolve("README.md"));
        var matcher = COMMANDS.matcher(readme);
        assertThat(matcher.find()).isTrue();
        int cluster = freeTens();
        int mqtt = freeTens(cluster);
        int web = freeTens(cluster, mqtt);
        try (var server = PostgresServer.start();
                var programs = new Programs(folder)) {
            server.createDatabase("drme");
            Files.writeString(folder.resolve("db.secret"), PostgresServer.PASSWORD);
            launcher();
            var commands =
                    matcher.group(1)
                            .replace("127.0.0.1:570", "127.0.0.1:" + cluster)
                            .replace("127.0.0.1:190", "127.0.0.1:" + mqtt)
                            .replace("127.0.0.1:809", "127.0.0.1:" + web)
                            .replace("//127.0.0.1/drme", "//" + server.address() + "/drme");
            assertThat(commands).contains("//" + server.address());
            // The members are stopped with the shell that started them.
            programs.startOther(
                    "readme",
                    List.of(
                            "bash",
                            "-c",
                            "cd '%s'%n%s%ntrap 'kill $(jobs -p); wait' TERM%nwait"
                                    .formatted(folder, commands)));
            for (int n = 1; n <= 3; n++) {
                programs.awaitReady("http://127.0.0.1:%d%d".formatted(web, n));
            }
            Programs.await("all three see each other", LIMIT, () -> up(web) == 3);
            programs.stop("readme");
        }
    }

    /** The launcher builds before it runs; here is what it runs then. */
    private void launcher() throws IOException {
        var file = folder.resolve("drme");
        Files.writeString(
                file,
                "#!/bin/sh%nexec '%s' \"$@\"%n"
                        .formatted(
                                Programs.root()
                                        .resolve("packaging/distribution/src/main/launch/start")));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private long up(int web) throws CommandException, InterruptedException {
        try (var c =
                Connection.find(
                        "http://127.0.0.1:%d1".formatted(web),
                        folder.resolve("cloud-1"),
                        Map.of())) {
            var members = c.list("/api/v1/members", Map.of(), 10);
            long up = 0;
            for (int i = 0; i < members.size(); i++) {
                up += members.getJsonObject(i).getString("state").equals("up") ? 1 : 0;
            }
            return up;
        }
    }

    /** A number of which the ports with 1, 2 and 3 behind it are free. */
    private static int freeTens(Integer... taken) throws IOException {
        while (true) {
            int tens = Programs.freePort() / 10;
            if (!List.of(taken).contains(tens)
                    && isFree(tens * 10 + 1)
                    && isFree(tens * 10 + 2)
                    && isFree(tens * 10 + 3)) {
                return tens;
            }
        }
    }

    private static boolean isFree(int port) throws IOException {
        try (var any = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return any.isBound();
        } catch (BindException _) {
            return false;
        }
    }
}
