package io.drme.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.drme.testing.PostgresServer;
import io.drme.time.SystemClock;
import io.drme.web.client.CommandException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A member is cut off from the others, each in a network of its own, with mutual TLS between them:
 * it takes nothing while the others go on, and afterwards nothing is missing.
 */
class PartitionSystemTest {
    private static final String GATEWAY = "press-line-1";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** From the end of the partition until all see all again. */
    private static final Duration WHOLE_WITHIN = Duration.ofSeconds(60);

    private static final SystemClock CLOCK = new SystemClock();

    @TempDir private Path folder;

    @Test
    void theMinorityTakesNothingAndAfterwardsNothingIsMissing() throws Exception {
        PostgresSystemTest.requireInstalled();
        try (var networks = networks();
                var server = PostgresServer.start();
                var programs = new Programs(folder);
                var cluster = new CentreCluster(folder, programs, server, networks)) {
            cluster.connectNetworks(networks);
            programs.startSimulators();
            cluster.startAll();
            programs.startAgent(cluster.mqttPorts());
            Programs.await("samples are stored", LIMIT, () -> stored(server) > 0);

            isolate(cluster, networks, server, true);
            isolate(cluster, networks, server, false);

            programs.kill("sim");
            Programs.await(
                    "what the gateway counts, the centre has, and the database itself says so",
                    LIMIT,
                    () -> ClusterSystemTest.isEven(account(cluster), stored(server)));
        }
    }

    private static Networks networks() throws InterruptedException {
        try {
            return Networks.make();
        } catch (IOException e) {
            return abort("SKIPPED: no network namespaces here, partitions are not tested: " + e);
        }
    }

    private static long stored(PostgresServer server) throws IOException, InterruptedException {
        return Long.parseLong(
                server.psql(
                        CentreCluster.DATABASE,
                        "select coalesce(sum(samples), 0) from item i join epoch e on e.id = i.epoch_id join gateway g on g.id = e.gateway_id where stream = 2 and derived = 0"));
    }

    private static JsonObject account(CentreCluster cluster)
            throws CommandException, InterruptedException {
        return cluster.get(0, "/api/v1/reconcile", Map.of("gateway", GATEWAY));
    }

    /** Cuts off the member that has the gateway, in both directions or only in its own. */
    private void isolate(
            CentreCluster cluster, Networks networks, PostgresServer server, boolean both)
            throws Exception {
        Programs.await("the gateway is at a member", LIMIT, () -> cluster.ofGateway(0) >= 0);
        int alone = cluster.ofGateway(0);
        var others = IntStream.range(0, CentreCluster.SIZE).filter(n -> n != alone).toArray();
        for (int other : others) {
            networks.cut(alone, other);
            if (both) {
                networks.cut(other, alone);
            }
        }
        Programs.await(
                "who is alone refuses", LIMIT, () -> ask(cluster, alone).statusCode() == 503);
        assertThat(ask(cluster, alone).headers().firstValue("retry-after")).contains("5");
        assertThat(ask(cluster, alone).body()).contains("needs 2");
        Programs.await(
                "the gateway goes on at another member",
                LIMIT,
                () -> cluster.ofGateway(others[0]) >= 0 && cluster.ofGateway(others[0]) != alone);
        Programs.await(
                "it has sent all away", LIMIT, () -> told(cluster, alone, "connections") == 0);
        long taken = told(cluster, alone, "messages");
        long before = stored(server);
        Programs.await("blocks go on", LIMIT, () -> stored(server) > before);
        assertThat(ask(cluster, others[0]).statusCode()).isEqualTo(200);
        assertThat(ask(cluster, alone).statusCode()).isEqualTo(503);
        assertThat(told(cluster, alone, "messages")).isEqualTo(taken);

        for (int other : others) {
            networks.mend(alone, other);
            if (both) {
                networks.mend(other, alone);
            }
        }
        long since = CLOCK.nanoTime();
        cluster.awaitWhole();
        assertThat(Duration.ofNanos(CLOCK.nanoTime() - since))
                .as("both=%s", both)
                .isLessThan(WHOLE_WITHIN);
    }

    /** What a member says of itself, about a second ago. */
    private static long told(CentreCluster cluster, int member, String what)
            throws CommandException, InterruptedException {
        var members = cluster.list(member, "/api/v1/members", Map.of());
        for (int i = 0; i < members.size(); i++) {
            if (members.getJsonObject(i).getBoolean("asked")) {
                return members.getJsonObject(i).getLong(what);
            }
        }
        throw new AssertionError("nobody was asked");
    }

    private static HttpResponse<String> ask(CentreCluster cluster, int member)
            throws IOException, InterruptedException {
        var token = Files.readString(cluster.place(0).data().resolve("token")).strip();
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(
                                    URI.create(cluster.place(member).url() + "/api/v1/latest"))
                            .header("authorization", "Bearer " + token)
                            .timeout(Duration.ofSeconds(10))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
